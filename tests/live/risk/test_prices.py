"""Controls 5, 9 and 10: sane prices, fresh data, a right clock."""

from decimal import Decimal
from math import nan

import pytest

from live.risk.codes import Code
from live.risk.prices import clock, price_collar, stale_data
from records.outcomes import Note
from tests.live.risk.world import NOW, WIDE, S, facts, gate, judged, limit, market, order, passes, tight


@pytest.mark.parametrize("price", ["95", "105"])
def test_r05_a_price_on_the_collar_passes(price: str) -> None:
    assert passes(judged(WIDE, limit(price), facts()))


@pytest.mark.parametrize("price", ["94.9", "105.1"])
def test_r05_a_price_beyond_the_collar_is_refused(price: str) -> None:
    said = judged(WIDE, limit(price), facts())
    assert said.code is Code.PRICE_COLLAR
    assert (
        f"price {price} is 5.1% from the reference 100 and risk.controls.price_collar allows 5%"
        in said.reason
    )
    assert judged(WIDE, order(trigger=Decimal(price)), facts()).code is Code.PRICE_COLLAR


def test_r05_the_reference_is_the_fresh_mid_else_the_fresh_last_else_nothing_is_sent() -> None:
    only = gate(WIDE, price_collar)
    apart = market(last=110.0)
    assert passes(only.judge(limit("96"), facts(here=apart)))  # the mid is 100
    old_quote = market(last=110.0, quoted_at=NOW - WIDE.max_quote_age - 1)
    assert only.judge(limit("96"), facts(here=old_quote)).code is Code.PRICE_COLLAR
    all_old = market(quoted_at=0, last_at=NOW - WIDE.max_last_age - 1)
    for sent in (order(), limit("100")):
        said = only.judge(sent, facts(here=all_old))
        assert said.code is Code.PRICE_COLLAR and "no fresh price" in said.reason


def test_r05_the_venues_own_limits_of_the_day_hold() -> None:
    here = market(low=98.0, high=102.0)
    assert passes(judged(WIDE, limit("98"), facts(here=here)))
    assert passes(judged(WIDE, limit("102"), facts(here=here)))
    for price in ("97.9", "102.1"):
        said = judged(WIDE, limit(price), facts(here=here))
        assert said.code is Code.PRICE_COLLAR and "98 to 102" in said.reason


def test_r09_prices_may_be_as_old_as_the_limits_and_no_older() -> None:
    only = gate(WIDE, stale_data)
    quote, last = WIDE.max_quote_age, WIDE.max_last_age
    for here in (market(quoted_at=NOW - quote, last_at=0), market(quoted_at=0, last_at=NOW - last)):
        assert passes(only.judge(order(), facts(here=here)))
    said = only.judge(order(), facts(here=market(quoted_at=NOW - quote - 1, last_at=NOW - last - 1)))
    assert said.code is Code.STALE_DATA and "risk.controls.max_quote_age = 10s" in said.reason
    assert "prices are old (quote 10s, last 3m;" in said.reason
    unknown = market(bid=nan, ask=nan, last=nan)
    assert only.judge(order(), facts(here=unknown)).code is Code.STALE_DATA


@pytest.mark.parametrize(("bid", "sane"), [(99.9, True), (100.1, False), (100.2, False)])
def test_r09_a_crossed_or_locked_book_is_not_believed(bid: float, sane: bool) -> None:
    said = gate(WIDE, stale_data).judge(order(), facts(here=market(bid=bid, ask=100.1)))
    assert said.passes is sane and (sane or "crossed" in said.reason)


@pytest.mark.parametrize("sign", [1, -1])
def test_r10_the_clock_may_be_off_by_the_limit_and_no_more(sign: int) -> None:
    limit_ns = WIDE.max_clock_offset
    assert passes(judged(WIDE, order(), facts(clock_offset=sign * limit_ns)))
    said = judged(WIDE, order(), facts(clock_offset=sign * (limit_ns + 1)))
    assert said.code is Code.CLOCK and "risk.controls.max_clock_offset allows 2s" in said.reason


def test_r10_a_clock_nobody_compared_is_not_trusted() -> None:
    assert judged(WIDE, order(), facts(clock_offset=None)).code is Code.CLOCK


def test_r10_time_does_not_run_backwards() -> None:
    only = gate(tight(), clock)
    only.heard(NOW, Note("later"))
    assert passes(only.judge(order(), facts(now=NOW - 2 * S)))
    assert "behind what was recorded" in only.judge(order(), facts(now=NOW - 2 * S - 1)).reason
