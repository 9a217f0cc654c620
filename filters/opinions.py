"""``Opinions``: how likely each filter thinks each signal is to win, and whether it answered at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import nan

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats
from market.compiled import compiled
from market.errors import DataError

Statuses = NDArray[np.int8]


class Status(IntEnum):
    """Five different things. Only ANSWERED carries a probability."""

    ANSWERED = 0
    ABSTAINED = 1
    VETO = 2
    LATE = 3
    DOWN = 4


@dataclass(frozen=True, eq=False)
class Opinion:
    """One filter's answers, each shape (n_signals,).

    p: probability that the signal wins as its label defines, in (0, 1); NaN unless ANSWERED.
    status: int8 of ``Status``.
    """

    p: Floats
    status: Statuses

    @classmethod
    def answer(cls, p: Floats) -> "Opinion":
        """Abstain where p is NaN, answer elsewhere."""
        p = np.asarray(p, np.float64)
        return cls(p, np.where(np.isnan(p), np.int8(Status.ABSTAINED), np.int8(Status.ANSWERED)))


@dataclass(frozen=True, eq=False)
class Opinions:
    """All filters' answers: p float64 and status int8, both shape (n_signals, n_filters)."""

    names: tuple[str, ...]
    p: Floats
    status: Statuses

    @classmethod
    def stack(cls, names: Sequence[str], parts: Sequence[Opinion], n_signals: int) -> "Opinions":
        """Put filters side by side, refusing any answer that isn't a probability."""
        p = np.empty((n_signals, len(parts)))
        status = np.empty((n_signals, len(parts)), np.int8)
        for column, (name, part) in enumerate(zip(names, parts, strict=True)):
            if not isinstance(part, Opinion):
                raise DataError(f"filter '{name}' returned {type(part).__name__}; expected an Opinion.")
            if part.p.shape != (n_signals,) or part.status.shape != (n_signals,):
                raise DataError(
                    f"filter '{name}': answered {part.p.shape} for {n_signals} signals; "
                    "expected one probability and one status per signal."
                )
            said = np.ascontiguousarray(part.p, np.float64), np.ascontiguousarray(part.status, np.int8)
            row = _write_answers(*said, column, p, status)
            if row >= 0:
                raise DataError(
                    f"filter '{name}': p = {part.p[row]} for signal {row}; expected a probability "
                    "strictly between 0 and 1. Return NaN to abstain."
                )
        return cls(tuple(names), p, status)


@compiled
def _write_answers(said: Floats, said_status: Statuses, column: int, p: Floats, status: Statuses) -> int:
    """One filter's answers into its column; the first row that answers without a probability, -1 = none."""
    for row in range(len(said)):
        answered = said_status[row] == Status.ANSWERED
        if answered and not 0.0 < said[row] < 1.0:
            return row
        p[row, column] = said[row] if answered else nan
        status[row, column] = said_status[row]
    return -1
