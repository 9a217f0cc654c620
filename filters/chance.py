"""The chance that a driftless price gives a signal: where filters start before they look at evidence."""

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats, Panel
from strategies.signals import BarrierUnit, Entry

FLOOR = 0.05  # and 1 - FLOOR: barriers alone are never taken for certainty


def driftless_chance(rows: NDArray[np.void], panel: Panel) -> Floats:
    """Probability that a price without drift meets each signal's target before its stop, shape (n_signals,).

    A fair game with a stop at distance S and a target at distance T is won with probability S / (S + T): a
    stop of 1 % with a target of 2 % starts from 1/3, not from 1/2. Without both barriers: 1/2. Price levels
    are measured from the close of the signal's bar, or from the price of a LIMIT or STOP entry. Kept in
    [``FLOOR``, 1 - ``FLOOR``].
    """
    chance = np.full(len(rows), 0.5)
    barred = np.flatnonzero(~np.isnan(rows["stop"]) & ~np.isnan(rows["target"]))
    if len(barred) == 0:
        return chance
    rows = rows[barred]
    stop, target = rows["stop"], rows["target"]
    levels = rows["unit"] == BarrierUnit.PRICE
    if levels.any():
        close = panel.close[rows["bar"], rows["instrument"]]
        reference = np.where(rows["entry"] == Entry.MARKET, close, rows["price"])
        stop = np.where(levels, np.maximum(rows["side"] * (reference - stop), 0.0), stop)
        target = np.where(levels, np.maximum(rows["side"] * (target - reference), 0.0), target)
    with np.errstate(invalid="ignore"):
        won = np.clip(stop / (stop + target), FLOOR, 1.0 - FLOOR)
    chance[barred] = np.where(np.isnan(won), 0.5, won)
    return chance


def logit(p: Floats) -> Floats:
    return np.log(p / (1.0 - p))


def logistic(score: Floats) -> Floats:
    """A probability strictly inside (0, 1), however large the score; NaN stays NaN."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -20.0, 20.0))))
