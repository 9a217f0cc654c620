"""Strategies for KRX: the laws of all strategies on its codes and hours, and what each promises besides."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from market import krx
from market.bars import PRICES, Bars, Panel
from market.errors import ConfigError, DataError
from market.instruments import Instrument
from market.krx.clock import day_of, ns_of
from market.timeframes import DAY, MINUTE
from strategies.condition_hits import ConditionHits
from strategies.futures_trend import FuturesTrend
from strategies.korean_sessions import session_bars
from strategies.session_breakout import SessionBreakout
from strategies.signals import SignalKind

DAYS = krx.calendar()
CONTRACTS = ("101T3000", "101T6000", "101T9000", "101TC000")  # the quarters of 2023
REAL = Path("../shared/data/korea/kospi200_index_ohlc.csv.gz")


def quarters(seed: int = 1, days: int = 245) -> Panel:
    """A year of daily bars of four contracts, each until its last day."""
    random = np.random.default_rng(seed)
    day, dates = DAYS.from_on(day_of(ns_of(date(2023, 1, 2), 600))), []
    for _ in range(days):
        dates.append(day)
        day = DAYS.next(day)
    ts = np.array([ns_of(each, 540) for each in dates], np.int64)  # 09:00 in Seoul, midnight UTC
    index = np.round(330.0 * np.exp(np.cumsum(random.normal(0.0, 0.011, days))) / 0.05) * 0.05
    instruments = tuple(krx.instrument(code, margin=0.1) for code in CONTRACTS)
    close = np.repeat(index[:, None], len(instruments), axis=1) + 0.5 * np.arange(len(instruments))
    for column, one in enumerate(instruments):
        close[ts >= one.expiry, column] = np.nan
    open_ = np.vstack([close[:1], close[:-1]])
    high, low = np.fmax(open_, close) + 0.5, np.fmin(open_, close) - 0.5
    open_ = np.where(np.isnan(close), np.nan, open_)
    columns = [np.where(np.isnan(close), np.nan, each) for each in (open_, high, low, close)]
    return Panel(instruments, DAY, ts, *columns, np.where(np.isnan(close), np.nan, 1e5))


def sessions(seed: int = 1, timeframe: int = 5 * MINUTE, count: int = 6) -> Panel:
    """Bars of day and night sessions in a row, without those between them."""
    future = krx.instrument("A016C000", margin=0.1)
    start = ns_of(date(2026, 10, 12), 8 * 60 + 45)
    ts = start + timeframe * np.arange(count * DAY // timeframe, dtype=np.int64)
    ts = ts[session_bars(future, ts, timeframe, 0.0, DAYS).number >= 0]
    random = np.random.default_rng(seed)
    close = np.round(1000.0 * np.exp(np.cumsum(random.normal(0.0, 0.001, len(ts)))) / 0.05) * 0.05
    open_ = np.r_[close[:1], close[:-1]]
    high, low = np.maximum(open_, close) + 0.1, np.minimum(open_, close) - 0.1
    shape = (len(ts), 1)
    prices = [each.reshape(shape) for each in (open_, high, low, close)]
    return Panel((future,), timeframe, ts, *prices, np.full(shape, 100.0))


WORLDS = {
    "trend": (FuturesTrend(entry=10, exit=5, memory=30), quarters()),
    "trend, long only": (FuturesTrend(entry=5, exit=3, memory=10, shorts=False), quarters(3)),
    "trend by day": (FuturesTrend(entry=20, exit=10, memory=60, overnight=False), sessions(2)),
    "breakout": (SessionBreakout(), sessions()),
    "breakout by day": (SessionBreakout(nights=False, shorts=False, range_minutes=15), sessions(5)),
}


@pytest.fixture(params=WORLDS)
def world(request):
    return WORLDS[request.param]


def test_it_says_something(world):
    strategy, panel = world
    assert len(strategy.read(panel)) > 5


def test_no_bar_changes_what_was_said_before_it(world):
    strategy, panel = world
    whole = strategy.read(panel).rows
    for n_bars in [*range(1, len(panel), 17), *(whole["bar"] + 1).tolist()]:
        cut = strategy.read(panel.head(int(n_bars))).rows
        assert cut.tobytes() == whole[whole["bar"] < n_bars].tobytes()


def test_a_different_future_changes_nothing_that_was_said(world):
    strategy, panel = world
    half = len(panel) // 2
    changed = {name: getattr(panel, name).copy() for name in PRICES}
    for column in changed.values():
        column[half:] *= 1.5
    other = strategy.read(Panel(panel.instruments, panel.timeframe, panel.ts, **changed)).rows
    whole = strategy.read(panel).rows
    assert other[other["bar"] < half].tobytes() == whole[whole["bar"] < half].tobytes()


def test_after_its_warmup_nothing_depends_on_earlier_history(world):
    strategy, panel = world
    whole = strategy.read(panel).rows
    for start in (len(panel) // 5, len(panel) // 3):
        first = start + strategy.warmup
        later = strategy.read(panel.rows(start, len(panel))).rows
        later["bar"] += start
        assert later[later["bar"] >= first].tobytes() == whole[whole["bar"] >= first].tobytes()


# --- the trend


def held(panel: Panel, rows: np.ndarray) -> np.ndarray:
    """Side in each contract after each bar's signals, shape (n_bars, n_contracts)."""
    found = np.zeros((len(panel), len(panel.instruments)), int)
    for row in rows:
        found[row["bar"] :, row["instrument"]] = row["side"] if row["kind"] == SignalKind.ENTER else 0
    return found


def test_only_one_contract_is_held_and_none_on_its_last_days():
    for seed in range(8):
        panel, strategy = quarters(seed), FuturesTrend(entry=8, exit=4, memory=40, roll_days=3)
        sides = held(panel, strategy.read(panel).rows)
        assert ((sides != 0).sum(axis=1) <= 1).all() and (sides != 0).any()
        for column, one in enumerate(panel.instruments):
            day = day_of(one.expiry)
            for _ in range(3):
                day = DAYS.next(day, -1)
            assert not sides[panel.ts >= ns_of(day, 540), column].any()


def test_a_trend_is_carried_into_the_next_contract_on_the_day_of_the_roll():
    panel = quarters(0, 120)
    rising = {name: getattr(panel, name).copy() for name in PRICES}
    climb = np.linspace(0.0, 60.0, len(panel))[:, None]
    for name in ("open", "high", "low", "close"):
        base = 330.0 + climb + (0.5 if name == "high" else -0.5 if name == "low" else 0.0)
        rising[name] = np.where(np.isnan(panel.close), np.nan, base + 0.5 * np.arange(4))
    trending = Panel(panel.instruments, panel.timeframe, panel.ts, **rising)
    rows = FuturesTrend(entry=10, exit=5, memory=30).read(trending).rows
    out = rows[(rows["kind"] == SignalKind.EXIT) & (rows["instrument"] == 0)]
    into = rows[(rows["kind"] == SignalKind.ENTER) & (rows["instrument"] == 1)]
    assert out["bar"][:1].tolist() == into["bar"].tolist() and (into["side"] == 1).all()


def test_by_day_it_is_flat_at_every_closing_auction():
    strategy, panel = WORLDS["trend by day"]
    sides = held(panel, strategy.read(panel).rows)[:, 0]
    marks = session_bars(panel.instruments[0], panel.ts, panel.timeframe, 300.0, DAYS)
    assert marks.late.any() and not sides[marks.late].any()


def closed(rows: np.ndarray, side: int, instrument: int = 0) -> list[int]:
    """Bars at which a side of an instrument is closed."""
    mine = (rows["kind"] == SignalKind.EXIT) & (rows["side"] == side) & (rows["instrument"] == instrument)
    found: list[int] = rows["bar"][mine].tolist()
    return found


@pytest.mark.parametrize("side", [1, -1])
def test_by_day_both_sides_are_closed_before_every_auction_whatever_it_held(side: int):
    strategy, panel = WORLDS["trend by day"]
    marks = session_bars(panel.instruments[0], panel.ts, panel.timeframe, 300.0, DAYS)
    assert set(np.flatnonzero(marks.late)) <= set(closed(strategy.read(panel).rows, side))
    still = replace(panel, **{name: np.full(panel.close.shape, 1000.0) for name in PRICES})
    assert closed(strategy.read(still).rows, side) == np.flatnonzero(marks.late).tolist()


@pytest.mark.parametrize("side", [1, -1])
def test_after_a_roll_both_sides_of_the_old_contract_are_closed_whatever_it_held(side: int):
    panel = quarters()
    calm = {name: np.where(np.isnan(panel.close), np.nan, 330.0) for name in PRICES}
    rows = FuturesTrend(entry=8, exit=4, memory=40).read(replace(panel, **calm)).rows
    for column, one in enumerate(panel.instruments):
        day = day_of(one.expiry)
        for _ in range(3):
            day = DAYS.next(day, -1)
        after = np.flatnonzero((panel.ts >= ns_of(day, 540)) & ~np.isnan(panel.close[:, column]))
        assert closed(rows, side, column) == after.tolist()


@pytest.mark.skipif(not REAL.exists(), reason="needs the shared market data")
def test_on_real_prices_of_the_index_it_trades_and_rolls():
    import pandas as pd

    frame = pd.read_csv(REAL)
    ts = pd.to_datetime(frame["date"]).astype("datetime64[ns]").astype("int64").to_numpy()
    codes = [f"101{year}{month}000" for year in "FGHJK" for month in "369C"]
    instruments = tuple(krx.instrument(code, margin=0.1) for code in codes)
    lasts = np.array([one.expiry for one in instruments])
    alive = (ts[:, None] < lasts) & (ts[:, None] > lasts - 280 * DAY)
    columns = [
        np.where(alive, frame[name].to_numpy(float)[:, None], np.nan)
        for name in ("start", "high", "low", "close")
    ]
    panel = Panel(instruments, DAY, ts, *columns, np.where(alive, 1e5, np.nan))
    rows = FuturesTrend().read(panel).rows
    traded = np.unique(rows["instrument"])
    assert len(rows) > 40 and len(traded) > 15
    assert ((held(panel, rows) != 0).sum(axis=1) <= 1).all()


def test_what_has_no_expiry_and_bars_too_long_are_refused():
    panel = quarters()
    coins = replace(panel, instruments=tuple(Instrument(f"C{k}@x") for k in range(4)))
    with pytest.raises(ConfigError, match="no future"):
        FuturesTrend().read(coins)
    with pytest.raises(ConfigError, match="shorter than a day"):
        FuturesTrend(overnight=False).read(panel)
    with pytest.raises(ConfigError, match="shorter than a day"):
        SessionBreakout().read(panel)


# --- the breakout


@pytest.mark.parametrize("lead", [0, 5, 30])
def test_every_session_ends_flat_and_has_one_trade_at_most(lead: int):
    panel, strategy = sessions(7, count=10), SessionBreakout(lead_minutes=lead)
    rows = strategy.read(panel).rows
    marks = session_bars(panel.instruments[0], panel.ts, panel.timeframe, 60.0 * lead, DAYS)
    sides = held(panel, rows)[:, 0]
    assert not sides[marks.late].any()
    entered = marks.number[rows["bar"][rows["kind"] == SignalKind.ENTER]]
    assert len(np.unique(entered)) == len(entered) > 5
    assert marks.night[rows["bar"]].any() and not marks.night[rows["bar"]].all()


@pytest.mark.parametrize("nights", [True, False])
@pytest.mark.parametrize("side", [1, -1])
def test_both_sides_are_closed_before_every_auction_with_or_without_a_break(side: int, nights: bool):
    panel = sessions(7)
    marks = session_bars(panel.instruments[0], panel.ts, panel.timeframe, 300.0, DAYS)
    still = replace(panel, **{name: np.full(panel.close.shape, 1000.0) for name in PRICES})
    for each in (panel, still):
        rows = SessionBreakout(nights=nights).read(each).rows
        assert closed(rows, side) == np.flatnonzero(marks.late).tolist()


def test_the_session_of_a_bar_is_krxs():
    panel = sessions()
    marks = session_bars(panel.instruments[0], panel.ts, panel.timeframe, 0.0, DAYS)
    for at in range(0, len(panel), 11):
        span = krx.session_of(panel.instruments[0], int(panel.ts[at]), DAYS)
        assert (marks.number[at] >= 0) == (span.session is not krx.Session.CLOSED)
        assert marks.night[at] == (span.session is krx.Session.NIGHT)


# --- the condition's record


def minutes(code: str = "005930") -> Bars:
    ts = ns_of(date(2026, 10, 12), 540) + MINUTE * np.arange(60, dtype=np.int64)
    price = np.full(60, 70_000.0)
    return Bars(Instrument(f"{code}@ls"), MINUTE, ts, price, price, price, price, np.full(60, 10.0))


def test_a_hit_is_an_entry_of_the_first_bar_that_closes_after_it(tmp_path: Path):
    record = tmp_path / "hits.csv"
    record.write_text(
        "time,code,change\n2026-10-12T09:05:30+09:00,005930,N\n2026-10-12T09:06:00+09:00,000660,N\n"
        "2026-10-12T09:20:00+09:00,A005930,R\n2026-10-12T09:30:00+09:00,005930,O\n"
    )
    found = ConditionHits(str(record)).signals(minutes()).rows
    assert found["bar"].tolist() == [5, 19]
    assert len(ConditionHits().signals(minutes())) == 0


LINES = ("yesterday,005930,N", "2026-10-12T09:05:30,005930,N", "2026-10-12T09:05:30+09:00,005930,X")


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str):
    record = tmp_path / "hits.csv"
    record.write_text(f"time,code,change\n{line}\n")
    with pytest.raises(DataError, match="line 2"):
        ConditionHits(str(record))
    with pytest.raises(ConfigError, match="can't be read"):
        ConditionHits(str(tmp_path / "none.csv"))
