"""Finite windows, evaluated at given rows: equal in batch and live, for each sees its own window alone.

values, close, volume: float64, shape (n_bars,). n: bars in the window, ending at the row. rows: int64, shape
(n_rows,). Answers have the same shape, NaN where the window is incomplete or holds NaN.
"""

from math import inf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled, inlined, inner, prefetch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_AHEAD = 8  # rows


@inlined
def _fetch_ahead(values: Floats, n: int, rows: Ints, k: int) -> None:
    """Ask for a window before its turn: far apart as they are, each would be waited for."""
    if k + _AHEAD < len(rows):
        row = rows[k + _AHEAD]
        if 0 < n <= row + 1 <= len(values):
            prefetch(values, row)
            prefetch(values, row + 1 - n)


@inner
def _whole(values: Floats, n: int, row: int) -> bool:
    """Whether the n values up to the row are all there."""
    if n < 1 or row + 1 < n or row >= len(values):
        return False
    window, missing = values[row + 1 - n : row + 1], 0
    for i in range(n):  # a plain sum over a slice takes several values at a time
        missing += 1 if window[i] != window[i] else 0
    return missing == 0


@inner
def _mean(values: Floats, start: int, stop: int) -> float:
    total = 0.0
    for i in range(start, stop):
        total += values[i]
    return total / (stop - start)


@compiled
def mean(values: Floats, n: int, rows: Ints) -> Floats:
    """Mean of each window."""
    found = np.full(len(rows), nan)
    for k in range(len(rows)):
        _fetch_ahead(values, n, rows, k)
        row = rows[k]
        if _whole(values, n, row):
            found[k] = _mean(values, row + 1 - n, row + 1)
    return found


@compiled
def highest(values: Floats, n: int, rows: Ints) -> Floats:
    """Highest value of each window."""
    found = np.full(len(rows), nan)
    for k in range(len(rows)):
        _fetch_ahead(values, n, rows, k)
        row = rows[k]
        if _whole(values, n, row):
            top = values[row]
            for i in range(row + 1 - n, row):
                top = max(top, values[i])
            found[k] = top
    return found


@compiled
def lowest(values: Floats, n: int, rows: Ints) -> Floats:
    """Lowest value of each window."""
    found = np.full(len(rows), nan)
    for k in range(len(rows)):
        _fetch_ahead(values, n, rows, k)
        row = rows[k]
        if _whole(values, n, row):
            bottom = values[row]
            for i in range(row + 1 - n, row):
                bottom = min(bottom, values[i])
            found[k] = bottom
    return found


@compiled
def percentile(values: Floats, n: int, rows: Ints) -> Floats:
    """Share of the window below its last value, ties (itself included) counted half, in (0, 1)."""
    found = np.full(len(rows), nan)
    for k in range(len(rows)):
        _fetch_ahead(values, n, rows, k)
        row = rows[k]
        if n < 1 or row + 1 < n or row >= len(values):
            continue
        window, last, below, equal, above = values[row + 1 - n : row + 1], values[row], 0, 0, 0
        # Plain sums over a slice take several values at a time; a loop that may stop is 20 times slower.
        for i in range(n):
            below += 1 if window[i] < last else 0
            equal += 1 if window[i] == last else 0
            above += 1 if window[i] > last else 0
        if below + equal + above == n:  # else something is missing
            found[k] = (below + 0.5 * equal) / n
    return found


@compiled
def volume_ratio(volume: Floats, n: int, rows: Ints) -> Floats:
    """The row's volume over the mean of the n bars before it; NaN when nothing was traded in those."""
    found = np.full(len(rows), nan)
    for k in range(len(rows)):
        _fetch_ahead(volume, n, rows, k)
        row = rows[k]
        if _whole(volume, n + 1, row):
            usual = _mean(volume, row - n, row)
            if usual > 0.0:
                found[k] = volume[row] / usual
    return found


@inner
def _line(rises: Floats) -> tuple[float, float]:
    """Slope per bar of the line that fits a window's rises since its start best, and its t-statistic."""
    n = len(rises)
    middle, spread = (n - 1) / 2.0, n * (n * n - 1.0) / 12.0
    total, cross, rest = 0.0, 0.0, 0.0
    for i in range(n):
        total += rises[i]
        cross += (i - middle) * rises[i]
    slope = cross / spread
    if n < 3:
        return slope, nan
    for i in range(n):
        rest += (rises[i] - total / n - slope * (i - middle)) ** 2
    error = sqrt(rest / (n - 2) / spread)
    if error > 0.0:
        return slope, slope / error
    return slope, 0.0 if slope == 0.0 else (inf if slope > 0.0 else -inf)


@compiled
def _lines(values: Floats, n: int, rows: Ints) -> Floats:
    """Slope and t-statistic at each row, shape (2, n_rows)."""
    found = np.full((2, len(rows)), nan)
    rises = np.empty(max(n, 0))
    for k in range(len(rows)):
        start = rows[k] + 1 - n
        if n < 2 or not _whole(values, n, rows[k]):
            continue
        for i in range(n):
            rises[i] = values[start + i] - values[start]
        found[0, k], found[1, k] = _line(rises)
    return found


def slope(values: Floats, n: int, rows: Ints) -> Floats:
    """Slope per bar of the least-squares line through each window."""
    return _lines(values, n, rows)[0]  # type: ignore[no-any-return]


def slope_t(values: Floats, n: int, rows: Ints) -> Floats:
    """t-statistic of the slope; 0 for a flat window, infinite for an exact line. Needs n of 3 or more."""
    return _lines(values, n, rows)[1]  # type: ignore[no-any-return]
