"""Bars of several instruments onto one time axis."""

from collections.abc import Sequence

import numpy as np

from market.bars import PRICES, Floats, Panel
from market.instruments import Instrument
from market.reading.raw import RawBars


def align(instruments: Sequence[Instrument], series: Sequence[RawBars], timeframe: int) -> Panel:
    """A panel over the union of all times, NaN where an instrument has no bar. Each series ascends."""
    first = series[0].ts
    if all(np.array_equal(raw.ts, first) for raw in series[1:]):
        fields = {name: _side_by_side([getattr(raw, name) for raw in series]) for name in PRICES}
        return Panel(tuple(instruments), timeframe, first, **fields)
    ts = np.unique(np.concatenate([raw.ts for raw in series]))
    rows = [np.searchsorted(ts, raw.ts) for raw in series]
    fields = {name: np.full((len(ts), len(series)), np.nan) for name in PRICES}
    for name, field in fields.items():
        for column, raw in enumerate(series):
            field[rows[column], column] = getattr(raw, name)
    return Panel(tuple(instruments), timeframe, ts, **fields)


def _side_by_side(columns: list[Floats]) -> Floats:
    """shape (n_bars, n_columns), C-contiguous; a lone column is not copied."""
    return columns[0].reshape(-1, 1) if len(columns) == 1 else np.stack(columns, axis=1)
