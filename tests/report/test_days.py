"""A bar is dated by its market's day, however its source stamps it."""

import numpy as np
import pytest

from report import metrics
from report.days import DAY, Calendar

HOUR = DAY // 24
ZONES = ["UTC", "Asia/Seoul", "America/New_York", "Pacific/Auckland", "America/Los_Angeles", "Europe/London"]


def ns(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


@pytest.mark.parametrize("zone", ZONES)
def test_a_date_without_a_time_stays_that_date_everywhere(zone: str) -> None:
    for day in ("2024-01-31", "2024-03-10", "2024-07-01"):
        assert Calendar(zone, DAY).day(ns(day)) == day


def test_a_daily_bar_stamped_at_local_midnight_is_of_that_day() -> None:
    assert Calendar("Asia/Seoul", DAY).day(ns("2024-01-04T15:00")) == "2024-01-05"  # a Friday, not Thursday
    assert Calendar("America/New_York", DAY).day(ns("2024-01-05T05:00")) == "2024-01-05"
    assert Calendar("America/New_York", DAY).day(ns("2024-07-05T04:00")) == "2024-07-05"  # summer time


def test_a_session_that_opens_the_evening_before_is_the_next_day_s() -> None:
    assert Calendar("America/Chicago", DAY).day(ns("2024-01-07T23:00")) == "2024-01-08"  # Sunday 17:00


def test_a_shorter_bar_is_of_the_day_it_opens_in() -> None:
    seoul = Calendar("Asia/Seoul", HOUR)
    assert (
        seoul.day(ns("2024-01-04T14:59")) == "2024-01-04"
        and seoul.day(ns("2024-01-04T15:00")) == "2024-01-05"
    )
    assert seoul.moment(ns("2024-01-04T15:30")) == "2024-01-05 00:30"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("timeframe", [HOUR, DAY])
def test_days_end_where_the_next_bar_is_of_another(zone: str, timeframe: int) -> None:
    """Over a year with both clock changes, with bars missing."""
    ts = np.delete(ns("2023-12-01T05:00") + timeframe * np.arange(370 * DAY // timeframe), slice(100, 130))
    calendar = Calendar(zone, timeframe)
    one_by_one = [calendar.day(int(each)) for each in ts.tolist()]
    changes = [place for place in range(len(ts) - 1) if one_by_one[place] != one_by_one[place + 1]]
    np.testing.assert_array_equal(calendar.ends(ts), [*changes, len(ts) - 1])
    assert calendar.days(ts).astype("datetime64[D]").astype(str).tolist() == one_by_one


def test_months_are_those_of_the_market() -> None:
    ts = ns("2024-01-01T15:00") + DAY * np.arange(59)  # Seoul's midnights of 2024-01-02 to 2024-02-29
    equity = np.linspace(101.0, 130.0, 59)
    months = metrics.monthly_returns(ts, equity, 100.0, Calendar("Asia/Seoul", DAY))
    assert [name for name, _ in months] == ["2024-01", "2024-02"]
    assert months[0][1] == pytest.approx(equity[29] / 100.0 - 1.0)  # 2024-01-31 is the thirtieth


def test_returns_by_day_are_by_the_market_s_day() -> None:
    ts = ns("2024-01-01T15:00") + HOUR * np.arange(72)  # three days of Seoul, parts of four of UTC
    equity = 100.0 + np.arange(72)
    assert len(metrics.period_returns(ts, HOUR, equity, 100.0, "Asia/Seoul").values) == 3
    assert len(metrics.period_returns(ts, HOUR, equity, 100.0).values) == 4
