"""Markets that strategies are tested on."""

from pathlib import Path

import numpy as np

from market.bars import PRICES, Panel
from market.instruments import Instrument
from strategies.load import load_strategy

HOUR = 3_600_000_000_000
DAY = 24 * HOUR
# They read KRX's codes and hours: test_korean.py holds them to the same laws.
KOREAN = ("futures_trend", "session_breakout", "condition_hits")
QUICK = {"momentum_rotation": {"names": 2, "skip": 5, "lookback": 40}}  # so that short markets rank and drop


def shipped(name):
    return load_strategy(name, QUICK.get(name, {}))


def weekdays(n_bars, start="2015-01-01"):
    """int64 ns of Mondays to Fridays."""
    first = np.busday_offset(start, 0, roll="forward")
    return np.busday_offset(first, np.arange(n_bars)).astype("datetime64[ns]").astype(np.int64)


def panel_of(ts, close, timeframe=DAY, timezone="UTC"):
    """Bars around given closes, shape (n_bars, n_instruments); NaN closes have no bar."""
    close = np.ascontiguousarray(close, np.float64)
    open_ = np.vstack([close[:1], close[:-1]])
    open_ = np.where(np.isnan(open_), close, open_)
    open_[np.isnan(close)] = np.nan
    high, low = np.maximum(open_, close) * 1.002, np.minimum(open_, close) * 0.998
    columns = (open_, high, low, close.copy(), np.where(np.isnan(close), np.nan, 1_000.0))
    instruments = tuple(Instrument(f"S{k}@test", timezone=timezone) for k in range(close.shape[1]))
    return Panel(instruments, timeframe, np.asarray(ts), *columns)


def daily(n_bars=600, n_instruments=4, gaps=False, seed=0):
    """Random walks on weekdays, rounded so that prices tie. With gaps: bars are missing, one starts late."""
    random = np.random.default_rng(seed)
    steps = 0.012 * random.standard_normal((n_bars, n_instruments))
    close = np.round(100.0 * np.exp(np.cumsum(steps, axis=0)), 1)
    if gaps:
        close[random.random(close.shape) < 0.05] = np.nan
        close[: n_bars // 4, -1] = np.nan
    return panel_of(weekdays(n_bars), close)


def with_empty_row(panel, row):
    """The panel with one more row before ``row``, on which nothing traded; between its neighbours in time."""
    between = panel.ts[row - 1] + 1
    columns = {name: np.insert(getattr(panel, name), row, np.nan, axis=0) for name in PRICES}
    return Panel(panel.instruments, panel.timeframe, np.insert(panel.ts, row, between), **columns)


def real_panel(folder: Path, file: str, n_bars: int, timeframe: int = HOUR) -> Panel:
    """The first bars of one real market."""
    import pandas as pd

    frame = pd.read_parquet(folder / f"{file}.parquet")[:n_bars]
    ts = pd.DatetimeIndex(frame["date"]).as_unit("ns").asi8
    columns = {name: frame[name].to_numpy(np.float64).reshape(-1, 1) for name in PRICES}
    return Panel((Instrument("REAL@test"),), timeframe, ts, **columns)


def real_stocks(folder: Path) -> Panel:
    """Adjusted closes of US stocks, 1989 to 2014; some were listed in between, all have ten years."""
    import pandas as pd

    frame = pd.read_parquet(folder / "us_equity/panel20_adjclose.parquet")
    ts = pd.DatetimeIndex(pd.to_datetime(frame["date"])).as_unit("ns").asi8
    close = frame.drop(columns="date").to_numpy(np.float64)
    return panel_of(ts, close[:, (~np.isnan(close)).sum(axis=0) > 2_500])
