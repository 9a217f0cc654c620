"""Control 29: book and venue compared, order by order, fill by fill, position and cash."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from brokers.contract import AccountReport, FillReport, OrderReport, OrderUpdate, PositionReport
from desk.orders import Accepted, Canceled, Fill, Order, OrderEvent, Sent, status_of
from live.risk.drift import DeskView, Differs, Tolerances, VenueView, compare, flags, lasting
from tests.live.risk.world import BTC, ETH, limit

RESTS = limit("99", "2", client_id="a")
FILLED = limit("99", "1", client_id="b")
FILL = Fill("t-1", Decimal(1), Decimal(99))


def report(order: Order, *events: OrderEvent, filled: str = "0") -> OrderReport:
    return OrderReport(order, f"v-{order.client_id}", (Accepted("v"), *events), Decimal(filled), 0)


def fill(trade: str = "t-1", client_id: str = "b", units: str = "1") -> FillReport:
    told = Fill(trade, Decimal(units), Decimal(99))
    return FillReport(OrderUpdate(client_id, f"v-{client_id}", BTC.id, told), 1)


DESK = DeskView(
    orders={
        "a": status_of(RESTS, {Sent(), Accepted("v")}),
        "b": status_of(FILLED, {Sent(), Accepted("v"), FILL}),
    },
    trades={"t-1": (BTC.id, Decimal(1))},
    positions={BTC.id: Decimal(1), ETH.id: Decimal(0)},
    cash={"USDT": Decimal(1000)},
)
VENUE = VenueView(
    orders=[report(RESTS), report(FILLED, filled="1")],
    fills=[fill()],
    positions=[PositionReport(BTC.id, Decimal(1))],
    account=AccountReport({"USDT": Decimal(1000)}, {}),
)


def test_views_that_agree_differ_in_nothing() -> None:
    assert compare(DESK, VENUE) == ()


@pytest.mark.parametrize(
    ("venue", "differs", "words"),
    [
        (
            replace(VENUE, orders=[*VENUE.orders, report(limit("98", "3", client_id="x"))]),
            Differs.STRANGER,
            "order x (buy 3 at 98) rests at the venue and isn't ours",
        ),
        (replace(VENUE, orders=VENUE.orders[1:]), Differs.MISSING, "order a is accepted here and the venue"),
        (
            replace(VENUE, orders=[report(RESTS, Canceled()), VENUE.orders[1]]),
            Differs.ENDED,
            "order a is accepted here and canceled there",
        ),
        (
            replace(VENUE, orders=[report(RESTS, filled="0.5"), VENUE.orders[1]]),
            Differs.FILLED,
            "order a filled 0 here and 0.5 there",
        ),
        (
            replace(VENUE, orders=[report(replace(RESTS, limit=Decimal(98))), VENUE.orders[1]]),
            Differs.TERMS,
            "order a is for buy 2 at 99 here and buy 2 at 98 there",
        ),
        (replace(VENUE, fills=[]), Differs.FILL_HERE, "fill t-1 of 1 isn't at the venue"),
        (replace(VENUE, fills=[fill(), fill("t-2", "a", "0.5")]), Differs.FILL_THERE, "fill t-2 of 0.5"),
        (
            replace(VENUE, positions=[PositionReport(BTC.id, Decimal("1.001"))]),
            Differs.POSITION,
            "position is 1 here and 1.001 there",
        ),
        (replace(VENUE, positions=[]), Differs.POSITION, "position is 1 here and 0 there"),
        (
            replace(VENUE, account=AccountReport({"USDT": Decimal("1000.11")}, {})),
            Differs.CASH,
            "USDT is 1000 here and 1000.11 there",
        ),
        (replace(VENUE, account=AccountReport({}, {})), Differs.CASH, "USDT is 1000 here and 0 there"),
    ],
)
def test_every_difference_is_found_and_named(venue: VenueView, differs: Differs, words: str) -> None:
    (found,) = compare(DESK, venue)
    assert found.differs is differs and words in str(found) and found.told("ko") != str(found)
    assert found.instrument == ("" if differs is Differs.CASH else BTC.id)


def test_an_instrument_only_the_venue_knows_is_a_difference() -> None:
    venue = replace(VENUE, positions=[*VENUE.positions, PositionReport("DOGE@test", Decimal(5))])
    (found,) = compare(DESK, venue)
    assert (found.differs, found.instrument) == (Differs.POSITION, "DOGE@test")


def test_cash_within_the_tolerance_agrees() -> None:
    def with_cash(amount: str) -> VenueView:
        return replace(VENUE, account=AccountReport({"USDT": Decimal(amount)}, {}))

    assert compare(DESK, with_cash("1000.1")) == ()  # a ten-thousandth
    assert compare(DESK, with_cash("1000.1001"))
    exact = Tolerances(cash=Decimal(0), cash_share=Decimal(0))
    assert compare(DESK, with_cash("1000.0001"), exact)
    assert compare(DESK, replace(VENUE, account=None)) == ()


def test_dust_below_a_lot_is_rounding_where_so_declared() -> None:
    venue = replace(VENUE, positions=[PositionReport(BTC.id, Decimal("1.0009"))])
    assert compare(DESK, venue)
    within = Tolerances(lots={BTC.id: Decimal("0.001")})
    assert compare(DESK, venue, within) == ()
    whole = replace(VENUE, positions=[PositionReport(BTC.id, Decimal("1.001"))])
    assert compare(DESK, whole, within)


def test_orders_whose_fate_is_being_asked_for_are_not_judged() -> None:
    venue = replace(VENUE, orders=VENUE.orders[1:], fills=[fill(), fill("t-2", "a")])
    assert {each.differs for each in compare(DESK, venue)} == {Differs.MISSING, Differs.FILL_THERE}
    assert compare(DESK, venue, Tolerances(settling=frozenset({"a"}))) == ()


def test_an_order_in_flight_may_be_missing_and_an_ended_one_forgotten() -> None:
    views = {
        "a": status_of(RESTS, {Sent()}),
        "b": DESK.orders["b"],
        "c": status_of(limit("97", client_id="c"), {Sent(), Canceled()}),
    }
    assert compare(replace(DESK, orders=views), replace(VENUE, orders=[])) == ()


def test_the_venues_order_does_not_matter_and_findings_come_by_instrument() -> None:
    venue = replace(VENUE, fills=[], positions=[PositionReport(ETH.id, Decimal(2))], account=None)
    first = compare(DESK, venue)
    assert [each.instrument for each in first] == [BTC.id, BTC.id, ETH.id]
    for orders in permutations(venue.orders):
        assert compare(DESK, replace(venue, orders=orders)) == first


def test_a_difference_counts_when_two_comparisons_show_it() -> None:
    passing = compare(DESK, replace(VENUE, fills=[]))
    both = compare(DESK, replace(VENUE, fills=[], positions=[]))
    assert lasting(passing, both) == passing and lasting(both, ()) == ()


def test_flags_say_per_instrument_what_differs() -> None:
    found = compare(DESK, replace(VENUE, fills=[], positions=[], account=AccountReport({}, {})))
    told = flags(found)
    assert set(told) == {"", BTC.id}
    assert told[BTC.id] == "fill t-1 of 1 isn't at the venue, position is 1 here and 0 there"
    assert told[""] == "USDT is 1000 here and 0 there"
    assert flags(()) == {}
