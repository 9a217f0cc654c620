"""When a month ends, known at that day's close."""

import numpy as np
from numpy.typing import NDArray

from market.bars import Ints, Panel

DAY = 86_400_000_000_000


def month_ends(panel: Panel) -> Ints:
    """Rows that end a month: the first from which the next Monday to Friday lies in a later month.

    Causal: it reads the calendar and the rows so far, never whether another row follows. Once a month:
    weekend rows after a Friday that ended the month end nothing. When the month's last weekday is a holiday,
    nobody can have known it at the close before; the month then ends with the first row of the next one. Rows
    on which nothing traded count as if they weren't there.
    """
    rows = panel.every_row
    if not panel.complete:
        rows = np.flatnonzero(~np.isnan(panel.close).all(axis=1))
    days = local_days(panel.ts[rows], panel.instruments[0].timezone)
    coming = np.busday_offset(days, 1, roll="backward").astype("datetime64[M]").astype(np.int64)
    return rows[1:][np.diff(coming) > 0]


def local_days(ts: Ints, timezone: str) -> NDArray[np.datetime64]:
    """The date, where the instrument trades, on which each bar opened."""
    if timezone != "UTC":
        import pandas as pd

        local = pd.DatetimeIndex(ts, tz="UTC").tz_convert(timezone).tz_localize(None)
        return local.to_numpy().astype("datetime64[D]")
    return (ts // DAY).astype("datetime64[D]")
