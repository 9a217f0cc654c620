"""An engine on a venue of a few lines whose stops rest: what is asked of it is done, or refused, as told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from brokers.contract import (
    BarEvent,
    Capabilities,
    FillReport,
    OrderReport,
    OrderUpdate,
    PositionReport,
    TradeEvent,
)
from brokers.rows import Rows
from desk.orders import Accepted, Canceled, Fill, Order, decimal
from desk.pipeline import Pipeline
from desk.rules import MonitorRules
from live.engine import Engine
from live.guard import Guard
from live.protection import Protection
from live.reading import History, Reader
from live.risk.gate import RiskGate
from live.risk.limits import RiskLimits
from live.sending import Sending
from live.session import Names, Session
from live.trader import Trader
from market.bars import PRICES, Panel
from market.errors import OrderRefused
from records.journal import Journal
from tests.live.planted import TICK, crossing, trending

Why = Callable[[Order], str]


@dataclass(eq=False)
class RestingVenue:
    """refuses: why it refuses an order, "" = it takes it. taken: every order that it took, as it left. asked:
    all that it was asked to take. silent: its stream says nothing. beside: units of its owner's. travels_s:
    from the moment that an answer about positions is of until it arrives."""

    capabilities: Capabilities
    refuses: Why = lambda order: ""
    resting: dict[str, Order] = field(default_factory=dict)
    taken: list[Order] = field(default_factory=list)
    asked: list[Order] = field(default_factory=list)
    filled: list[FillReport] = field(default_factory=list)
    silent: bool = False
    beside: Decimal = Decimal(0)
    travels_s: float = 0.0
    hear: Callable[[OrderUpdate], None] = lambda update: None

    async def submit(self, order: Order) -> None:
        self.asked.append(order)
        why = self.refuses(order)
        if why:
            raise OrderRefused(f"order {order.client_id}: {why}.")
        self.taken.append(order)
        self.resting[order.client_id] = order
        self._say(order, Accepted(order.client_id))

    async def cancel(self, order: Order) -> None:
        if self.resting.pop(order.client_id, None) is None:
            raise OrderRefused(f"order {order.client_id}: nothing rests under this id.")
        self._say(order, Canceled())

    async def orders(self, since: int) -> list[OrderReport]:
        return [self._report(order) for order in self.taken]

    def _report(self, order: Order) -> OrderReport:
        rests, name = self.resting.get(order.client_id), order.client_id
        filled = sum((each.quantity for each in self._fills(name)), Decimal(0))
        over = rests is None and filled < order.quantity
        events = (Accepted(name), Canceled()) if over else (Accepted(name),)
        return OrderReport(order, name, events, filled, 0)

    def _fills(self, client_id: str) -> list[Fill]:
        said = [each.update for each in self.filled if each.update.client_id == client_id]
        return [each.event for each in said if isinstance(each.event, Fill)]

    async def fills(self, since: int) -> list[FillReport]:
        return list(self.filled)

    async def positions(self) -> list[PositionReport]:
        held: dict[str, Decimal] = {}
        for each in self.filled:
            if isinstance(each.update.event, Fill):
                now = held.get(each.update.instrument, Decimal(0))
                held[each.update.instrument] = now + each.side * each.update.event.quantity
        found = [PositionReport(name, quantity + self.beside) for name, quantity in held.items()]
        await asyncio.sleep(self.travels_s)
        return found

    def fill(self, order: Order, quantity: Decimal, price: float) -> None:
        """A part of what rests trades."""
        rest = self.resting[order.client_id].quantity - quantity
        if rest:
            self.resting[order.client_id] = replace(order, quantity=rest)
        else:
            del self.resting[order.client_id]
        name = f"t{len(self.taken)}-{order.client_id}-{rest}"
        fill = Fill(name, quantity, decimal(price))
        update = OrderUpdate(order.client_id, order.client_id, order.instrument, fill)
        self.filled.append(FillReport(update, order.side))
        self._say(order, fill)

    def _say(self, order: Order, event: Any) -> None:
        if not self.silent:
            self.hear(OrderUpdate(order.client_id, order.client_id, order.instrument, event))

    @property
    def stops(self) -> list[Order]:
        return [order for order in self.resting.values() if order.trigger is not None]

    @property
    def exits(self) -> list[Order]:
        """Everything that was asked to leave at market."""
        return [order for order in self.asked if order.reduces and order.trigger is None]


@dataclass(eq=False)
class Stand:
    """One account with its engine, bar by bar. told: codes of what people were told."""

    engine: Engine
    venue: RestingVenue
    panel: Panel
    told: list[str]
    now: list[int]  # ns UTC
    row: int = 0

    @property
    def held(self) -> Decimal:
        """Signed lots of the only position."""
        trader = self.engine.session.trader
        return int(trader.desk.book.positions["lots"][0]) * trader.lot(0)

    @property
    def level(self) -> Decimal:
        """Where the stop belongs."""
        position = self.engine.session.trader.desk.book.positions[0]
        return decimal(position["floor"] if self.held > 0 else position["ceiling"])

    async def bar(self) -> None:
        values = (float(getattr(self.panel, name)[self.row, 0]) for name in PRICES)
        ts, name = int(self.panel.ts[self.row]), self.panel.instruments[0].id
        self.row += 1
        self.now[0] = ts + self.panel.timeframe
        await self.engine.hear(BarEvent(name, self.panel.timeframe, ts, *values, ts + self.panel.timeframe))
        await self.engine.sending.idle()

    async def entry(self) -> Order:
        """Bar by bar until an entry rests."""
        while not self._entries():
            await self.bar()
        return self._entries()[0]

    async def fill(self, order: Order, quantity: float) -> None:
        self.venue.fill(order, Decimal(str(quantity)), float(self.panel.close[self.row, 0]))
        await self.engine.sending.idle()

    async def price(self, price: float) -> None:
        ts = int(self.panel.ts[self.row])
        await self.engine.hear(TradeEvent(self.panel.instruments[0].id, ts, price, 1.0, ts))
        await self.engine.sending.idle()

    def beyond(self, ticks: int = 1) -> float:
        """A price past the stop."""
        return float(self.level) - (1 if self.held > 0 else -1) * ticks * TICK

    def _entries(self) -> list[Order]:
        return [order for order in self.venue.resting.values() if not order.reduces]


@asynccontextmanager
async def stand(folder: Path, **venue: Any) -> AsyncIterator[Stand]:
    """venue: what differs from one whose stops rest and that doesn't know reductions. holds: what it says
    that it holds of an instrument. gated: the risk gate stands before exits."""
    refuses = venue.pop("refuses", lambda order: "")
    halted = venue.pop("halted", lambda: "")
    holds, gated = venue.pop("holds", lambda instrument: None), venue.pop("gated", False)
    one = _stand(folder, RestingVenue(Capabilities(**venue), refuses), halted, holds)
    if gated:
        _gate(one)
    try:
        yield one
    finally:
        await one.engine.sending.close()
        one.engine.session.journal.close()


def _stand(
    folder: Path, venue: RestingVenue, halted: Callable[[], str], holds: Callable[[str], Decimal | None]
) -> Stand:
    panel, pipeline, told = trending(), _protected(), list[str]()
    trader = Trader(panel.instruments, pipeline.rules, "run")
    reader = Reader(pipeline, History(panel.instruments, panel.timeframe))
    journal = Journal.open(folder / "journal.db", "test")
    session = Session(journal, trader, reader, Names(["sma_cross"], []))
    broker: Any = venue
    now = [int(panel.ts[0])]
    clock = lambda: now[0]  # noqa: E731
    sending = Sending(
        broker, session, clock, halted=halted, tell=lambda code, order, text: told.append(code),
        settle_every_s=0.01,
    )  # fmt: skip
    protection = Protection(session, sending, venue.capabilities.resting_stops, holds)
    sending.before_exit = protection.free
    rows = Rows(panel.instruments, panel.timeframe, 0)
    engine = Engine(broker, session, sending, rows, clock, protection=protection, beat_s=None)
    venue.hear = engine._hear_update
    return Stand(engine, venue, panel, told, now)


def _gate(one: Stand) -> None:
    """The risk gate before exits, fed what the venue holds by its own word."""
    engine, session = one.engine, one.engine.session
    limits = RiskLimits(max_last_age=10**18, max_reconcile_age=10**18, heartbeat_block=10**18)
    guard = Guard(
        RiskGate(limits, one.panel.instruments, ["sma_cross"]), session.trader, engine.clock,
        session=session, sending=engine.sending, clock_offset=0, agreement=engine.agreement,
    )  # fmt: skip
    session.watch, engine.sending.judge = guard.heard, guard.again
    engine.guard = guard
    assert engine.protection is not None
    engine.protection.venue = guard.held


def _protected() -> Pipeline:
    """Stops and targets so far off that bars alone reach neither."""
    pipeline = crossing()
    [strategy] = pipeline.rules.strategies
    rules = replace(strategy, monitor=MonitorRules(stop=0.2, target=0.2))
    return replace(pipeline, rules=replace(pipeline.rules, strategies=(rules,)))
