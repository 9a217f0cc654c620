"""The floor: each workload as one bare compiled loop, with nothing of a platform around it.

They are also the reference of every result: a desk or a peer that ends with another equity or another
number of fills fails the benchmark. Sums run, so rounding differs from an average taken afresh; the arrays
have no ties.
"""

import numba
import numpy as np

from benchmarks.answers import Answer
from benchmarks.arrays import Market
from benchmarks.recipe import Floats, Ints

CASH, FEE = 1_000_000.0, 5e-4
FAST, SLOW = 20, 50
STOP, TARGET = 0.01, 0.02
TOP, SHARE = 50, 0.98


def w1(market: Market) -> Answer:
    """Long one unit while SMA(20) is above SMA(50); seen at a close, filled at the next open."""
    return Answer(*_cross(market.open, market.close))


def w3(market: Market, decisions: Ints) -> Answer:
    """Hold the 50 best of the past year but a month, 0.98 of the equity in equal parts, month by month."""
    return Answer(*_rotate(market.open, market.close, decisions))


def w4(market: Market, stop_first: bool = False) -> Answer:
    """W1 with a stop and a target at fractions of the fill price, live on the entry bar.

    stop_first: test them, inside the bar too, before an exit that is due at the same bar's open.
    """
    return Answer(*_cross_with_barriers(market.open, market.high, market.low, market.close, stop_first))


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def _cross(open_: Floats, close: Floats) -> tuple[float, int]:
    cash, units, fills = CASH, 0, 0
    fast = slow = 0.0
    above = enter = leave = False
    for t in range(len(close)):
        if enter and units == 0:
            cash -= open_[t] * (1.0 + FEE)
            units, fills = 1, fills + 1
        elif leave and units == 1:
            cash += open_[t] * (1.0 - FEE)
            units, fills = 0, fills + 1
        fast += close[t] - (close[t - FAST] if t >= FAST else 0.0)
        slow += close[t] - (close[t - SLOW] if t >= SLOW else 0.0)
        was, above = above, fast * SLOW > slow * FAST
        seen = t >= SLOW  # both averages are known on this bar and on the one before
        enter, leave = seen and above and not was, seen and was and not above
    return cash + units * close[-1], fills


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def _cross_with_barriers(
    open_: Floats, high: Floats, low: Floats, close: Floats, stop_first: bool
) -> tuple[float, int]:
    cash, units, fills = CASH, 0, 0
    fast = slow = stop = target = 0.0
    above = enter = leave = False
    for t in range(len(close)):
        if not stop_first and leave and units == 1:
            cash += open_[t] * (1.0 - FEE)
            units, fills = 0, fills + 1
        if enter and units == 0:
            cash -= open_[t] * (1.0 + FEE)
            units, fills = 1, fills + 1
            stop, target = open_[t] * (1.0 - STOP), open_[t] * (1.0 + TARGET)
        if units == 1 and (low[t] <= stop or high[t] >= target):
            price = min(open_[t], stop) if low[t] <= stop else max(open_[t], target)
            cash += price * (1.0 - FEE)
            units, fills = 0, fills + 1
        if stop_first and leave and units == 1:
            cash += open_[t] * (1.0 - FEE)
            units, fills = 0, fills + 1
        fast += close[t] - (close[t - FAST] if t >= FAST else 0.0)
        slow += close[t] - (close[t - SLOW] if t >= SLOW else 0.0)
        was, above = above, fast * SLOW > slow * FAST
        seen = t >= SLOW
        enter, leave = seen and above and not was, seen and was and not above
    return cash + units * close[-1], fills


@numba.njit(nogil=True)  # type: ignore[untyped-decorator]
def _rotate(open_: Floats, close: Floats, decisions: Ints) -> tuple[float, int]:
    n_bars, n = close.shape
    cash, fills = CASH, 0
    held, wanted = np.zeros(n), np.zeros(n)
    for t in decisions:
        if t + 1 >= n_bars:
            break
        equity = cash + (held * close[t]).sum()
        wanted[:] = 0.0
        for i in np.argsort(-(close[t - 21] / close[t - 252]), kind="mergesort")[:TOP]:
            wanted[i] = SHARE * equity / TOP / close[t, i]
        for i in range(n):
            units = wanted[i] - held[i]
            if units != 0.0:
                cash -= units * open_[t + 1, i] + FEE * abs(units) * open_[t + 1, i]
                held[i], fills = wanted[i], fills + 1
    return cash + (held * close[-1]).sum(), fills
