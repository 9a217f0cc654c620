"""Controls 1 to 4: what the venue and the operator forbid whatever the price."""

from decimal import Decimal
from typing import Any

import pytest

from live.risk.codes import Code
from live.risk.facts import Session
from tests.live.risk.world import (
    BTC,
    NOW,
    WIDE,
    S,
    exit_of,
    facts,
    holding,
    judged,
    limit,
    market,
    order,
    passes,
    tight,
)


@pytest.mark.parametrize(
    ("state", "sent", "waits"),
    [
        ({"listed": False}, order(), False),
        ({"expires": NOW}, order(), False),
        ({"session": Session.CLOSED}, limit("100"), False),
        ({"session": Session.AUCTION}, order(), False),
        ({"session": Session.AUCTION}, order(trigger=Decimal(101)), False),
    ],
)
def test_r01_what_the_venue_does_not_take_is_not_sent(state: dict[str, Any], sent: Any, waits: bool) -> None:
    said = judged(WIDE, sent, facts(here=market(**state)))
    assert (said.code, said.passes, said.waits) == (Code.NOT_TRADABLE, False, waits)
    assert said.reason.endswith("; nothing was sent.")


@pytest.mark.parametrize(
    ("state", "sent"),
    [({"expires": NOW + 1}, order()), ({"session": Session.AUCTION}, limit("100"))],
)
def test_r01_it_is_sent_up_to_expiry_and_limits_in_an_auction(state: dict[str, Any], sent: Any) -> None:
    assert passes(judged(WIDE, sent, facts(here=market(**state))))


def test_r01_says_how_long_ago_it_expired() -> None:
    assert "it expired 2m ago" in judged(WIDE, order(), facts(here=market(expires=NOW - 120 * S))).reason


def test_r01_an_exit_waits_for_the_session() -> None:
    said = judged(WIDE, exit_of(), facts(here=holding("1", session=Session.CLOSED)))
    assert said.code is Code.NOT_TRADABLE and said.retry_at == NOW
    assert said.reason.endswith("; nothing was sent, it waits.")


def test_r01_an_instrument_nobody_knows_is_refused() -> None:
    said = judged(WIDE, order(instrument="XRP@test"), facts())
    assert said.code is Code.NOT_TRADABLE and "isn't one of the profile's" in said.reason


@pytest.mark.parametrize("price", ["100", "99.9", "1000", "1000.5"])
def test_r02_a_price_on_the_tick_passes(price: str) -> None:
    here = market(last=float(price), bid=float("nan"))
    assert passes(judged(WIDE, limit(price), facts(here=here)))


@pytest.mark.parametrize(
    ("price", "nearest"),
    [("100.05", "100 and 100.1"), ("999.95", "999.9 and 1000"), ("1000.1", "1000 and 1000.5")],
)
def test_r02_a_price_off_the_tick_is_refused_with_the_nearest(price: str, nearest: str) -> None:
    said = judged(WIDE, limit(price), facts())
    assert said.code is Code.OFF_TICK and nearest in said.reason
    assert judged(WIDE, order(trigger=Decimal(price)), facts()).code is Code.OFF_TICK


def test_r02_a_price_is_above_zero() -> None:
    assert judged(WIDE, limit("0"), facts()).code is Code.OFF_TICK


@pytest.mark.parametrize("quantity", ["0.05", "0.051", "500"])
def test_r03_whole_lots_within_the_venues_bounds_pass(quantity: str) -> None:
    assert passes(judged(WIDE, order(quantity), facts()))


@pytest.mark.parametrize(
    ("quantity", "part"),
    [
        ("0.0505", "isn't a whole number of lots of 0.001"),
        ("500.001", "above the venue's maximum 500"),
        ("0.001", "below the venue's minimum 0.002"),
        ("0.049", "below the venue's minimum 5"),
    ],
)
def test_r03_other_quantities_are_refused(quantity: str, part: str) -> None:
    said = judged(WIDE, order(quantity), facts())
    assert said.code is Code.QUANTITY and part in said.reason


def test_r03_what_a_limit_leaves_must_still_be_enough_for_the_venue() -> None:
    assert judged(tight(max_position=0.05), order(), facts()).quantity == Decimal("0.05")
    said = judged(tight(max_position=0.049), order(), facts())
    assert said.code is Code.QUANTITY and not said.passes


def test_r04_a_restricted_side_is_refused_and_the_other_passes() -> None:
    limits = tight(restricted=frozenset({(BTC.id, -1)}))
    said = judged(limits, order(side=-1), facts())
    assert said.code is Code.RESTRICTED and "risk.controls.restricted" in said.reason
    assert passes(judged(limits, order(side=1), facts()))
    assert passes(judged(limits, exit_of(), facts(here=holding("1"))))


def test_r04_long_only_refuses_shorts() -> None:
    said = judged(tight(long_only=True), order(side=-1), facts())
    assert said.code is Code.RESTRICTED and "risk.long_only is true" in said.reason
