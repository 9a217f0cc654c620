"""A result as JSON: complete and strict (NaN is null). docs/result.md says what every key means."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.files import write_out
from backtest.tables import columns, decision_rows, iso, rows, trade_columns
from desk.records import State
from report.decided import Decided
from report.learning import Learned
from report.run_report import TradeLine

if TYPE_CHECKING:
    from backtest.result import Result

PARTS = ("trades", "orders", "fills", "equity", "decisions")
# Of the account's record; the rest of it is the desk's own scratch.
ACCOUNT = (
    "cash", "equity", "min_cash", "fees", "taxes", "borrow", "slippage", "turnover",
    "fee_units", "orders_sent", "ambiguous_bars", "exposed_bars",
)  # fmt: skip


def result_to_json(result: "Result", include: Sequence[str] = ()) -> dict[str, Any]:
    """manifest, assumptions, summary, benchmark, unfiltered, signals, filters, learning, costs, months,
    worst_trades, capacity, account, timing, and ``include``."""
    plan = result.plan
    found: dict[str, Any] = {
        "manifest": {"id": plan.manifest.id, **asdict(plan.manifest), "profile": plan.profile},
        "assumptions": _assumptions(result.assumptions),
        "summary": result.summary,
        "benchmark": result.benchmark,
        "unfiltered": result.unfiltered,
        "signals": _decided(result.decided),
        "filters": [asdict(card) for card in result.cards],
        "learning": [_learned(each) for each in result.learned],
        "costs": [asdict(row) for row in result.costs],
        "months": dict(result.months),
        "worst_trades": [_trade(each) for each in result.worst],
        "capacity": result.capacity,
        "account": _account(result.run.account),
        "timing": result.timing,
    }
    for name in PARTS:
        if name in include:
            found[name] = _part(result, name)
    plain: dict[str, Any] = to_plain(found)
    return plain


def _part(result: "Result", name: str) -> Any:
    """What is only there on request."""
    plan, run = result.plan, result.run
    if name == "equity":
        return {"time": iso(plan.panel.ts), "value": run.equity.tolist()}
    if name == "trades":
        return rows(trade_columns(run, plan))
    if name == "decisions":
        return decision_rows(run, result.reading, plan)
    return rows(columns(getattr(run, name), plan.panel, plan.strategy_names))


def _account(record: Mapping[str, Any]) -> dict[str, Any]:
    state = State(record["state"]).name.lower()
    return {**{name: record[name] for name in ACCOUNT}, "open_positions": record["open"], "state": state}


def _decided(found: Decided) -> dict[str, Any]:
    hints = [hint.text.format(**hint.values) for hint in found.hints]
    return {**asdict(found), "reasons": dict(found.reasons), "hints": hints}


def _trade(line: TradeLine) -> dict[str, Any]:
    entry, exit = iso(np.array([line.entry_time, line.exit_time], np.int64))
    return {**asdict(line), "entry_time": entry, "exit_time": exit}


def _assumptions(lines: Sequence[tuple[str, str]]) -> dict[str, str]:
    """By what they are about; several lines about one thing, such as costs, become one."""
    found: dict[str, str] = {}
    for what, said in lines:
        found[what] = f"{found[what]}; {said}" if what in found else said
    return found


def _learned(each: Learned) -> dict[str, Any]:
    times = iso(np.array([ts for ts, _ in each.stages], np.int64))
    stages = [{"time": time, "stage": stage} for time, (_, stage) in zip(times, each.stages, strict=True)]
    return {**asdict(each), "stages": stages}


def to_plain(value: Any) -> Any:
    """Only what JSON knows: NaN and infinities become None, records and arrays mappings and lists."""
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, np.generic):
        return to_plain(value.item())
    return value


def write_json(value: Any, out: str) -> None:
    """To a file or stream, or to standard output for "-". An interrupted write leaves the file as it was."""
    write_out(json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, indent=2) + "\n", out)
