"""One backtest: read the market, fold the desk, then fold it again to see what the result rests on."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from backtest.plan import Plan
from backtest.result import Result, summary_of
from desk.pipeline import Pipeline, Reading
from desk.rules import DeskRules, Tie
from desk.run import DeskRun, run_desk
from filters.opinions import Opinion, Opinions
from market.bars import Panel
from market.compiled import CACHE_DIR
from report.run_report import Band, CostRow
from strategies.signals import Signals

COST_FACTORS = (0.0, 1.0, 2.0, 3.0)
COMPILING = "Compiling for first use, half a minute; it is kept for later runs"
Say = Callable[[str], None]


def backtest(plan: Plan, say: Say | None = None, *, variants: bool = True) -> Result:
    """Run ``plan``. say: told what comes next, in a few words. variants: also fold the desk at
    other costs, under the other reading of ambiguous bars and without filters, as a report needs."""
    say = say or _unheard
    timing = {"load_s": plan.load_s}
    clock = _Clock(timing)
    say(COMPILING if not is_compiled() else "Opening the desk")
    compile_desk(plan.panel, plan.pipeline)
    clock.lap("compile_s")
    panel, pipeline = plan.panel, plan.pipeline
    say("Reading signals")
    signals = pipeline.signals(panel)
    clock.lap("signals_s")
    say("Asking the filters")
    opinions = pipeline.opinions(signals, panel)
    clock.lap("filters_s")
    say("Labelling signals")
    reading = Reading(signals, opinions, pipeline.labels(signals, panel))
    clock.lap("labels_s")
    say("Folding history through the desk")
    run = run_desk(panel, reading, pipeline.rules)
    clock.lap("desk_s")
    if not variants:
        return Result(plan, reading, run, timing)
    say("Folding it again at other costs")
    costs = tuple(_cost_row(plan, reading, run, factor) for factor in COST_FACTORS)
    result = Result(
        plan, reading, run, timing, costs, _band(plan, reading, run), _unfiltered(plan, reading, run)
    )
    clock.lap("report_s")
    return result


def is_compiled() -> bool:
    """Whether the desk, which takes longest, was compiled before."""
    return any(CACHE_DIR.glob("desk*/fold*.nbc"))


def _unheard(text: str) -> None:
    """Nobody wants to know."""


def compile_desk(panel: Panel, pipeline: Pipeline) -> None:
    """Fold two bars without a signal, so that what is timed later is already compiled."""
    start = panel.head(2)
    nothing = Signals.none()
    silent = [Opinion.answer(np.zeros(0)) for _ in pipeline.filters]
    opinions = Opinions.stack([agent.name for agent in pipeline.filters], silent, 0)
    run_desk(start, Reading(nothing, opinions, pipeline.labels(nothing, start)), pipeline.rules)


def _cost_row(plan: Plan, reading: Reading, run: DeskRun, factor: float) -> CostRow:
    if factor != 1.0:
        labels = plan.pipeline.labels(reading.signals, plan.panel, factor)
        run = run_desk(plan.panel, replace(reading, labels=labels), plan.pipeline.rules, factor)
    found = summary_of(plan, run)
    return CostRow(
        factor, found["final_equity"], found["return_pct"], found["sharpe"], found["trades"], found["fees"]
    )


def _band(plan: Plan, reading: Reading, run: DeskRun) -> Band:
    """The declared reading and the other one."""
    rules = plan.pipeline.rules
    declared = rules.fills.tie
    other = Tie.BEST if declared == Tie.WORST else Tie.WORST
    turned = run_desk(plan.panel, reading, replace(rules, fills=replace(rules.fills, tie=other)))
    ends = {declared: float(run.equity[-1]), other: float(turned.equity[-1])}
    return Band(ends[Tie.WORST], ends[Tie.BEST], int(run.account["ambiguous_bars"]))


def _unfiltered(plan: Plan, reading: Reading, run: DeskRun) -> dict[str, Any] | None:
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


class _Clock:
    """Writes the seconds since the last lap under a name."""

    def __init__(self, timing: dict[str, float]) -> None:
        self.timing, self.last = timing, perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.timing[name] = now - self.last
        self.last = now
