"""Our thin front to indicators: TA-Lib's, anchored at the array's first bar.

One rule for missing bars: an indicator is computed over the bars that exist and is NaN at missing rows, so a
single NaN never poisons the rest. Arrays are float64 of shape (n_bars,); warm-up is NaN.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _over_existing(function: Callable[..., tuple[Floats, ...]], *columns: Floats) -> tuple[Floats, ...]:
    """Call ``function`` on the rows where every column has a bar; scatter its answers back."""
    if not any(np.isnan(column.sum()) for column in columns):
        return function(*(np.ascontiguousarray(column) for column in columns))
    present = ~np.isnan(np.sum(columns, axis=0))
    found = function(*(np.ascontiguousarray(column[present]) for column in columns))
    answers = []
    for one in found:
        whole = np.full(len(present), np.nan)
        whole[present] = one
        answers.append(whole)
    return tuple(answers)


def _one(name: str, columns: tuple[Floats, ...], **options: float) -> Floats:
    """A TA-Lib function with one output."""
    import talib

    function = getattr(talib, name)

    def call(*arrays: Floats) -> tuple[Floats, ...]:
        if len(arrays[0]) == 0:
            return (np.zeros(0),)
        return (np.asarray(function(*arrays, **options), np.float64),)

    return _over_existing(call, *columns)[0]


def SMA(values: Floats, n: int) -> Floats:
    """Mean of the last n values."""
    return _one("SMA", (values,), timeperiod=n)


def EMA(values: Floats, n: int) -> Floats:
    """Exponential mean with factor 2 / (n + 1), seeded with the mean of the first n."""
    return _one("EMA", (values,), timeperiod=n)


def RSI(close: Floats, n: int = 14) -> Floats:
    """Wilder's relative strength index, 0 to 100."""
    return _one("RSI", (close,), timeperiod=n)


def ADX(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Wilder's average directional index, 0 to 100: the strength of a trend of either sign."""
    return _one("ADX", (high, low, close), timeperiod=n)


def ATR(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Wilder's average true range, in points."""
    return _one("ATR", (high, low, close), timeperiod=n)


def MACD(close: Floats, fast: int = 12, slow: int = 26, signal: int = 9) -> tuple[Floats, Floats, Floats]:
    """Difference of two exponential means, its own mean, and the distance between them (histogram)."""
    import talib

    def call(values: Floats) -> tuple[Floats, ...]:
        if len(values) == 0:
            return (np.zeros(0), np.zeros(0), np.zeros(0))
        return tuple(talib.MACD(values, fastperiod=fast, slowperiod=slow, signalperiod=signal))

    macd, mean, histogram = _over_existing(call, close)
    return macd, mean, histogram
