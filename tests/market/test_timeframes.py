"""Bar lengths: written, read off timestamps, and refused when a file mixes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.errors import ConfigError, DataError
from market.timeframes import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    WEEK,
    mixed_at,
    parse_timeframe,
    timeframe_of,
    timeframe_text,
)

START = 1_704_067_200 * SECOND  # 2024-01-01


def times(*steps: int) -> np.ndarray:
    return START + np.concatenate(([0], np.cumsum(np.array(steps, np.int64))))


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1m", MINUTE),
        ("5min", 5 * MINUTE),
        ("15 minutes", 15 * MINUTE),
        ("1H", HOUR),
        ("4h", 4 * HOUR),
        ("1D", DAY),
        ("daily", DAY),
        ("day", DAY),
        ("1w", WEEK),
        ("30s", 30 * SECOND),
        ("10sec", 10 * SECOND),
        (DAY, DAY),
    ],
)
def test_usual_spellings_are_understood(text: str | int, ns: int) -> None:
    assert parse_timeframe(text) == ns


@pytest.mark.parametrize("text", ["", "fast", "0m", "1M", "1mo", "1 month", "-1h", "1.5h", "1y", "m1"])
def test_what_is_no_timeframe_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigError, match=f"timeframe '{text}'"):
        parse_timeframe(text)


def test_a_month_is_refused_because_it_has_no_fixed_length() -> None:
    with pytest.raises(ConfigError, match="no fixed length"):
        parse_timeframe("1M")


@given(st.integers(1, 500), st.sampled_from([SECOND, MINUTE, HOUR, DAY, WEEK]))
def test_text_and_back_is_the_same_length(count: int, unit: int) -> None:
    assert parse_timeframe(timeframe_text(count * unit)) == count * unit


@given(
    st.sampled_from([MINUTE, 5 * MINUTE, HOUR]),
    st.lists(st.integers(1, 30), min_size=60, max_size=200),
    st.randoms(use_true_random=False),
)
def test_missing_bars_do_not_hide_the_timeframe(length: int, longer: list[int], random: object) -> None:
    steps = [length] * (2 * len(longer)) + [length * each for each in longer]
    random.shuffle(steps)  # type: ignore[attr-defined]
    ts = times(*steps)
    found = mixed_at(ts, length)
    if found is not None:  # a long run of one longer step is another timeframe, whatever made it
        run = steps[found - 1 : found + 3]
        assert len(set(run)) == 1 and run[0] != length
    else:
        assert timeframe_of(ts, "x") == length


def test_weekends_and_holidays_keep_days_days() -> None:
    week = [DAY] * 4 + [3 * DAY]
    assert timeframe_of(times(*week * 10, 4 * DAY, *week), "x") == DAY


def test_days_of_23_and_25_hours_are_days() -> None:
    assert timeframe_of(times(*[DAY] * 9, 23 * HOUR, *[DAY] * 9, 25 * HOUR, *[DAY] * 9), "x") == DAY


def test_sessions_of_a_few_bars_keep_their_timeframe() -> None:
    assert timeframe_of(times(*([HOUR] * 5 + [19 * HOUR]) * 30), "x") == HOUR


def test_a_bar_too_early_is_refused_by_row() -> None:
    with pytest.raises(DataError, match=r"x: row 12: .* 1m .* 1d long: mixed timeframes"):
        timeframe_of(times(*[DAY] * 10, MINUTE, *[DAY] * 10), "x")


@pytest.mark.parametrize("n_rows", [4, 10, 50, 1000])
@pytest.mark.parametrize(
    ("first", "second"), [(MINUTE, 5 * MINUTE), (5 * MINUTE, MINUTE), (DAY, HOUR), (MINUTE, DAY)]
)
def test_two_timeframes_in_a_row_are_refused_where_one_begins(n_rows: int, first: int, second: int) -> None:
    ts = times(*[first] * n_rows, *[second] * n_rows)
    with pytest.raises(DataError, match="mixed timeframes") as caught:
        timeframe_of(ts, "x")
    assert f"row {2 if first > second else n_rows + 2}:" in str(caught.value)


def test_rows_are_the_files_rows() -> None:
    ts = times(*[DAY] * 10, MINUTE)
    with pytest.raises(DataError, match="row 24:"):
        timeframe_of(ts, "x", rows=np.arange(len(ts)) * 2 + 1)


def test_a_thin_market_that_trades_every_second_day_is_still_daily() -> None:
    assert timeframe_of(times(DAY, *[2 * DAY] * 5, *[DAY] * 200), "x") == DAY


def test_the_timeframe_asked_for_must_be_the_data_s() -> None:
    with pytest.raises(DataError, match="asked for is 1m, but the bars are 1d apart"):
        timeframe_of(times(*[DAY] * 10), "x", MINUTE)
    assert timeframe_of(times(*[DAY] * 10), "x", DAY) == DAY


def test_one_bar_has_the_timeframe_it_is_given_or_none() -> None:
    assert timeframe_of(times(), "x", HOUR) == HOUR
    with pytest.raises(DataError, match=r"x: 1 bar.* at least 2"):
        timeframe_of(times(), "x")
