"""The desk's records as named columns: times instead of bar numbers, words instead of codes."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtest.plan import Plan
from desk.pipeline import Reading
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
from desk.run import DeskRun
from filters.opinions import Status
from market.bars import Panel
from report.taxes import trade_taxes
from strategies.signals import SignalKind

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
OPINION = ("opinion", "status", "theta", "x")  # one value per filter
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


def trade_columns(run: DeskRun, plan: Plan) -> Columns:
    """Closed trades; the desk's ``fees``, taxes included, become ``fees`` and ``taxes`` as in the summary."""
    found = columns(run.trades, plan.panel, plan.strategy_names)
    taxes = trade_taxes(run.fills, run.trades, plan.panel)
    return {**found, "fees": found["fees"] - taxes, "taxes": taxes}


def decision_columns(run: DeskRun, reading: Reading, plan: Plan) -> Columns:
    """Decisions with what was signalled, of what and by whom."""
    said = columns(reading.signals.rows[["instrument", "strategy"]], plan.panel, plan.strategy_names)
    said["signal"] = _words(SignalKind)[reading.signals.rows["kind"]]
    return {**said, **columns(run.decisions, plan.panel, plan.strategy_names)}


def decision_rows(run: DeskRun, reading: Reading, plan: Plan) -> list[dict[str, Any]]:
    """One mapping per signal; ``opinions`` has one entry per filter, by name."""
    found = decision_columns(run, reading, plan)
    words = [each.name.lower() for each in Status]
    opinions: list[list[dict[str, Any]]] = [[] for _ in range(len(run.decisions))]
    for place, name in enumerate(reading.opinions.names):
        p, status, theta, x = (found[key][:, place].tolist() for key in OPINION)
        for row, said in enumerate(zip(p, status, theta, x, strict=True)):
            p_row, code, theta_row, x_row = said
            opinions[row].append(
                {"filter": name, "status": words[code], "p": p_row, "theta": theta_row, "x": x_row}
            )
    flat = rows({name: values for name, values in found.items() if name not in OPINION})
    return [{**row, "opinions": said} for row, said in zip(flat, opinions, strict=True)]


def rows(found: Columns) -> list[dict[str, Any]]:
    """One mapping per record, ready for JSON; times as ISO 8601."""
    ready = {
        name: iso(values) if name.endswith("time") else values.tolist() for name, values in found.items()
    }
    return [dict(zip(ready, row, strict=True)) for row in zip(*ready.values(), strict=True)]


def _words(code: type[IntEnum]) -> NDArray[Any]:
    words = np.full(max(code) + 1, "", object)
    for each in code:
        words[each] = each.name.lower()
    return words


def iso(ts: NDArray[Any]) -> list[str]:
    """ns UTC as 2024-01-31T09:30:00Z."""
    return [f"{text}Z" for text in np.datetime_as_string(ts.astype("datetime64[ns]"), unit="s").tolist()]
