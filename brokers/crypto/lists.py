"""The orders and fills of one market as the venue lists them, under our own names."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from brokers.contract import FillReport, OrderReport
from brokers.crypto.dialect import Dialect
from brokers.crypto.exact import Row
from brokers.crypto.names import Names
from brokers.crypto.reports import MS, fill_of, report_of

Ask = Callable[[str, Callable[[], Awaitable[Any]]], Awaitable[Any]]


@dataclass(eq=False)
class Lists:
    """ask: a query that raises our errors. now: the venue's time, ns UTC."""

    exchange: Any
    dialect: Dialect
    names: Names
    ask: Ask
    now: Callable[[], int]

    async def orders(self, name: str, market: Row, since: int) -> list[OrderReport]:
        """Open ones, and those that ended since, ms."""
        until, what = self.now() // MS, f"{name}'s orders"
        # Open ones first: one that ends between the two questions is in both answers, else it were in none.
        resting = await self.ask(what, lambda: self.dialect.open_orders(self.exchange, market))
        ended = await self.ask(what, lambda: self.dialect.ended_orders(self.exchange, market, since, until))
        rows = {str(row["id"]): row for row in [*resting, *ended]}
        return [
            report_of(row, self._learn(market, row), name)
            for row in rows.values()
            if row["status"] == "open" or _ended_since(row, since)
        ]

    async def fills(self, name: str, market: Row, since: int) -> list[FillReport]:
        """Executions since, ms. Venues list them by their own ids; ours are looked up where unknown."""
        until = self.now() // MS
        rows = await self.ask(
            f"{name}'s fills", lambda: self.dialect.fills(self.exchange, market, since, until)
        )
        if any(not self._named(market, row) for row in rows):
            await self.orders(name, market, since)
        for venue_id in sorted({str(row["order"]) for row in rows if not self._named(market, row)}):
            await self._look_up(name, market, venue_id)
        return [fill_of(row, self._named(market, row), name, market) for row in rows]

    def _named(self, market: Row, row: Row) -> str:
        info = row["info"] if isinstance(row["info"], dict) else {}
        return self.dialect.client_id(info) or self.names.of(market["symbol"], str(row["order"])) or ""

    def _learn(self, market: Row, row: Row) -> str:
        client_id = self.dialect.client_id(row["info"]) or str(row.get("clientOrderId") or "")
        self.names.learn(market["symbol"], str(row["id"]), client_id)
        return client_id

    async def _look_up(self, name: str, market: Row, venue_id: str) -> None:
        """One order's client id. Venues forget very old orders; their fills stay without one."""
        import ccxt

        async def ask() -> Row | None:
            try:
                return await self.dialect.order(self.exchange, market, venue_id)
            except ccxt.OrderNotFound:
                return None

        row = await self.ask(f"{name}'s order {venue_id}", ask)
        if row is not None:
            self._learn(market, row)


def _ended_since(row: Row, since: int) -> bool:
    """False for an order that ended before ``since``, ms. One whose end has no time may have been since."""
    known = row.get("lastUpdateTimestamp")
    return known is None or max(int(known), int(row.get("timestamp") or 0)) >= since
