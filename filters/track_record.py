"""How a strategy's own earlier signals fared, by regime: counted as labels mature, forgotten as they age."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import labels
from market.bars import Floats, Ints, Panel
from market.compiled import compiled


def track_record(
    rows: NDArray[np.void], panel: Panel, membership: Floats, memory: int
) -> tuple[Floats, Floats]:
    """(seen, won), shape (n_signals, n_regimes): earlier signals of the same strategy and side, by regime.

    membership: how much each signal's bar belonged to each regime, same shape, NaN = unknown.
    memory: panel bars; a signal that is ``memory`` or more bars old is forgotten, so that what is known at
    a bar doesn't depend on where history begins. Only labels that matured by a signal's bar count for it;
    they are labels with the instruments' own costs, of limits that must be traded through.
    """
    matured = labels.label(rows, panel, touch=False, targets_on_entry_bar=False)
    matured = matured[matured["y"] >= 0]
    n_groups = 2 * (int(rows["strategy"].max()) + 1) if len(rows) else 0
    group = 2 * rows["strategy"].astype(np.int64) + (rows["side"] > 0)
    seen, won = np.zeros_like(membership), np.zeros_like(membership)
    running = np.zeros((2, n_groups, membership.shape[1]))
    _count(rows["bar"].copy(), group, membership, matured, memory, running, seen, won)
    return seen, won


@compiled
def _count(
    bars: Ints,
    group: Ints,
    membership: Floats,
    matured: Any,
    memory: int,
    running: Floats,
    seen: Floats,
    won: Floats,
) -> None:
    """One pass over signals and labels in the order of time. running: seen and won, per group and regime."""
    n_regimes = membership.shape[1]
    outcome = np.full(len(bars), -1, np.int8)  # -1 = not counted
    oldest, next_label = 0, 0
    for i in range(len(bars)):
        while bars[oldest] <= bars[i] - memory:
            if outcome[oldest] >= 0:
                for r in range(n_regimes):
                    running[0, group[oldest], r] -= membership[oldest, r]
                    running[1, group[oldest], r] -= membership[oldest, r] * outcome[oldest]
            oldest += 1
        while next_label < len(matured) and matured[next_label].matured_at <= bars[i]:
            seq = matured[next_label].seq
            if bars[seq] > bars[i] - memory and not np.isnan(membership[seq, 0]):
                outcome[seq] = matured[next_label].y
                for r in range(n_regimes):
                    running[0, group[seq], r] += membership[seq, r]
                    running[1, group[seq], r] += membership[seq, r] * outcome[seq]
            next_label += 1
        for r in range(n_regimes):
            seen[i, r] = running[0, group[i], r]
            won[i, r] = running[1, group[i], r]
