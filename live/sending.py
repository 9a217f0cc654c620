"""From intents to the venue: one worker an instrument, so that orders leave in the order they were meant.

What a call answers becomes an update that the session hears, like any other. An answer that doesn't come
leaves the order unknown: nothing new is sent for the instrument until the venue was asked what became of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import cached_property

from brokers.contract import Broker, OrderUpdate
from desk.orders import CancelRequested, Order, OrderEvent, Rejected
from live.orders import Known
from live.risk.judgement import Judgement
from live.session import Session
from live.trader import Intent, Submit, Withdraw
from market.errors import MaemaeError, OrderRefused, OutcomeUnknown, VenueDown
from market.timeframes import HOUR

Clock = Callable[[], int]
PAUSE_S = 0.05  # the shortest wait before an exit that must wait is judged again


@dataclass(frozen=True)
class InFlight:
    """A call that hasn't been answered. since: ns UTC. lost: the answer won't come."""

    order: Order
    since: int
    lost: bool = False


@dataclass(frozen=True)
class Job:
    """Work of the instrument's own queue that isn't the desk's: a protective stop, a target reached."""

    instrument: str
    work: Callable[[], Coroutine[None, None, None]]


@dataclass(eq=False)
class Sending:
    """Carries intents out.

    judge: asked again about orders that the gate lets wait; None: no gate. halted: asked before every send,
    why nothing may leave, "" = it may. before_exit: awaited before an exit is sent, to free what it needs.
    tell: code, order, text, for people; alarm: the same of no order.
    """

    broker: Broker
    session: Session
    clock: Clock
    judge: Callable[[Order], Judgement] | None = None
    halted: Callable[[], str] = lambda: ""
    before_exit: Callable[[Order], Awaitable[None]] | None = None
    tell: Callable[[str, Order, str], None] = lambda code, order, text: None
    alarm: Callable[[str, str], None] = lambda code, text: None
    settle_every_s: float = 1.0
    in_flight: dict[str, InFlight] = field(default_factory=dict)  # by client id

    def __post_init__(self) -> None:
        self._queues: dict[str, asyncio.Queue[Intent | Job]] = {}
        self._workers: list[asyncio.Task[None]] = []
        self._settling: set[asyncio.Task[None]] = set()
        self._cancelled: set[str] = set()

    @cached_property
    def failed(self) -> "asyncio.Future[None]":
        """Done when a worker died; ends the engine."""
        return asyncio.get_running_loop().create_future()

    def put(self, intents: list[Intent]) -> None:
        """Carry these out, after those given before for the same instrument."""
        for intent in intents:
            self._queue(intent.order.instrument).put_nowait(intent)

    def do(self, job: Job) -> None:
        """Do this after what was given before for the same instrument."""
        self._queue(job.instrument).put_nowait(job)

    def withdraw(self, order: Order) -> None:
        """Cancel it, after what was given before for the instrument."""
        self.do(Job(order.instrument, lambda: self.cancel(order)))

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

    async def close(self) -> None:
        """Stop; what was given and not sent yet stays unsent."""
        for task in (*self._workers, *self._settling):
            task.cancel()
        await asyncio.gather(*self._workers, *self._settling, return_exceptions=True)

    async def submit(self, order: Order) -> None:
        """Send an order that is in the journal, and hear the answer."""
        self.in_flight[order.client_id] = InFlight(order, self.clock())
        try:
            await self.broker.submit(order)
        except OrderRefused as error:
            self._refused(order, str(error))
        except (OutcomeUnknown, VenueDown) as error:
            self.tell("unknown", order, str(error))
            self.doubt(order)
            return
        self.in_flight.pop(order.client_id, None)

    async def cancel(self, order: Order) -> None:
        """Write down that an order is to end, then ask the venue; one that it lacks is looked into."""
        if self.session.orders[order.client_id].view.closed or order.client_id in self._cancelled:
            return
        self._hear(order, CancelRequested(self.session.orders[order.client_id].next_request))
        try:
            await self.broker.cancel(order)
            self._cancelled.add(order.client_id)  # the venue said so; its update is on the way
        except OrderRefused:
            if not self.session.orders[order.client_id].view.closed:
                self.doubt(order)
        except MaemaeError as error:
            self.tell("unknown", order, f"cancel: {error}")
            self.doubt(order)

    def doubt(self, order: Order) -> None:
        """What became of the order is unknown: freeze its instrument and find out."""
        known = self.in_flight.get(order.client_id)
        if known is not None and known.lost:
            return
        since = known.since if known else self.clock()
        self.in_flight[order.client_id] = InFlight(order, since, lost=True)
        task = self._watched(self._settle(order))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    def _queue(self, instrument: str) -> "asyncio.Queue[Intent | Job]":
        if instrument not in self._queues:
            self._queues[instrument] = asyncio.Queue()
            self._workers.append(self._watched(self._work(self._queues[instrument])))
        return self._queues[instrument]

    def _watched(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """A task whose death is everyone's: orders that nobody sends any more must not go unnoticed."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error and not self.failed.done():
            self.failed.set_exception(error)

    async def _work(self, queue: "asyncio.Queue[Intent | Job]") -> None:
        while True:
            intent = await queue.get()
            try:
                if isinstance(intent, Submit):
                    await self._carry_out(intent)
                elif isinstance(intent, Withdraw):
                    await self.cancel(intent.order)
                else:
                    await intent.work()
            finally:
                queue.task_done()

    async def _carry_out(self, intent: Submit) -> None:
        """Judge once more, and send."""
        known = self.session.orders[intent.order.client_id]
        if known.order.reduces and self.before_exit is not None:
            await self.before_exit(known.order)
        if await self._may_leave(known):
            await self.submit(known.order)

    async def _may_leave(self, known: Known) -> bool:
        """Wait while the gate says that an order must wait; deny what it denies."""
        while known.waits and self.judge is not None and not known.view.closed:
            verdict = self.judge(known.order)
            if verdict.passes:
                known.order, known.waits = verdict.to_send, False
                self.session.tell(verdict.message, self.clock())
            elif not verdict.waits:
                return self._deny(known, verdict.reason)
            else:
                self.tell("waits", known.order, verdict.reason)
                wait_s = ((verdict.retry_at or 0) - self.clock()) / 1e9
                await asyncio.sleep(min(max(wait_s, PAUSE_S), 5.0))
        reason = self.halted()
        if reason and not known.view.closed:
            return self._deny(known, reason)
        return not known.view.closed

    def _deny(self, known: Known, reason: str) -> bool:
        self.tell("denied", known.order, reason)
        self.put(self.session.deny(known.order, reason, self.clock()))
        return False

    def _refused(self, order: Order, reason: str) -> None:
        self.tell("refused", order, reason)
        self._hear(order, Rejected(reason))

    def _hear(self, order: Order, event: OrderEvent) -> None:
        """What we know of an order ourselves goes the way of what a venue says."""
        now = self.clock()
        self.put(self.session.update(OrderUpdate(order.client_id, "", order.instrument, event, now), now))

    async def _settle(self, order: Order) -> None:
        """Ask until the venue has said what became of it."""
        asked_at, missing = self.clock(), 0
        lag = int(self.broker.capabilities.query_lag_s * 1e9)
        known = self.session.orders[order.client_id]
        while not known.view.closed:
            try:
                found = await self._ask(known)
            except MaemaeError as error:
                self.tell("unsettled", order, str(error))
                await asyncio.sleep(self.settle_every_s)
                continue
            if found:
                break
            missing += 1
            if missing > 1 and self.clock() - asked_at >= lag:
                self._refused(order, "the venue has no such order")
                break
            await asyncio.sleep(self.settle_every_s)
        self.in_flight.pop(order.client_id, None)
        self.tell("settled", order, known.view.status.value)

    async def _ask(self, known: Known) -> bool:
        """Hear what the venue has of the order; False when it has nothing."""
        since, name = known.created - HOUR, known.order.client_id
        reports = [each for each in await self.broker.orders(since) if each.order.client_id == name]
        for fill in await self.broker.fills(since):
            if fill.update.client_id == name:
                self.put(self.session.update(fill.update, self.clock()))
        for report in reports:
            for event in report.events:
                update = OrderUpdate(name, report.venue_id, known.order.instrument, event, self.clock())
                self.put(self.session.update(update, self.clock()))
        return bool(reports)
