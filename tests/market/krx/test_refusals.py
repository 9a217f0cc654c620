"""What the exchange would refuse is said before it leaves: one sentence with the value and the remedy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import krx
from market.errors import OrderRefused
from market.krx.refusals import Asked, Deed, refusal
from market.krx.states import MarketState
from tests.market.krx.test_sessions import at

DAYS = krx.calendar()
FUTURE = krx.instrument("A016C000", margin=0.08)
OPTION = krx.instrument("B016C745", margin=0.5)
NOON = "2026-11-26 12:00"


def said(
    asked: Asked, when: str = NOON, state: MarketState | None = None, limits: krx.Limits | None = None
) -> str:
    """What is said of a request at a Korean clock time."""
    now = at(when)
    return refusal(asked, now, krx.session_at(now, DAYS), state, limits)


def test_a_good_order_is_let_through() -> None:
    assert said(Asked(FUTURE, 2, 1100.05)) == ""
    assert said(Asked(FUTURE, 2, market=True)) == ""
    krx.check(Asked(FUTURE, 2, 1100.05), at(NOON), krx.session_at(at(NOON), DAYS))


@pytest.mark.parametrize(
    ("asked", "when", "words"),
    [
        (Asked(FUTURE, 1, 1100.03), NOON, ["1100.03", "0.05 tick", "1,100.00 and 1,100.05"]),
        (Asked(OPTION, 1, 10.01), NOON, ["10.01", "0.05 tick", "10.00 and 10.05"]),
        (Asked(FUTURE, 0, 1100.0), NOON, ["quantity 0", "multiple of 1"]),
        (Asked(FUTURE, 1.5, 1100.0), NOON, ["quantity 1.5"]),
        (Asked(FUTURE, 1, 0.0), NOON, ["limit 0", "above 0"]),
        (Asked(FUTURE, 1, -5.0), NOON, ["limit -5", "above 0"]),
        (Asked(FUTURE, 1, float("nan")), NOON, ["limit nan"]),
        (Asked(FUTURE, 1, 1100.0), "2026-12-10 15:20", ["expired at 2026-12-10 15:20:00 KST", "next month"]),
        (
            Asked(FUTURE, 1, market=True),
            "2026-11-26 08:40",
            ["market order in the opening auction", "limit order"],
        ),
        (Asked(FUTURE, 1, market=True), "2026-11-26 15:40", ["market order in the closing auction"]),
        (
            Asked(FUTURE, 1, 1100.0, immediate=True),
            "2026-11-26 15:40",
            ["IOC or FOK order in the closing auction"],
        ),
        (
            Asked(FUTURE, 1, 1100.0, night=True),
            NOON,
            ["a night order while the day session", "as a day order"],
        ),
        (
            Asked(FUTURE, 1, 1100.0),
            "2026-11-26 20:00",
            ["a day order while the night session", "as a night order"],
        ),
        (Asked(FUTURE, 1, 1100.0), "2026-11-28 12:00", ["closed until 2026-11-30 08:30:00 KST"]),
        (Asked(FUTURE, 1, 1100.0, deed=Deed.CANCEL), "2026-11-26 08:44", ["cancellation", "last minute"]),
        (Asked(FUTURE, 1, 1100.0, deed=Deed.REPLACE), "2026-11-26 08:44", ["change", "last minute"]),
    ],
)
def test_each_bad_request_gets_one_sentence_with_value_and_remedy(
    asked: Asked, when: str, words: list[str]
) -> None:
    reason = said(asked, when)
    assert reason.startswith(asked.instrument.symbol) and reason.endswith("Nothing was sent.")
    assert reason.count("Nothing was sent.") == 1
    assert all(word in reason for word in words), reason
    with pytest.raises(OrderRefused, match="Nothing was sent"):
        krx.check(asked, at(when), krx.session_at(at(when), DAYS))


def test_halts_and_their_auctions() -> None:
    struck = MarketState(phase="open").after("1", "61")
    assert "circuit breaker, stage 1" in said(Asked(FUTURE, 1, 1100.0), state=struck)
    gathering = struck.after("1", "62")
    assert said(Asked(FUTURE, 1, 1100.0), state=gathering) == ""
    assert "auction that the market tells of" in said(Asked(FUTURE, 1, market=True), state=gathering)
    late = MarketState().after("5", "11")  # the messages know of an opening that the clock doesn't
    assert "auction that the market tells of" in said(Asked(FUTURE, 1, market=True), state=late)
    assert "ended trading for today" in said(Asked(FUTURE, 1, 1100.0), state=struck.after("5", "61"))
    assert said(Asked(FUTURE, 1, deed=Deed.CANCEL), state=struck) == ""


def test_a_spreads_price_may_be_negative_and_a_shares_is_written_whole() -> None:
    spread = Asked(krx.instrument("401W96CS", margin=0.02), 1, -0.15)
    now = at("2025-09-01 12:00")
    assert refusal(spread, now, krx.session_at(now, DAYS)) == ""
    share = Asked(krx.instrument("005930"), 1, 1_234_567.0)
    assert "limit 1234567 is off the 1000 tick; nearest are 1,234,000 and 1,235,000" in said(share)


def test_limits_of_the_day() -> None:
    limits = krx.Limits(1012.0, 1188.0)
    assert "1,188.05 is outside today's 1,012 to 1,188" in said(Asked(FUTURE, 1, 1188.05), limits=limits)
    assert said(Asked(FUTURE, 1, 1188.0), limits=limits) == ""


@given(st.floats(1, 2_000), st.integers(-2, 20), st.booleans(), st.booleans(), st.integers(0, 20 * 24 * 60))
def test_whatever_is_let_through_is_on_tick_whole_and_in_its_session(
    price: float, quantity: int, market: bool, night: bool, minute: int
) -> None:
    now = at("2026-11-20 00:00") + minute * 60 * 10**9
    span = krx.session_at(now, DAYS)
    asked = Asked(FUTURE, quantity, price, market=market, night=night)
    if refusal(asked, now, span):
        return
    assert quantity >= 1 and now < FUTURE.expiry
    assert market or krx.on_tick(FUTURE.ticks, price)
    assert (span.session is krx.Session.NIGHT) == night
    assert not (market and span.phase.auction)


@pytest.mark.parametrize(
    "when", ["2027-11-11 08:50", "2027-11-11 15:40", "2027-11-11 16:30", "2027-11-11 18:30"]
)
def test_while_nobody_knows_whether_it_is_traded_entries_wait_and_exits_try(when: str) -> None:
    future = krx.instrument("A017C000", margin=0.08)
    night = "18:30" in when
    entry, exit_ = (Asked(future, 1, market=True, night=night, reduces=exits) for exits in (False, True))
    words = said(entry, when)
    assert "2027-11-11 may be the day of the college entrance examination" in words
    assert "[krx]" in words and "exams = [2027-11-11]" in words and words.endswith("Nothing was sent.")
    assert said(exit_, when) == said(Asked(future, 1, 1100.0, deed=Deed.CANCEL, night=night), when) == ""
    assert said(Asked(future, 1, market=True), "2027-11-11 12:00") == ""


def test_what_may_not_have_expired_yet_can_still_be_closed() -> None:
    future = krx.instrument("A017B000", margin=0.08)
    now = at("2027-11-11 15:40")
    span = krx.session_of(future, now, DAYS)
    assert refusal(Asked(future, 1, 1100.0, reduces=True), now, span) == ""
    assert "examination" in refusal(Asked(future, 1, 1100.0), now, span)
    over = at("2027-11-11 16:20")
    assert "it expired" in refusal(
        Asked(future, 1, 1100.0, reduces=True), over, krx.session_of(future, over, DAYS)
    )
