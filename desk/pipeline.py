"""The whole pipeline on one page: signal → filters → DecisionCore → PositionSizer → SplitExecutioner.

``read`` is everything before the decision: pure, causal, in batch. The desk (``desk/fold.py``) is everything
after it. Backtest and live differ only in clock, feed and broker.
"""

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.rules import DeskRules, LimitFill, MonitorRules
from filters.base import Filter
from filters.opinions import Opinions
from market import labels
from market.bars import Panel
from market.compiled import compiled
from market.errors import raised_by
from strategies.base import Strategy
from strategies.checks import check_signals
from strategies.signals import BarrierUnit, SignalKind, Signals


@dataclass(frozen=True, eq=False)
class Reading:
    """What market data alone says. labels: structured array of LABEL, sorted by maturity."""

    signals: Signals
    opinions: Opinions
    labels: NDArray[np.void]


@dataclass(frozen=True)
class Pipeline:
    """One account's strategies and the filters that judge them; ``rules`` holds the desk's plain numbers."""

    strategies: tuple[tuple[str, Strategy], ...]
    filters: tuple[Filter, ...]
    rules: DeskRules

    def read(self, panel: Panel) -> Reading:
        """Signals with their barriers resolved, what the filters think of them, how they ended.

        Without filters nobody learns, and there are no labels.
        """
        signals = self.signals(panel)
        found = self.labels(signals, panel) if self.filters else np.zeros(0, labels.LABEL)
        return Reading(signals, self.opinions(signals, panel), found)

    def signals(self, panel: Panel) -> Signals:
        parts = []
        for place, (name, strategy) in enumerate(self.strategies):
            with raised_by(f"strategy '{name}'"):
                said = strategy.read(panel)
            mine = check_signals(said, panel, name).copy()
            mine.rows["strategy"] = place
            resolve_barriers(mine.rows, self.rules.strategies[place].monitor)
            parts.append(mine)
        return Signals.merge(parts) if len(parts) > 1 else parts[0]

    def opinions(self, signals: Signals, panel: Panel) -> Opinions:
        answers = []
        for agent in self.filters:
            with raised_by(f"filter '{agent.name}'"):
                answers.append(agent.assess(signals, panel))
        return Opinions.stack([agent.name for agent in self.filters], answers, len(signals))

    def labels(self, signals: Signals, panel: Panel, cost_factor: float = 1.0) -> NDArray[np.void]:
        fills = self.rules.fills
        return labels.label(
            signals.rows,
            panel,
            touch=fills.limit_fill == LimitFill.TOUCH,
            targets_on_entry_bar=fills.targets_on_entry_bar,
            cost_factor=cost_factor,
        )


def resolve_barriers(rows: NDArray[np.void], monitor: MonitorRules) -> None:
    """Fill, in place, what entries leave open, so that "win" is defined before filters see them.

    A strategy that speaks in points or prices keeps its own barriers; only the horizon is filled there.
    """
    _fill_open(rows, monitor.stop, monitor.target, monitor.trail, monitor.horizon)


@compiled
def _fill_open(rows: Any, stop: float, target: float, trail: float, horizon: int) -> None:
    for seq in range(len(rows)):
        row = rows[seq]
        if row.kind != SignalKind.ENTER:
            continue
        if row.unit == BarrierUnit.FRACTION:
            row.stop = stop if isnan(row.stop) else row.stop
            row.target = target if isnan(row.target) else row.target
            row.trail = trail if isnan(row.trail) else row.trail
        row.horizon = horizon if row.horizon == 0 else row.horizon
