"""The folds around a run: the same signals at other costs, with ties read the other way, without filters."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from backtest.plan import Plan
from backtest.result import buy_and_hold_of, summary_of
from desk.pipeline import Reading
from desk.rules import DeskRules, Tie
from desk.run import DeskRun, run_desk
from filters.opinions import Opinions
from report.run_report import Band, CostRow

COST_FACTORS = (0.0, 1.0, 2.0, 3.0)


@dataclass(frozen=True)
class Around:
    """Figures of the folds around. costs: by factor, the run's own left out. other_end: final equity under
    the other reading of ambiguous bars. unfiltered: None when there are no filters. held: of buy and hold."""

    costs: Mapping[float, CostRow]
    other_end: float
    unfiltered: Mapping[str, Any] | None
    held: Mapping[str, Any]

    def cost_rows(self, plan: Plan, run: DeskRun) -> tuple[CostRow, ...]:
        """With the run itself at factor 1."""
        return tuple(self.costs.get(factor) or _cost_row(plan, run, factor) for factor in COST_FACTORS)

    def band(self, plan: Plan, run: DeskRun) -> Band:
        """Both readings of ambiguous bars."""
        ends = {_tie(plan): float(run.equity[-1]), _other(_tie(plan)): self.other_end}
        return Band(ends[Tie.WORST], ends[Tie.BEST], int(run.account["ambiguous_bars"]))


def fold_around(plan: Plan, reading: Reading) -> Around:
    """Fold all of them; each is dropped once its figures are read, so that memory holds one at a time."""
    rules = plan.pipeline.rules
    costs = {factor: _at_cost(plan, reading, factor) for factor in COST_FACTORS if factor != 1.0}
    turned = replace(rules, fills=replace(rules.fills, tie=_other(_tie(plan))))
    other_end = float(run_desk(plan.panel, reading, turned).equity[-1])
    return Around(costs, other_end, _unfiltered(plan, reading), buy_and_hold_of(plan))


def _at_cost(plan: Plan, reading: Reading, factor: float) -> CostRow:
    labels = plan.pipeline.labels(reading.signals, plan.panel, factor)
    run = run_desk(plan.panel, replace(reading, labels=labels), plan.pipeline.rules, factor)
    return _cost_row(plan, run, factor)


def _cost_row(plan: Plan, run: DeskRun, factor: float) -> CostRow:
    found = summary_of(plan, run)
    named = {each.name: found[each.name] for each in fields(CostRow) if each.name != "factor"}
    return CostRow(factor, **named)


def _unfiltered(plan: Plan, reading: Reading) -> dict[str, Any] | None:
    """The summary of the same signals without any filter."""
    if not plan.pipeline.filters:
        return None
    nobody = Opinions.stack([], [], len(reading.signals))
    bare = run_desk(plan.panel, replace(reading, opinions=nobody), without_filters(plan.pipeline.rules))
    return summary_of(plan, bare)


def without_filters(rules: DeskRules) -> DeskRules:
    """The same desk with nobody to ask."""
    bare = tuple(replace(each, decision=replace(each.decision, filters=())) for each in rules.strategies)
    return replace(rules, strategies=bare)


def _tie(plan: Plan) -> Tie:
    return plan.pipeline.rules.fills.tie


def _other(tie: Tie) -> Tie:
    return Tie.BEST if tie == Tie.WORST else Tie.WORST
