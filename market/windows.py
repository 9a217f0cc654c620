"""Finite windows, evaluated at given rows: equal in batch and live, for each sees its own window alone.

values: float64, shape (n_bars,). n: bars in the window, ending at the row. rows: int64. Answers have shape
(len(rows),), NaN where the window is incomplete or holds NaN.
"""

from math import inf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@compiled
def mean(values: Floats, n: int, rows: Ints) -> Floats:
    """Mean of each window."""
    found = np.full(len(rows), nan)
    for k in range(len(rows)):
        if rows[k] + 1 >= n:
            total = 0.0
            for i in range(rows[k] + 1 - n, rows[k] + 1):
                total += values[i]
            found[k] = total / n
    return found


@compiled
def percentile(values: Floats, n: int, rows: Ints) -> Floats:
    """Share of the window below its last value, ties counted half, in [0, 1]."""
    found = np.full(len(rows), nan)
    for k in range(len(rows)):
        row = rows[k]
        if row + 1 < n or row < 0:
            continue
        below, equal, unknown = 0, 0, False
        for i in range(row + 1 - n, row + 1):
            unknown = unknown or values[i] != values[i]
            below += values[i] < values[row]
            equal += values[i] == values[row]
        if not unknown:
            found[k] = (below + 0.5 * equal) / n
    return found


@compiled
def slope_t(values: Floats, n: int, rows: Ints) -> Floats:
    """t-statistic of the slope of a straight line through each window; 0 for a flat one."""
    found = np.full(len(rows), nan)
    middle = (n - 1) / 2.0
    spread = n * (n * n - 1.0) / 12.0
    for k in range(len(rows)):
        start = rows[k] + 1 - n
        if start < 0 or n < 3:
            continue
        total, cross = 0.0, 0.0
        for i in range(n):
            total += values[start + i]
            cross += (i - middle) * values[start + i]
        slope, average, rest = cross / spread, total / n, 0.0
        for i in range(n):
            off = values[start + i] - average - slope * (i - middle)
            rest += off * off
        error = sqrt(rest / (n - 2) / spread)
        if error > 0.0:
            found[k] = slope / error
        elif slope == slope:
            found[k] = 0.0 if slope == 0.0 else (inf if slope > 0 else -inf)
    return found
