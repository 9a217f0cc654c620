"""One backtest: read the market, fold the desk, and fold around it to see what the result rests on."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from backtest.around import fold_around
from backtest.plan import Plan
from backtest.result import Result
from desk.fold import fold
from desk.pipeline import Pipeline, Reading
from desk.run import run_desk
from filters.opinions import Opinion, Opinions
from market.bars import Panel
from strategies.signals import Signals

COMPILING = "Compiling for first use, half a minute; it is kept for later runs"
Say = Callable[[str], None]


def backtest(plan: Plan, say: Say | None = None, *, variants: bool = True) -> Result:
    """Run ``plan``. say: told what comes next, in a few words. variants: also fold the desk at other costs,
    under the other reading of ambiguous bars and without filters, as a report needs."""
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
    around = None
    if (
        variants
    ):  # before the run itself, whose arrays are kept: so there is never more than one run in memory
        say("Folding history at other costs")
        around = fold_around(plan, reading)
        clock.lap("report_s")
    say("Folding history through the desk")
    run = run_desk(panel, reading, pipeline.rules)
    clock.lap("desk_s")
    if around is None:
        return Result(plan, reading, run, timing)
    rows, band = around.cost_rows(plan, run), around.band(plan, run)
    return Result(plan, reading, run, timing, rows, band, around.unfiltered, around.held)


def is_compiled() -> bool:
    """Whether the desk, which takes longest, was compiled before: these sources, in this place."""
    kept = getattr(fold, "_cache", None)
    return kept is None or any(Path(kept.cache_path).glob("fold.fold-*.nbc"))


def _unheard(text: str) -> None:
    """Nobody wants to know."""


def compile_desk(panel: Panel, pipeline: Pipeline) -> None:
    """Fold two bars without a signal, so that what is timed later is already compiled."""
    start = panel.head(2)
    nothing = Signals.none()
    silent = [Opinion.answer(np.zeros(0)) for _ in pipeline.filters]
    opinions = Opinions.stack([agent.name for agent in pipeline.filters], silent, 0)
    run_desk(start, Reading(nothing, opinions, pipeline.labels(nothing, start)), pipeline.rules)


class _Clock:
    """Writes the seconds since the last lap under a name."""

    def __init__(self, timing: dict[str, float]) -> None:
        self.timing, self.last = timing, perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.timing[name] = now - self.last
        self.last = now
