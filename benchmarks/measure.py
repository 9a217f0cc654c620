"""How CPU time is taken: both sides in one process, in turns, each warm, the medians of several rounds.

User CPU (``getrusage``) is what is compared: on a machine that others use too, wall time says nothing, and
system time is mostly the kernel handing out pages. Both are kept. A round repeats its work until it has
burnt enough CPU for the kernel's clock to be exact, and starts with the garbage of the other side already
collected.
"""

import gc
import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

T = TypeVar("T")
ROUNDS = 7
LEAST_S = 0.25


@dataclass(frozen=True)
class Cost:
    """CPU seconds of one run."""

    user_s: float
    system_s: float

    @property
    def total_s(self) -> float:
        return self.user_s + self.system_s


@dataclass(frozen=True)
class Side(Generic[T]):
    """What one side answered, and what each round of it cost."""

    answer: T
    costs: tuple[Cost, ...]

    @property
    def user_s(self) -> float:
        return median(cost.user_s for cost in self.costs)

    @property
    def total_s(self) -> float:
        return median(cost.total_s for cost in self.costs)


def cost_of(work: Callable[[], object], least_s: float = LEAST_S) -> Cost:
    """CPU of one run of ``work``, averaged over as many as take ``least_s`` together."""
    gc.collect()
    runs, begin = 0, resource.getrusage(resource.RUSAGE_SELF)
    while True:
        work()
        runs += 1
        now = resource.getrusage(resource.RUSAGE_SELF)
        user, system = now.ru_utime - begin.ru_utime, now.ru_stime - begin.ru_stime
        if user + system >= least_s:
            return Cost(user / runs, system / runs)


def interleaved(sides: Mapping[str, Callable[[], T]], rounds: int = ROUNDS) -> dict[str, Side[T]]:
    """Run every side once to warm it up and hear its answer, then all in turns, ``rounds`` times."""
    answers = {name: work() for name, work in sides.items()}
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, work in sides.items():
            costs[name].append(cost_of(work))
    return {name: Side(answers[name], tuple(costs[name])) for name in sides}


def ratio(ours: Side[T], peer: Side[T]) -> float:
    """How many times our cost the peer's is: the median over rounds, of user CPU."""
    return median(theirs.user_s / mine.user_s for mine, theirs in zip(ours.costs, peer.costs, strict=True))
