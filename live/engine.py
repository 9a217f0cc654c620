"""The engine: one loop that hears the venue, steps the desk, and lets what it means be sent."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from brokers.contract import BarEvent, Broker, BrokerEvent, LinkEvent, OrderUpdate, TimeEvent
from brokers.rows import Row, Rows
from live.reconcile import reconcile
from live.sending import Sending
from live.session import Session

Clock = Callable[[], int]


@dataclass(eq=False)
class Engine:
    """Runs one account until the feed ends or ``stop`` is called.

    clock: ns UTC; a replay's is the market's own. after: called after every row, for whoever watches.
    """

    broker: Broker
    session: Session
    sending: Sending
    rows: Rows
    clock: Clock
    after: Callable[[Row], None] = lambda row: None
    drifting: set[str] = field(default_factory=set)  # instruments whose position isn't the book's

    def __post_init__(self) -> None:
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Trade. What the venue did while nobody listened is heard first."""
        await self.reconcile()
        events = aiter(self.broker.events())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            while True:
                event = asyncio.ensure_future(anext(events, None))
                ends: set[asyncio.Future[Any]] = {event, stopped, self.sending.failed}
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                if not event.done():
                    event.cancel()
                    if self.sending.failed.done():
                        self.sending.failed.result()
                    break
                heard = event.result()
                if heard is None:
                    await self.sending.idle()
                    await self.sending.settled()
                    break
                await self.hear(heard)
        finally:
            stopped.cancel()
            await self.sending.close()

    def stop(self) -> None:
        """End the loop; what rests at the venue stays."""
        self._stop.set()

    async def hear(self, event: BrokerEvent) -> None:
        if isinstance(event, BarEvent):
            for row in self.rows.take(event):
                self.step(row)
        elif isinstance(event, OrderUpdate):
            self.sending.put(self.session.update(event, self.clock()))
        elif isinstance(event, TimeEvent):
            for row in self.rows.due(event.now):
                self.step(row)
        elif isinstance(event, LinkEvent):
            await self.reconcile()

    def step(self, row: Row) -> None:
        """One closed bar of every instrument."""
        self.sending.put(self.session.row(row, self.clock()))
        self.after(row)

    async def reconcile(self) -> None:
        """Hear what the venue has that the journal lacks; instruments that drift are named."""
        found = await reconcile(self.session, self.broker, self.clock())
        self.sending.put(found.intents)
        for order in found.doubtful:
            self.sending.doubt(order)
        self.drifting = found.drifting


async def replay_gap(engine: Engine, rows: Sequence[Row]) -> None:
    """Rows that closed while nobody traded: the desk sees them, entries of theirs are denied."""
    for row in rows:
        engine.sending.put(engine.session.row(row, engine.clock(), stale=True))
