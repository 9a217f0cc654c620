"""Every desk that the laws are asked of, behind one call."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from desk.pipeline import Reading
from desk.run import DeskRun, run_desk
from filters.opinions import Opinions
from strategies.signals import Signals
from tests.desk.markets import World
from tests.desk.twin import TwinRun, run_twin

Table = NDArray[np.void]


class Ran(Protocol):
    """What any desk leaves: DECISION, ORDER, FILL and TRADE rows, and equity at each close."""

    @property
    def decisions(self) -> Table: ...
    @property
    def orders(self) -> Table: ...
    @property
    def fills(self) -> Table: ...
    @property
    def trades(self) -> Table: ...
    @property
    def equity(self) -> NDArray[np.float64]: ...
    @property
    def ambiguous_bars(self) -> int: ...


class Run(Protocol):
    """One desk, from a whole world to what it left."""

    def __call__(self, world: World, cost_factor: float = 1.0) -> Ran: ...


def twin(world: World, cost_factor: float = 1.0) -> TwinRun:
    return run_twin(world.panel, world.signals, world.p, world.status, world.labels, world.rules, cost_factor)


@dataclass(frozen=True, eq=False)
class Compiled:
    """The compiled desk's run, with what the laws ask for."""

    run: DeskRun

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run, name)

    @property
    def ambiguous_bars(self) -> int:
        return int(self.run.account["ambiguous_bars"])


def compiled(world: World, cost_factor: float = 1.0) -> Compiled:
    names = tuple(f"filter {k}" for k in range(world.p.shape[1]))
    reading = Reading(Signals(world.signals), Opinions(names, world.p, world.status), world.labels)
    return Compiled(run_desk(world.panel, reading, world.rules, cost_factor))


def same(left: Table, right: Table) -> bool:
    """Equal rows, field by field, to the last bit; NaN equals NaN and padding doesn't count."""
    return len(left) == len(right) and all(
        np.array_equal(left[name], right[name], equal_nan=True) for name in left.dtype.names or ()
    )


EVERY_DESK: list[Run] = [twin, compiled]
