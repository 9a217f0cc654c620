"""Order status as a fold: the table of states case by case, and 100,000 histories told in any order."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import permutations

import pytest

from desk.orders import (
    ZERO,
    Accepted,
    Canceled,
    CancelRefused,
    CancelRequested,
    Created,
    Denied,
    Expired,
    Fill,
    Order,
    OrderEvent,
    OrderStatus,
    OrderView,
    Pending,
    Rejected,
    Replaced,
    ReplaceRefused,
    ReplaceRequested,
    Sent,
    status_of,
)
from market.errors import ConfigError

D = Decimal
BUY = Order("run-1-0", "K200F@ls", 1, D(10), D("342.05"))
SELL = Order("run-2-0", "K200F@ls", -1, D(10))
S = OrderStatus
NEW = (Created(),)
SUBMITTED = (*NEW, Sent())
ACCEPTED = (*SUBMITTED, Accepted("V1"))
SOME, REST = Fill("t1", D(4), D("342.00"), 7), Fill("t2", D(6), D("342.05"), 8)
PARTIAL = (*ACCEPTED, SOME)

TABLE = [
    ((), S.NEW),
    (NEW, S.NEW),
    ((*NEW, Denied("max position")), S.DENIED),
    (SUBMITTED, S.SUBMITTED),
    (ACCEPTED, S.ACCEPTED),
    ((*SUBMITTED, Rejected("no margin")), S.REJECTED),
    ((*SUBMITTED, SOME), S.PARTIALLY_FILLED),
    ((*SUBMITTED, SOME, REST), S.FILLED),
    ((*SUBMITTED, Canceled()), S.CANCELED),
    ((*SUBMITTED, Expired()), S.EXPIRED),
    (PARTIAL, S.PARTIALLY_FILLED),
    ((*ACCEPTED, SOME, REST), S.FILLED),
    ((*ACCEPTED, Canceled()), S.CANCELED),
    ((*ACCEPTED, Expired()), S.EXPIRED),
    ((*ACCEPTED, Rejected()), S.REJECTED),
    ((*ACCEPTED, Replaced(1, 5, D(12), D("342.10"))), S.ACCEPTED),
    ((*SUBMITTED, Replaced(1, 5, D(12), D("342.10"))), S.ACCEPTED),
    ((*PARTIAL, REST), S.FILLED),
    ((*PARTIAL, Canceled()), S.CANCELED),
    ((*PARTIAL, Expired()), S.EXPIRED),
    ((*PARTIAL, Rejected()), S.REJECTED),
    ((*PARTIAL, Replaced(1, 5, D(12), D("342.10"))), S.PARTIALLY_FILLED),
    ((*PARTIAL, Replaced(1, 5, D(4), D("342.10"))), S.FILLED),
    ((*ACCEPTED, Canceled(), SOME), S.CANCELED),
    ((*ACCEPTED, Canceled(), SOME, REST), S.FILLED),
    ((*ACCEPTED, Expired(), SOME), S.EXPIRED),
    ((*ACCEPTED, Expired(), SOME, REST), S.FILLED),
]


@pytest.mark.parametrize(("events", "status"), TABLE)
def test_every_row_of_the_table_holds_in_any_order(
    events: tuple[OrderEvent, ...], status: OrderStatus
) -> None:
    for told in permutations(events):
        assert status_of(BUY, told).status is status


def test_a_late_fill_after_a_cancel_counts() -> None:
    view = status_of(BUY, [*ACCEPTED, Canceled(), SOME])
    assert (view.status, view.filled, view.position, view.leaves) == (S.CANCELED, D(4), D(4), D(0))


def test_a_fill_told_twice_counts_once() -> None:
    again = Fill("t1", D("4.0"), D("342.00"), 7)
    assert status_of(SELL, [*PARTIAL, SOME, again]).position == D(-4)


def test_the_average_is_weighted_by_quantity() -> None:
    view = status_of(BUY, [*ACCEPTED, SOME, REST])
    assert (view.filled, view.average, view.leaves) == (D(10), D("342.03"), D(0))
    assert status_of(BUY, ACCEPTED).average is None


def test_a_corrected_trade_replaces_the_first_report_of_it() -> None:
    corrected = Fill("t1", D(3), D("341.00"), 9)
    tellings: list[list[OrderEvent]] = [[*ACCEPTED, SOME, corrected], [corrected, *ACCEPTED, SOME]]
    for told in tellings:
        view = status_of(BUY, told)
        assert (view.filled, view.average) == (D(3), D("341.00"))


def test_a_trade_taken_back_leaves_the_order_working() -> None:
    view = status_of(BUY, [*PARTIAL, Fill("t1", D(0), D("342.00"), 9)])
    assert (view.status, view.filled, view.average, view.leaves) == (S.ACCEPTED, D(0), None, D(10))


def test_an_overfill_is_flagged_and_counted() -> None:
    view = status_of(BUY, [*ACCEPTED, SOME, REST, Fill("t3", D(1), D(342), 9)])
    assert (view.status, view.filled, view.overfilled, view.leaves) == (S.FILLED, D(11), True, D(0))
    assert not status_of(BUY, [*ACCEPTED, SOME, REST]).overfilled


def test_the_last_replacement_by_the_venue_s_sequence_holds() -> None:
    first, second = Replaced(1, 5, D(12), D("342.10")), Replaced(2, 6, D(8), D("341.95"))
    tellings: list[list[OrderEvent]] = [[*ACCEPTED, first, second], [second, *ACCEPTED, first]]
    for told in tellings:
        view = status_of(BUY, told)
        assert (view.quantity, view.limit, view.leaves) == (D(8), D("341.95"), D(8))


PENDING = [
    ((CancelRequested(1),), Pending.CANCEL),
    ((CancelRequested(1), CancelRefused(1)), Pending.NONE),
    ((CancelRequested(1), CancelRefused(1), CancelRequested(2)), Pending.CANCEL),
    ((CancelRequested(1), CancelRequested(2), CancelRefused(2)), Pending.NONE),
    ((CancelRequested(1), Canceled()), Pending.NONE),
    ((CancelRequested(1), Expired()), Pending.NONE),
    ((CancelRequested(1), SOME), Pending.CANCEL),
    ((CancelRequested(1), SOME, REST), Pending.NONE),
    ((ReplaceRequested(1),), Pending.REPLACE),
    ((ReplaceRequested(1), Replaced(1, 5, D(12))), Pending.NONE),
    ((ReplaceRequested(1), ReplaceRefused(1)), Pending.NONE),
    ((ReplaceRequested(1), Replaced(1, 5, D(12)), ReplaceRequested(2)), Pending.REPLACE),
    ((ReplaceRequested(1), CancelRequested(2)), Pending.CANCEL),
    ((ReplaceRequested(1), CancelRequested(2), CancelRefused(2)), Pending.REPLACE),
    ((ReplaceRequested(1), CancelRequested(2), Replaced(1, 5, D(12))), Pending.CANCEL),
    ((ReplaceRequested(1), Replaced(0, 5, D(12))), Pending.REPLACE),
]


@pytest.mark.parametrize(("events", "pending"), PENDING)
def test_a_request_is_pending_until_its_own_answer(events: tuple[OrderEvent, ...], pending: Pending) -> None:
    for told in permutations((*ACCEPTED[1:], *events)):
        assert status_of(BUY, told).pending is pending


def test_an_order_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="quantity = 0; expected units above 0"):
        Order("x", "K200F@ls", 1, D(0))
    with pytest.raises(ConfigError, match="side = 0; expected"):
        Order("x", "K200F@ls", 0, D(1))


@dataclass
class Venue:
    """A venue that lives an order's life forward, one event after another, and knows the truth as it goes."""

    rng: random.Random
    order: Order
    status: OrderStatus = S.NEW
    quantity: Decimal = ZERO
    limit: Decimal | None = None
    filled: Decimal = ZERO
    paid: Decimal = ZERO
    sequence: int = 0
    requests: int = 0
    open_replace: int = 0
    open_cancel: int = 0
    events: list[OrderEvent] = field(default_factory=list)

    def live(self) -> None:
        self.quantity, self.limit = self.order.quantity, self.order.limit
        self.events.append(Created())
        if self.rng.random() < 0.05:
            self._end(S.DENIED, Denied("limit"))
            return
        self._say(Sent(), S.SUBMITTED)
        steps = [
            self.trade,
            self.trade,
            self.ask_replace,
            self.ask_cancel,
            self.answer,
            self.answer,
            self.stop,
        ]
        for _ in range(self.rng.randint(0, 9)):
            if self.status is S.SUBMITTED and self.rng.random() < 0.7:
                self._say(Accepted("V"), S.ACCEPTED)
            elif self.status in (S.SUBMITTED, S.ACCEPTED, S.PARTIALLY_FILLED):
                self.rng.choice(steps)()
            elif self.status in (S.CANCELED, S.EXPIRED, S.FILLED) and self.rng.random() < 0.3:
                self.trade()  # late, or too much

    def trade(self) -> None:
        lots, price = D(self.rng.randint(1, 6)), D(self.rng.randint(34180, 34220)) / 100
        self.sequence += 1
        self.events.append(Fill(f"t{self.sequence}", lots, price, self.sequence))
        self.filled += lots
        self.paid += lots * price
        if self.filled >= self.quantity:
            self._end(S.FILLED, None)
        elif self.status in (S.SUBMITTED, S.ACCEPTED):
            self.status = S.PARTIALLY_FILLED

    def ask_replace(self) -> None:
        self.requests += 1
        self.open_replace = self.requests
        self.events.append(ReplaceRequested(self.requests))

    def ask_cancel(self) -> None:
        self.requests += 1
        self.open_cancel = self.requests
        self.events.append(CancelRequested(self.requests))

    def answer(self) -> None:
        """To the newest of what is open, with yes or no."""
        if self.open_replace and self.open_replace > self.open_cancel:
            self._answer_replace()
        elif self.open_cancel:
            if self.rng.random() < 0.5:
                self._end(S.CANCELED, Canceled())
            else:
                self.events.append(CancelRefused(self.open_cancel))
                self.open_cancel = 0

    def _answer_replace(self) -> None:
        request, self.open_replace = self.open_replace, 0
        if self.rng.random() < 0.4:
            self.events.append(ReplaceRefused(request, "too late"))
            return
        self.sequence += 1
        self.quantity, self.limit = self.filled + self.rng.randint(1, 9), D(self.rng.randint(341, 343))
        self.events.append(Replaced(request, self.sequence, self.quantity, self.limit))
        if self.status is S.SUBMITTED:
            self.status = S.ACCEPTED

    def stop(self) -> None:
        kinds: list[tuple[OrderStatus, OrderEvent]] = [
            (S.CANCELED, Canceled()),
            (S.EXPIRED, Expired()),
            (S.REJECTED, Rejected("halt")),
        ]
        self._end(*self.rng.choice(kinds))

    def _say(self, event: OrderEvent, status: OrderStatus) -> None:
        self.events.append(event)
        self.status = status

    def _end(self, status: OrderStatus, event: OrderEvent | None) -> None:
        if event is not None:
            self.events.append(event)
        self.status, self.open_cancel, self.open_replace = status, 0, 0

    @property
    def truth(self) -> tuple[object, ...]:
        pending = Pending.NONE
        if self.open_replace or self.open_cancel:
            pending = Pending.REPLACE if self.open_replace > self.open_cancel else Pending.CANCEL
        return (
            self.status,
            self.filled,
            self.paid / self.filled if self.filled else None,
            pending,
            self.order.side * self.filled,
            self.filled > self.quantity,
            self.quantity,
            self.limit,
        )


def _seen(view: OrderView) -> tuple[object, ...]:
    return (
        view.status,
        view.filled,
        view.average,
        view.pending,
        view.position,
        view.overfilled,
        view.quantity,
        view.limit,
    )


def test_no_permutation_or_duplication_changes_what_an_order_is() -> None:
    """5,000 lives of orders, each told 20 times: shuffled, and up to half of it told twice."""
    rng, told, mismatches = random.Random(20), 0, 0
    seen: set[object] = set()
    for life in range(5_000):
        venue = Venue(rng, BUY if life % 2 else SELL)
        venue.live()
        seen |= {venue.truth[0], venue.truth[3], venue.truth[5]}
        for _ in range(20):
            again = rng.choices(venue.events, k=rng.randint(0, len(venue.events) // 2))
            events = [*venue.events, *again]
            rng.shuffle(events)
            told += 1
            mismatches += _seen(status_of(venue.order, events)) != venue.truth
    print(f"{told:,} permuted and duplicated lists, {mismatches} mismatches")
    assert told == 100_000
    assert mismatches == 0
    assert seen >= {*S, *Pending, True, False} - {S.NEW}
