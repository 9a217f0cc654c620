"""Checks: what is odd in bars is found where it is, and sound bars have nothing odd."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.bars import PRICES, Bars, Panel
from market.checks import check
from market.findings import ERRORS, WARNINGS, Finding, runs
from market.instruments import Instrument
from market.jumps import split_ratio
from market.loaders import examine, load_bars, load_panel
from market.sessions import gaps, open_around_the_clock
from market.timeframes import DAY, HOUR, MINUTE
from tests.market.bars_world import frame, frames, ns_of


def ns(*moments: str) -> np.ndarray:
    return np.array(moments, "datetime64[ns]").astype(np.int64)


def days(start: str, stop: str, *, weekends: bool = False) -> np.ndarray:
    index = pd.date_range(start, stop, freq="D" if weekends else "B", unit="ns")
    return np.asarray(index.asi8)


def without(ts: np.ndarray, start: str, stop: str) -> np.ndarray:
    first, last = ns(start, stop)
    return ts[(ts < first) | (ts >= last)]


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [each.kind for each in findings]


def daily(ts: np.ndarray, **changed: np.ndarray) -> Bars:
    """Quiet bars at 100 with the given columns put in."""
    level = np.full(len(ts), 100.0)
    wiggle = level * (1 + 0.001 * np.sin(np.arange(len(ts))))
    columns = {"open": wiggle, "high": level * 1.01, "low": level * 0.99, "close": level, "volume": level}
    return Bars(Instrument("X@test"), DAY, ts, **(columns | changed))


@settings(max_examples=20)
@given(frames())
def test_every_finding_is_declared_and_points_at_a_row(table: pd.DataFrame) -> None:
    for found in examine(table):
        assert found.kind in WARNINGS and found.severity == "warning"
        assert 0 <= found.row <= len(table)
        assert found.row == 0 or found.ts == ns_of(table)[found.row - 1]


def test_errors_and_warnings_share_only_the_range_rule() -> None:
    assert set(ERRORS) & set(WARNINGS) == {"outside"}


@given(st.lists(st.booleans(), max_size=40))
def test_runs_cover_exactly_what_is_true(mask: list[bool]) -> None:
    again = np.zeros(len(mask), bool)
    last = -1
    for first, count in runs(np.array(mask, bool)):
        assert first > last and count > 0
        again[first : first + count] = True
        last = first + count
    assert again.tolist() == mask


def test_around_the_clock_every_missing_bar_is_a_gap() -> None:
    ts = np.arange(0, 60 * DAY, HOUR) + ns("2024-01-01")[0]
    assert open_around_the_clock(ts) and len(gaps(ts, HOUR)) == 0
    holed = without(ts, "2024-01-14T03:00", "2024-01-14T04:00")
    assert holed[gaps(holed, HOUR)].tolist() == ns("2024-01-14T04:00").tolist()


def test_a_few_days_around_the_clock_are_known_without_a_weekend() -> None:
    ts = np.arange(0, 4 * DAY, 5 * MINUTE) + ns("2024-01-01")[0]
    holed = without(ts, "2024-01-02T03:00", "2024-01-02T09:00")
    assert len(gaps(holed, 5 * MINUTE)) == 1


def test_weekends_and_holidays_are_no_gaps() -> None:
    ts = days("2017-01-02", "2017-12-29")
    chuseok = without(ts, "2017-10-02", "2017-10-10")  # six weekdays, the longest closure of KRX
    assert not open_around_the_clock(chuseok) and len(gaps(chuseok, DAY)) == 0


def test_seven_weekdays_without_a_bar_are_a_gap() -> None:
    ts = without(days("2017-01-02", "2017-12-29"), "2017-10-02", "2017-10-11")
    assert ts[gaps(ts, DAY)].tolist() == ns("2017-10-11").tolist()


def session(date: np.ndarray, *hours: float) -> np.ndarray:
    return np.sort((date[:, None] + np.array(hours) * HOUR).astype(np.int64).ravel())


def test_nights_and_lunch_breaks_are_no_gaps() -> None:
    ts = session(days("2024-01-01", "2024-03-29"), 0, 1, 2, 4, 5)
    assert len(gaps(ts, HOUR)) == 0


def test_a_bar_missing_inside_a_session_is_a_gap() -> None:
    ts = session(days("2024-01-01", "2024-03-29"), 0, 1, 2, 4, 5)
    holed = without(ts, "2024-02-06T01:00", "2024-02-06T02:00")
    assert holed[gaps(holed, HOUR)].tolist() == ns("2024-02-06T02:00").tolist()


def test_crypto_days_have_no_weekends() -> None:
    ts = days("2024-01-01", "2024-12-31", weekends=True)
    assert len(gaps(ts, DAY)) == 0
    holed = without(ts, "2024-06-08", "2024-06-09")  # a Saturday
    assert holed[gaps(holed, DAY)].tolist() == ns("2024-06-09").tolist()


def test_a_halt_loads_as_no_bar_with_a_word() -> None:
    table = frame(30, "1D")
    table.loc[[10, 11], ["open", "high", "low", "volume"]] = 0.0
    table.loc[20, ["open", "high", "low", "volume"]] = np.nan
    table.loc[25, ["open", "high", "low", "close", "volume"]] = np.nan
    found = examine(table)
    assert [(each.kind, each.row) for each in found if each.kind in ("halt", "no bar")] == [
        ("halt", 11), ("halt", 21), ("no bar", 26),
    ]  # fmt: skip
    panel = load_panel(table)
    assert len(panel) == 26 and panel.complete
    assert not np.isin(ns_of(table)[[10, 11, 20, 25]], panel.ts).any()


def test_a_halt_of_one_is_a_missing_bar_beside_others() -> None:
    one, two = frame(30, "1D", seed=1).assign(symbol="A"), frame(30, "1D", seed=2).assign(symbol="B")
    one.loc[10, ["open", "high", "low", "volume"]] = 0.0
    panel = load_panel(pd.concat([one, two]))
    assert len(panel) == 30
    for name in PRICES:
        assert np.isnan(getattr(panel, name)[10, 0]) and not np.isnan(getattr(panel, name)[10, 1])


def test_a_zero_price_with_volume_is_no_halt() -> None:
    table = frame(30, "1D")
    table.loc[10, ["open", "high", "low"]] = 0.0
    assert [(each.kind, each.row) for each in examine(table)][:3] == [("price", 11)] * 3


@pytest.mark.parametrize(("excess", "severity"), [(0.004, "warning"), (0.006, "error")])
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("name", ["open", "close"])
def test_a_price_outside_the_range_by_rounding_is_a_warning_and_by_more_an_error(
    excess: float, severity: str, side: int, name: str
) -> None:
    table = frame(30, "1D")
    edge = table.loc[10, "high" if side > 0 else "low"]
    table.loc[10, name] = edge * (1 + side * excess)
    found = [each for each in examine(table) if each.kind == "outside"]
    assert [(each.severity, each.row) for each in found] == [(severity, 11)]
    if severity == "warning":
        assert load_panel(table).close[10, 0] == table.loc[10, "close"]  # not mended


def test_volume_that_is_nothing_or_unknown_is_a_word() -> None:
    table = frame(30, "1D")
    table.loc[[5, 6], "volume"] = 0.0
    table.loc[9, "volume"] = np.nan
    assert [(each.kind, each.row) for each in examine(table)] == [("zero volume", 6), ("no volume", 10)]
    assert kinds(examine(table.drop(columns="volume"))) == ["no volume"]


@pytest.mark.parametrize("ratio", [2, 3, 4, 5, 7, 10, 20, 50, 1.5, 1 / 2, 1 / 10, 1 / 50])
def test_a_ratio_of_small_whole_numbers_looks_like_a_split(ratio: float) -> None:
    bars = daily(days("2024-01-01", "2024-12-31"))
    scale = np.where(np.arange(len(bars)) < 100, 1.0, 1.0 / ratio)
    split = replace(bars, **{name: getattr(bars, name) * scale for name in PRICES[:4]})
    found = [each for each in check(split) if each.kind == "split"]
    assert [each.row for each in found] == [101]
    word = "a split of" if ratio > 1 else "a reverse split of"
    shown = "3:2" if ratio == 1.5 else f"{max(ratio, 1 / ratio):g}:1"
    assert f"{word} {shown}" in found[0].message


def test_a_crash_is_a_jump_and_not_a_split() -> None:
    bars = daily(days("2024-01-01", "2024-12-31"))
    scale = np.where(np.arange(len(bars)) < 100, 1.0, 1 / 1.9)
    crashed = replace(bars, **{name: getattr(bars, name) * scale for name in PRICES[:4]})
    assert [(each.kind, each.row) for each in check(crashed)] == [("jump", 101)]
    assert split_ratio(np.log(1.9)) is None and split_ratio(-np.log(2.04)) == 2.0


def test_a_market_that_always_moves_much_has_no_jumps() -> None:
    random = np.random.default_rng(4)
    ts = days("2020-01-01", "2024-12-31", weekends=True)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.08, len(ts))))
    opens = np.concatenate(([100.0], close[:-1])) * np.exp(random.normal(0, 0.08, len(ts)))
    high, low = np.maximum(opens, close), np.minimum(opens, close)
    assert "jump" not in kinds(check(daily(ts, open=opens, high=high, low=low, close=close)))


def test_a_year_of_silence_or_a_month_and_a_jump_is_another_company() -> None:
    ts = np.concatenate([days("2001-01-01", "2001-12-31"), days("2003-06-02", "2003-12-31")])
    assert "reuse" in kinds(check(daily(ts)))
    ts = np.concatenate([days("2001-01-01", "2001-12-31"), days("2002-03-01", "2002-12-31")])
    assert "reuse" not in kinds(check(daily(ts)))
    scale = np.where(ts < ns("2002-01-01")[0], 1.0, 10.0)
    bars = daily(ts)
    assert "reuse" in kinds(check(replace(bars, **{n: getattr(bars, n) * scale for n in PRICES[:4]})))


def test_a_panel_s_findings_name_the_instrument_and_the_panel_s_row() -> None:
    ts = days("2024-01-01", "2024-06-28")
    fields = {name: np.repeat(getattr(daily(ts), name)[:, None], 3, axis=1).copy() for name in PRICES}
    for field in fields.values():
        field[50, 2] = np.nan
    panel = Panel(tuple(Instrument(f"{name}@test") for name in "ABC"), DAY, ts, **fields)
    found = check(panel)
    assert [(each.kind, each.row, each.instrument) for each in found] == [("gap", 51, "C@test")]
    assert str(found[0]).startswith("C@test: row 51: 1 row without a bar")


def test_a_day_on_which_most_rest_is_a_holiday() -> None:
    ts = days("2024-01-01", "2024-06-28")
    fields = {name: np.repeat(getattr(daily(ts), name)[:, None], 3, axis=1).copy() for name in PRICES}
    for field in fields.values():
        field[50, 1:] = np.nan
        field[:20, 0] = np.nan  # listed later
    assert check(Panel(tuple(Instrument(f"{name}@test") for name in "ABC"), DAY, ts, **fields)) == ()


def test_bars_are_checked_as_their_columns_are() -> None:
    table = frame(50, "1h")
    table.loc[[5, 6], "volume"] = 0.0
    bars = load_bars(table)
    assert [(each.kind, each.row) for each in check(bars)] == [("zero volume", 6)]


def test_the_newest_first_is_a_word() -> None:
    assert kinds(examine(frame(30).iloc[::-1])) == ["newest first"]
