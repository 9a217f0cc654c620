"""(a) No lookahead: on data cut in time, the whole prefix is what the full run said."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desk.pipeline import Pipeline, Reading
from maemae.verify.causes import FULL, MEMORY, Failure, usual_cause
from maemae.verify.cuts import Cut
from maemae.verify.difference import (
    Difference,
    Names,
    label_difference,
    opinion_difference,
    signal_difference,
    utc,
)
from maemae.verify.report import Check, counted
from maemae.verify.witness import Witness, WitnessError
from market.bars import Panel

NAME = "no lookahead"
Progress = Callable[[int, int], None]  # bars done, of how many


@dataclass(frozen=True, eq=False)
class Subject:
    """What is verified: the pipeline, its panel, and what it says of all of it."""

    pipeline: Pipeline
    panel: Panel
    full: Reading

    @property
    def names(self) -> Names:
        return Names(
            tuple(name for name, _ in self.pipeline.strategies),
            tuple(agent.name for agent in self.pipeline.filters),
            tuple(instrument.symbol for instrument in self.panel.instruments),
        )

    @property
    def warmup(self) -> int:
        """The longest warm-up of any piece."""
        needed = [strategy.warmup for _, strategy in self.pipeline.strategies]
        return max(needed + [agent.warmup for agent in self.pipeline.filters])


def check_lookahead(
    subject: Subject, witness: Witness, cuts: list[Cut], progress: Progress = lambda done, of: None
) -> Check:
    """Compare every cut with the full run. The witness must know no bar yet; cuts ascend."""
    failures: list[Failure] = []
    compared = silent = 0
    for cut in cuts:
        try:
            part = witness.read(cut.rows)
        except WitnessError as error:
            if witness.refusals:
                raise
            if cut.rows <= subject.warmup and not _said_before(subject, cut.rows):
                silent += 1
                continue
            return raised(subject, cut, error)
        found = prefix_difference(subject, part, cut.rows)
        compared += 1
        if found is not None:
            failures.append(Failure(cut, found))
        progress(cut.rows, len(subject.panel))
    counts = {
        "cuts": compared,
        "signals": len(subject.full.signals),
        "bars": len(subject.panel),
        "failing_cuts": len(failures),
        "too_short_to_answer": silent,
    }
    if failures:
        return Check(NAME, False, tuple(sentences(subject, failures, compared)), counts)
    kinds = {
        name: sum(cut.why.startswith(name) for cut in cuts)
        for name in ("at a signal", "inside", "at a missing")
    }
    signals = counted(len(subject.full.signals), "signal")
    filters = counted(len(subject.names.filters), "filter")
    line = (
        f"{signals} and what {filters} said of them are the same on {compared} cuts of "
        f"{len(subject.panel):,} bars ({kinds['at a signal']} at signals, {kinds['inside']} inside higher "
        f"timeframes, {kinds['at a missing']} at missing bars)."
    )
    return Check(NAME, True, (line,), counts)


def prefix_difference(subject: Subject, part: Reading, n_bars: int) -> Difference | None:
    """Where what was said of the first ``n_bars`` bars alone isn't what the full run said of them."""
    return reading_difference(subject.full, part, n_bars, subject.names)


def reading_difference(full: Reading, part: Reading, n_bars: int, names: Names) -> Difference | None:
    """Where two readings of the same first ``n_bars`` bars, and of what follows, differ about those bars."""
    until, its = (int(np.searchsorted(each.signals.rows["bar"], n_bars)) for each in (full, part))
    found = signal_difference(full.signals.rows[:until], part.signals.rows[:its], names)
    if found is None:
        found = opinion_difference(full, part, until, names)
    return found or label_difference(full, part, n_bars)


def _said_before(subject: Subject, n_bars: int) -> bool:
    rows = subject.full.signals.rows
    return bool(len(rows) and rows["bar"][0] < n_bars)


def _remembers(subject: Subject, failure: Failure) -> bool:
    """Whether this process, which has seen all bars, says of the cut data what the full run said."""
    if failure.against != FULL:
        return False
    panel = subject.panel.head(failure.cut.rows)
    return prefix_difference(subject, subject.pipeline.read(panel), len(panel)) is None


def sentences(subject: Subject, failures: list[Failure], compared: int) -> list[str]:
    """One sentence per strategy or filter that fails: its first failure, and the usual cause of all."""
    found = []
    for who in dict.fromkeys(failure.difference.who for failure in failures):
        mine = [failure for failure in failures if failure.difference.who == who]
        first = min(mine, key=lambda failure: failure.cut.rows - failure.difference.bar)
        cause = MEMORY if _remembers(subject, first) else usual_cause(subject.panel, mine, subject.warmup)
        share = f"{counted(len(mine), 'cut')} of {compared:,} differ"
        found.append(f"{first.sentence(subject.panel)} {share}. Usually {cause}.")
    return found


def raised(subject: Subject, cut: Cut, error: WitnessError) -> Check:
    """What fails when a piece can't answer on a shorter history."""
    last = utc(subject.panel, cut.rows - 1)
    line = (
        f"{error.who or 'the pipeline'} raises on the first {cut.rows} bars (to {last}): {error.text}. "
        "It must answer on every length of history, if only with no signals."
    )
    return Check(NAME, False, (line,), {"cuts": 0})
