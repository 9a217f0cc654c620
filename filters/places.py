"""Where each judged signal stands in its own instrument's bars."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.bars import Bars, Ints, Panel
from strategies.signals import SignalKind


class Places(NamedTuple):
    """One instrument's judged signals.

    column: of the panel. bars: the instrument's own bars. signals: places among all signals, shape (n,).
    at: index in ``bars`` of the last closed bar at each signal's row, same shape; -1 = none yet.
    """

    column: int
    bars: Bars
    signals: Ints
    at: Ints


def places(rows: NDArray[np.void], panel: Panel) -> Iterator[Places]:
    """The ENTER and REVIEW signals, instrument by instrument. Exits are never judged: exits pass."""
    judged = np.flatnonzero(rows["kind"] != SignalKind.EXIT)
    columns = rows["instrument"][judged]
    order = np.argsort(columns, kind="stable")
    starts = np.flatnonzero(np.diff(columns[order], prepend=-1))
    for signals in np.split(judged[order], starts[1:]) if len(judged) else ():
        column = int(rows["instrument"][signals[0]])
        bars, own = panel.bars(column)
        said_at = rows["bar"][signals]
        at = said_at if len(own) == len(panel) else np.searchsorted(own, said_at, side="right") - 1
        yield Places(column, bars, signals, at)
