"""Other futures: the same bars with other prices after some of them. What was said before must not change."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.bars import PRICES, Floats, Ints, Panel

MIRRORED, CRASH, BOOM = range(3)
WORDS = ("mirrored prices", "a crash", "a boom")
_PRICE_TIMES = np.array([1.0, 0.8, 1.25])  # what a crash and a boom do, at once and for as long as they last
_VOLUME_TIMES = np.array([1.0, 8.0, 0.125])
_MIRROR_OF = {"open": "open", "high": "low", "low": "high", "close": "close"}
Kinds = NDArray[np.int8]


def alter(panel: Panel, ends: Ints, kinds: Kinds, ahead: int) -> Panel:
    """The panel with ``ahead`` rows after each row of ``ends`` replaced; times and missing bars stay.

    ends, kinds: shape (n_ends,). A mirrored price rises by the factor by which it fell since the end's close,
    and so does volume; a crash and a boom multiply prices and volume.
    """
    rows = (ends[:, None] + np.arange(1, ahead + 1)).ravel()
    which = np.repeat(np.arange(len(ends)), ahead)[rows < len(panel)]
    rows = rows[rows < len(panel)]
    kind = kinds[which][:, None]
    columns = {name: getattr(panel, name).copy() for name in PRICES}
    was = {name: column[rows] for name, column in columns.items()}
    anchor = last_known(panel.close)[ends][which]
    for name, mirror in _MIRROR_OF.items():
        columns[name][rows] = _other(was[name], was[mirror], anchor, kind, _PRICE_TIMES)
    traded = last_known(panel.volume)[ends][which]
    columns["volume"][rows] = _other(was["volume"], was["volume"], traded, kind, _VOLUME_TIMES)
    return replace(panel, **columns)


def _other(was: Floats, mirror: Floats, anchor: Floats, kind: Any, times: Floats) -> Floats:
    """Values instead of ``was``, which stay where there is nothing to mirror at."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mirrored = anchor * (anchor / mirror)
    possible = np.isfinite(mirrored) & (mirrored > 0.0)
    return np.where(kind == MIRRORED, np.where(possible, mirrored, was), was * times[kind])


def last_known(column: Floats) -> Floats:
    """Each row's newest value that isn't missing, shape as given; NaN before the first."""
    missing = np.isnan(column)
    if not missing.any():
        return column
    rows = np.where(missing, 0, np.arange(len(column))[:, None])
    np.maximum.accumulate(rows, axis=0, out=rows)
    return np.take_along_axis(column, rows, axis=0)
