"""(a) No lookahead, under other futures: with other prices after a bar, what was said at that bar stays.

Sweeps find bars at which it may not. Each is judged by itself, in a process that knows nothing of the future:
by data that are cut there, and by data that are cut there and go on otherwise.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import numpy as np

from maemae.verify.causes import Failure
from maemae.verify.cuts import Cut
from maemae.verify.futures import WORDS, alter
from maemae.verify.lookahead import NAME, Subject, prefix_difference, raised, reading_difference, sentences
from maemae.verify.report import Check, counted
from maemae.verify.sweeps import AHEAD, Sweep, sweeps_of
from maemae.verify.witness import Witness, WitnessError

WHY = "where another future says otherwise"


def check_other_futures(
    subject: Subject,
    witness: Witness,
    fresh: Callable[[], AbstractContextManager[Witness]],
    budget_s: float,
) -> Check:
    """Sweep for about ``budget_s`` seconds of the child: one other future at every bar, then more at each.

    The witness must know the whole panel; ``fresh`` gives one that has been built and knows no bar.
    """
    sweeps = list(sweeps_of(subject))
    end = witness.seconds + budget_s
    for turn in range(len(WORDS)):
        for place, sweep in enumerate(sweeps):
            if turn == 0 or witness.seconds < end:
                share = (end - witness.seconds) / (len(sweeps) - place)
                sweep.run(witness, turn, witness.seconds + share)
    suspects = sorted(pair for sweep in sweeps for pair in sweep.chosen)
    asked = [(sweep.place, int(np.count_nonzero(sweep.asked))) for sweep in sweeps]
    counts = {
        "bars_with_other_futures": min(number for place, number in asked if place is not None),
        "judged_bars_with_other_futures": sum(number for place, number in asked if place is None),
        "other_futures": sum(int(sweep.asked.sum()) for sweep in sweeps),
        "suspects": sum(len(sweep.suspects) for sweep in sweeps),
        "suspects_judged": len(suspects),
    }
    if suspects:
        with fresh() as stranger:
            failed = _judge_all(subject, stranger, suspects)
        if failed:
            return Check(NAME, False, failed, counts)
    return Check(NAME, True, (_line(subject, sweeps, counts),), counts)


def _line(subject: Subject, sweeps: list[Sweep], counts: Mapping[str, int]) -> str:
    bars = counts["bars_with_other_futures"]
    share, futures = f"{bars / max(len(subject.panel) - 1, 1):.0%}", ", ".join(WORDS)
    line = (
        f"with other prices after it ({futures}; {counts['other_futures']:,} in all) each of {bars:,} "
        f"bars ({share} of all) says the same"
    )
    for sweep in sweeps:
        if sweep.place is None:
            asked, of = int(np.count_nonzero(sweep.asked)), len(sweep.targets)
            line += f", and filters say the same at {asked:,} of {counted(of, 'bar')} that they judge"
    line += "."
    if counts["suspects"]:
        line += (
            f" Cuts at {counts['suspects_judged']} of {counts['suspects']:,} suspected bars found nothing."
        )
    for sweep in sweeps:
        if sweep.refusal:
            line += f" Not asked to the end: on such prices {sweep.refusal}."
    return line


def _judge_all(subject: Subject, stranger: Witness, suspects: list[tuple[int, int]]) -> tuple[str, ...]:
    """What fails at the suspects, in words; they ascend."""
    failures: list[Failure] = []
    for bar, kind in suspects:
        try:
            failures += _judge(subject, stranger, bar, kind)
        except WitnessError as error:
            if stranger.refusals:
                raise
            return raised(subject, Cut(bar + 1, WHY), error).lines
    return tuple(sentences(subject, failures, len(suspects)))


def _judge(subject: Subject, stranger: Witness, bar: int, kind: int) -> list[Failure]:
    """Whether data cut after ``bar`` say otherwise than all data, or than data that go on otherwise."""
    known = bar + 1
    try:
        part = stranger.read(known)
    except WitnessError:
        if stranger.refusals or known > subject.warmup:
            raise
        return []
    if (what := prefix_difference(subject, part, known)) is not None:
        return [Failure(Cut(known, WHY), what)]
    other = alter(subject.panel.head(known + AHEAD), np.array([bar]), np.array([kind], np.int8), AHEAD)
    went_on = stranger.read(known, other.rows(known, len(other)))
    what = reading_difference(went_on, part, known, subject.names)
    return [] if what is None else [Failure(Cut(known, WHY), what, f"with {WORDS[kind]} after it")]
