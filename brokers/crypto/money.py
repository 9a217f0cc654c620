"""Money that moves without trading: deposits and withdrawals, which aren't profit, and funding."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.crypto.exact import Row, number
from brokers.crypto.pages import Span, everything
from brokers.crypto.reports import MS

DAY = 86_400_000
REACH = 90 * DAY  # how far back is asked: venues list a quarter of a year


@dataclass(frozen=True)
class Transfer:
    """amount: signed, positive into the account; ``fee`` is besides. ts: ns UTC."""

    id: str
    currency: str
    amount: Decimal
    fee: Decimal
    ts: int
    settled: bool


@dataclass(frozen=True)
class Funding:
    """amount: signed, positive received, in ``currency``. ts: ns UTC."""

    id: str
    instrument: str
    currency: str
    amount: Decimal
    ts: int


async def transfers(exchange: Any, since: int, until: int) -> list[Transfer]:
    """Deposits and withdrawals in [since, until] ms, oldest first; none where ccxt can't list them."""
    found: list[Transfer] = []
    for method, sign in (("fetchDeposits", 1), ("fetchWithdrawals", -1)):
        if exchange.has.get(method) is True:
            ask = exchange.fetch_deposits if sign > 0 else exchange.fetch_withdrawals

            async def page(start: int, end: int, limit: int, ask: Any = ask) -> list[Row]:
                rows: list[Row] = await ask(None, start, limit, {"until": end})
                return rows

            rows = await everything(page, since, until, Span(limit=100, ms=30 * DAY))
            found += [_transfer(row, sign) for row in rows]
    return sorted(found, key=lambda transfer: (transfer.ts, transfer.id))


def _transfer(row: Row, sign: int) -> Transfer:
    fee = row.get("fee") or {}
    return Transfer(
        id=str(row["id"]),
        currency=str(row["currency"] or ""),
        amount=sign * number(row["amount"]),
        fee=number(fee.get("cost")),
        ts=int(row["timestamp"] or 0) * MS,
        settled=row["status"] == "ok",
    )


async def funding(exchange: Any, market: Row, name: str, since: int, until: int) -> list[Funding]:
    """Funding payments of one perpetual in [since, until] ms, oldest first."""
    if exchange.has.get("fetchFundingHistory") is not True or not market.get("swap"):
        return []

    async def page(start: int, end: int, limit: int) -> list[Row]:
        rows: list[Row] = await exchange.fetch_funding_history(
            market["symbol"], start, limit, {"endTime": end}
        )
        return rows

    rows = await everything(page, since, until, Span(limit=100, ms=7 * DAY))
    return [_funding(row, name) for row in rows]


def _funding(row: Row, name: str) -> Funding:
    amount = number(row["info"].get("income", row["amount"]))
    return Funding(str(row["id"]), name, str(row["code"]), amount, int(row["timestamp"]) * MS)
