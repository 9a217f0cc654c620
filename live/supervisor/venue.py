"""The kill's own dealings with the venue: cancel everything, close what the bot holds."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from brokers.contract import Broker, FillReport, OrderReport
from desk.orders import Order, decimal
from live.naming import claimed
from market.errors import MaemaeError, OrderRefused, VenueDown
from market.instruments import Instrument
from market.timeframes import SECOND

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
ONE_CALL_S = 10.0
PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
EARLIER = 60 * SECOND  # by which the venue's clock may be behind ours


@dataclass
class Clearing:
    """One kill's work at the venue. deadline: of ``time.monotonic``. clock: ns UTC. fills: of what it closed.
    problems: what went wrong."""

    broker: Broker
    deadline: float
    clock: Callable[[], int] = time.time_ns
    cancelled: list[str] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    fills: list[FillReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def connect(self) -> bool:
        async def connected() -> bool:
            await self.broker.connect()
            return True

        return await self._until("the venue can't be reached", connected) is not None

    async def cancel_all(self) -> bool:
        """Cancel what rests, look again, until nothing does. Whether that was reached."""
        pause, rests, why = PAUSE_S, list[OrderReport](), "the venue's list of orders can't be had"
        while time.monotonic() < self.deadline:
            try:
                rests = [each for each in await _within(self.broker.orders(self.clock())) if each.rests]
                if not rests:
                    return True
                why = ""
                for each in rests:
                    why = await self._cancel(each) or why
            except (MaemaeError, TimeoutError, OSError) as error:
                why = _reason(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        names = ", ".join(_name(each) for each in rests) or "orders that are not known"
        self.problems.append(f"may still rest at the venue: {names}. {why}".strip())
        return False

    async def _cancel(self, rests: OrderReport) -> str:
        """Why it failed, "" when it didn't."""
        try:
            await _within(self.broker.cancel(claimed(self.broker, rests)))
        except OrderRefused:
            pass  # nothing rests under it any more; the next look says whether that is so
        except (MaemaeError, TimeoutError, OSError) as error:
            return _reason(error)
        if _name(rests) not in self.cancelled:
            self.cancelled.append(_name(rests))
        return ""

    async def close_positions(
        self,
        book: Mapping[str, Decimal] | None,
        prefix: str,
        note: Callable[[Sequence[Order]], None],
        besides: Mapping[str, str],
    ) -> None:
        """Close min(|book|, |venue|) of each at the market. An order that may have arrived isn't repeated.

        book: what the bot holds; None = not known, then only what can't be the owner's own is closed.
        note: is told the orders before the first is sent, and those that may have arrived afterwards.
        besides: orders that an earlier run has sent, by client id the instrument: it is left alone.
        """
        held = {name: lots for name, lots in (await self.held()).items() if name not in besides.values()}
        facts = await self._facts(sorted(held)) if held else {}
        orders: list[Order] = []
        for name, quantity in held.items():
            meant = self._to_close(name, quantity, book, facts.get(name))
            orders.extend(_orders(facts[name], meant, prefix, len(orders)) if meant else [])
        if not orders:
            return
        note(orders)
        began = self.clock() - EARLIER
        await self._send_all(orders)
        arrived = [order for order in orders if order.client_id in self.closing]
        note(arrived)
        if not arrived:
            return
        await self._wait_until_closed({order.instrument for order in arrived})
        self.fills = await self._filled(began)

    async def held(self) -> dict[str, Decimal]:
        """Signed units at the venue."""
        found = await self._until("positions can't be had", self.broker.positions)
        return {each.instrument: each.quantity for each in found or () if each.quantity}

    async def _facts(self, names: list[str]) -> dict[str, Instrument]:
        found = await self._until(
            "lots of the instruments can't be had", lambda: self.broker.instruments(names)
        )
        return {each.id: each for each in found or ()}

    def _to_close(
        self, name: str, venue: Decimal, book: Mapping[str, Decimal] | None, facts: Instrument | None
    ) -> Decimal:
        """Signed units to close; what stays is noted."""
        if facts is None:
            self.left.append(f"{venue} {name}")
            return Decimal(0)
        ours = venue
        if book is not None:
            ours = book.get(name, Decimal(0))
        elif not self.broker.capabilities.short:
            self.problems.append(
                f"{name}: {venue} is on the account, but the journal can't be read, so how much of it is the "
                "bot's isn't known. Nothing of it was sold: close it by hand."
            )
            ours = Decimal(0)
        amount = min(abs(ours), abs(venue)) if (ours > 0) == (venue > 0) else Decimal(0)
        lot = decimal(facts.lot)
        amount -= amount % lot
        if amount < decimal(facts.min_quantity):
            amount = Decimal(0)
        if amount < abs(venue):
            self.left.append(f"{(abs(venue) - amount) * (1 if venue > 0 else -1)} {name}")
        return amount if venue > 0 else -amount

    async def _send_all(self, orders: Sequence[Order]) -> None:
        """Each once; again while the venue says that it did nothing with it."""
        waiting, pause = {order.client_id: order for order in orders}, PAUSE_S
        while waiting:
            for order in list(waiting.values()):
                why = await self._send(order)
                if not isinstance(why, VenueDown) or time.monotonic() + pause >= self.deadline:
                    waiting.pop(order.client_id)
                    if why is not None:
                        self._note_refusal(order, why)
            if waiting:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _send(self, order: Order) -> MaemaeError | None:
        """Why it certainly didn't arrive; None: it did, or may have."""
        try:
            await _within(self.broker.submit(order))
        except (OrderRefused, VenueDown) as error:
            return error
        except (MaemaeError, TimeoutError, OSError) as error:
            self.problems.append(
                f"{order.instrument}: whether closing {order.quantity} was accepted is unknown "
                f"({_reason(error)}); it was not sent twice. Look at the venue."
            )
        self.closing.append(order.client_id)
        return None

    def _note_refusal(self, order: Order, why: MaemaeError) -> None:
        self.problems.append(
            f"{order.instrument}: closing {order.quantity} was refused: {why} The next kill closes it; a "
            "supervisor that runs tries it by itself."
        )

    async def _wait_until_closed(self, instruments: set[str]) -> None:
        """Until nothing works any more for them, or time is up."""
        while time.monotonic() < self.deadline:
            try:
                reports = await _within(self.broker.orders(self.clock()))
            except (MaemaeError, TimeoutError, OSError):
                reports = None
            if reports is not None and not any(
                each.rests and each.order.instrument in instruments for each in reports
            ):
                return
            await asyncio.sleep(PAUSE_S)
        self.problems.append(f"closing {', '.join(sorted(instruments))} was sent but isn't filled yet.")

    async def _filled(self, since: int) -> list[FillReport]:
        """What our orders filled; none where the venue doesn't say: the positions are closed all the same."""
        try:
            found = await _within(self.broker.fills(since))
        except (MaemaeError, TimeoutError, OSError) as error:
            _LOG.warning("kill: what was filled can't be had: %s", _reason(error))
            return []
        return [each for each in found if each.update.client_id in self.closing]

    async def _until(self, what: str, call: Callable[[], Awaitable[T]]) -> T | None:
        """The answer, asked for until the deadline; None and a problem when there is none."""
        pause = PAUSE_S
        while True:
            try:
                return await _within(call())
            except (MaemaeError, TimeoutError, OSError) as error:
                if time.monotonic() + pause >= self.deadline:
                    self.problems.append(f"{what}: {_reason(error)}")
                    return None
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


async def _within(call: Awaitable[T]) -> T:
    return await asyncio.wait_for(call, ONE_CALL_S)


def _name(report: OrderReport) -> str:
    return report.order.client_id or report.venue_id


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _orders(facts: Instrument, amount: Decimal, prefix: str, first: int) -> list[Order]:
    """Market orders for the whole of it, none larger than the venue takes."""
    side, rest, orders = (-1 if amount > 0 else 1), abs(amount), list[Order]()
    largest = rest if facts.max_quantity == float("inf") else decimal(facts.max_quantity)
    largest -= largest % decimal(facts.lot)
    while rest > 0 and largest > 0:
        quantity = min(rest, largest)
        client_id = f"{prefix}-{first + len(orders)}"
        orders.append(Order(client_id, facts.id, side, quantity, reduces=True))
        rest -= quantity
    return orders
