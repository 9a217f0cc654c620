"""Stops that rest at the venue, one for each open position, from its first fill and resized on each.

For venues that don't protect positions themselves. What should rest is read off the desk's book; what does
rest, off the orders that are known; the difference is what is done. Targets, and stops where the venue has
none, are watched here: reached, they leave at market.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import isfinite, nan

from desk.orders import ZERO, Order, OrderStatus, decimal
from desk.records import Reason
from live.holdings import Held, held_of, way_out
from live.orders import Known
from live.queues import Job
from live.risk.reducing import held_against
from live.sending import Sending
from live.session import Session

RETRIES, PAUSE_S = 3, 0.2  # of a stop that the venue refuses
RAREST = 7  # doublings of ``PAUSE_S`` at most between exits that it refuses


@dataclass(eq=False)
class Protection:
    """Keeps what rests equal to what should rest. venue: units of an instrument that the venue holds by its
    own word, signed; None = it wasn't asked yet."""

    session: Session
    sending: Sending
    resting_stops: bool = True
    venue: Callable[[str], Decimal | None] = lambda instrument: None
    _seen: dict[str, float] = field(default_factory=dict)  # newest price by instrument
    _refused: dict[int, int] = field(default_factory=dict)  # stops refused in a row, by position
    # exits refused in a row, by position, and when the next may leave, by the loop's time
    _stuck: dict[int, tuple[int, float]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)  # stops that are looked at again once their end is known

    def check(self, instrument: str) -> None:
        """Look at an instrument's positions, after what is already on its way to the venue."""
        self.sending.do(Job(instrument, lambda: self._align(instrument)))

    def price(self, instrument: str, price: float) -> None:
        """A price was seen: leave where it reaches a target, or a stop that can't rest."""
        self._seen[instrument] = price
        for held in self.positions(instrument):
            if held.side * (price - held.target) >= 0.0:
                self._leave(held, Reason.TARGET)
            elif not self.resting_stops and held.side * (held.stop - price) >= 0.0:
                self._leave(held, Reason.STOP)

    def positions(self, instrument: str) -> Iterator[Held]:
        """Open positions of an instrument, none larger than what the venue really holds of it allows: what
        somebody else has closed can be closed no more, and selling it would open the other side."""
        mine = list(held_of(self.session, instrument))
        books = sum((held.side * held.quantity for held in mine), ZERO)
        lot = self.session.trader.lot(self.session.trader.column(instrument))
        for held in mine:
            left = held_against(held.side * held.quantity, books, self.venue(instrument), -held.side)
            quantity = min(held.quantity, left - left % lot)
            if quantity > ZERO:
                yield replace(held, quantity=quantity)

    async def free(self, order: Order) -> None:
        """Take back the stop that holds what an exit wants to sell."""
        if not self.sending.broker.capabilities.reduce_only:
            for known in self._stops(order.instrument, order.strategy):
                await self.sending.cancel(known.order)

    async def _align(self, instrument: str) -> None:
        """Cancel stops that don't fit, then place those that are missing."""
        wanted = {held.strategy: held for held in self.positions(instrument)}
        for strategy in range(len(self.session.trader.rules.strategies)):
            held = wanted.get(strategy)
            fits = stays = False
            for known in self._stops(instrument, strategy):
                if held is not None and not fits and _fits(known, held):
                    fits = True
                    continue
                if not self._doubtful(known):
                    await self.sending.cancel(known.order)
                if self._doubtful(known):
                    stays = True
                    self._look_later(known)
            if stays:
                continue  # two would promise what is held twice
            if held is not None and not fits and self._should_rest(held):
                await self._place(held)

    def _doubtful(self, known: Known) -> bool:
        """Whether it isn't known what a cancel has come to."""
        flying = self.sending.in_flight.get(known.order.client_id)
        return flying is not None and flying.lost and not known.view.closed

    def _look_later(self, known: Known) -> None:
        """Once that is known."""
        name, instrument = known.order.client_id, known.order.instrument

        def look() -> None:
            self._asked.discard(name)
            self.check(instrument)

        if name not in self._asked:
            self._asked.add(name)
            self.sending.later(lambda: self._doubtful(known), look)

    def _should_rest(self, held: Held) -> bool:
        """Not while an exit works: what it sells can't be promised twice."""
        if not self.resting_stops or not isfinite(held.stop):
            return False
        return self.sending.broker.capabilities.reduce_only or not self._leaves(held)

    async def _place(self, held: Held) -> None:
        if self.sending.halted():
            return
        order = way_out(self.session, held, held.quantity, ".stop", decimal(held.stop))
        self.session.intend(order, Reason.STOP, self.sending.clock())
        await self.sending.submit(order)
        if self.session.orders[order.client_id].view.status is not OrderStatus.REJECTED:
            self._refused.pop(held.number, None)
            return
        self._refused[held.number] = self._refused.get(held.number, 0) + 1
        beyond = held.side * (held.stop - self._seen.get(held.instrument, nan)) >= 0.0
        if self._refused[held.number] <= RETRIES and not beyond:  # a fill or a cancel may be on its way
            await asyncio.sleep(PAUSE_S)
            self.check(held.instrument)
        else:
            self.sending.tell("unprotected", order, "the venue refuses the stop; leaving at market")
            self._leave(held, Reason.STOP)

    def _leave(self, held: Held, reason: Reason) -> None:
        """Leave at market, once; again, ever more rarely, when the venue refuses it."""
        _, soonest = self._stuck.get(held.number, (0, 0.0))
        early = asyncio.get_running_loop().time() < soonest
        if early or self._leaves(held) or self.sending.halted():
            return
        suffix = ".target" if reason is Reason.TARGET else ".stop"
        order = way_out(self.session, held, held.quantity, suffix)
        self.session.intend(order, reason, self.sending.clock())
        self.sending.do(Job(held.instrument, lambda: self._exit(held.number, order)))

    async def _exit(self, position: int, order: Order) -> None:
        """By the gate's word of now: while the stop was being taken back it may have filled."""
        known = self.session.orders[order.client_id]
        known.waits = True
        await self.sending.let_go(known)
        if known.view.status not in (OrderStatus.REJECTED, OrderStatus.DENIED):
            self._stuck.pop(position, None)
            return
        refused = self._stuck.get(position, (0, 0.0))[0] + 1
        pause_s = PAUSE_S * 2 ** min(refused - 1, RAREST)
        self._stuck[position] = refused, asyncio.get_running_loop().time() + pause_s

    def _leaves(self, held: Held) -> bool:
        """Whether an exit works already."""
        return any(
            known.order.reduces and known.order.strategy == held.strategy and not _is_stop(known)
            for known in self.session.orders.resting(held.instrument)
        )

    def _stops(self, instrument: str, strategy: int) -> Iterator[Known]:
        for known in self.session.orders.resting(instrument):
            if known.order.strategy == strategy and _is_stop(known):
                yield known


def _is_stop(known: Known) -> bool:
    return known.number < 0 and known.order.trigger is not None and "." in known.order.client_id


def _fits(known: Known, held: Held) -> bool:
    """The right side, level and remaining quantity."""
    order = known.order
    return (
        order.side == -held.side
        and known.view.leaves == held.quantity
        and order.trigger == decimal(held.stop)
    )
