"""Where each judged signal stands in its own instrument's bars."""

from collections.abc import Iterator
from itertools import pairwise
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
    judged, columns = judged[order], columns[order]
    edges = np.flatnonzero(columns[1:] != columns[:-1]) + 1
    for start, stop in pairwise((0, *edges, len(judged))) if len(judged) else ():
        column, signals = int(columns[start]), judged[start:stop]
        bars, own = panel.bars(column)
        said_at = rows["bar"][signals]
        at = said_at if len(own) == len(panel) else np.searchsorted(own, said_at, side="right") - 1
        yield Places(column, bars, signals, at)
