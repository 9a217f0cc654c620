"""Bars of one instrument and panels of many, as contiguous arrays."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled
from market.errors import DataError
from market.instruments import Instrument

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bars:
    """One instrument's closed bars, oldest first, none missing.

    ts: int64 ns UTC of each bar's open, shape (n_bars,). open .. volume: float64, same shape.
    timeframe: int ns. A bar is known at its close, ``ts + timeframe``.
    """

    instrument: Instrument
    timeframe: int
    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.ts)

    @classmethod
    def cut_from(cls, panel: "Panel", column: int, there: slice | Ints) -> "Bars":
        """The rows ``there`` of a panel's column. A field is cut out when first looked at: a strategy seldom
        reads all of them."""
        bars = cls.__new__(cls)
        vars(bars).update(
            instrument=panel.instruments[column],
            timeframe=panel.timeframe,
            ts=panel.ts[there],
            _cut=(panel, column, there),
        )
        return bars

    if not TYPE_CHECKING:  # which would take any misspelt name for a field

        def __getattr__(self, field: str) -> Floats:
            if field not in PRICES or "_cut" not in vars(self):
                raise AttributeError(f"bars have no '{field}'; they have ts, {', '.join(PRICES)}")
            panel, column, there = vars(self)["_cut"]
            values: Floats = panel.by_instrument(field)[column, there]
            vars(self)[field] = values
            return values


@dataclass(frozen=True, eq=False)
class Panel:
    """Bars of several instruments on one time axis.

    ts: int64 ns UTC, shape (n_bars,), strictly ascending. open .. volume: float64, C-contiguous,
    shape (n_bars, n_instruments); NaN in every field = the instrument has no bar there.
    """

    instruments: tuple[Instrument, ...]
    timeframe: int
    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __post_init__(self) -> None:
        shape = (len(self.ts), len(self.instruments))
        for name in ("open", "high", "low", "close", "volume"):
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.float64 or not array.flags.c_contiguous:
                raise DataError(
                    f"panel {name}: expected C-contiguous float64 of shape {shape}, "
                    f"got {array.dtype} {array.shape}."
                )

    def __len__(self) -> int:
        return len(self.ts)

    def head(self, n_bars: int) -> "Panel":
        """The first ``n_bars`` rows: what was known at the close of row ``n_bars - 1``."""
        return self.rows(0, n_bars)

    def rows(self, start: int, stop: int) -> "Panel":
        """A view of rows [start, stop)."""
        fields = {name: getattr(self, name)[start:stop] for name in ("ts", *PRICES)}
        return replace(self, **fields)

    @cached_property
    def complete(self) -> bool:
        """True when no bar is missing."""
        return not np.isnan(self.close.sum())  # costs half of a search

    @cached_property
    def every_row(self) -> Ints:
        """All row numbers, shape (n_bars,)."""
        return np.arange(len(self))

    @cached_property
    def _by_instrument(self) -> dict[str, Floats]:
        return {}

    def by_instrument(self, field: str) -> Floats:
        """A price field with an instrument a row, shape (n_instruments, n_bars); turned when first asked."""
        turned = self._by_instrument.get(field)
        if turned is None:
            values = getattr(self, field)
            turned = values.reshape(1, -1) if len(self.instruments) == 1 else _turned(values)
            self._by_instrument[field] = turned
        return turned

    def told(self, by_instrument: dict[str, Floats]) -> "Panel":
        """This panel, spared turning what its owner keeps turned."""
        self._by_instrument.update(by_instrument)
        return self

    def present(self, instrument: int) -> Ints:
        """Rows where the instrument has a bar, shape (n_present,)."""
        return np.flatnonzero(~np.isnan(self.close[:, instrument]))

    def bars(self, instrument: int) -> tuple[Bars, Ints | None]:
        """The instrument's own bars, and the panel row of each; None: it has a bar in every row."""
        rows = None if self.complete else self.present(instrument)
        if rows is not None and len(rows) == len(self):
            rows = None
        return Bars.cut_from(self, instrument, slice(None) if rows is None else rows), rows


PRICES = ("open", "high", "low", "close", "volume")
_TILE = 16  # values: a tile's rows and columns stay in the fastest cache


@compiled
def _turned(values: Floats) -> Floats:
    """Rows as columns, tile by tile; numpy goes column by column, and fetches all memory anew for each."""
    n, m = values.shape
    turned = np.empty((m, n))
    for row in range(0, n, _TILE):
        for column in range(0, m, _TILE):
            for i in range(row, min(row + _TILE, n)):
                for j in range(column, min(column + _TILE, m)):
                    turned[j, i] = values[i, j]
    return turned
