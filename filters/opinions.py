"""``Opinions``: how likely each filter thinks each signal is to win, and whether it answered at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from market.errors import DataError


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

    p: NDArray[np.float64]
    status: NDArray[np.int8]

    @classmethod
    def answer(cls, p: NDArray[np.float64]) -> "Opinion":
        """Abstain where p is NaN, answer elsewhere."""
        unknown = np.isnan(p)
        status = np.where(unknown, np.int8(Status.ABSTAINED), np.int8(Status.ANSWERED)).astype(np.int8)
        return cls(np.asarray(p, np.float64), status)


@dataclass(frozen=True, eq=False)
class Opinions:
    """All filters' answers: p float64 and status int8, both shape (n_signals, n_filters)."""

    names: tuple[str, ...]
    p: NDArray[np.float64]
    status: NDArray[np.int8]

    @classmethod
    def stack(cls, names: Sequence[str], parts: Sequence[Opinion], n_signals: int) -> "Opinions":
        """Put filters side by side, refusing any answer that isn't a probability."""
        p = np.full((n_signals, len(parts)), np.nan)
        status = np.zeros((n_signals, len(parts)), np.int8)
        for column, (name, part) in enumerate(zip(names, parts, strict=True)):
            if not isinstance(part, Opinion):
                raise DataError(f"filter '{name}' returned {type(part).__name__}; expected an Opinion.")
            if part.p.shape != (n_signals,) or part.status.shape != (n_signals,):
                raise DataError(
                    f"filter '{name}': answered {part.p.shape} for {n_signals} signals; "
                    "expected one probability and one status per signal."
                )
            answered = part.status == Status.ANSWERED
            wrong = answered & ~((part.p > 0) & (part.p < 1))
            if wrong.any():
                row = int(np.flatnonzero(wrong)[0])
                raise DataError(
                    f"filter '{name}': p = {part.p[row]} for signal {row}; expected a probability "
                    "strictly between 0 and 1. Return NaN to abstain."
                )
            p[:, column] = np.where(answered, part.p, np.nan)
            status[:, column] = part.status
        return cls(tuple(names), p, status)
