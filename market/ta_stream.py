"""``ta``, one bar at a time: ``stream.RSI(history, 14)`` carries on where ``ta.RSI(history, 14)`` ends.

A handle is built from history (empty will do) and answers each ``update`` with what ``ta`` would say of that
bar, bit for bit: NaN while it warms up and at missing bars, which it skips. Handles can't be stored: build
them again from history.
"""

from collections.abc import Sequence
from math import nan
from typing import Any, Generic, TypeVar

import numpy as np

from market.errors import DataError
from market.ta_batch import INDICATORS, Floats, check_options

T = TypeVar("T")
Two = tuple[float, float]
Three = tuple[float, float, float]
_TWO, _THREE = (nan, nan), (nan, nan, nan)


class Stream(Generic[T]):
    """An indicator's running state. ``value``: its answer for the last bar."""

    def __init__(self, name: str, history: Sequence[Floats], unknown: T, **options: float) -> None:
        check_options(INDICATORS[name], options)
        arrays = [np.asarray(column, np.float64) for column in history]
        shapes = [array.shape for array in arrays]
        if len(set(shapes)) > 1 or len(shapes[0]) != 1:
            raise DataError(f"ta.stream.{name}: got arrays of shapes {shapes}; expected one number per bar.")
        present = ~np.logical_or.reduce([np.isnan(array) for array in arrays])
        self._name, self._options, self._unknown = name, options, unknown
        self._waiting = [array[present] for array in arrays]  # bars kept until TA-Lib has enough to start
        self._handle: Any = self._start()
        self.value: T = unknown if self._handle is None or not present[-1] else self._handle.value

    def update(self, *bar: float) -> T:
        """The indicator after one more bar; ``bar``: the inputs in the order of the batch function."""
        if any(value != value for value in bar):
            self.value = self._unknown
        elif self._handle is not None:
            self.value = self._handle.update(*bar)
        else:
            self._waiting = [np.append(kept, new) for kept, new in zip(self._waiting, bar, strict=True)]
            self._handle = self._start()
            self.value = self._unknown if self._handle is None else self._handle.value
        return self.value

    def _start(self) -> Any:
        """TA-Lib's own handle, as soon as there is enough history for its first answer; None before."""
        import talib

        if len(self._waiting[0]) == 0:
            return None
        try:
            handle = getattr(talib.stream, self._name)(*self._waiting, **self._options)
        except talib.InsufficientHistory:  # type: ignore[attr-defined]
            return None
        self._waiting = []
        return handle


def SMA(values: Floats, n: int) -> Stream[float]:
    return Stream("SMA", (values,), nan, timeperiod=n)


def EMA(values: Floats, n: int) -> Stream[float]:
    return Stream("EMA", (values,), nan, timeperiod=n)


def WMA(values: Floats, n: int) -> Stream[float]:
    return Stream("WMA", (values,), nan, timeperiod=n)


def STDDEV(values: Floats, n: int) -> Stream[float]:
    return Stream("STDDEV", (values,), nan, timeperiod=n)


def MAX(values: Floats, n: int) -> Stream[float]:
    return Stream("MAX", (values,), nan, timeperiod=n)


def MIN(values: Floats, n: int) -> Stream[float]:
    return Stream("MIN", (values,), nan, timeperiod=n)


def ROC(values: Floats, n: int) -> Stream[float]:
    return Stream("ROC", (values,), nan, timeperiod=n)


def RSI(close: Floats, n: int = 14) -> Stream[float]:
    return Stream("RSI", (close,), nan, timeperiod=n)


def MACD(close: Floats, fast: int = 12, slow: int = 26, signal: int = 9) -> Stream[Three]:
    return Stream("MACD", (close,), _THREE, fastperiod=fast, slowperiod=slow, signalperiod=signal)


def BBANDS(close: Floats, n: int = 20, width: float = 2.0) -> Stream[Three]:
    return Stream("BBANDS", (close,), _THREE, timeperiod=n, nbdevup=width, nbdevdn=width)


def ADX(high: Floats, low: Floats, close: Floats, n: int = 14) -> Stream[float]:
    return Stream("ADX", (high, low, close), nan, timeperiod=n)


def PLUS_DI(high: Floats, low: Floats, close: Floats, n: int = 14) -> Stream[float]:
    return Stream("PLUS_DI", (high, low, close), nan, timeperiod=n)


def MINUS_DI(high: Floats, low: Floats, close: Floats, n: int = 14) -> Stream[float]:
    return Stream("MINUS_DI", (high, low, close), nan, timeperiod=n)


def ATR(high: Floats, low: Floats, close: Floats, n: int = 14) -> Stream[float]:
    return Stream("ATR", (high, low, close), nan, timeperiod=n)


def NATR(high: Floats, low: Floats, close: Floats, n: int = 14) -> Stream[float]:
    return Stream("NATR", (high, low, close), nan, timeperiod=n)


def CCI(high: Floats, low: Floats, close: Floats, n: int = 20) -> Stream[float]:
    return Stream("CCI", (high, low, close), nan, timeperiod=n)


def WILLR(high: Floats, low: Floats, close: Floats, n: int = 14) -> Stream[float]:
    return Stream("WILLR", (high, low, close), nan, timeperiod=n)


def STOCH(high: Floats, low: Floats, close: Floats, k: int = 14, smooth: int = 3, d: int = 3) -> Stream[Two]:
    options = {"fastk_period": k, "slowk_period": smooth, "slowd_period": d}
    return Stream("STOCH", (high, low, close), _TWO, **options)


def AROON(high: Floats, low: Floats, n: int = 14) -> Stream[Two]:
    return Stream("AROON", (high, low), _TWO, timeperiod=n)


def SAR(high: Floats, low: Floats, acceleration: float = 0.02, maximum: float = 0.2) -> Stream[float]:
    return Stream("SAR", (high, low), nan, acceleration=acceleration, maximum=maximum)


def OBV(close: Floats, volume: Floats) -> Stream[float]:
    return Stream("OBV", (close, volume), nan)


def MFI(high: Floats, low: Floats, close: Floats, volume: Floats, n: int = 14) -> Stream[float]:
    return Stream("MFI", (high, low, close, volume), nan, timeperiod=n)
