"""Money that moves without trading, as the contract's reports: what came and went, and funding."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from brokers.contract import FundingReport, TransferReport
from brokers.crypto.exact import Row, exactly, number
from brokers.crypto.pages import Span, everything
from brokers.crypto.reports import MS
from market.errors import VenueDown

DAY, MINUTE = 86_400_000, 60_000  # ms
REACH = 90 * DAY - MINUTE  # the longest time asked for: venues list less than a quarter of a year
PAGES = 100
Numbered = Callable[[int], Awaitable[list[Row]]]  # the n-th page, from 0


async def pages(ask: Numbered, limit: int) -> list[Row]:
    """All of a list that the venue numbers the pages of. Raises VenueDown where it doesn't end."""
    rows: list[Row] = []
    for page in range(PAGES):
        found = await ask(page)
        rows += found
        if len(found) < limit:
            return rows
    raise VenueDown(f"the venue lists more than {PAGES * limit} movements of money; the rest is lost.")


async def unified(exchange: Any, since: int, until: int) -> list[TransferReport]:
    """Deposits and withdrawals in [since, until] ms by ccxt's unified calls; none where it has none."""
    found: list[TransferReport] = []
    for method, kind in (("fetchDeposits", "deposit"), ("fetchWithdrawals", "withdrawal")):
        if exchange.has.get(method) is True:
            ask = exchange.fetch_deposits if kind == "deposit" else exchange.fetch_withdrawals
            rows = await _halved(ask, since, until, 100)
            found += arrived(exchange, (row["info"] for row in rows), kind)
    return found


async def _halved(ask: Any, since: int, until: int, limit: int) -> list[Row]:
    """Venues differ in which end of the time a full page leaves out, so it is asked again by halves."""
    rows: list[Row] = await ask(None, since, limit, {"until": until})
    if len(rows) < limit:
        return rows
    if since >= until:
        raise VenueDown(f"the venue lists more than {limit} transfers at one instant ({since} ms).")
    middle = (since + until) // 2
    both = await _halved(ask, since, middle, limit) + await _halved(ask, middle + 1, until, limit)
    return list({row["id"]: row for row in both}.values())


def arrived(exchange: Any, infos: Any, kind: str) -> list[TransferReport]:
    """Of the venue's own rows those that are done. kind: "deposit" or "withdrawal"."""
    rows = (exactly(exchange, exchange.parse_transaction, {**info, "type": kind}) for info in infos)
    return [_transfer(row, kind) for row in rows if row["status"] == "ok"]


def _transfer(row: Row, kind: str) -> TransferReport:
    amount, fee = number(row["amount"]), number((row.get("fee") or {}).get("cost"))
    ts = int(row["timestamp"] or 0)
    name = row["id"] or f"{row['txid']}|{row['currency']}|{amount}|{ts}"
    signed = amount if kind == "deposit" else -amount - fee  # what is sent arrives without its fee
    return TransferReport(f"{kind}:{name}", str(row["currency"] or ""), signed, ts * MS)


def oldest_first(found: list[TransferReport]) -> list[TransferReport]:
    """Each once."""
    return sorted({each.id: each for each in found}.values(), key=lambda each: (each.ts, each.id))


async def unified_funding(
    exchange: Any, markets: Mapping[str, Row], since: int, until: int
) -> list[FundingReport]:
    """Payments of the perpetuals among the markets in [since, until] ms, by ccxt's unified call."""
    found: list[FundingReport] = []
    for name, market in markets.items():
        if exchange.has.get("fetchFundingHistory") is True and market.get("swap"):
            page = _funding_page(exchange, market["symbol"])
            rows = await everything(page, since, until, Span(limit=100, ms=7 * DAY))
            found += [paid(name, row["id"], row["code"], row["amount"], row["timestamp"]) for row in rows]
    return found


def _funding_page(exchange: Any, symbol: str) -> Any:
    async def page(start: int, end: int, limit: int) -> list[Row]:
        rows: list[Row] = await exchange.fetch_funding_history(symbol, start, limit, {"until": end})
        return rows

    return page


def paid(name: str, id: Any, currency: Any, amount: Any, ms: Any) -> FundingReport:
    """One payment. amount: as the venue wrote it."""
    total: Decimal = number(amount)
    return FundingReport(f"funding:{id}", name, str(currency), total, int(ms) * MS)
