"""Whose an order is, at a venue that doesn't know our ids.

It is named by the venue's own number, once the journal has that. An order whose answer was lost has none: it
is looked for in the venue's list by what was meant and when it left. One that fits is ours; if none fits, it
never came; of several none is chosen: a person says which.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from brokers.contract import Broker, Claiming, FillReport, OrderReport, OrderUpdate
from desk.orders import Fill, Order
from live.orders import THEIRS, Known, Orders
from market.timeframes import DAY, HOUR, SECOND

EARLY, LATE = 5 * SECOND, 60 * SECOND  # by the venue's clock, around when an order left
OVER = HOUR  # after the last news of an ended order its number may be another's: days begin anew with them
KEPT = 1000  # news of numbers that may turn out to be ours

Number = tuple[str, str]  # instrument, the venue's id


@dataclass(eq=False)
class Naming:
    """Gives the venue's reports and news our names. Where the venue knows them, all is left as it is.

    answers: whether a submit may still be answered; until then nothing is concluded about its order. several:
    by order that is looked for, the numbers among which can't be decided.
    """

    broker: Broker
    orders: Orders
    answers: Callable[[str], bool] = lambda client_id: False
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _early: deque[OrderUpdate] = field(default_factory=lambda: deque(maxlen=KEPT))

    @property
    def needed(self) -> bool:
        return not self.broker.capabilities.echoes_client_id

    def begin(self) -> None:
        """Tell the adapter the names of all that may still rest, or that the venue still lists."""
        if self.needed:
            newest = max((known.sent for known in self.orders.known.values()), default=0)
            for known in self.orders.known.values():
                if known.venue_id and (not known.view.closed or known.sent > newest - DAY):
                    self._claim(known)

    def update(self, update: OrderUpdate) -> list[OrderUpdate]:
        """News of a stream under our names; none of a number that is nobody's yet."""
        if not self.needed:
            return [update]
        if update.client_id:
            return [update, *self._kept(update.client_id, (update.instrument, update.venue_id))]
        name = self._of((update.instrument, update.venue_id), update.ts)
        if name:
            return [replace(update, client_id=name)]
        if self.orders.unnumbered.get(update.instrument):
            self._early.append(update)
        return []

    def listing(
        self, reports: Sequence[OrderReport], fills: Sequence[FillReport], only: str = ""
    ) -> tuple[list[OrderReport], list[OrderUpdate]]:
        """The venue's lists under our names, those of others under ``THEIRS``.

        What may be an order whose answer is lost is left out until that is decided. only: the order that is
        looked for; "" = all.
        """
        if not self.needed:
            return list(reports), [each.update for each in fills]
        names = {_number(each): each.order.client_id or self._listed(each) for each in reports}
        nobodys = [each for each in reports if not names[_number(each)]]
        found = self._look_for(nobodys, only)
        names |= found
        for each in nobodys:
            if _number(each) not in found and not self._may_be_ours(each):
                names[_number(each)] = self._stranger(_number(each))
        named = [_renamed(each, names[_number(each)]) for each in reports if names[_number(each)]]
        updates = [update for each in fills for update in self._filled(each.update, names)]
        kept = [update for number, name in found.items() for update in self._kept(name, number)]
        return named, [*updates, *kept]

    def claim(self, client_id: str, venue_id: str) -> None:
        """This number is this order, for us and for the adapter."""
        if self.needed:
            self.orders.number(client_id, venue_id)
            self.several.pop(client_id, None)
            self._claim(self.orders[client_id])

    def candidates(self, order: Order) -> set[str]:
        """Numbers that fitted and are nobody else's. One that a list lacks later still is among them: lists
        can be short, and begin anew with the day."""
        before = self.several.get(order.client_id, ())
        return {each for each in before if (order.instrument, each) not in self.orders.numbers}

    def unnumbered(self, order: Order) -> bool:
        """Whether it left and the venue's number for it isn't known."""
        known = self.orders.unnumbered.get(order.instrument, {}).get(order.client_id)
        return known is not None and not known.view.closed

    def twin(self, order: Order) -> bool:
        """Whether another left that couldn't be told from this one, and has no number yet."""
        return any(
            _terms(known.order) == _terms(order) and not known.view.closed
            for name, known in self.orders.unnumbered.get(order.instrument, {}).items()
            if name != order.client_id
        )

    def never_left(self, known: Known) -> bool:
        """Whether it was only meant: the journal says of each that it leaves, before it does."""
        theirs = known.order.client_id.startswith(THEIRS)
        return self.needed and not known.sent and not known.venue_id and not theirs

    def _claim(self, known: Known) -> None:
        when = known.sent or known.created
        fills = [event for event in known.events if isinstance(event, Fill)]
        cast(Claiming, self.broker).claim(known.order.client_id, known.venue_id, when, fills)

    def _of(self, number: Number, ts: int) -> str:
        """The name of a number in news of a time, "" = it is nobody's."""
        known = self.orders.known.get(self.orders.numbers.get(number, ""))
        if known is None or (known.view.closed and ts > known.heard + OVER):
            return ""
        return known.order.client_id

    def _listed(self, report: OrderReport) -> str:
        """The same of an order in a list, which says when it began."""
        known = self.orders.known.get(self.orders.numbers.get(_number(report), ""))
        if known is None or report.created > (known.sent or known.created) + LATE:
            return ""
        return known.order.client_id

    def _look_for(self, nobodys: Sequence[OrderReport], only: str) -> dict[Number, str]:
        """Numbers of orders whose answers were lost, each claimed. What rests for us comes before what was
        concluded not to be there and came late."""
        found: dict[Number, str] = {}
        for known in sorted(self._unnumbered(), key=lambda known: (known.view.closed, known.sent)):
            name = known.order.client_id
            if (only and name != only) or self.answers(name):
                continue
            fitting = [each for each in nobodys if _number(each) not in found and _fits(known, each)]
            numbers = {each.venue_id for each in fitting} | self.candidates(known.order)
            doubtful = len(numbers) > 1 or any(self._rivals(known, each) for each in fitting)
            if fitting and not doubtful:
                found[_number(fitting[0])] = name
                self.claim(name, fitting[0].venue_id)
            elif numbers and not known.view.closed:
                self.several[name] = tuple(sorted(numbers))
            else:
                self.several.pop(name, None)
        return found

    def _rivals(self, known: Known, report: OrderReport) -> bool:
        """Whether another order that is looked for fits as well."""
        return any(other is not known and _fits(other, report) for other in self._open())

    def _may_be_ours(self, report: OrderReport) -> bool:
        return any(_fits(known, report) for known in self._open())

    def _open(self) -> Iterator[Known]:
        return (known for known in self._unnumbered() if not known.view.closed)

    def _unnumbered(self) -> Iterator[Known]:
        for each in self.orders.unnumbered.values():
            yield from each.values()

    def _stranger(self, number: Number) -> str:
        """A name that no other order of somebody else's has had."""
        name, count = f"{THEIRS}{number[1]}", 1
        while name in self.orders:
            count += 1
            name = f"{THEIRS}{number[1]}#{count}"
        return name

    def _filled(self, update: OrderUpdate, names: dict[Number, str]) -> Iterator[OrderUpdate]:
        number = (update.instrument, update.venue_id)
        name = names[number] if number in names else self._of(number, update.ts)
        if update.client_id:
            yield update
        elif name in self.orders:
            yield replace(update, client_id=name)

    def _kept(self, name: str, number: Number) -> Iterator[OrderUpdate]:
        """What was heard of a number before its name."""
        early = [each for each in self._early if (each.instrument, each.venue_id) == number]
        for each in early:
            self._early.remove(each)
            yield replace(each, client_id=name)


def claimed(broker: Broker, report: OrderReport) -> Order:
    """An order in a list that can be cancelled by who has no journal: under a name that the adapter knows."""
    if broker.capabilities.echoes_client_id or report.order.client_id:
        return report.order
    name = f"{THEIRS}{report.venue_id}"
    cast(Claiming, broker).claim(name, report.venue_id, report.created)
    return replace(report.order, client_id=name)


def _number(report: OrderReport) -> Number:
    return report.order.instrument, report.venue_id


def _renamed(report: OrderReport, name: str) -> OrderReport:
    return replace(report, order=replace(report.order, client_id=name))


def _terms(order: Order) -> tuple[object, ...]:
    """Two orders of one instrument with the same can't be told apart but by their quantities."""
    return order.side, order.limit, order.trigger


def _fits(known: Known, report: OrderReport) -> bool:
    """Whether the venue's order is what was meant, and began when it left."""
    ours, theirs = known.order, report.order
    return (
        ours.instrument == theirs.instrument
        and _terms(ours) == _terms(theirs)
        and ours.quantity == theirs.quantity
        and known.sent - EARLY <= report.created <= known.sent + LATE
    )
