"""Indicators of a history that grows: each carries on where it ended, instead of beginning anew at every bar.

``with carry:`` around a reading lets every ``ta`` call in it find the call of the reading before that had
the same input but for the newest bars, and add those by its stream: bit for bit what the whole array would
give, also when its oldest bars have been let go of since. What continues no earlier call is computed whole.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar, Token
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = Callable[[list[Floats]], tuple[Floats, ...]]
Key = tuple[object, ...]


class Carry:
    """What the calls of the last readings were given and answered. Not for several threads."""

    def __init__(self) -> None:
        self._kept: dict[Key, list[_Call]] = {}
        self._turn: dict[Key, int] = {}  # of each key: calls of this reading so far, and the most in any
        self._most: dict[Key, int] = {}
        self._readings = 0
        self._token: Token[Carry | None] | None = None

    def __enter__(self) -> "Carry":
        self._turn, self._readings = {}, self._readings + 1
        self._token = _IN_FORCE.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _IN_FORCE.reset(self._token)

    def answer(
        self, key: Key, columns: list[Floats], whole: Whole, begin: Callable[..., Any]
    ) -> tuple[Floats, ...]:
        """One call's outputs. whole: computes them from arrays; begin: makes the stream of a history."""
        calls = self._kept.setdefault(key, [])
        turn = self._turn.get(key, 0)
        self._turn[key] = turn + 1
        self._most[key] = max(self._most.get(key, 0), turn + 1)
        call, forgotten = _predecessor(calls, turn, columns, self._readings)
        if call is None:
            call = _Call(columns, whole(columns))
            calls.insert(min(turn, len(calls)), call)
            if len(calls) > 2 * self._most[key]:  # what never goes on isn't kept
                calls.remove(min((each for each in calls if each is not call), key=lambda each: each.reading))
        else:
            call.go_on(columns, begin, forgotten)
        call.reading = self._readings
        return call.answer()


def in_force() -> Carry | None:
    """The carry of the reading that is under way, if any."""
    return _IN_FORCE.get()


_IN_FORCE: ContextVar[Carry | None] = ContextVar("carry", default=None)


class _Call:
    """One call, as it was last made."""

    def __init__(self, columns: list[Floats], outputs: Sequence[Floats]) -> None:
        self._given(columns)
        self._outputs = [*outputs]  # with room behind, once it has gone on
        self._stream: Any = None
        self.reading = 0

    def forgotten(self, columns: list[Floats], readings: int) -> int:
        """How many of this call's oldest bars ``columns`` lack, which hold all others and perhaps newer ones,
        at most one a reading; -1 when they are something else."""
        shorter = self._n - len(columns[0])
        if shorter <= 0:
            return 0 if self._holds(columns, 0) else -1
        for newer in range(min(readings, len(columns[0])), -1, -1):
            if shorter + newer < self._n and self._holds(columns, shorter + newer):
                return shorter + newer
        return -1

    def _holds(self, columns: list[Floats], start: int) -> bool:
        """Equal to the bit. The same memory is: rows of a history never change, and ``_columns`` keep it."""
        for old, place, new in zip(self._columns, self._places, columns, strict=True):
            if place + start * old.itemsize != new.ctypes.data and not _same(
                old[start:], new[: self._n - start]
            ):
                return False
        return True

    def _given(self, columns: list[Floats]) -> None:
        self._columns, self._n = columns, len(columns[0])
        self._places = [column.ctypes.data for column in columns]

    def go_on(self, columns: list[Floats], begin: Callable[..., Any], forgotten: int) -> None:
        """Drop the oldest bars that ``columns`` lack, and add the newest that they have."""
        if self._stream is None:
            self._stream = begin(*self._columns)
        if forgotten:
            self._n -= forgotten
            self._outputs = [output[forgotten:].copy() for output in self._outputs]
        for row in range(self._n, len(columns[0])):
            value = self._stream.update(*(column[row] for column in columns))
            values = value if isinstance(value, tuple) else (value,)
            for k, one in enumerate(values):
                if row == len(self._outputs[k]):
                    self._outputs[k] = np.concatenate([self._outputs[k], np.empty(max(row, 1024))])
                self._outputs[k][row] = one
        self._given(columns)

    def answer(self) -> tuple[Floats, ...]:
        """Copies: what an author does to them is his own affair."""
        return tuple(output[: self._n].copy() for output in self._outputs)


def _predecessor(
    calls: list[_Call], turn: int, columns: list[Floats], reading: int
) -> tuple[_Call | None, int]:
    """The call that goes on in ``columns``, most often the one whose turn it was in the last reading, and
    how many of its oldest bars they lack."""
    order = [turn, *range(len(calls))] if turn < len(calls) else range(len(calls))
    for place in order:
        call = calls[place]
        forgotten = call.forgotten(columns, reading - call.reading)
        if forgotten >= 0:
            if place != turn:
                calls.insert(min(turn, len(calls) - 1), calls.pop(place))
            return call, forgotten
    return None, 0


def _same(old: Floats, new: Floats) -> bool:
    if len(old) and old[0] != new[0] and old[0] == old[0]:
        return False  # most are told apart by this
    return np.array_equal(old.view(np.int64), new.view(np.int64))
