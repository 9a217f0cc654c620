"""Candle patterns at given bars: five of TA-Lib's, by its definitions, each read from its own few bars.

TA-Lib's own functions run over whole arrays; at a few thousand signals of a million bars these are 20 times
quicker, and fresh sums make them independent of where history begins.
"""

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled, inlined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PATTERNS = ("CDLENGULFING", "CDLHAMMER", "CDLSHOOTINGSTAR", "CDLMORNINGSTAR", "CDLEVENINGSTAR")
WINDOW = 13  # bars that the longest pattern and its averages look back, its own included
USUAL = 10  # earlier bars whose mean body or range says what is long or short
PENETRATION = 0.3  # share of the first body that a star's third candle must win back


@compiled
def patterns(open: Floats, high: Floats, low: Floats, close: Floats, rows: Ints) -> Floats:
    """Bullish ``PATTERNS`` less bearish ones at each row, clipped to [-1, 1]; 0 where history is short."""
    found = np.zeros(len(rows))
    for k in range(len(rows)):
        row = rows[k]
        if row + 1 >= WINDOW:
            score = _engulfing(open, close, row) + _pin(open, high, low, close, row) + _star(open, close, row)
            found[k] = min(max(score, -1.0), 1.0)
    return found


@inlined
def _body(open: Floats, close: Floats, i: int) -> float:
    return float(abs(close[i] - open[i]))


@inlined
def _usual(upper: Floats, lower: Floats, i: int, n: int) -> float:
    """Mean distance of two prices over the n bars before bar i."""
    total = 0.0
    for k in range(i - n, i):
        total += abs(upper[k] - lower[k])
    return total / n


@inlined
def _engulfing(open: Floats, close: Floats, i: int) -> float:
    """A body that holds the previous one of the other colour; 0.8 when one end only meets it."""
    side = 1.0 if close[i] >= open[i] else -1.0
    if (close[i - 1] >= open[i - 1]) == (side > 0.0):
        return 0.0
    ahead, behind = side * (close[i] - open[i - 1]), side * (close[i - 1] - open[i])
    if ahead < 0.0 or behind < 0.0 or ahead == behind == 0.0:
        return 0.0
    return side if ahead != 0.0 and behind != 0.0 else 0.8 * side


@inlined
def _pin(open: Floats, high: Floats, low: Floats, close: Floats, i: int) -> float:
    """+1 a hammer: short body, long lower shadow, near the last low. -1 a shooting star above a gap."""
    body = _body(open, close, i)
    top, bottom = max(open[i], close[i]), min(open[i], close[i])
    upper, lower = high[i] - top, bottom - low[i]
    if (lower <= body and upper <= body) or body >= _usual(close, open, i, USUAL):
        return 0.0
    hardly = 0.1 * _usual(high, low, i, USUAL)
    if lower > body and upper < hardly and bottom <= low[i - 1] + 0.2 * _usual(high, low, i - 1, 5):
        return 1.0
    if upper > body and lower < hardly and bottom > max(open[i - 1], close[i - 1]):
        return -1.0
    return 0.0


@inlined
def _star(open: Floats, close: Floats, i: int) -> float:
    """Long body, a gap to a short one, and a third that turns back: +1 a morning star, -1 an evening star."""
    side = 1.0 if close[i] >= open[i] else -1.0
    if (close[i - 2] >= open[i - 2]) == (side > 0.0):
        return 0.0
    low_end = min(side * open[i - 2], side * close[i - 2])
    if max(side * open[i - 1], side * close[i - 1]) >= low_end:
        return 0.0
    first = _body(open, close, i - 2)
    if side * (close[i] - close[i - 2]) <= PENETRATION * first:
        return 0.0
    long = first > _usual(close, open, i - 2, USUAL)
    short = _body(open, close, i - 1) <= _usual(close, open, i - 1, USUAL)
    return side if long and short and _body(open, close, i) > _usual(close, open, i, USUAL) else 0.0
