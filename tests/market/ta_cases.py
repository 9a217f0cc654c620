"""Every indicator with the inputs and options its laws are tested with, and bars to test them on."""

import inspect
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from market import ta
from market.ta_batch import INDICATORS

PERIOD = 14
FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Case:
    """One indicator: its TA-Lib name and the columns it reads, in its order."""

    name: str
    columns: tuple[str, ...]

    @property
    def options(self):
        return {"n": PERIOD} if "n" in inspect.signature(getattr(ta, self.name)).parameters else {}

    def inputs(self, bars):
        return [bars[column] for column in self.columns]

    def batch(self, inputs):
        """All outputs side by side, shape (n_bars, n_outputs)."""
        return np.stack(np.broadcast_arrays(*as_tuple(getattr(ta, self.name)(*inputs, **self.options))), -1)

    def stream(self, history):
        return getattr(ta.stream, self.name)(*history, **self.options)


def as_tuple(found):
    return found if isinstance(found, tuple) else (found,)


def case_of(name):
    read = inspect.signature(getattr(ta, name)).parameters
    columns = tuple("close" if key == "values" else key for key in read if key in (*FIELDS, "values"))
    return Case(name, columns)


CASES = [case_of(name) for name in INDICATORS]
EVERY = {"argvalues": CASES, "ids": [case.name for case in CASES]}


def random_bars(n, seed=0):
    """A random walk rounded to ticks, so that bars often tie."""
    random = np.random.default_rng(seed)
    close = np.round(100.0 * np.exp(np.cumsum(0.003 * random.standard_normal(n))), 1)
    open_ = np.concatenate([close[:1], close[:-1]])[:n]
    high = np.round(np.maximum(open_, close) + random.random(n), 1)
    low = np.round(np.minimum(open_, close) - random.random(n), 1)
    volume = np.round(1000.0 * random.random(n))
    return dict(zip(FIELDS, (open_, high, low, close, volume), strict=True))


def bitcoin_hours(folder: Path):
    import pandas as pd

    frame = pd.read_parquet(folder / "crypto/binance_spot_1h/BTCUSDT.parquet")
    return {field: frame[field].to_numpy(np.float64) for field in FIELDS}


def same_bits(a, b):
    """Equal to the last bit; every NaN equals every other."""
    return np.array_equal(np.asarray(a, np.float64), np.asarray(b, np.float64), equal_nan=True)
