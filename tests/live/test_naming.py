"""Which of a venue's orders is ours, where it doesn't know our ids: by its number, else by what was meant."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brokers.contract import Capabilities, FillReport, OrderReport, OrderUpdate
from desk.orders import Accepted, Canceled, Fill, Order, OrderEvent, Rejected, Sent
from live.naming import EARLY, LATE, Naming
from live.orders import NOT_THERE, Known, Orders
from live.supervisor.venue import Clearing
from market.timeframes import DAY, SECOND
from records.inputs import EXTERNAL

A, B = "A0166000@ls", "101V3000@ls"
NOON = 1_700_000_000 * SECOND
BUY = Order("run-1", A, 1, Decimal(2), limit=Decimal("342.05"))


@dataclass
class Venue:
    """Knows no ids of ours. reports: what it lists."""

    capabilities: Capabilities = field(default_factory=lambda: Capabilities(echoes_client_id=False))
    claims: dict[str, str] = field(default_factory=dict)
    reports: list[OrderReport] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def claim(self, client_id: str, venue_id: str, sent: int, fills: object = ()) -> None:
        self.claims[client_id] = venue_id

    async def orders(self, since: int) -> list[OrderReport]:
        return [each for each in self.reports if each.venue_id not in self.cancelled]

    async def cancel(self, order: Order) -> None:
        self.cancelled.append(self.claims[order.client_id])


def listed(number: str, order: Order = BUY, created: int = NOON, *events: OrderEvent) -> OrderReport:
    return OrderReport(replace(order, client_id=""), number, (Accepted(number), *events), Decimal(0), created)


def filled(number: str, trade: str, ts: int = NOON, instrument: str = A) -> OrderUpdate:
    return OrderUpdate("", number, instrument, Fill(trade, Decimal(1), Decimal(342), ts=ts), ts)


@dataclass
class Scene:
    """sent: orders that left at noon, their numbers unknown."""

    sent: tuple[Order, ...] = (BUY,)
    pending: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.orders, self.venue = Orders(), Venue()
        broker: Any = self.venue
        self.naming = Naming(broker, self.orders, self.pending.__contains__)
        for order in self.sent:
            self.leaves(order)

    def leaves(self, order: Order, ts: int = NOON) -> None:
        self.orders.add(Known(order, 1, ts))
        self.orders.hear(OrderUpdate(order.client_id, "", order.instrument, Sent(), ts))

    def hear(self, name: str, number: str, event: OrderEvent, ts: int = NOON) -> None:
        self.orders.hear(OrderUpdate(name, number, self.orders[name].order.instrument, event, ts))

    def names(self, *reports: OrderReport) -> dict[str, str]:
        """By number, as a list of these is named; "" = left out."""
        found, _ = self.naming.listing(reports, [])
        names = {each.venue_id: each.order.client_id for each in found}
        return {each.venue_id: names.get(each.venue_id, "") for each in reports}


def test_the_only_one_that_fits_is_ours_and_the_adapter_is_told() -> None:
    one = Scene()
    others = [
        listed("2", replace(BUY, side=-1)),
        listed("3", replace(BUY, limit=Decimal("342.00"))),
        listed("4", replace(BUY, quantity=Decimal(3))),
        listed("5", replace(BUY, instrument=B)),
        listed("6", replace(BUY, limit=None)),
        listed("7", created=NOON - EARLY - 1),
        listed("8", created=NOON + LATE + 1),
    ]
    names = one.names(listed("1"), *others)
    assert names.pop("1") == "run-1" and names == {each.venue_id: f"venue:{each.venue_id}" for each in others}
    assert one.venue.claims == {"run-1": "1"} and not one.naming.unnumbered(BUY)


@given(st.integers(0, 4), st.integers(0, 3))
def test_an_order_is_claimed_only_when_exactly_one_fits(alike: int, unlike: int) -> None:
    reports = [listed(f"{k}") for k in range(alike)]
    reports += [listed(f"{10 + k}", replace(BUY, quantity=Decimal(9 + k))) for k in range(unlike)]
    for order in list(permutations(reports))[:24]:
        one = Scene()
        names = one.names(*order)
        assert (list(names.values()).count("run-1") == 1) == (alike == 1)
        several = tuple(f"{k}" for k in range(alike)) if alike > 1 else ()
        assert one.naming.several.get("run-1", ()) == several
        assert all(names[number] == "" for number in several)  # nobody's until a person says
        assert all(names[f"{10 + k}"] == f"venue:{10 + k}" for k in range(unlike))


def test_two_that_look_the_same_and_one_at_the_venue_leave_both_open() -> None:
    one = Scene((BUY, replace(BUY, client_id="run-2")))
    assert one.names(listed("1")) == {"1": ""}
    assert one.naming.several == {"run-1": ("1",), "run-2": ("1",)}
    one.naming.claim("run-2", "1")
    assert one.names(listed("1")) == {"1": "run-2"} and not one.naming.several


def test_nothing_is_concluded_while_the_answer_may_still_come() -> None:
    one = Scene(pending={"run-1"})
    assert one.names(listed("1"), listed("2")) == {"1": "", "2": ""} and not one.naming.several
    assert not one.venue.claims
    one.pending.clear()
    one.hear("run-1", "2", Accepted("2"))
    assert one.names(listed("1"), listed("2")) == {"1": "venue:1", "2": "run-1"}


def test_news_that_came_before_the_number_is_heard_with_it() -> None:
    one = Scene()
    assert one.naming.update(filled("1", "t1")) == [] == one.naming.update(filled("2", "t2"))
    said = one.naming.update(OrderUpdate("run-1", "1", A, Accepted("1"), NOON))
    assert [(each.client_id, type(each.event)) for each in said] == [("run-1", Accepted), ("run-1", Fill)]
    for each in said:
        one.orders.hear(each)
    (again,) = one.naming.update(filled("1", "t3"))
    assert again.client_id == "run-1" and one.naming.update(filled("2", "t4")) == []


def test_news_between_the_list_and_its_being_read_is_not_lost() -> None:
    one = Scene()
    fill = FillReport(filled("1", "t1"), 1)
    one.naming.update(filled("1", "t2"))
    _, updates = one.naming.listing([listed("1")], [fill])
    assert [(each.client_id, getattr(each.event, "trade_id", "")) for each in updates] == [
        ("run-1", "t1"),
        ("run-1", "t2"),
    ]


def test_a_number_that_is_given_again_on_another_day_is_another_order() -> None:
    one = Scene()
    one.hear("run-1", "1", Accepted("1"))
    one.hear("run-1", "1", Canceled())
    assert one.names(listed("1")) == {"1": "run-1"}
    (late,) = one.naming.update(filled("1", "late", NOON + SECOND))  # after its cancel, and still its own
    assert late.client_id == "run-1"
    assert one.naming.update(filled("1", "t9", NOON + DAY)) == []
    assert one.names(listed("1", created=NOON + DAY)) == {"1": "venue:1"}
    fresh = replace(BUY, client_id="run-2")
    one.leaves(fresh, NOON + DAY)
    assert one.names(listed("1", created=NOON + DAY)) == {"1": "run-2"}


def test_a_strangers_number_that_is_given_again_is_another_stranger() -> None:
    one = Scene(())
    for day in range(3):
        name = one.names(listed("1", created=NOON + day * DAY))["1"]
        assert name == ("venue:1" if not day else f"venue:1#{day + 1}")
        order = replace(BUY, client_id=name)
        one.orders.add(Known(order, created=NOON + day * DAY, reason=EXTERNAL))
        assert one.names(listed("1", created=NOON + day * DAY)) == {"1": name}
        one.hear(name, "1", Canceled())


def test_what_comes_after_it_was_given_up_is_known_all_the_same() -> None:
    one = Scene()
    one.hear("run-1", "", Rejected(NOT_THERE))
    assert not one.naming.unnumbered(BUY)
    assert one.names(listed("1", created=NOON + 30 * SECOND)) == {"1": "run-1"}


def test_what_was_refused_is_looked_for_no_more() -> None:
    one = Scene()
    one.hear("run-1", "", Rejected("margin"))
    assert one.names(listed("1")) == {"1": "venue:1"}


def test_one_that_looks_the_same_waits_and_others_do_not() -> None:
    one = Scene()
    twin = replace(BUY, client_id="run-2", quantity=Decimal(5))
    assert one.naming.twin(twin) and not one.naming.twin(BUY)
    for other in (replace(twin, side=-1), replace(twin, limit=None), replace(twin, instrument=B)):
        assert not one.naming.twin(other)
    one.hear("run-1", "1", Accepted("1"))
    assert not one.naming.twin(twin)


def test_at_a_start_the_adapter_is_told_of_all_that_may_rest() -> None:
    one = Scene((BUY, replace(BUY, client_id="run-2", instrument=B)))
    one.hear("run-1", "1", Accepted("1"))
    one.naming.begin()
    assert one.venue.claims == {"run-1": "1"}


def test_where_ids_are_known_nothing_is_touched() -> None:
    one = Scene()
    one.venue.capabilities = Capabilities()
    stranger = filled("9", "t1")
    assert one.naming.update(stranger) == [stranger]
    reports = [listed("1")]
    assert one.naming.listing(reports, [FillReport(stranger, 1)]) == (reports, [stranger])


def test_a_kill_cancels_orders_by_the_venues_numbers() -> None:
    venue = Venue(reports=[listed("1"), listed("2", replace(BUY, instrument=B))])
    clearing = Clearing(venue, time.monotonic() + 20.0)  # type: ignore[arg-type]
    assert asyncio.run(clearing.cancel_all())
    assert sorted(venue.cancelled) == ["1", "2"] and sorted(clearing.cancelled) == ["1", "2"]
