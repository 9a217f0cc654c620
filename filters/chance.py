"""The chance that a driftless price gives a signal: where filters start before they look at evidence."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats, Panel
from market.compiled import compiled, inlined
from strategies.signals import BarrierUnit, Entry

FLOOR = 0.05  # and 1 - FLOOR: barriers alone are never taken for certainty


def driftless_chance(rows: NDArray[np.void], panel: Panel) -> Floats:
    """Probability that a price without drift meets each signal's target before its stop, shape (n_signals,).

    A fair game with a stop at distance S and a target at distance T is won with probability S / (S + T): a
    stop of 1 % with a target of 2 % starts from 1/3, not from 1/2. Without both barriers: 1/2. Price levels
    are measured from the close of the signal's bar, or from the price of a LIMIT or STOP entry. Kept in
    [``FLOOR``, 1 - ``FLOOR``].
    """
    chance = np.empty(len(rows))
    _chances(rows, panel.close, chance)
    return chance


@compiled
def _chances(rows: Any, close: Floats, chance: Floats) -> None:
    for seq in range(len(rows)):
        row = rows[seq]
        stop, target = row.stop, row.target
        if row.unit == BarrierUnit.PRICE:
            reference = close[row.bar, row.instrument] if row.entry == Entry.MARKET else row.price
            stop = _ahead(row.side * (reference - stop))
            target = _ahead(row.side * (target - reference))
        known = 0.0 < stop + target < inf  # neither is NaN, and not both lie behind
        chance[seq] = clipped(stop / (stop + target), FLOOR, 1.0 - FLOOR) if known else 0.5


@inlined
def _ahead(distance: float) -> float:
    """0 for a barrier that lies behind; NaN stays NaN."""
    return 0.0 if distance < 0.0 else distance


@inlined
def clipped(value: float, low: float, high: float) -> float:
    """``value`` kept in [low, high]; NaN stays NaN."""
    return value if value != value else min(max(value, low), high)


def logit(p: Floats) -> Floats:
    return np.log(p / (1.0 - p))


def logistic(score: Floats) -> Floats:
    """A probability strictly inside (0, 1), however large the score; NaN stays NaN."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -20.0, 20.0))))
