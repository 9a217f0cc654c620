"""What market data alone says at each close, from a history that grows: the backtest's pipeline.

The indicators are anchored at the history's first bar, so that today's values don't depend on when the bot
was started again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from brokers.rows import Prices
from desk.pipeline import Pipeline
from live.trader import Said
from market.bars import PRICES, Panel
from market.errors import DataError
from market.instruments import Instrument
from market.labels import LABEL
from strategies.signals import SIGNAL, SignalKind, Signals

FIRST = 4096  # rows of room at first; doubled when they are full


@dataclass(eq=False)
class History:
    """Rows of bars, one more at every close. ``panel`` is a view of all of them."""

    instruments: Sequence[Instrument]
    timeframe: int
    _n: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._ts = np.empty(FIRST, np.int64)
        self._columns = {name: np.empty((FIRST, len(self.instruments))) for name in PRICES}

    def __len__(self) -> int:
        return self._n

    def ts(self, row: int) -> int:
        """Open of a row, ns UTC."""
        return int(self._ts[row])

    def append(self, ts: int, prices: Prices) -> None:
        """One row. Raises DataError when it isn't after the last."""
        if self._n and ts <= self._ts[self._n - 1]:
            raise DataError(f"bar of {ts} after the bar of {self._ts[self._n - 1]}; expected a later one.")
        if self._n == len(self._ts):
            self._grow()
        self._ts[self._n] = ts
        for name, values in zip(PRICES, prices, strict=True):
            self._columns[name][self._n] = values
        self._n += 1

    @property
    def panel(self) -> Panel:
        columns = {name: column[: self._n] for name, column in self._columns.items()}
        return Panel(tuple(self.instruments), self.timeframe, self._ts[: self._n], **columns)

    def _grow(self) -> None:
        self._ts = np.concatenate([self._ts, np.empty_like(self._ts)])
        self._columns = {
            name: np.concatenate([column, np.empty_like(column)]) for name, column in self._columns.items()
        }


@dataclass(eq=False)
class Reader:
    """Reads the pipeline at each close. Signals of bars before ``start`` were never the desk's.

    Filters are asked only where something new is to be judged, and shown no more earlier signals than they
    remember; labels are looked for only of entries that haven't ended.
    """

    pipeline: Pipeline
    history: History
    start: int = 0
    _said: int = field(init=False, default=0)  # signals of earlier bars
    _before: int = field(init=False, default=0)  # of bars before the start
    _open: int = field(init=False, default=0)  # the oldest signal whose label may still be to come

    def bar(self, ts: int, prices: Prices) -> Said:
        """Take one row and say what is known at its close.

        Raises DataError when the past has changed its mind: signals of earlier bars came or went.
        """
        t = len(self.history)
        self.history.append(ts, prices)
        panel = self.history.panel
        rows = self.pipeline.signals(panel).rows
        first = int(np.searchsorted(rows["bar"], t))
        if first != self._said:
            raise DataError(
                f"the strategy said {self._said} signals before this bar and now says {first}: it repaints. "
                "Nothing was sent at this bar; resting stops stay. Run maemae verify on the profile."
            )
        self._said = len(rows)
        if t < self.start:
            self._before = self._said
            return nothing_said(len(self.pipeline.filters))
        labels = self._matured(rows, panel, t)
        if first == len(rows):
            return replace(nothing_said(len(self.pipeline.filters)), labels=labels)
        p, status = self._judged(rows, panel, first)
        return Said(rows[first:].copy(), p, status, labels)

    @property
    def counted(self) -> int:
        """Signals that were the desk's so far."""
        return self._said - self._before

    def begin(self) -> None:
        """From the next bar on signals count; those so far never were the desk's."""
        self.start, self._before = len(self.history), self._said

    def resume(self) -> None:
        """Count again after the history was filled from elsewhere."""
        rows = self.pipeline.signals(self.history.panel).rows if len(self.history) else ()
        self._said, self._open = len(rows), 0
        self._before = int(np.searchsorted(rows["bar"], self.start)) if self._said else 0  # type: ignore[call-overload]

    def _judged(
        self, rows: NDArray[np.void], panel: Panel, first: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """What the filters say of the signals from ``first`` on."""
        memory = max((one.warmup for one in self.pipeline.filters), default=0)
        since = int(np.searchsorted(rows["bar"], len(panel) - 1 - memory))
        opinions = self.pipeline.opinions(Signals(rows[since:]), panel)
        return opinions.p[first - since :], opinions.status[first - since :]

    def _matured(self, rows: NDArray[np.void], panel: Panel, t: int) -> NDArray[np.void]:
        """Labels of the desk's own signals that are known since bar t, numbered as the desk counts."""
        self._open = max(self._open, self._before)
        if not self.pipeline.filters or self._open == len(rows):
            return np.zeros(0, LABEL)
        found = self.pipeline.labels(Signals(rows[self._open :]), panel)
        found["seq"] += self._open
        open_ = rows["kind"][self._open :] == SignalKind.ENTER
        open_[found["seq"] - self._open] = False
        still = np.flatnonzero(open_)
        self._open += int(still[0]) if len(still) else len(open_)
        mine: NDArray[np.void] = found[found["matured_at"] == t]
        mine["seq"] -= self._before
        return mine


def nothing_said(n_filters: int) -> Said:
    """A bar without signals and labels."""
    return Said(
        np.zeros(0, SIGNAL),
        np.zeros((0, n_filters)),
        np.zeros((0, n_filters), np.int8),
        np.zeros(0, LABEL),
    )
