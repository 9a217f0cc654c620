"""From intents to the venue: one worker an instrument, so that orders leave in the order they were meant.

What a call answers becomes an update that the session hears, like any other. An answer that doesn't come
leaves the order unknown: nothing new is sent for the instrument until the venue was asked what became of it.

Where the venue doesn't know our ids, an order that couldn't be told from another waits until that one has its
number; what else there is to do for the instrument passes it by.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from brokers.contract import Broker, OrderUpdate
from desk.orders import Accepted, CancelRequested, Order, OrderEvent, Pending, Rejected, Sent
from live.naming import Naming
from live.orders import NOT_THERE, Known
from live.queues import PAUSE_S, Job, Queues
from live.risk.judgement import Judgement
from live.session import STALE, Session
from live.settling import NONE, ask, undecided
from live.trader import Intent, Withdraw
from market.errors import MaemaeError, OrderRefused, OutcomeUnknown, VenueDown
from market.timeframes import SECOND

Clock = Callable[[], int]
AGED = SECOND // 4  # that an entry may stand in its queue before prices and account must be looked at again
EXIT_TRIES = 10  # half of ``settle_every_s`` apart
NUMBER_S = 2.0  # a cancel waits for the number of an order that was accepted
TAKEN_S = 10.0  # a cancel that the venue took may be asked for once more when nothing ends by then
CANCEL_RARELY = 6  # doublings of ``settle_every_s`` at most between attempts to cancel
UNDECIDED = 5  # times rarer is asked about an order that a person must settle


@dataclass(frozen=True)
class InFlight:
    """A call that hasn't been answered. since: ns UTC. lost: the answer won't come."""

    order: Order
    since: int
    lost: bool = False


@dataclass(eq=False)
class Sending(Queues):
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
        self._calls: set[str] = set()  # client ids of submits that may still be answered
        self.naming = Naming(self.broker, self.session.orders, self._calls.__contains__)
        self._cancelled: dict[str, float] = {}  # when the venue said yes to a cancel, by the loop's time

    def put(self, intents: list[Intent]) -> None:
        """What the gate lets wait and isn't wanted any more ends at once: its queue may wait with it."""
        super().put([each for each in intents if not (isinstance(each, Withdraw) and self._drop(each.order))])

    def withdraw(self, order: Order) -> None:
        """Cancel it, after what was given before for the instrument."""
        if not self._drop(order):
            self.do(Job(order.instrument, lambda: self.cancel(order)))

    def _drop(self, order: Order) -> bool:
        known = self.session.orders.known.get(order.client_id)
        if known is None or not known.waits or known.view.closed:
            return False
        self._deny(known, "cancelled before it was sent")
        return True

    async def submit(self, order: Order) -> None:
        """Send an order that is in the journal, and hear the answer."""
        reason = self.halted()
        if reason:
            self._deny(self.session.orders[order.client_id], reason)
            return
        if self.naming.needed:
            if self.naming.twin(order):
                job = Job(order.instrument, lambda: self._go_on(order))
                self.later(lambda: self._stands_behind(order), lambda: self.do(job))
                return
            self.hear(order, Sent())
        self.in_flight[order.client_id] = InFlight(order, self.clock())
        try:
            await self._sent(order)
        except OutcomeUnknown as error:
            self.tell("unknown", order, str(error))
            self.doubt(order)
            return
        except MaemaeError as error:  # whatever else a broker says, it says before the order leaves
            self._refused(order, str(error))
        self.in_flight.pop(order.client_id, None)

    async def _sent(self, order: Order) -> None:
        """Send; an exit again, while the venue says that it did nothing with it: what it closes is still at
        risk. Raises what the last attempt did."""
        tries = EXIT_TRIES if order.reduces else 1
        self._calls.add(order.client_id)
        try:
            while True:
                tries -= 1
                try:
                    return await self.broker.submit(order)
                except VenueDown as error:
                    if not tries:
                        raise
                    self.tell("unsent", order, str(error))
                    await asyncio.sleep(self.settle_every_s / 2)
                    if self.halted() or self.session.orders[order.client_id].view.pending is Pending.CANCEL:
                        raise
        finally:
            self._calls.discard(order.client_id)

    async def cancel(self, order: Order) -> None:
        """Write down that an order is to end, then ask the venue; one that it lacks is looked into."""
        loop, taken = asyncio.get_running_loop(), self._cancelled.get(order.client_id)
        if self.session.orders[order.client_id].view.closed:
            return
        if taken is not None and loop.time() - taken < TAKEN_S:
            return  # its update is on the way
        if not await self._has_number(order):
            return
        self.hear(order, CancelRequested(self.session.orders[order.client_id].next_request))
        try:
            await self.broker.cancel(order)
            self._cancelled[order.client_id] = loop.time()
        except OrderRefused:
            self._cancel_again(order)
        except MaemaeError as error:
            self.tell("unknown", order, f"cancel: {error}")
            self._cancel_again(order)

    def _cancel_again(self, order: Order) -> None:
        """Look into it; if it still rests then, it is to be cancelled still. Ever more rarely: there are
        hours at which no venue cancels."""
        known = self.session.orders[order.client_id]
        if known.view.closed:
            return
        self.doubt(order)
        loop, asked = asyncio.get_running_loop(), known.next_request - 1
        soonest = loop.time() + self.settle_every_s * 2 ** min(asked - 1, CANCEL_RARELY)
        self.later(
            lambda: order.client_id in self.in_flight or loop.time() < soonest,
            lambda: self.beside(self.cancel(order)),
        )

    def doubt(self, order: Order) -> None:
        """What became of the order is unknown: freeze its instrument and find out."""
        known = self.in_flight.get(order.client_id)
        if (known is not None and known.lost) or order.client_id in self._calls:
            return
        if self.naming.never_left(self.session.orders[order.client_id]):
            return
        since = known.since if known else self.clock()
        self.in_flight[order.client_id] = InFlight(order, since, lost=True)
        self.beside(self._settle(order))

    def settle(self, client_id: str, number: str, by: str) -> None:
        """A person's word of an order whose answer was lost: the venue's number, or NONE."""
        order, now = self.session.orders[client_id].order, self.clock()
        if number == NONE:
            self.naming.several.pop(client_id, None)
            self._refused(order, f"{by} says that it never reached the venue")
            return
        update = OrderUpdate(client_id, number, order.instrument, Accepted(number), now)
        self.put(self.session.update(update, now))
        self.naming.claim(client_id, number)

    def deny_unsent(self) -> None:
        """At a start: what an earlier life meant and never sent, where the journal can tell."""
        for known in self.session.orders.open():
            if self.naming.never_left(known):
                self.put(self.session.deny(known.order, STALE, self.clock()))

    async def carry_out(self, intent: Intent) -> None:
        if isinstance(intent, Withdraw):
            await self.cancel(intent.order)
        else:
            await self.let_go(self.session.orders[intent.order.client_id])

    async def let_go(self, known: Known) -> None:
        """Judge once more what is new risk and stood in its queue, or had to wait, and send."""
        stood = self.clock() - known.created > AGED
        if stood and known.number >= 0 and not known.order.reduces:
            known.waits = True
        if known.order.reduces and self.before_exit is not None:
            await self.before_exit(known.order)
        if await self._may_leave(known):
            await self.submit(known.order)

    def _stands_behind(self, order: Order) -> bool:
        return self.naming.twin(order) and not self.session.orders[order.client_id].view.closed

    async def _go_on(self, order: Order) -> None:
        """Send what had to wait for another's number: by the gate's word of now, if it is the desk's."""
        known = self.session.orders[order.client_id]
        known.waits = known.waits or known.number >= 0
        if known.number >= 0:
            await self.let_go(known)
        elif await self._may_leave(known):
            await self.submit(known.order)

    async def _has_number(self, order: Order) -> bool:
        """Whether a cancel can name the order. One that never left is denied; one without a number is
        cancelled when it has one."""
        known = self.session.orders[order.client_id]
        if self.naming.never_left(known):
            self._deny(known, "cancelled before it was sent")
            return False
        deadline = asyncio.get_running_loop().time() + NUMBER_S
        while self.naming.unnumbered(order):
            lost = order.client_id in self.in_flight
            if lost or asyncio.get_running_loop().time() > deadline:
                # not by the queue, where an exit may wait for the end of this very order
                self.later(lambda: self.naming.unnumbered(order), lambda: self.beside(self.cancel(order)))
                return False
            await asyncio.sleep(PAUSE_S)
        return not known.view.closed

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
        known.waits = False
        return not known.view.closed

    def _deny(self, known: Known, reason: str) -> bool:
        self.tell("denied", known.order, reason)
        self.put(self.session.deny(known.order, reason, self.clock()))
        return False

    def _refused(self, order: Order, reason: str) -> None:
        self.tell("refused", order, reason)
        self.hear(order, Rejected(reason))

    def hear(self, order: Order, event: OrderEvent) -> None:
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
                found, updates = await ask(self.broker, self.naming, known, self.clock())
            except MaemaeError as error:
                self.tell("unsettled", order, str(error))
                await asyncio.sleep(self.settle_every_s)
                continue
            for update in updates:
                self.put(self.session.update(update, self.clock()))
            if found:
                break
            several = self._several(order)
            missing = 0 if several or order.client_id in self._calls else missing + 1
            if missing > 1 and self.clock() - asked_at >= lag:
                self._refused(order, NOT_THERE)
                break
            await asyncio.sleep(self.settle_every_s * (UNDECIDED if several else 1))
        self.in_flight.pop(order.client_id, None)
        self.tell("settled", order, known.view.status.value)

    def _several(self, order: Order) -> bool:
        """Whether a person must say which of the venue's orders it is."""
        numbers = self.naming.several.get(order.client_id)
        if numbers:
            self.tell("undecided", order, undecided(order.client_id, numbers))
        return bool(numbers)
