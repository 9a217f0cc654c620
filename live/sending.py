"""From intents to the venue: one worker an instrument, so that orders leave in the order they were meant.

What a call answers becomes an update that the session hears, like any other. An answer that doesn't come
leaves the order unknown: nothing new is sent for the instrument until the venue was asked what became of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import cached_property

from brokers.contract import Broker, OrderUpdate
from desk.orders import Canceled, Order, Rejected
from live.session import Known, Session
from live.trader import Intent, Submit, Withdraw
from market.errors import MaemaeError, OrderRefused, OutcomeUnknown, VenueDown

Clock = Callable[[], int]
Judge = Callable[[Order], str]  # why an order may not leave; "" = it may
Tell = Callable[[str, Order, str], None]  # code, order, text: for people


def always(order: Order) -> str:
    """No control at all."""
    return ""


@dataclass(eq=False)
class Sending:
    """Carries intents out. ``settle`` is asked for every order whose fate is unknown."""

    broker: Broker
    session: Session
    clock: Clock
    judge: Judge = always
    tell: Tell = lambda code, order, text: None
    settle_every_s: float = 1.0
    unknown: dict[str, Order] = field(default_factory=dict)  # by client id

    def __post_init__(self) -> None:
        self._queues: dict[str, asyncio.Queue[Intent]] = {}
        self._workers: list[asyncio.Task[None]] = []
        self._settling: set[asyncio.Task[None]] = set()

    @cached_property
    def failed(self) -> "asyncio.Future[None]":
        """Done when a worker died; ends the engine."""
        return asyncio.get_running_loop().create_future()

    def put(self, intents: list[Intent]) -> None:
        """Carry these out, after those given before for the same instrument."""
        for intent in intents:
            name = intent.order.instrument
            if name not in self._queues:
                self._queues[name] = asyncio.Queue()
                self._workers.append(self._watched(self._work(self._queues[name])))
            self._queues[name].put_nowait(intent)

    async def idle(self) -> None:
        """Wait until everything given was carried out. Raises what a worker died of."""
        for queue in list(self._queues.values()):
            done = asyncio.ensure_future(queue.join())
            await asyncio.wait({done, self.failed}, return_when=asyncio.FIRST_COMPLETED)
            done.cancel()
            if self.failed.done():
                self.failed.result()

    async def settled(self) -> None:
        """Wait until nothing is unknown any more."""
        while self._settling:
            await asyncio.wait({*self._settling, self.failed}, return_when=asyncio.FIRST_COMPLETED)
            if self.failed.done():
                self.failed.result()

    def _watched(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """A task whose death is everyone's: orders that nobody sends any more must not go unnoticed."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error and not self.failed.done():
            self.failed.set_exception(error)

    async def close(self) -> None:
        """Stop; what was given and not sent yet stays unsent."""
        for task in (*self._workers, *self._settling):
            task.cancel()
        await asyncio.gather(*self._workers, *self._settling, return_exceptions=True)

    def frozen(self, instrument: str) -> bool:
        """True while an order of the instrument has an unknown fate."""
        return any(order.instrument == instrument for order in self.unknown.values())

    async def _work(self, queue: "asyncio.Queue[Intent]") -> None:
        while True:
            intent = await queue.get()
            try:
                if isinstance(intent, Submit):
                    await self._submit(intent.order)
                else:
                    await self._withdraw(intent)
            finally:
                queue.task_done()

    async def _submit(self, order: Order) -> None:
        if self.session.orders[order.client_id].view.closed:
            return
        reason = self.judge(order)
        if reason:
            self.tell("denied", order, reason)
            self.put(self.session.deny(order, reason, self.clock()))
            return
        await self.call(order, self.broker.submit(order))

    async def call(self, order: Order, answer: Awaitable[None]) -> None:
        """Wait for a submit and hear its answer."""
        try:
            await answer
        except OrderRefused as error:
            self.tell("refused", order, str(error))
            self.hear(order, Rejected(str(error)))
        except (OutcomeUnknown, VenueDown) as error:
            self.tell("unknown", order, str(error))
            self.doubt(order)

    def doubt(self, order: Order) -> None:
        """The order's fate is unknown: freeze its instrument and find out."""
        if order.client_id not in self.unknown:
            self.unknown[order.client_id] = order
            task = self._watched(self._settle(order))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)

    def hear(self, order: Order, event: Rejected | Canceled) -> None:
        now = self.clock()
        self.put(self.session.update(OrderUpdate(order.client_id, "", order.instrument, event, now), now))

    async def _withdraw(self, intent: Withdraw) -> None:
        known = self.session.orders[intent.order.client_id]
        if known.view.closed:
            return
        try:
            await self.broker.cancel(intent.order)
        except OrderRefused:
            self.doubt(intent.order)  # nothing rests under this id: filled, ended, or never there
        except MaemaeError as error:
            self.tell("unknown", intent.order, f"cancel: {error}")
            self.doubt(intent.order)

    async def _settle(self, order: Order) -> None:
        """Ask until the venue has said what became of it."""
        asked_at, missing = self.clock(), 0
        lag = int(self.broker.capabilities.query_lag_s * 1e9)
        while not self.session.orders[order.client_id].view.closed:
            try:
                found = await self._ask(self.session.orders[order.client_id], asked_at)
            except MaemaeError as error:
                self.tell("unsettled", order, str(error))
                await asyncio.sleep(self.settle_every_s)
                continue
            if found:
                break
            missing += 1
            if missing > 1 and self.clock() - asked_at >= lag:
                self.hear(order, Rejected("the venue has no such order"))
                break
            await asyncio.sleep(self.settle_every_s)
        self.unknown.pop(order.client_id, None)
        self.tell("settled", order, self.session.orders[order.client_id].view.status.value)

    async def _ask(self, known: Known, asked_at: int) -> bool:
        """Hear what the venue has of the order; False when it has nothing."""
        since = asked_at - 3_600_000_000_000
        name = known.order.client_id
        reports = [each for each in await self.broker.orders(since) if each.order.client_id == name]
        for fill in await self.broker.fills(since):
            if fill.update.client_id == name:
                self.put(self.session.update(fill.update, self.clock()))
        for report in reports:
            for event in report.events:
                update = OrderUpdate(name, report.venue_id, known.order.instrument, event)
                self.put(self.session.update(update, self.clock()))
        return bool(reports)
