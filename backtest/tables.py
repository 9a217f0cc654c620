"""The desk's records as named columns: times instead of bar numbers, words instead of codes."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.records import (
    Action,
    Cap,
    Cause,
    OrderEventKind,
    OrderKind,
    Outcome,
    Reason,
    Stage,
    Why,
)
from market.bars import Panel

CODES: dict[str, type[IntEnum]] = {
    "action": Action,
    "why": Why,
    "cap": Cap,
    "stage": Stage,
    "event": OrderEventKind,
    "kind": OrderKind,
    "reason": Reason,
    "cause": Cause,
    "outcome": Outcome,
}
TIMES = {"bar": "time", "entry_bar": "entry_time", "exit_bar": "exit_time"}
Columns = dict[str, NDArray[Any]]


def columns(records: NDArray[np.void], panel: Panel, strategies: Sequence[str]) -> Columns:
    """Every field under its name, shape (n_records,) or (n_records, n_filters); each bar number also as the
    time of the bar's open (int64 ns UTC), lots also as ``quantity`` in units."""
    found: Columns = {}
    for name in records.dtype.names or ():
        values = records[name]
        if name == "instrument":
            values = np.array([each.id for each in panel.instruments], object)[values]
        elif name == "strategy":
            values = np.array(strategies, object)[values]
        elif name in CODES:
            values = _words(CODES[name])[values]
        elif name in TIMES:
            found[TIMES[name]] = panel.ts[values]
        elif name == "lots" and "instrument" in (records.dtype.names or ()):
            lot = np.array([each.lot for each in panel.instruments])
            found["quantity"] = values * lot[records["instrument"]]
        found[name] = np.ascontiguousarray(values)
    return found


def rows(found: Columns) -> list[dict[str, Any]]:
    """One mapping per record, ready for JSON; times as ISO 8601."""
    ready = {
        name: _iso(values) if name.endswith("time") else values.tolist() for name, values in found.items()
    }
    return [dict(zip(ready, row, strict=True)) for row in zip(*ready.values(), strict=True)]


def _words(code: type[IntEnum]) -> NDArray[Any]:
    words = np.full(max(code) + 1, "", object)
    for each in code:
        words[each] = each.name.lower()
    return words


def _iso(ts: NDArray[Any]) -> list[str]:
    return [f"{text}Z" for text in np.datetime_as_string(ts.astype("datetime64[ns]"), unit="s").tolist()]
