"""A venue in memory, with the broker's contract and faults on command. What isn't allowed fails the test."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.contract import (
    AccountReport,
    BrokerEvent,
    Capabilities,
    Feed,
    FillReport,
    OrderReport,
    OrderUpdate,
    PositionReport,
)
from desk.orders import Accepted, Canceled, Fill, Order, OrderEvent
from market.bars import Bars
from market.errors import OrderRefused, VenueDown
from market.instruments import Instrument, Kind

BTC = Instrument("BTC/USDT@venue", Kind.SPOT, "BTC", "USDT", lot=0.001, min_quantity=0.001, max_quantity=1.0)
PERP = Instrument("ETH@venue", Kind.FUTURE, "ETH", "USDT", lot=1.0)
HANG = object()


@dataclass
class StrictVenue:
    """What outlives a connection. faults: by method, taken one by one: an error to raise, or HANG."""

    resting: dict[str, Order] = field(default_factory=dict)
    held: dict[str, Decimal] = field(default_factory=dict)
    short: bool = True
    fills: bool = True  # a market order fills at once
    faults: dict[str, deque[object]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[str] = field(default_factory=list)
    sent: list[Order] = field(default_factory=list)
    open: int = 0
    filled: list[FillReport] = field(default_factory=list)

    def broker(self) -> "VenueBroker":
        return VenueBroker(self)

    async def called(self, method: str) -> None:
        self.calls.append(method)
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault is HANG:
            await asyncio.sleep(3600)
        if isinstance(fault, Exception):
            raise fault


@dataclass
class VenueBroker:
    venue: StrictVenue
    connected: bool = False

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(short=self.venue.short)

    async def connect(self) -> None:
        await self.venue.called("connect")
        self.connected = True
        self.venue.open += 1

    async def close(self) -> None:
        self.venue.open -= self.connected
        self.connected = False

    async def instruments(self, ids: Sequence[str]) -> tuple[Instrument, ...]:
        await self.venue.called("instruments")
        return tuple(each for each in (BTC, PERP) if each.id in ids)

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        raise AssertionError("a kill needs no bars")

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None:
        raise AssertionError("a kill needs no streams")

    def events(self) -> AsyncIterator[BrokerEvent]:
        raise AssertionError("a kill needs no streams")

    async def submit(self, order: Order) -> None:
        assert self.connected and order.reduces and order.limit is None
        assert order.client_id not in {each.client_id for each in self.venue.sent}
        assert not self.venue.resting, "closing before everything is cancelled"
        self.venue.sent.append(order)
        try:
            await self.venue.called("submit")
        except VenueDown:  # it did nothing
            self.venue.sent.remove(order)
            raise
        if self.venue.fills:
            self._fill(order)

    def _fill(self, order: Order) -> None:
        left = self.venue.held[order.instrument] + order.side * order.quantity
        assert abs(left) < abs(self.venue.held[order.instrument]), "a reduction that grows the position"
        self.venue.held[order.instrument] = left
        fill = Fill(f"t-{order.client_id}", order.quantity, Decimal(100))
        update = OrderUpdate(order.client_id, "v", order.instrument, fill)
        self.venue.filled.append(FillReport(update, order.side))

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        raise AssertionError("a kill replaces nothing")

    async def cancel(self, order: Order) -> None:
        await self.venue.called("cancel")
        if self.venue.resting.pop(order.client_id, None) is None:
            raise OrderRefused(f"{order.client_id}: nothing rests.")

    async def orders(self, since: int) -> list[OrderReport]:
        await self.venue.called("orders")
        ended = Order("old", BTC.id, 1, Decimal(1))
        done: tuple[OrderEvent, ...] = (Accepted("v0"), Canceled())
        rests = [
            OrderReport(each, f"v-{name}", (Accepted(),), Decimal(0), 0)
            for name, each in self.venue.resting.items()
        ]
        return [OrderReport(ended, "v0", done, Decimal(0), 0), *rests]

    async def fills(self, since: int) -> list[FillReport]:
        await self.venue.called("fills")
        return list(self.venue.filled)

    async def positions(self) -> list[PositionReport]:
        await self.venue.called("positions")
        return [PositionReport(name, quantity) for name, quantity in self.venue.held.items()]

    async def account(self) -> AccountReport:
        raise AssertionError("a kill needs no account")


def resting(*names: str) -> dict[str, Order]:
    return {name: Order(name, BTC.id, 1, Decimal(1), limit=Decimal(100)) for name in names}
