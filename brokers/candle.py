"""Candles as venues send them, and the bars they are."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from market.bars import Bars
from market.instruments import Instrument

MS = 1_000_000  # ns
Candle = list[Any]  # ms of its open, open, high, low, close, volume


def bars_of(instrument: Instrument, timeframe: int, candles: Iterable[Candle], closed_by: int) -> Bars:
    """Candles that had closed by ``closed_by``, ns UTC, each once."""
    unique = {row[0]: row for row in candles if row[0] * MS + timeframe <= closed_by}
    rows = [unique[ts] for ts in sorted(unique)]
    ts = np.array([row[0] for row in rows], np.int64) * MS
    columns = [np.array([float(row[place]) for row in rows], np.float64) for place in range(1, 6)]
    return Bars(instrument, timeframe, ts, *columns)
