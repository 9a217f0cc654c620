"""What market data alone says at each close, from a history that grows: the backtest's pipeline.

The indicators are anchored at the history's first bar, so that today's values don't depend on when the bot
was started again.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brokers.rows import Prices
from desk.pipeline import Pipeline, resolve_barriers
from live.trader import Said
from market.bars import PRICES, Panel
from market.errors import DataError, MaemaeError
from market.instruments import Instrument
from market.labels import LABEL
from market.ta_carry import Carry
from strategies.signals import SIGNAL, SignalKind, Signals

_NO_LABELS = np.zeros(0, LABEL)
FIRST = 4096  # rows of room at first; doubled when they are full
SOONEST, LATEST = 2, 3  # times what is needed: history is shortened between bars, else at one


@dataclass(eq=False)
class History:
    """Rows of bars, one more at every close. ``panel`` is a view of the newest, kept row by row and once
    more instrument by instrument. Rows are counted from the first there ever was; ``first`` is the panel's.
    """

    instruments: Sequence[Instrument]
    timeframe: int
    first: int = field(init=False, default=0)
    _n: int = field(init=False, default=0)  # rows of the panel

    def __post_init__(self) -> None:
        self._ts = np.empty(FIRST, np.int64)  # of every row there ever was
        self._rows = {name: np.empty((FIRST, len(self.instruments))) for name in PRICES}
        self._columns = {name: self._turned(rows) for name, rows in self._rows.items()}

    def __len__(self) -> int:
        return self.first + self._n

    def ts(self, row: int) -> int:
        """Open of a row, ns UTC."""
        return int(self._ts[row])

    def close(self, column: int) -> float:
        """The newest row's close; NaN when the instrument has none there."""
        return float(self._rows["close"][self._n - 1, column])

    def volumes(self, column: int, most: int) -> NDArray[np.float64]:
        """Units traded in each of the newest rows of an instrument, of shape (at most ``most``,)."""
        newest: NDArray[np.float64] = self._columns["volume"][column, max(self._n - most, 0) : self._n]
        return newest

    def append(self, ts: int, prices: Prices) -> None:
        """One row. Raises DataError when it isn't after the last."""
        n = len(self)
        if n and ts <= self._ts[n - 1]:
            raise DataError(f"bar of {ts} after the bar of {self._ts[n - 1]}; expected a later one.")
        if n == len(self._ts):
            self._ts = np.concatenate([self._ts, np.empty_like(self._ts)])
        if self._n == len(self._rows["close"]):
            self._resize(0, 2 * self._n)
        self._ts[n] = ts
        for name, values in zip(PRICES, prices, strict=True):
            self._rows[name][self._n] = self._columns[name][:, self._n] = values
        self._n += 1

    def fill(self, column: int, ts: int, prices: Sequence[float]) -> bool:
        """A bar into a row that is there; False when there is none of that time."""
        if not self._n or ts > self._ts[len(self) - 1]:
            return False
        row = int(np.searchsorted(self._ts[self.first : len(self)], ts))
        if self._ts[self.first + row] != ts:
            return False
        for name, value in zip(PRICES, prices, strict=True):
            self._rows[name][row, column] = self._columns[name][column, row] = value
        return True

    def lacks(self, column: int) -> bool:
        """Whether an instrument has no bar in it."""
        return bool(np.isnan(self._columns["close"][column, : self._n]).all())

    def forget(self, rows: int) -> None:
        """Let go of the panel's oldest rows."""
        self.first, self._n = self.first + rows, self._n - rows
        self._resize(rows, max(2 * self._n, FIRST))

    @property
    def panel(self) -> Panel:
        rows = {name: each[: self._n] for name, each in self._rows.items()}
        columns = {name: each[:, : self._n] for name, each in self._columns.items()}
        ts = self._ts[self.first : len(self)]
        return Panel(tuple(self.instruments), self.timeframe, ts, **rows).told(columns)

    def _resize(self, start: int, room: int) -> None:
        """Move what lies from row ``start`` on to new memory: what was handed out keeps the old."""
        for name, old in self._rows.items():
            self._rows[name] = np.empty((room, len(self.instruments)))
            self._rows[name][: self._n] = old[start : start + self._n]
            self._columns[name] = self._turned(self._rows[name])

    def _turned(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """An instrument a row; the same memory when there is one only."""
        return rows.reshape(1, -1) if len(self.instruments) == 1 else np.ascontiguousarray(rows.T)


@dataclass(eq=False)
class Reader:
    """Reads the pipeline at each close. Signals of bars before ``start`` were never the desk's.

    Filters are asked only where something new is to be judged, and shown no more earlier signals than they
    remember; labels are looked for only of entries that haven't ended; indicators are carried on. So a
    history is kept only as long as somebody may look back on it, and a bar costs the same after years.
    """

    pipeline: Pipeline
    history: History
    start: int = 0
    least: int = FIRST  # rows that are kept in any case
    _bars: list[int] = field(init=False, default_factory=list)  # of every signal there ever was
    _before: int = field(init=False, default=0)  # signals of bars before the start
    _open: int = field(init=False, default=0)  # the oldest signal whose label may still be to come
    _carry: Carry = field(init=False, default_factory=Carry)
    _looked: int = field(init=False, default=0)  # rows that the filters have looked at

    def bar(self, ts: int, prices: Prices) -> Said:
        """Take one row and say what is known at its close.

        Raises DataError when the past has changed its mind: signals of earlier bars came or went.
        """
        self.history.append(ts, prices)
        with self._carry:
            said = self._read(len(self.history) - 1, self.history.panel)
        self._forget(LATEST)
        return said

    def rest(self) -> None:
        """What can wait until the bar's orders are sent: indicators go on, old bars are let go of."""
        self._look()
        self._forget(SOONEST)

    @property
    def counted(self) -> int:
        """Signals that were the desk's so far."""
        return len(self._bars) - self._before

    def begin(self) -> None:
        """From the next bar on signals count; those so far never were the desk's."""
        self.start, self._before = len(self.history), len(self._bars)

    def resume(self) -> None:
        """Count again after the history was filled from elsewhere, with all that it ever held."""
        self._bars, self._open, self._carry = [], 0, Carry()
        if len(self.history):
            with self._carry:
                self._bars = self.pipeline.signals(self.history.panel).rows["bar"].tolist()
        self._before = bisect_left(self._bars, self.start)

    def _read(self, t: int, panel: Panel) -> Said:
        rows, number = self._said(panel)
        first = int(np.searchsorted(rows["bar"], t - self.history.first))
        if number + first != len(self._bars):
            raise DataError(
                f"the strategy said {len(self._bars) - number} signals before this bar and now says {first}: "
                "it repaints. Nothing was sent at this bar; resting stops stay. Run maemae verify on the "
                "profile."
            )
        self._bars += [t] * (len(rows) - first)
        if t < self.start:
            self._before = len(self._bars)
            return nothing_said(len(self.pipeline.filters))
        labels = self._matured(rows, number, panel, t)
        if first == len(rows):
            return replace(nothing_said(len(self.pipeline.filters)), labels=labels)
        p, status = self._judged(rows, panel, first)
        said = rows[first:].copy()
        said["bar"] += self.history.first
        return Said(said, p, status, labels)

    def _said(self, panel: Panel) -> tuple[NDArray[np.void], int]:
        """Signals that the panel is long enough for, and the first one's number among all there ever were."""
        rows = self.pipeline.signals(panel).rows
        if not self.history.first:
            return rows, 0
        settled = _longest(strategy for _, strategy in self.pipeline.strategies)
        return rows[np.searchsorted(rows["bar"], settled) :], bisect_left(
            self._bars, self.history.first + settled
        )

    def _judged(
        self, rows: NDArray[np.void], panel: Panel, first: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """What the filters say of the signals from ``first`` on."""
        memory = _longest(self.pipeline.filters)
        since = int(np.searchsorted(rows["bar"], len(panel) - 1 - memory))
        opinions = self.pipeline.opinions(Signals(rows[since:]), panel)
        new = slice(first - since, None)
        return opinions.p[new].copy(), opinions.status[new].copy()  # a view would keep all the others alive

    def _matured(self, rows: NDArray[np.void], number: int, panel: Panel, t: int) -> NDArray[np.void]:
        """Labels of the desk's own signals that are known since bar t, numbered as the desk counts."""
        self._open = max(self._open, self._before)
        if not self.pipeline.filters or self._open == len(self._bars):
            return _NO_LABELS
        since, last = self._open - number, t - self.history.first
        found = self.pipeline.labels(Signals(rows[since:]), panel)
        mine: NDArray[np.void] = found[found["matured_at"] == last] if len(found) else _NO_LABELS
        if len(mine):
            mine["seq"] += self._open - self._before
            for name in ("matured_at", "entry_bar"):
                mine[name] += np.where(mine[name] >= 0, self.history.first, 0)
        self._open += _ended(rows["kind"][since:].tolist(), found["seq"].tolist())
        return mine

    def _look(self) -> bool:
        """Let the filters judge an entry that nobody means, in each instrument at its newest bar: so their
        indicators are there when they are needed, and begin where history began. False when one can't."""
        if not self.pipeline.filters or self._looked == len(self.history):
            return True
        panel = self.history.panel
        n = len(panel.instruments)
        entries = Signals.at(np.full(n, len(panel) - 1), instrument=np.arange(n))
        resolve_barriers(entries.rows, self.pipeline.rules.strategies[0].monitor)
        try:
            with self._carry:
                self.pipeline.opinions(entries, panel)
        except MaemaeError:  # a real signal's filters will say so aloud
            return False
        self._looked = len(self.history)
        return True

    def _forget(self, times: int) -> None:
        """Once history is ``times`` as long as needed, keep what a strategy, a filter or an open label may
        look back on."""
        kept = len(self.history) - self.history.first
        if kept < times * self.least:
            return
        settled = _longest(strategy for _, strategy in self.pipeline.strategies)
        needed = max(self.least, settled + _longest(self.pipeline.filters) + 1)
        if self.pipeline.filters and self._open < len(self._bars):
            needed = max(needed, len(self.history) - self._bars[self._open] + settled + 1)
        if kept >= times * needed and self._look():
            self.history.forget(kept - needed)


def _ended(kinds: Sequence[int], labelled: Sequence[int]) -> int:
    """How many signals there are before the first entry that has no label yet."""
    known = set(labelled)
    still = (n for n, kind in enumerate(kinds) if kind == SignalKind.ENTER and n not in known)
    return next(still, len(kinds))


def _longest(agents: Iterable[Any]) -> int:
    """The longest warm-up of strategies or filters, in bars."""
    return max((int(one.warmup) for one in agents), default=0)


def nothing_said(n_filters: int) -> Said:
    """A bar without signals and labels."""
    return Said(
        np.zeros(0, SIGNAL),
        np.zeros((0, n_filters)),
        np.zeros((0, n_filters), np.int8),
        _NO_LABELS,
    )
