"""``Keeper``: who starts, stops and kills the engine; the supervisor, for whoever steers."""

from dataclasses import dataclass
from typing import Protocol

from live.control.answers import Done
from records.latch import Latched


@dataclass(frozen=True)
class KillReport:
    """How a kill ended. cancelled, closing: client ids. left: positions that are still held, in words.

    stopped: the engine is certainly gone. problems: what a person must look after, in English; none of them
    undoes the latch.
    """

    latched: Latched
    stopped: bool
    cancelled: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return self.stopped and not self.problems


class Keeper(Protocol):
    """What can be done to the engine's process, whether or not it answers."""

    @property
    def profile(self) -> str: ...

    def running(self) -> bool: ...

    def latched(self) -> Latched | None: ...

    async def start(self, by: str) -> Done: ...

    async def stop(self, by: str) -> Done:
        """In good order, and not to be started again by itself."""
        ...

    async def kill(self, by: str, why: str, flatten: bool) -> KillReport: ...
