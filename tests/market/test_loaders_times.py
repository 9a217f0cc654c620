"""Times: every usual way to write them gives the same instants, and none is guessed."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.errors import ConfigError, DataError
from market.loaders import load_panel
from market.reading.clock import instants, moment_ns
from market.reading.zones import localised
from market.timeframes import DAY, HOUR
from tests.market.bars_world import csv, frame, ns_of, parquet

UTC = pd.date_range("2024-01-28 09:30", periods=40, freq="h", tz="UTC")
EXPECTED = UTC.as_unit("ns").asi8

WRITTEN = {
    "iso with Z": "%Y-%m-%dT%H:%M:%SZ",
    "iso naive": "%Y-%m-%d %H:%M:%S",
    "iso minutes": "%Y-%m-%dT%H:%M",
    "iso with zeros for an offset": "%Y-%m-%dT%H:%M:%S.000+0000",
    "a named zone": "%Y-%m-%d %H:%M:%S UTC",
    "slashes": "%Y/%m/%d %H:%M:%S",
    "slashes with an offset": "%Y/%m/%d %H:%M+00:00",
    "dots": "%Y.%m.%d %H:%M",
    "korean": "%Y년 %m월 %d일 %H:%M",
    "spaced": "%Y- %m- %d %H:%M",
    "us": "%m/%d/%Y %I:%M %p",
    "us short": "%m/%d/%y %H:%M",
    "day first": "%d.%m.%Y %H:%M:%S",
    "month name": "%d-%b-%y %H:%M",
    "month name first": "%b %d, %Y %H:%M",
    "compact": "%Y%m%d%H%M%S",
    "compact minutes": "%Y%m%d%H%M",
    "compact date": "%Y%m%d %H:%M:%S",
}
DIGITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def read(values: object, timezone: str | None = None) -> np.ndarray:
    return instants(pa.chunked_array([pa.array(values)]), "x", timezone)


@pytest.mark.parametrize("kind", WRITTEN)
def test_usual_ways_to_write_a_time_give_the_same_instants(kind: str) -> None:
    np.testing.assert_array_equal(read(UTC.strftime(WRITTEN[kind]).tolist()), EXPECTED)


@pytest.mark.parametrize("unit", DIGITS)
@pytest.mark.parametrize("as_type", [int, float, str])
def test_epochs_of_any_unit_are_told_by_their_size(unit: str, as_type: type) -> None:
    values = [as_type(each) for each in (EXPECTED // DIGITS[unit]).tolist()]
    if as_type is float and unit == "ns":
        pytest.skip("a float can't hold ns")
    np.testing.assert_array_equal(read(values), EXPECTED)


@pytest.mark.parametrize("unit", DIGITS)
def test_arrow_times_of_any_unit_and_zone_are_instants(unit: str) -> None:
    for zone in (None, "UTC", "Asia/Seoul"):
        column = pa.array(EXPECTED, pa.timestamp("ns", zone)).cast(pa.timestamp(unit, zone))
        np.testing.assert_array_equal(instants(pa.chunked_array([column]), "x"), EXPECTED)


def test_dates_are_midnights() -> None:
    expected = np.array(["2024-02-28", "2024-02-29"], "datetime64[ns]").astype(np.int64)
    for values in (
        [date(2024, 2, 28), date(2024, 2, 29)],
        ["2024-02-28", "2024-02-29"],
        [20240228, 20240229],
        ["28-Feb-24", "29-Feb-24"],
        ["2024. 2. 28.", "2024. 2. 29."],
    ):
        np.testing.assert_array_equal(read(values), expected)


@settings(max_examples=60)
@given(
    st.sampled_from(["Asia/Seoul", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 2_000_000_000),
    st.sampled_from([60, 1800, 3600, 86_400]),
)
def test_local_times_come_back_from_any_zone(zone: str, start: int, step: int) -> None:
    utc = pd.date_range(pd.Timestamp(start // 60 * 60, unit="s", tz="UTC"), periods=50, freq=f"{step}s")
    wall = utc.tz_convert(zone).tz_localize(None)
    if pd.Index(wall.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")).isna().any():
        return  # refused, as the next tests say
    np.testing.assert_array_equal(localised(wall.as_unit("ns").asi8, zone, "x"), utc.as_unit("ns").asi8)


def test_naive_times_are_utc_unless_a_zone_is_given(tmp_path: Path) -> None:
    table = frame(30)
    naive = table.assign(time=table["time"].dt.tz_localize(None))
    for source in (naive, csv(naive, tmp_path), parquet(naive, tmp_path)):
        np.testing.assert_array_equal(load_panel(source).ts, ns_of(table))
        np.testing.assert_array_equal(load_panel(source, timezone="Asia/Seoul").ts, ns_of(table) - 9 * HOUR)
    aware = csv(table, tmp_path, "aware.csv")
    np.testing.assert_array_equal(load_panel(aware, timezone="Asia/Seoul").ts, ns_of(table))


def test_daily_bars_stay_daily_across_summer_time(tmp_path: Path) -> None:
    table = frame(400, "1D").assign(time=pd.date_range("2023-01-01", periods=400).strftime("%Y-%m-%d"))
    panel = load_panel(csv(table, tmp_path), timezone="America/New_York")
    assert panel.timeframe == DAY
    assert set(np.unique(np.diff(panel.ts))) == {23 * HOUR, DAY, 25 * HOUR}


@pytest.mark.parametrize("wall", ["2024-03-10T02:30", "2024-11-03T01:30"])
def test_a_time_that_a_clock_change_skips_or_repeats_is_refused_by_row(wall: str) -> None:
    with pytest.raises(DataError, match=rf"row 2: {wall} doesn't name one instant in America/New_York"):
        read(["2024-01-01T00:30", wall], "America/New_York")


def test_offsets_of_summer_and_winter_are_one_zone(tmp_path: Path) -> None:
    table = frame(100, "1h", "2024-03-09")
    local = table.assign(time=[each.isoformat() for each in table["time"].dt.tz_convert("America/New_York")])
    assert local["time"].str[-6:].nunique() == 2
    np.testing.assert_array_equal(load_panel(csv(local, tmp_path)).ts, ns_of(table))


@pytest.mark.parametrize("odd", ["2024-01-01T07:00:00", "2024-01-01T07:00:00+09:00"])
@pytest.mark.parametrize("as_objects", [False, True])
def test_mixed_zones_are_refused_by_row(odd: str, as_objects: bool, tmp_path: Path) -> None:
    table = frame(30)
    times = [each.isoformat() for each in table["time"]]
    times[7] = odd
    mixed = table.assign(time=[datetime.fromisoformat(each) for each in times] if as_objects else times)
    source = mixed if as_objects else csv(mixed, tmp_path)
    with pytest.raises(DataError, match=r"row 8: .*mixed time zones"):
        load_panel(source)


def test_three_offsets_are_no_zone() -> None:
    with pytest.raises(DataError, match="mixed time zones"):
        read(["2024-01-01T00:00+00:00", "2024-01-02T00:00+01:00", "2024-01-03T00:00+02:00"])


def test_a_date_and_a_time_of_day_in_two_columns_are_one_moment(tmp_path: Path) -> None:
    table = frame(30, "30min", "2024-01-04 00:00")
    local = table["time"].dt.tz_convert("Asia/Seoul")
    forms = (("%Y-%m-%d", "%H:%M:%S"), ("%Y%m%d", "%H%M%S"), ("%Y%m%d", "%H%M"), ("%Y/%m/%d", "%H:%M"))
    for day, clock in forms:
        split = table.drop(columns="time").assign(date=local.dt.strftime(day), time=local.dt.strftime(clock))
        for source in (split, csv(split, tmp_path), parquet(split, tmp_path)):
            np.testing.assert_array_equal(load_panel(source, timezone="Asia/Seoul").ts, ns_of(table))
    numbers = split.assign(
        date=local.dt.strftime("%Y%m%d").astype(int), time=local.dt.strftime("%H%M").astype(int)
    )
    np.testing.assert_array_equal(load_panel(numbers, timezone="Asia/Seoul").ts, ns_of(table))


@pytest.mark.parametrize("values", [["3/4/2024", "4/5/2024"], ["13/1/2024", "1/13/2024"]])
def test_days_and_months_that_may_be_swapped_are_refused(values: list[str]) -> None:
    with pytest.raises(DataError, match=f"row 1: date '{values[0]}' may be day/month or month/day"):
        read(values)


@pytest.mark.parametrize(
    ("values", "row"),
    [
        (["2024-01-01", "2024-02-30"], 2),
        (["2024/01/01", "2024/13/01"], 2),
        (["2024/01/01 10:00", "2024/01/01 25:00"], 2),
        (["31-Jan-24", "32-Jan-24"], 2),
        (["Jan 5, 2024", "Foo 6, 2024"], 2),
        (["2024-01-01", "soon"], 2),
        (["yesterday", "2024-01-01"], 1),
        (["2024-01-01", None], 2),
    ],
)
def test_a_time_that_is_none_is_refused_by_row(values: list[str], row: int) -> None:
    with pytest.raises(DataError, match=f"x: row {row}"):
        read(values)


def test_a_unit_that_changes_midway_is_refused_by_row() -> None:
    milliseconds = EXPECTED // 10**6
    mixed = np.concatenate([milliseconds[:20], milliseconds[20:] * 1000])
    with pytest.raises(DataError, match=r"row 21: .*another unit"):
        read(mixed.tolist())


def test_a_column_of_counters_is_no_time() -> None:
    with pytest.raises(DataError, match="time = 0 in row 1: expected dates"):
        read([0, 1, 2])


@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("2024-01-31", "2024-01-31T00:00"),
        ("2024-01-31T09:30", "2024-01-31T09:30"),
        ("2024-01-31T09:30+09:00", "2024-01-31T00:30"),
        ("2024-01-31T09:30Z", "2024-01-31T09:30"),
        (date(2024, 1, 31), "2024-01-31T00:00"),
        (datetime(2024, 1, 31, 9, 30), "2024-01-31T09:30"),
        (np.datetime64("2024-01-31T09:30"), "2024-01-31T09:30"),
        (pd.Timestamp("2024-01-31 09:30", tz="Asia/Seoul"), "2024-01-31T00:30"),
    ],
)
def test_a_moment_may_be_given_in_any_usual_way(given_as: object, expected: str) -> None:
    assert moment_ns(given_as, "since") == np.datetime64(expected, "ns").astype(np.int64)  # type: ignore[arg-type]


def test_a_moment_without_a_zone_is_in_the_data_s() -> None:
    assert moment_ns("2024-01-31", "since", "Asia/Seoul") == moment_ns("2024-01-30T15:00Z", "since")
    assert moment_ns(None, "since") is None and moment_ns(5, "since") == 5
    with pytest.raises(ConfigError, match="until = 'later'"):
        moment_ns("later", "until")
