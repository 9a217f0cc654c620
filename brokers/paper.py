"""The paper broker: real or replayed market data, and an account that fills by the desk's own rules."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from brokers.contract import (
    AccountReport,
    BarEvent,
    BrokerEvent,
    Capabilities,
    Feed,
    FillReport,
    OrderReport,
    PositionReport,
    TimeEvent,
)
from brokers.paper_venue import PaperVenue
from brokers.rows import Row, Rows
from desk.orders import Order, decimal
from market.bars import Bars
from market.errors import ConfigError, OrderRefused, nearest
from market.instruments import Instrument

PATIENCE = 2_000_000_000  # ns that a row waits for an instrument's bar after its close


class Source(Protocol):
    """Where bars come from: a replay, or a venue's own adapter."""

    def events(self) -> AsyncIterator[BarEvent | TimeEvent]: ...

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars: ...


@dataclass(eq=False)
class PaperBroker:
    """Fills what rests against each row of bars, and says so before it passes the row on."""

    venue: PaperVenue
    source: Source
    timeframe: int
    patience: int = PATIENCE
    ts: int = field(init=False, default=0)  # close of the newest row

    def __post_init__(self) -> None:
        self._rows = Rows(self.venue.instruments, self.timeframe, self.patience)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(brackets=True, short=True, resting_stops=False)

    async def connect(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to give back."""

    async def instruments(self, ids: Sequence[str]) -> tuple[Instrument, ...]:
        known = {one.id: one for one in self.venue.instruments}
        for each in ids:
            if each not in known:
                raise ConfigError(f"paper: instrument '{each}' isn't traded here. {nearest(each, known)}")
        return tuple(known[each] for each in ids)

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        return await self.source.bars(instrument, timeframe, start, end)

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None:
        """The source gives what it gives."""

    async def events(self) -> AsyncIterator[BrokerEvent]:
        async for event in self.source.events():
            rows = self._rows.take(event) if isinstance(event, BarEvent) else self._rows.said(event.now)
            for row in rows:
                async for heard in self._meet(row):
                    yield heard

    async def submit(self, order: Order) -> None:
        self.venue.submit(order, self.ts)

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        raise OrderRefused(
            f"order {order.client_id}: a paper account replaces nothing; cancel and send anew."
        )

    async def cancel(self, order: Order) -> None:
        self.venue.cancel(order, self.ts)

    async def orders(self, since: int) -> list[OrderReport]:
        return list(self.venue.reports(since))

    async def fills(self, since: int) -> list[FillReport]:
        return [fill for fill in self.venue.filled if fill.update.ts >= since]

    async def positions(self) -> list[PositionReport]:
        return [PositionReport(one.id, self.venue.held(one.id)) for one in self.venue.instruments]

    async def account(self) -> AccountReport:
        cash = decimal(self.venue.cash)
        quote = self.venue.instruments[0].quote
        return AccountReport({quote: cash}, {quote: cash}, decimal(self.venue.equity), False, self.ts)

    async def _meet(self, row: Row) -> AsyncIterator[BrokerEvent]:
        """What rests meets the row; then the row itself."""
        self.venue.bar(row.ts, row.prices)
        self.ts = row.ts + self.timeframe
        for update in self.venue.take_updates():
            yield update
        for column, instrument in enumerate(self.venue.instruments):
            o, h, l, c, volume = (float(prices[column]) for prices in row.prices)
            if c == c:
                yield BarEvent(instrument.id, self.timeframe, row.ts, o, h, l, c, volume, self.ts)
        yield TimeEvent(self.ts)
