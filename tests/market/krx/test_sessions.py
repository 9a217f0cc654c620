"""Day and night, auctions, what comes next, and when to be flat."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import krx
from market.errors import ConfigError, DataError
from market.krx.clock import KST, NEVER, day_of
from market.krx.hours import Board
from market.krx.sessions import Phase, Session
from market.timeframes import SECOND

DAYS = krx.calendar()
INSTANTS = st.integers(0, 2 * 366 * 86_400).map(lambda s: at("2025-01-02 00:00") + s * SECOND)


def at(text: str) -> int:
    """ns UTC of a Korean clock time."""
    return round(datetime.fromisoformat(text).replace(tzinfo=KST).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("when", "session", "phase", "trading_day"),
    [
        ("2026-11-26 08:29", Session.CLOSED, Phase.CLOSED, None),
        ("2026-11-26 08:30", Session.DAY, Phase.OPENING, "2026-11-26"),
        ("2026-11-26 08:44", Session.DAY, Phase.FROZEN, "2026-11-26"),
        ("2026-11-26 08:45", Session.DAY, Phase.CONTINUOUS, "2026-11-26"),
        ("2026-11-26 15:35", Session.DAY, Phase.CLOSING, "2026-11-26"),
        ("2026-11-26 15:45", Session.CLOSED, Phase.CLOSED, None),
        ("2026-11-26 17:50", Session.NIGHT, Phase.OPENING, "2026-11-27"),
        ("2026-11-26 18:00", Session.NIGHT, Phase.CONTINUOUS, "2026-11-27"),
        ("2026-11-27 05:49", Session.NIGHT, Phase.CONTINUOUS, "2026-11-27"),
        ("2026-11-27 05:50", Session.NIGHT, Phase.CLOSING, "2026-11-27"),
        ("2026-11-27 06:00", Session.CLOSED, Phase.CLOSED, None),
        ("2026-11-28 05:00", Session.NIGHT, Phase.CONTINUOUS, "2026-11-30"),  # Friday's night is Monday's
        ("2026-11-29 12:00", Session.CLOSED, Phase.CLOSED, None),
        ("2026-12-24 20:00", Session.NIGHT, Phase.CONTINUOUS, "2026-12-28"),
        ("2026-12-25 20:00", Session.CLOSED, Phase.CLOSED, None),  # the night of a holiday
        ("2026-11-19 08:50", Session.CLOSED, Phase.CLOSED, None),  # examinations: an hour later
        ("2026-11-19 09:45", Session.DAY, Phase.CONTINUOUS, "2026-11-19"),
        ("2026-11-19 16:40", Session.DAY, Phase.CLOSING, "2026-11-19"),
        ("2026-11-19 18:30", Session.CLOSED, Phase.CLOSED, None),
        ("2026-11-19 19:00", Session.NIGHT, Phase.CONTINUOUS, "2026-11-20"),
        ("2026-01-02 09:00", Session.CLOSED, Phase.CLOSED, None),  # the year's first day opens at 09:45
        ("2026-01-02 09:45", Session.DAY, Phase.CONTINUOUS, "2026-01-02"),
        ("2026-01-02 15:40", Session.DAY, Phase.CLOSING, "2026-01-02"),
        ("2023-07-28 08:50", Session.DAY, Phase.OPENING, "2023-07-28"),  # until then at 09:00
        ("2025-06-05 20:00", Session.CLOSED, Phase.CLOSED, None),  # before KRX's own night
        ("2025-06-09 20:00", Session.NIGHT, Phase.CONTINUOUS, "2025-06-10"),
    ],
)
def test_the_clock_of_derivatives(when: str, session: Session, phase: Phase, trading_day: str | None) -> None:
    span = krx.session_at(at(when), DAYS)
    assert (span.session, span.phase) == (session, phase)
    assert span.trading_day == (date.fromisoformat(trading_day) if trading_day else None)


@pytest.mark.parametrize(
    ("when", "phase"),
    [
        ("2026-11-26 08:30", Phase.OPENING),
        ("2026-11-26 09:00", Phase.CONTINUOUS),
        ("2026-11-26 15:20", Phase.CLOSING),
        ("2026-11-26 15:30", Phase.CLOSED),
        ("2026-11-26 20:00", Phase.CLOSED),
        ("2026-11-19 15:25", Phase.CONTINUOUS),
        ("2026-11-19 16:20", Phase.CLOSING),
    ],
)
def test_the_clock_of_shares(when: str, phase: Phase) -> None:
    assert krx.session_at(at(when), DAYS, Board.STOCKS).phase is phase


@given(INSTANTS, st.sampled_from(Board), st.booleans())
def test_spans_hold_their_instant_and_meet_their_neighbours(ns: int, board: Board, night: bool) -> None:
    span = krx.session_at(ns, DAYS, board, night=night)
    assert span.start <= ns < span.end
    after = krx.session_at(span.end, DAYS, board, night=night)
    assert after.start == span.end
    assert (after.session, after.phase) != (span.session, span.phase)
    assert krx.session_at(span.end - 1, DAYS, board, night=night) == span
    assert krx.next_change(ns, DAYS, board, night=night) == span.end


@given(INSTANTS)
def test_a_session_belongs_to_one_trading_day_that_never_goes_back(ns: int) -> None:
    belongs = krx.trading_day(ns, DAYS)
    assert DAYS.trades(belongs)
    assert krx.trading_day(krx.next_change(ns, DAYS), DAYS) >= belongs >= day_of(ns)


@given(INSTANTS, st.floats(0, 3600))
def test_flat_before_the_auction_is_before_an_auction_of_a_session_not_yet_over(
    ns: int, lead_s: float
) -> None:
    when = krx.flatten_by(ns, DAYS, lead_s)
    auction = krx.session_at(when + round(lead_s * SECOND), DAYS)
    assert auction.phase is Phase.CLOSING
    assert auction.end > ns
    assert auction.start == when + round(lead_s * SECOND)


def test_flat_by_day_and_by_night() -> None:
    assert krx.flatten_by(at("2026-11-26 10:00"), DAYS, 60) == at("2026-11-26 15:34")
    assert krx.flatten_by(at("2026-11-26 16:00"), DAYS, 60) == at("2026-11-27 05:49")
    assert krx.flatten_by(at("2026-11-26 16:00"), DAYS, 60, night=False) == at("2026-11-27 15:34")
    assert krx.flatten_by(at("2026-11-26 15:40"), DAYS, 60) == at("2026-11-26 15:34")  # late: go at once


def test_an_expiring_contract_ends_at_1520_and_never_trades_again() -> None:
    last = date(2026, 12, 10)
    assert krx.session_at(at("2026-12-10 03:00"), DAYS, last_day=last).session is Session.NIGHT
    assert krx.session_at(at("2026-12-10 15:09"), DAYS, last_day=last).phase is Phase.CONTINUOUS
    ending = krx.session_at(at("2026-12-10 15:10"), DAYS, last_day=last)
    assert (ending.phase, ending.end) == (Phase.LAST_MINUTES, at("2026-12-10 15:20"))
    for later in ("2026-12-10 15:20", "2026-12-10 18:30", "2026-12-11 10:00", "2027-03-02 10:00"):
        span = krx.session_at(at(later), DAYS, last_day=last)
        assert (span.session, span.end) == (Session.CLOSED, NEVER)
    assert krx.flatten_by(at("2026-12-10 10:00"), DAYS, 60, last_day=last) == at("2026-12-10 15:09")
    assert krx.flatten_by(at("2026-12-10 16:00"), DAYS, 60, last_day=last) == NEVER


UNSURE = date(2027, 11, 11)
CLOCKS = (
    krx.calendar(exams=[date(2027, 12, 2)]),
    krx.calendar(exams=[UNSURE]),
)
ABOUT_IT = st.integers(0, 60 * 3600).map(lambda s: at("2027-11-11 00:00") + s * SECOND)


@given(ABOUT_IT, st.sampled_from(Board), st.sampled_from([None, UNSURE]))
def test_where_the_clock_isnt_known_only_that_is_said_which_both_clocks_say(
    ns: int, board: Board, last_day: date | None
) -> None:
    span = krx.session_at(ns, DAYS, board, last_day=last_day)
    ordinary, late = (krx.session_at(ns, days, board, last_day=last_day) for days in CLOCKS)
    if not span.phase.unsure:
        assert (span.session, span.phase) == (ordinary.session, ordinary.phase) == (late.session, late.phase)
        return
    assert (ordinary.session, ordinary.phase) != (late.session, late.phase)
    open_ = next(each for each in (ordinary, late) if each.session is not Session.CLOSED)
    assert (span.session, span.trading_day) == (open_.session, open_.trading_day)


@given(ABOUT_IT, st.sampled_from(Board), st.sampled_from([None, UNSURE]))
def test_where_the_clock_isnt_known_one_is_flat_by_the_earlier(
    ns: int, board: Board, last_day: date | None
) -> None:
    by = krx.flatten_by(ns, DAYS, 60, board, last_day=last_day)
    ordinary, late = (krx.flatten_by(ns, days, 60, board, last_day=last_day) for days in CLOCKS)
    if krx.session_at(ns, DAYS, board, last_day=last_day).phase is Phase.ENDING:
        assert by <= ns  # at once
    else:
        assert by == min(ordinary, late)


def test_a_contract_that_ends_on_a_day_whose_clock_isnt_known_can_be_made() -> None:
    ends = [krx.instrument("A017B000", margin=0.1, days=days).expiry for days in (DAYS, *CLOCKS)]
    assert ends == [at("2027-11-11 15:20"), at("2027-11-11 15:20"), at("2027-11-11 16:20")]


def test_hours_before_the_table_are_refused() -> None:
    with pytest.raises(DataError, match="2016-08-01"):
        krx.session_at(at("2011-02-16 09:00"), DAYS)


def test_an_instrument_knows_its_own_hours() -> None:
    future = krx.instrument("A016C000", margin=0.08)
    share = krx.instrument("005930")
    night = at("2026-11-26 20:00")
    assert krx.session_of(future, night, DAYS).session is Session.NIGHT
    assert krx.session_of(share, night, DAYS).session is Session.CLOSED
    assert krx.session_of(future, at("2026-12-10 18:30"), DAYS).end == NEVER
    assert krx.flat_by(share, at("2026-11-26 10:00"), DAYS, 60) == at("2026-11-26 15:19")
    assert krx.flat_by(future, at("2026-12-10 10:00"), DAYS, 60) == at("2026-12-10 15:09")


def test_a_night_that_nobody_states_is_asked_for() -> None:
    dollar = krx.instrument(
        "A7563000", margin=0.05, last=date(2026, 3, 16), ticks=((0.0, 0.1),), multiplier=10_000.0
    )
    when = at("2026-03-03 20:00")
    with pytest.raises(ConfigError, match=r"A7563000.*t8455.*night="):
        krx.session_of(dollar, when, DAYS)
    assert krx.session_of(dollar, when, DAYS, night=False).session is Session.CLOSED
