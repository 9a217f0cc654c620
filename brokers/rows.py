"""Bars of single instruments, put together to the rows that the desk is stepped by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brokers.contract import BarEvent
from market.bars import PRICES
from market.instruments import Instrument

Prices = tuple[NDArray[np.float64], ...]  # open .. volume, each shape (n_instruments,)


class Row(NamedTuple):
    """One bar of every instrument; NaN where one has none. ts: its open, ns UTC."""

    ts: int
    prices: Prices


@dataclass(eq=False)
class Rows:
    """Waits for every instrument's bar, but for none longer than ``patience`` ns after its close.

    A bar that comes too late is counted and dropped: the desk has acted without it.
    """

    instruments: Sequence[Instrument]
    timeframe: int
    patience: int
    late: int = field(init=False, default=0)
    done: int = field(init=False, default=-1)  # open of the newest row given out

    def __post_init__(self) -> None:
        self._columns = {one.id: column for column, one in enumerate(self.instruments)}
        self._waiting: dict[int, dict[int, BarEvent]] = {}  # by open, then column

    def take(self, bar: BarEvent) -> Iterator[Row]:
        """The rows that this bar completes."""
        if bar.instrument not in self._columns or bar.timeframe != self.timeframe:
            return
        if bar.ts <= self.done:
            self.late += 1
            return
        self._waiting.setdefault(bar.ts, {})[self._columns[bar.instrument]] = bar
        if len(self._waiting[bar.ts]) == len(self._columns):
            yield from self._until(bar.ts)

    def said(self, now: int) -> Iterator[Row]:
        """The rows that closed by ``now``, ns UTC: nothing more is said of them."""
        ripe = [ts for ts in self._waiting if ts + self.timeframe <= now]
        if ripe:
            yield from self._until(max(ripe))

    def due(self, now: int) -> Iterator[Row]:
        """The rows that have waited long enough at ``now``, though nobody said that all was said."""
        yield from self.said(now - self.patience)

    def _until(self, ts: int) -> Iterator[Row]:
        """Everything up to ``ts``, oldest first: an older row that still waits won't be completed."""
        for each in sorted(each for each in self._waiting if each <= ts):
            yield self._row(each, self._waiting.pop(each))
            self.done = each

    def _row(self, ts: int, bars: dict[int, BarEvent]) -> Row:
        prices = tuple(np.full(len(self._columns), np.nan) for _ in PRICES)
        for column, bar in bars.items():
            for values, name in zip(prices, PRICES, strict=True):
                values[column] = getattr(bar, name)
        return Row(ts, prices)
