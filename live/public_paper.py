"""A paper account on a real venue's public market data: no key, no order, every price as it happens."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from brokers.contract import (
    BarEvent,
    BrokerEvent,
    Feed,
    LinkEvent,
    PositionReport,
    QuoteEvent,
    TimeEvent,
    TradeEvent,
)
from brokers.paper import PaperBroker
from market.bars import Bars
from market.timeframes import MINUTE


class PublicVenue(Protocol):
    """What is needed of a venue's adapter."""

    def events(self) -> AsyncIterator[BrokerEvent]: ...

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars: ...

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None: ...

    def now(self) -> int: ...

    async def close(self) -> None: ...


@dataclass(eq=False)
class BarsOf:
    """A venue as a source of bars."""

    venue: PublicVenue

    async def events(self) -> AsyncIterator[BarEvent | TimeEvent]:
        async for event in self.venue.events():
            if isinstance(event, BarEvent | TimeEvent):
                yield event

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        return await self.venue.bars(instrument, timeframe, start, end)


@dataclass(eq=False)
class PublicPaper(PaperBroker):
    """``PaperBroker`` that subscribes to ``public``, and lets its prices and its links' news through."""

    public: PublicVenue | None = None

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None:
        assert self.public is not None
        await self.public.subscribe(instruments, feeds - {Feed.ORDERS}, timeframe)

    async def close(self) -> None:
        assert self.public is not None
        await self.public.close()

    async def positions(self) -> list[PositionReport]:
        """What has expired is held no more, once its last bar has had the time to come."""
        assert self.public is not None
        self.venue.settle(self.public.now() - MINUTE)
        return await super().positions()

    async def events(self) -> AsyncIterator[BrokerEvent]:
        assert self.public is not None
        async for event in self.public.events():
            if isinstance(event, QuoteEvent | TradeEvent | LinkEvent):
                yield event
            elif isinstance(event, BarEvent | TimeEvent):
                rows = self._rows.take(event) if isinstance(event, BarEvent) else self._rows.said(event.now)
                for row in rows:
                    async for heard in self._meet(row):
                        yield heard
                if isinstance(event, TimeEvent):
                    yield event  # a sign of life between bars
