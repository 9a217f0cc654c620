"""Past bars of several instruments from a venue, put together to rows."""

from collections.abc import Sequence

import numpy as np

from brokers.contract import Broker
from brokers.rows import Row
from market.bars import PRICES
from market.instruments import Instrument


async def rows_between(
    broker: Broker, instruments: Sequence[Instrument], timeframe: int, since: int, until: int
) -> list[Row]:
    """Rows that open in [since, until), oldest first; NaN where an instrument has no bar."""
    if since >= until:
        return []
    rows: dict[int, list[np.ndarray]] = {}
    for column, instrument in enumerate(instruments):
        bars = await broker.bars(instrument.id, timeframe, since, until)
        for t, ts in enumerate(bars.ts.tolist()):
            if ts not in rows:
                rows[ts] = [np.full(len(instruments), np.nan) for _ in PRICES]
            for values, name in zip(rows[ts], PRICES, strict=True):
                values[column] = getattr(bars, name)[t]
    return [Row(ts, tuple(rows[ts])) for ts in sorted(rows)]
