"""``RunReport``: everything a report says about one run, for terminal, HTML, Telegram and dashboard alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.records import Outcome, Reason
from market.bars import Panel
from report.cards import FilterCard
from report.days import Calendar
from report.decided import Decided
from report.learning import Learned


@dataclass(frozen=True)
class CostRow:
    """The run at a multiple of its costs. factor: 0, 1, 2, 3. Costs are those of ``summarise``."""

    factor: float
    final_equity: float
    return_pct: float
    sharpe: float
    trades: int
    fees: float
    taxes: float
    borrow: float
    slippage: float


@dataclass(frozen=True)
class Band:
    """Final equity when two barriers inside one bar are read one way or the other."""

    worst: float
    best: float
    ambiguous_bars: int


@dataclass(frozen=True)
class TradeLine:
    """One trade as a person reads it. Times are of the bars' opens, ns UTC, days of the instrument's own
    sessions, 2024-01-31; pnl net, account currency."""

    instrument: str
    strategy: str
    side: str
    entry_time: int
    exit_time: int
    entry_day: str
    exit_day: str
    entry: float
    exit: float
    pnl: float
    reason: str
    outcome: str


@dataclass(frozen=True)
class RunReport:
    """One run. run: its id. calendar: the account's days. assumptions: in the reader's language. summary: its
    figures; benchmark, unfiltered: the same for buy and hold and for the strategy without filters (None when
    there are none). months: ("2024-03", return as a fraction). capacity: the largest share of a bar's volume
    that a fill took, NaN where volume is unknown."""

    title: str
    run: str
    calendar: Calendar
    currency: str
    assumptions: Sequence[tuple[str, str]]
    summary: Mapping[str, Any]
    benchmark: Mapping[str, Any]
    unfiltered: Mapping[str, Any] | None
    decided: Decided
    cards: Sequence[FilterCard]
    learned: Sequence[Learned]
    costs: Sequence[CostRow]
    band: Band
    months: Sequence[tuple[str, float]]
    worst: Sequence[TradeLine]
    capacity: float
    timing: Mapping[str, float]


def worst_trades(
    trades: NDArray[np.void], panel: Panel, strategies: Sequence[str], count: int = 5
) -> tuple[TradeLine, ...]:
    """The losing trades that lost most, worst first. trades: TRADE rows."""
    losing = trades[trades["pnl"] < 0.0]
    chosen = losing[np.argsort(losing["pnl"], kind="stable")[:count]]
    return tuple(trade_line(trade, panel, strategies) for trade in chosen)


def trade_line(trade: np.void, panel: Panel, strategies: Sequence[str]) -> TradeLine:
    instrument = panel.instruments[trade["instrument"]]
    entry_time, exit_time = int(panel.ts[trade["entry_bar"]]), int(panel.ts[trade["exit_bar"]])
    calendar = Calendar(instrument.timezone, panel.timeframe)
    return TradeLine(
        instrument=instrument.id,
        strategy=strategies[trade["strategy"]],
        side="long" if trade["side"] > 0 else "short",
        entry_time=entry_time,
        exit_time=exit_time,
        entry_day=calendar.day(entry_time),
        exit_day=calendar.day(exit_time),
        entry=float(trade["entry"]),
        exit=float(trade["exit"]),
        pnl=float(trade["pnl"]),
        reason=Reason(int(trade["reason"])).name.lower(),
        outcome=Outcome(int(trade["outcome"])).name.lower(),
    )


def largest_share(fills: NDArray[np.void], panel: Panel) -> float:
    """The largest share of its bar's volume that one fill took; NaN without fills or known volume."""
    if not len(fills):
        return float("nan")
    lot = np.array([each.lot for each in panel.instruments])
    volume = panel.volume[fills["bar"], fills["instrument"]]
    units = fills["lots"] * lot[fills["instrument"]]
    known = volume > 0.0
    return float((units[known] / volume[known]).max()) if known.any() else float("nan")
