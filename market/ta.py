"""Our thin front to indicators: TA-Lib's, anchored at the array's first bar.

Arrays are float64, (n_bars,) or (n_bars, n_instruments); so are the answers, NaN in the warm-up. One rule for
missing bars: an indicator is computed over the bars that exist and is NaN at missing rows, so a single NaN
never poisons the rest. ``n`` counts closed bars. ``ta.stream`` holds each one's twin for one bar at a time.
"""

from math import ceil, log

from market import ta_stream
from market.crosses import crosses_above as crosses_above
from market.crosses import crosses_below as crosses_below
from market.ta_batch import Floats, batch

stream = ta_stream


def memory(share: float) -> int:
    """Bars after which a recursion that takes in ``share`` of every new value has forgotten where it began.

    What is left of the start is then below 1e-12, under the dead band of comparisons. EMA(n) takes in
    2 / (n + 1); RSI, ATR and the other indicators of Wilder's take in 1 / n.
    """
    return ceil(log(1e-12) / log(1.0 - share)) if share < 1.0 else 1


def SMA(values: Floats, n: int) -> Floats:
    """Mean of the last n values."""
    return batch("SMA", (values,), timeperiod=n)[0]


def EMA(values: Floats, n: int) -> Floats:
    """Exponential mean with factor 2 / (n + 1), seeded with the mean of the first n."""
    return batch("EMA", (values,), timeperiod=n)[0]


def WMA(values: Floats, n: int) -> Floats:
    """Mean of the last n values with weights 1 .. n."""
    return batch("WMA", (values,), timeperiod=n)[0]


def STDDEV(values: Floats, n: int) -> Floats:
    """Population standard deviation of the last n values."""
    return batch("STDDEV", (values,), timeperiod=n)[0]


def MAX(values: Floats, n: int) -> Floats:
    """Highest of the last n values."""
    return batch("MAX", (values,), timeperiod=n)[0]


def MIN(values: Floats, n: int) -> Floats:
    """Lowest of the last n values."""
    return batch("MIN", (values,), timeperiod=n)[0]


def ROC(values: Floats, n: int) -> Floats:
    """Change over n bars, percent."""
    return batch("ROC", (values,), timeperiod=n)[0]


def RSI(close: Floats, n: int = 14) -> Floats:
    """Wilder's relative strength index, 0 to 100."""
    return batch("RSI", (close,), timeperiod=n)[0]


def MACD(close: Floats, fast: int = 12, slow: int = 26, signal: int = 9) -> tuple[Floats, Floats, Floats]:
    """Difference of two exponential means, its own mean, and the distance between them (histogram)."""
    macd, mean, histogram = batch("MACD", (close,), fastperiod=fast, slowperiod=slow, signalperiod=signal)
    return macd, mean, histogram


def BBANDS(close: Floats, n: int = 20, width: float = 2.0) -> tuple[Floats, Floats, Floats]:
    """Mean of n closes plus ``width`` population standard deviations, the mean, and minus as many."""
    upper, middle, lower = batch("BBANDS", (close,), timeperiod=n, nbdevup=width, nbdevdn=width)
    return upper, middle, lower


def ADX(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Wilder's average directional index, 0 to 100: the strength of a trend of either sign."""
    return batch("ADX", (high, low, close), timeperiod=n)[0]


def PLUS_DI(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Wilder's directional indicator of rises, 0 to 100."""
    return batch("PLUS_DI", (high, low, close), timeperiod=n)[0]


def MINUS_DI(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Wilder's directional indicator of falls, 0 to 100."""
    return batch("MINUS_DI", (high, low, close), timeperiod=n)[0]


def ATR(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Wilder's average true range, in points."""
    return batch("ATR", (high, low, close), timeperiod=n)[0]


def NATR(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Wilder's average true range, percent of the close."""
    return batch("NATR", (high, low, close), timeperiod=n)[0]


def CCI(high: Floats, low: Floats, close: Floats, n: int = 20) -> Floats:
    """Typical price's distance from its mean, in 0.015 mean absolute deviations."""
    return batch("CCI", (high, low, close), timeperiod=n)[0]


def WILLR(high: Floats, low: Floats, close: Floats, n: int = 14) -> Floats:
    """Close within the last n bars' range: 0 at the top, -100 at the bottom."""
    return batch("WILLR", (high, low, close), timeperiod=n)[0]


def STOCH(
    high: Floats, low: Floats, close: Floats, k: int = 14, smooth: int = 3, d: int = 3
) -> tuple[Floats, Floats]:
    """Close within the last k bars' range, 0 to 100, averaged over ``smooth`` bars; and its mean over d."""
    options = {"fastk_period": k, "slowk_period": smooth, "slowd_period": d}
    slow_k, slow_d = batch("STOCH", (high, low, close), **options)
    return slow_k, slow_d


def AROON(high: Floats, low: Floats, n: int = 14) -> tuple[Floats, Floats]:
    """How recent the lowest low (down) and the highest high (up) of n bars are, 0 to 100 = now."""
    down, up = batch("AROON", (high, low), timeperiod=n)
    return down, up


def SAR(high: Floats, low: Floats, acceleration: float = 0.02, maximum: float = 0.2) -> Floats:
    """Wilder's parabolic stop and reverse, a price."""
    return batch("SAR", (high, low), acceleration=acceleration, maximum=maximum)[0]


def OBV(close: Floats, volume: Floats) -> Floats:
    """On-balance volume: volume added on rises and taken on falls, from the first bar on."""
    return batch("OBV", (close, volume))[0]


def MFI(high: Floats, low: Floats, close: Floats, volume: Floats, n: int = 14) -> Floats:
    """Money flow index, 0 to 100: RSI's idea with the typical price weighed by volume."""
    return batch("MFI", (high, low, close, volume), timeperiod=n)[0]
