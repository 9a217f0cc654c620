"""One long run asks at many bars at once: the future is altered after each, far enough apart to be forgotten.

What differs at such a bar is a suspicion only: a memory that is longer than the declared warm-up does it too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maemae.verify.difference import differ
from maemae.verify.futures import WORDS
from maemae.verify.lookahead import Subject
from maemae.verify.rounds import first_needed, rounds
from maemae.verify.witness import Witness, WitnessError
from market.bars import Ints
from strategies.signals import SignalKind

AHEAD = 16  # rows that are altered after a bar
NEAR = 1e-6  # what an honest memory, fading beyond the declared warm-up, may still change
ENOUGH = 200  # suspects of one sweep
JUDGED = 16  # of them, spread evenly
Arrays = Mapping[str, NDArray[Any]]
Flags = NDArray[np.bool_]


@dataclass(eq=False)
class Sweep:
    """One strategy, or with ``place`` None all filters with the strategies whose signals they judge.

    said: what they say of all bars. targets: bars after which the future is altered, ascending. needed: the
    row from which each needs history. asked: under how many other futures, shape (n_targets,).
    """

    place: int | None
    said: Arrays
    targets: Ints
    needed: Ints
    asked: NDArray[np.int8]
    suspects: dict[int, int] = field(default_factory=dict)  # bar → kind of future
    refusal: str = ""  # what was raised instead of an answer

    @property
    def chosen(self) -> list[tuple[int, int]]:
        """At most ``JUDGED`` of the suspects, spread evenly, with the kind of future that made them so."""
        bars = sorted(self.suspects)
        places = np.unique(np.linspace(0, len(bars) - 1, min(len(bars), JUDGED)).round().astype(int))
        return [(bars[place], self.suspects[bars[place]]) for place in places.tolist()]

    def run(self, witness: Witness, turn: int, until: float) -> None:
        """Ask at every target once, or until the witness has worked for ``until`` seconds.

        turn: in another one, there is another kind of future after each target.
        """
        for number, ends in enumerate(rounds(self.targets, self.needed, AHEAD)):
            late = number > 0 and witness.seconds > until
            if late or self.refusal or len(self.suspects) > ENOUGH:
                return
            kinds = ((np.arange(len(ends)) + number + turn) % len(WORDS)).astype(np.int8)
            self._ask(witness, ends, kinds)

    def _ask(self, witness: Witness, ends: Ints, kinds: NDArray[np.int8]) -> None:
        try:
            found = witness.ask("altered", {"ends": ends, "kinds": kinds}, place=self.place, ahead=AHEAD)
        except WitnessError as error:
            if witness.refusals:
                raise
            self.refusal = f"{error.who} raises {error.text}"
            return
        apart = changed(self.said, found.arrays, ends)
        self.suspects |= dict(zip(ends[apart].tolist(), kinds[apart].tolist(), strict=True))
        self.asked[np.searchsorted(self.targets, ends)] += 1


def sweeps_of(subject: Subject) -> Iterator[Sweep]:
    """Strategies at every bar that another follows; filters at the bars whose signals they judge."""
    n, rows, opinions = len(subject.panel), subject.full.signals.rows, subject.full.opinions
    longest = 0
    for place, (_, strategy) in enumerate(subject.pipeline.strategies):
        mine = rows[rows["strategy"] == place]
        mine["strategy"] = 0  # a copy; a strategy asked alone is the first
        yield _sweep(subject, place, {"signals": mine}, np.arange(n - 1), int(strategy.warmup))
        longest = max(longest, int(strategy.warmup))
    if subject.pipeline.filters:
        said = {"signals": rows, "p": opinions.p, "status": opinions.status}
        judged = np.unique(rows["bar"][rows["kind"] != SignalKind.EXIT])
        longest += max(int(agent.warmup) for agent in subject.pipeline.filters)
        yield _sweep(subject, None, said, judged[judged < n - 1], longest)


def _sweep(subject: Subject, place: int | None, said: Arrays, targets: Ints, warmup: int) -> Sweep:
    needed = first_needed(subject.panel, targets, warmup)
    return Sweep(place, said, targets, needed, np.zeros(len(targets), np.int8))


def changed(said: Arrays, found: Arrays, ends: Ints) -> Flags:
    """At which of ``ends`` signals or opinions aren't the same; ``found`` holds those at ``ends`` alone."""
    first, until = (np.searchsorted(said["signals"]["bar"], ends, side) for side in ("left", "right"))
    counts = until - first
    mine = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    at, its = np.repeat(np.arange(len(ends)), counts), np.searchsorted(ends, found["signals"]["bar"])
    apart: Flags = counts != np.bincount(its, minlength=len(ends))
    alike, its_alike = ~apart[at], ~apart[its]
    wrong = np.zeros(np.count_nonzero(alike), np.bool_)
    for name, theirs in found.items():
        one, other = said[name][mine][alike], theirs[its_alike]
        for column in one.dtype.names or ():
            wrong |= differ(one[column], other[column], NEAR)
        if not one.dtype.names:
            wrong |= differ(one, other, NEAR).any(axis=1)
    apart[at[alike][wrong]] = True
    return apart
