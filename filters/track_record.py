"""How a strategy's own earlier signals fared, by regime: counted as labels mature, forgotten as they age."""

from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import labels
from market.bars import Floats, Ints, Panel
from market.compiled import compiled, inlined, inner

ONE = 2**40  # shares are counted in whole parts of it: such sums are exact, wherever they began


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
    seen, won = np.empty_like(membership), np.empty_like(membership)
    _count(rows, membership, matured, memory, seen, won)
    return seen, won


@compiled
def _count(rows: Any, membership: Floats, matured: Any, memory: int, seen: Floats, won: Floats) -> None:
    """One pass over signals and labels in the order of time."""
    # Per group: seen and won, by regime.
    running = np.zeros((_n_groups(rows), 2, membership.shape[1]), np.int64)
    outcome = np.full(len(rows), -1, np.int8)  # -1 = not counted
    oldest, next_label = 0, 0
    for i in range(len(rows)):
        bar = rows[i].bar
        while rows[oldest].bar <= bar - memory:
            if outcome[oldest] >= 0:
                _add(running[_group(rows[oldest])], membership[oldest], outcome[oldest], -1)
            oldest += 1
        while next_label < len(matured) and matured[next_label].matured_at <= bar:
            seq, y = matured[next_label].seq, matured[next_label].y
            if y >= 0 and rows[seq].bar > bar - memory and not isnan(membership[seq, 0]):
                outcome[seq] = y
                _add(running[_group(rows[seq])], membership[seq], y, 1)
            next_label += 1
        counts = running[_group(rows[i])]
        for r in range(membership.shape[1]):
            seen[i, r], won[i, r] = counts[0, r] / ONE, counts[1, r] / ONE


@inlined
def _group(row: Any) -> int:
    """Signals of one strategy and side are counted together."""
    return int(2 * row.strategy + (row.side > 0))


@inner
def _n_groups(rows: Any) -> int:
    n = 0
    for row in rows:
        n = max(n, _group(row) + 1)
    return n


@inlined
def _add(counts: Ints, membership: Floats, won: int, times: int) -> None:
    """Count a signal for the regimes of its bar; times: -1 forgets it again."""
    for r in range(len(membership)):
        share = times * np.int64(membership[r] * ONE)
        counts[0, r] += share
        counts[1, r] += share * won
