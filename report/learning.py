"""What a run learned: how many signals taught it, what it takes to break even, how far it came to trust."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from desk.records import Stage, Why
from desk.rules import Act, FilterRules
from market.bars import Ints
from strategies.signals import SignalKind


@dataclass(frozen=True)
class Learned:
    """One strategy's learner. labels: matured, wins: how many of them won. break_even: the win rate at which
    the usual win pays for the usual loss. stages: (ns UTC of the signal, stage) at each change of the highest
    stage of its filters. doubted: entries that were passed up because the odds looked too poor."""

    strategy: str
    labels: int
    wins: int
    break_even: float
    stages: Sequence[tuple[int, str]]
    doubted: int


def what_was_learned(
    signals: NDArray[np.void],
    decisions: NDArray[np.void],
    learners: NDArray[np.void],
    rules: Sequence[FilterRules],
    names: Sequence[str],
    ts: Ints,
) -> tuple[Learned, ...]:
    """One ``Learned`` per strategy; none when no filter learns.

    signals: SIGNAL, decisions: DECISION, shape (n_signals,) both. ts: of the bars, ns UTC.
    """
    if all(rule.act == Act.RULE for rule in rules):
        return ()
    found = []
    for place, (name, learner) in enumerate(zip(names, learners, strict=True)):
        own = (signals["strategy"] == place) & (signals["kind"] == SignalKind.ENTER)
        decided = decisions[own]
        found.append(
            Learned(
                strategy=name,
                labels=int(learner["n"]),
                wins=int(learner["wins"]),
                break_even=float(decided["p_star"][-1]) if len(decided) else nan,
                stages=tuple(_changes(decided["stage"], ts[signals["bar"][own]])),
                doubted=int(np.count_nonzero(decided["why"] == Why.P_LOW)),
            )
        )
    return tuple(found)


def _changes(stages: NDArray[np.int8], ts: Ints) -> list[tuple[int, str]]:
    """Where the stage differs from that of the signal before; it begins in shadow."""
    changed = np.flatnonzero(np.diff(stages, prepend=np.int8(Stage.SHADOW)))
    return [(int(ts[place]), Stage(int(stages[place])).name.lower()) for place in changed.tolist()]
