"""The slow twin of the desk: docs/desk-rules.md again, in plain Python, one bar after another.

It shares nothing with the compiled desk but the plain numbers of ``desk/rules.py`` and the layouts of the
rows that go in and out. The section of the page is named at the top of each ``twin_*.py``.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desk.records import DECISION, FILL, ORDER, TRADE, Reason, State
from desk.rules import DeskRules, Style
from market.bars import Panel
from tests.desk.twin_decide import on_signal
from tests.desk.twin_learn import Learner, forget, mature, new_learner
from tests.desk.twin_ledger import mark
from tests.desk.twin_matching import match, set_budgets
from tests.desk.twin_numbers import terms_of
from tests.desk.twin_plans import emit, plan_exit
from tests.desk.twin_risk import start_day, watch
from tests.desk.twin_state import Desk, Position, Row

Table = NDArray[np.void]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TwinRun:
    """All that a run leaves.

    decisions, orders, fills, trades: DECISION, ORDER, FILL, TRADE rows in the order they happened.
    equity, cash: shape (n_bars,). lots: int64, shape (n_bars, n_positions). dust: units, shape
    (n_bars, n_instruments). All four at each bar's close.
    """

    decisions: Table
    orders: Table
    fills: Table
    trades: Table
    equity: Floats
    cash: Floats
    lots: NDArray[np.int64]
    dust: Floats
    ambiguous_bars: int
    learners: list[Learner]
    fee_units: float
    state: State


def run_twin(
    panel: Panel,
    signals: Table,
    p: Floats,
    status: NDArray[np.int8],
    labels: Table,
    rules: DeskRules,
    cost_factor: float = 1.0,
) -> TwinRun:
    """Fold one account over a panel. signals: SIGNAL rows by bar. p, status: (n_signals, n_filters)."""
    desk = _new_desk(panel, signals, rules, cost_factor)
    equity, cash, lots, dust = [], [], [], []
    next_signal = next_label = 0
    learns = any(any(learner.learns) for learner in desk.learners)
    for t in range(len(panel)):
        desk.t = t
        start_day(desk)
        _match_all(desk)
        mark(desk)
        watch(desk)
        while learns and next_label < len(labels) and labels[next_label]["matured_at"] <= t:
            _learn(desk, labels[next_label])
            next_label += 1
        _time_exits(desk)
        while next_signal < len(signals) and signals[next_signal]["bar"] == t:
            on_signal(desk, next_signal, p[next_signal].tolist(), status[next_signal].tolist())
            next_signal += 1
        for position in desk.positions:
            emit(desk, position)
        equity.append(desk.equity)
        cash.append(desk.cash)
        lots.append([position.lots for position in desk.positions])
        dust.append(list(desk.dust))
    return TwinRun(
        _table(desk.decisions, DECISION),
        _table(desk.events, ORDER),
        _table(desk.fills, FILL),
        _table(desk.trades, TRADE),
        np.array(equity),
        np.array(cash),
        np.array(lots, np.int64),
        np.array(dust),
        desk.ambiguous,
        desk.learners,
        desk.fee_units,
        desk.state,
    )


def _new_desk(panel: Panel, signals: Table, rules: DeskRules, cost_factor: float) -> Desk:
    n, n_strategies = len(panel.instruments), len(rules.strategies)
    return Desk(
        panel=panel,
        rules=rules,
        terms=[terms_of(instrument, cost_factor) for instrument in panel.instruments],
        signals=signals,
        positions=[Position(i, s) for i in range(n) for s in range(n_strategies)],
        learners=[new_learner(strategy.decision) for strategy in rules.strategies],
        cash=rules.cash,
        equity=rules.cash,
        day_equity=rules.cash,
        peak=rules.cash,
        last=[0.0] * n,
        dust=[0.0] * n,
        past_volume=[0.0] * n,
        open_budget=[None] * n,
        inside_budget=[None] * n,
        short_before=[0] * n,
    )


def _match_all(desk: Desk) -> None:
    """Step 2."""
    desk.short_before = [desk.short(i) for i in range(len(desk.terms))]
    present = [not math.isnan(close) for close in desk.panel.close[desk.t].tolist()]
    for instrument, has_bar in enumerate(present):
        if has_bar:
            set_budgets(desk, instrument)
    for position in desk.positions:
        if present[position.instrument]:
            match(desk, position)


def _learn(desk: Desk, label: np.void) -> None:
    """Step 5."""
    seq = int(label["seq"])
    learner = desk.learners[int(desk.signals[seq]["strategy"])]
    if label["y"] < 0:
        forget(learner, seq, desk.t)
    else:
        mature(learner, seq, int(label["y"]), float(label["ret"]), desk.t)


def _time_exits(desk: Desk) -> None:
    """Step 6."""
    for position in desk.positions:
        if position.trade is None or position.exit_plan is not None:
            continue
        horizon = int(desk.signals[position.trade.seq]["horizon"])
        if horizon > 0 and desk.t >= position.trade.entry_bar + horizon - 1:
            plan_exit(desk, position, abs(position.lots), Style.MARKET, Reason.TIME, position.trade.seq)


def _table(rows: Iterable[Row], dtype: np.dtype[np.void]) -> Table:
    """Rows as a structured array."""
    listed = list(rows)
    table = np.zeros(len(listed), dtype)
    for name in dtype.names or ():
        if listed:
            table[name] = [row[name] for row in listed]
    return table
