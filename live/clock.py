"""Our clock against the venue's, measured again and again: R10 judges by it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from live.guard import Guard
from market.errors import MaemaeError

EVERY_S = 180.0
AGAIN_S = 15.0  # while it is too far off, or the venue didn't say
BEAT_S = 1.0
STEP_S = 0.5  # somebody set the clock
UNKNOWN_AFTER_S = 900.0  # without an answer
_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class ClockWatch:
    """Keeps ``guard.clock_offset``. measure: asks the venue; ns by which our clock is ahead, or VenueDown.

    It is asked every ``every_s``, after ``wake`` (a stream came back), and at once when this machine's clock
    is set: it moves against ``steady`` then. wall, steady: seconds.
    """

    guard: Guard
    measure: Callable[[], Awaitable[int]]
    every_s: float = EVERY_S
    again_s: float = AGAIN_S
    beat_s: float = BEAT_S
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._wanted = asyncio.Event()
        self._apart = self._between()
        self._measured = self._asked = self.steady()

    def wake(self) -> None:
        """Measure now."""
        self._wanted.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), self.beat_s)
            if self._due():
                await self.once()

    async def once(self) -> None:
        """Ask, and tell the guard. Without an answer the last one holds for a while."""
        self._wanted.clear()
        self._asked, self._apart = self.steady(), self._between()
        try:
            self.guard.clock_offset = await self.measure()
        except MaemaeError as error:
            _LOG.warning("the clock couldn't be compared: %s", error)
            if self.steady() - self._measured > UNKNOWN_AFTER_S:
                self.guard.clock_offset = None
            return
        self._measured = self.steady()

    def _due(self) -> bool:
        stepped = abs(self._between() - self._apart) > STEP_S
        pause_s = self.every_s if self._well else min(self.again_s, self.every_s)
        return stepped or self._wanted.is_set() or self.steady() - self._asked >= pause_s

    @property
    def _well(self) -> bool:
        offset = self.guard.clock_offset
        answered = self._measured >= self._asked
        return answered and offset is not None and abs(offset) <= self.guard.gate.limits.max_clock_offset

    def _between(self) -> float:
        return self.wall() - self.steady()
