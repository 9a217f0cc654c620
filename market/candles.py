"""Candle patterns at given bars, by TA-Lib on the short window that ends there."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PATTERNS = ("CDLENGULFING", "CDLHAMMER", "CDLSHOOTINGSTAR", "CDLMORNINGSTAR", "CDLEVENINGSTAR")
WINDOW = 16  # bars that the longest pattern and its averages look back


def patterns(open: Floats, high: Floats, low: Floats, close: Floats, rows: Ints) -> Floats:
    """Bullish patterns less bearish ones at each row, clipped to [-1, 1]; 0 where history is too short.

    The windows of all rows are laid end to end and read once: a pattern sees at most ``WINDOW`` bars, so what
    it says of a window's last bar is what it says of that bar in the whole history.
    """
    import talib

    found = np.zeros(len(rows))
    long_enough = rows + 1 >= WINDOW
    chosen = (rows[long_enough, None] + np.arange(1 - WINDOW, 1)).ravel()
    if len(chosen) == 0:
        return found
    columns = [np.ascontiguousarray(column[chosen]) for column in (open, high, low, close)]
    total = np.zeros(len(chosen))
    for name in PATTERNS:
        total += np.asarray(getattr(talib, name)(*columns)) / 100.0
    found[long_enough] = np.clip(total[WINDOW - 1 :: WINDOW], -1.0, 1.0)
    return found
