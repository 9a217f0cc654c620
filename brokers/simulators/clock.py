"""The venue's time, in milliseconds UTC."""

import time
from typing import Protocol


class Clock(Protocol):
    """What tells the venue's time."""

    def now(self) -> int: ...


class WallClock:
    """Real time, wrong by ``skew`` ms."""

    def __init__(self, skew: int = 0) -> None:
        self.skew = skew

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.skew


class VirtualClock:
    """Time as the replayed market tells it; never goes back."""

    def __init__(self, now: int = 0) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def set(self, now: int) -> None:
        self._now = max(self._now, now)
