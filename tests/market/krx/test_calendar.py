"""Trading days, checked against the days on which the market really traded; last trading days; settlement."""

import subprocess
import sys
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import krx
from market.errors import DataError
from market.krx.calendar import ALSO_CLOSED, EXAMS
from market.krx.expiries import monthly, nth_weekday, weekly, weekly_from
from tests.market.krx.real_day import FOLDER, needs_data

DAYS = krx.calendar()
ANY_DAY = st.dates(date(2000, 1, 1), date(2027, 12, 31))
MONTHS = st.tuples(st.integers(2001, 2027), st.integers(1, 12))


@needs_data
def test_the_calendar_is_the_days_on_which_the_market_traded() -> None:
    shares = pd.read_parquet(FOLDER / "stocks_daily_15.parquet")
    index = pd.read_csv(FOLDER / "kospi200_index_close_valuation.csv.gz")
    traded = set(pd.to_datetime(shares[shares["Volume"] > 0]["Date"]).dt.date)
    traded |= set(pd.to_datetime(index["Date"]).dt.date)
    day, last, seen = date(2000, 1, 1), date(2018, 12, 28), 0
    while day <= last:
        assert DAYS.trades(day) == (day in traded), day
        seen += day in traded
        day += timedelta(days=1)
    print(f"\n{seen} trading days from 2000 to 2018, and no other")


@pytest.mark.parametrize(
    "closed", ["2026-06-03", "2026-07-17", "2026-12-31", "2025-06-03", "2024-10-01", "2000-12-27"]
)
def test_days_that_other_calendars_miss_are_closed(closed: str) -> None:
    assert not DAYS.trades(date.fromisoformat(closed))


def test_days_announced_since_can_be_given() -> None:
    day = date(2026, 11, 27)
    assert DAYS.trades(day)
    assert not krx.calendar(closed=[day]).trades(day)
    assert krx.calendar(opened=[date(2026, 12, 25)]).trades(date(2026, 12, 25))


@given(ANY_DAY)
def test_the_next_trading_day_is_the_first_after(day: date) -> None:
    after = DAYS.next(day)
    assert DAYS.trades(after) and after > day
    assert not any(DAYS.trades(day + timedelta(days=n)) for n in range(1, (after - day).days))
    assert not DAYS.trades(day) or DAYS.next(after, -1) == day


@given(MONTHS)
def test_monthly_contracts_end_on_a_trading_day_up_to_the_second_thursday(month: tuple[int, int]) -> None:
    last, thursday = monthly(*month, DAYS), nth_weekday(*month, "Thursday", 2)
    assert DAYS.trades(last)
    assert last == thursday or (last < thursday and not DAYS.trades(thursday))
    assert DAYS.next(last) > thursday


@given(MONTHS, st.integers(1, 4), st.sampled_from(["Monday", "Thursday"]))
def test_weekly_options_end_on_a_trading_day_on_the_side_that_the_rule_says(
    month: tuple[int, int], week: int, weekday: str
) -> None:
    if weekday == "Thursday" and week == 2:
        with pytest.raises(DataError, match="monthly options do"):
            weekly(*month, week, weekday, DAYS)
        return
    last, named = weekly(*month, week, weekday, DAYS), nth_weekday(*month, weekday, week)
    assert DAYS.trades(last)
    assert last >= named if weekday == "Monday" else last <= named
    assert weekly_from(last, week, weekday, DAYS) == last


def test_last_days_around_holidays() -> None:
    assert monthly(2026, 12, DAYS) == date(2026, 12, 10)
    assert monthly(2025, 10, DAYS) == date(2025, 10, 2)  # the 9th is Hangul Day, the week before it Chuseok
    assert weekly(2024, 1, 1, "Monday", DAYS) == date(2024, 1, 2)  # New Year's Day
    assert weekly(2026, 9, 4, "Thursday", DAYS) == date(2026, 9, 23)  # the day before Chuseok
    assert weekly_from(date(2026, 11, 26), 1, "Monday", DAYS) == date(2026, 12, 7)


@pytest.mark.parametrize(("week", "weekday"), [(6, "Monday"), (0, "Thursday"), (5, "Monday")])
def test_a_week_that_a_month_hasnt_is_refused(week: int, weekday: str) -> None:
    with pytest.raises(DataError, match=rf"2026-02 has no {weekday} number {week}"):
        weekly(2026, 2, week, weekday, DAYS)


@given(ANY_DAY)
def test_trades_settle_on_the_second_trading_day_after(day: date) -> None:
    if not DAYS.trades(day):
        with pytest.raises(DataError, match="closed"):
            krx.settlement_day(day, DAYS)
        return
    settled = krx.settlement_day(day, DAYS)
    between = [day + timedelta(days=n) for n in range(1, (settled - day).days + 1)]
    assert sum(DAYS.trades(each) for each in between) == 2 and DAYS.trades(settled)


def test_thursdays_on_which_an_examination_may_be_are_unsure_until_its_day_is_named() -> None:
    day, thursdays = date(2027, 11, 18), [date(2027, 11, 11), date(2027, 11, 18), date(2027, 11, 25)]
    assert DAYS.unsure_after(date(2027, 11, 1), 60) == thursdays
    assert not any(DAYS.exam(each) for each in thursdays)
    named = krx.calendar(exams=[day])
    assert named.exam(day) and not named.unsure_after(date(2027, 11, 1), 60)
    assert krx.calendar(closed=[thursdays[0]]).unsure_after(date(2027, 11, 1), 60) == thursdays[1:]
    assert not DAYS.unsure_after(min(EXAMS), (max(EXAMS) - min(EXAMS)).days)
    assert all(DAYS.trades(exam) and exam.weekday() == 3 for exam in EXAMS)
    assert all(day.year == 2000 for day in ALSO_CLOSED)


def test_a_calendar_says_what_was_given_beyond_the_table() -> None:
    assert str(DAYS) == ""
    given = krx.calendar(closed=[date(2027, 5, 6)], exams=[date(2027, 11, 18)])
    assert str(given) == "closed 2027-05-06, exams 2027-11-18"


def test_years_before_the_table_are_refused() -> None:
    with pytest.raises(DataError, match="from 2000 on"):
        DAYS.trades(date(1999, 1, 4))


def test_the_holidays_are_loaded_only_when_asked() -> None:
    code = "import sys; from market import krx; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
