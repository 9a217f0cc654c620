"""Random bars, and the many ways to write them down."""

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import strategies as st

NAMES = ("open", "high", "low", "close", "volume")


def frame(n_bars: int = 60, step: str = "1h", start: str = "2024-01-01", seed: int = 1) -> pd.DataFrame:
    """Sound bars with times in UTC."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, n_bars)))
    opens = close * np.exp(random.normal(0.0, 0.002, n_bars))
    return pd.DataFrame(
        {
            "time": pd.date_range(start, periods=n_bars, freq=step, tz="UTC"),
            "open": opens,
            "high": np.maximum(opens, close) * 1.01,
            "low": np.minimum(opens, close) * 0.99,
            "close": close,
            "volume": random.integers(1, 1000, n_bars).astype(float),
        }
    )


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Bars of any timeframe, scale and start, some of them missing in the middle."""
    step = draw(st.sampled_from(["1s", "1min", "5min", "1h", "4h", "1D"]))
    n_bars = draw(st.integers(12, 40))
    start = draw(st.sampled_from(["1975-06-02", "1999-12-31 23:00", "2024-02-28 12:30", "2030-01-01"]))
    table = frame(n_bars, step, start, draw(st.integers(0, 10**6)))
    scale = draw(st.sampled_from([1e-8, 1.0, 1e6]))
    for name in NAMES[:4]:
        table[name] *= scale
    dropped = draw(st.sets(st.integers(8, n_bars - 2), max_size=2))
    return table.drop(index=list(dropped)).reset_index(drop=True)


def ns_of(table: pd.DataFrame) -> np.ndarray:
    return np.asarray(table["time"].dt.as_unit("ns").astype("int64"))


def csv(table: pd.DataFrame, folder: Path, name: str = "bars.csv") -> Path:
    path = folder / name
    table.to_csv(path, index=False)
    return path


def parquet(table: pd.DataFrame, folder: Path, name: str = "bars.parquet") -> Path:
    path = folder / name
    table.to_parquet(path, index=False)
    return path
