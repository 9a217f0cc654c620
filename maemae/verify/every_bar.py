"""(a) No lookahead, bar by bar: a cut after every bar, so that nothing the next one takes back is missed.

A signal that the next bar suppresses shows only on data cut at that very bar. On history that begins a
warm-up earlier, a cut costs so little that every bar can have one.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from maemae.verify.causes import Failure
from maemae.verify.cuts import Cut
from maemae.verify.difference import Names, signal_difference
from maemae.verify.left_cuts import left_edge
from maemae.verify.lookahead import NAME, Progress, Subject, raised, sentences
from maemae.verify.report import Check
from maemae.verify.witness import Witness, WitnessError

STRETCH = 64  # bars cut on one short history
ENOUGH = 64  # failures
WHY = "a cut at every bar"
AGAINST = "when the next bar is known too"


@dataclass(frozen=True)
class Stretch:
    """Cuts that leave ``first`` to ``last`` bars known, each compared with the one that knows a bar more."""

    first: int
    last: int

    @property
    def cuts(self) -> int:
        return self.last - self.first + 1


def check_every_bar(
    subject: Subject, witness: Witness, budget_s: float, progress: Progress = lambda done, of: None
) -> Check:
    """Cut as many stretches as ``budget_s`` seconds of the child allow, at least one, spread over all bars.

    Strategies only: filters judge signals, and ``lookahead.py`` cuts there. The witness must know no bar yet.
    """
    n = len(subject.panel)
    failures: list[Failure] = []
    cuts = 0
    try:
        for stretch in _chosen(subject, witness, budget_s):
            for place in range(len(subject.pipeline.strategies)):
                failures += _failures(subject, witness, place, stretch)
            cuts += stretch.cuts
            progress(stretch.last, n)
            if len(failures) > ENOUGH:
                break
    except WitnessError as error:
        if witness.refusals:
            raise
        return raised(subject, Cut(witness.n_bars, WHY), error)
    progress(n, n)
    counts = {"bars_cut": cuts, "failing_bars_cut": len(failures)}
    if failures:
        return Check(NAME, False, tuple(sentences(subject, failures, cuts)), counts)
    return Check(NAME, True, (_line(n, cuts),), counts)


def _line(n: int, cuts: int) -> str:
    if not cuts:
        return f"no bar was cut one by one: {n:,} bars are no more than a warm-up."
    return (
        f"cut after {cuts:,} bars one by one ({cuts / (n - 1):.0%} of all), on history that begins a warm-up "
        "earlier, no signal comes, goes or changes when the next bar is known."
    )


def stretches(n_bars: int, warmup: int) -> list[Stretch]:
    """All bars that have a whole warm-up before them, but the last one, which nothing follows."""
    return [Stretch(first, min(first + STRETCH, n_bars) - 1) for first in range(warmup + 1, n_bars, STRETCH)]


def spread(possible: list[Stretch], count: int) -> list[Stretch]:
    """``count`` of them, evenly from the first to the last."""
    places = np.linspace(0, len(possible) - 1, min(max(count, 1), len(possible)))
    return [possible[int(place)] for place in np.round(places)]


def _chosen(subject: Subject, witness: Witness, budget_s: float) -> list[Stretch]:
    """As many stretches as take ``budget_s`` seconds, judged by the first one."""
    possible = stretches(len(subject.panel), max(one.warmup for _, one in subject.pipeline.strategies))
    if not possible:
        return []
    took = 0.0
    for _ in range(2):  # the first time, libraries are loaded and functions compiled
        before = witness.seconds
        for place in range(len(subject.pipeline.strategies)):
            _failures(subject, witness, place, possible[0])
        took = witness.seconds - before
    return spread(possible, int(budget_s / max(took, 1e-6)))


def _failures(subject: Subject, witness: Witness, place: int, stretch: Stretch) -> list[Failure]:
    """Every cut of a stretch after which one strategy takes back, adds or changes what it said."""
    name, strategy = subject.pipeline.strategies[place]
    names = Names((name,), (), subject.names.symbols)
    start = left_edge(subject.panel, stretch.first - 1, int(strategy.warmup))
    witness.show(stretch.last + 1)
    answer = witness.ask(
        "prefixes", None, place=place, start=start, first=stretch.first, last=stretch.last + 1
    ).arrays
    said = np.split(answer["signals"], np.cumsum(answer["counts"])[:-1])
    found = []
    for rows, (cut, later) in enumerate(pairwise(said), stretch.first):
        known = later[: np.searchsorted(later["bar"], rows - start)]
        if known.tobytes() != cut.tobytes() and (what := signal_difference(known, cut, names)) is not None:
            found.append(Failure(Cut(rows, WHY), replace(what, bar=what.bar + start), AGAINST))
    return found
