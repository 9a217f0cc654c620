"""Where each judged signal stands in its own instrument's bars."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.bars import Bars, Ints, Panel
from market.compiled import compiled
from strategies.signals import SignalKind


class Places(NamedTuple):
    """One instrument's judged signals.

    column: of the panel. bars: the instrument's own bars. signals: places among all signals, shape (n,).
    at: index in ``bars`` of the last closed bar at each signal's row, ascending, same shape; -1 = none yet.
    """

    column: int
    bars: Bars
    signals: Ints
    at: Ints


def places(rows: NDArray[np.void], panel: Panel, settle: int = 0) -> Iterator[Places]:
    """The ENTER and REVIEW signals, instrument by instrument. Exits are never judged: exits pass.

    settle: signals with fewer closed bars of their instrument are left out, and so are instruments without
    any other.
    """
    judged, begin = _by_instrument(rows, len(panel.instruments))
    for column in np.flatnonzero(begin[1:] > begin[:-1]).tolist():
        signals = judged[begin[column] : begin[column + 1]]
        bars, own = panel.bars(column)
        at = rows["bar"][signals]
        if own is not None:
            at = np.searchsorted(own, at, side="right") - 1
        first = np.searchsorted(at, settle - 1)
        if first < len(at):
            yield Places(column, bars, signals[first:], at[first:])


@compiled
def _by_instrument(rows: Any, n_instruments: int) -> tuple[Ints, Ints]:
    """Judged signals, those of one instrument side by side in the order of time, and where each instrument's
    begin, shape (n_instruments + 1,)."""
    begin = np.zeros(n_instruments + 1, np.int64)
    for row in rows:
        begin[row.instrument + 1] += row.kind != SignalKind.EXIT
    begin = np.cumsum(begin)
    judged, free = np.empty(begin[-1], np.int64), begin.copy()
    for seq in range(len(rows)):
        if rows[seq].kind != SignalKind.EXIT:
            judged[free[rows[seq].instrument]] = seq
            free[rows[seq].instrument] += 1
    return judged, begin
