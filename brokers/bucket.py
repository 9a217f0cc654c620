"""How often something may be done: tokens that flow into a bucket."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE_S = 0.25  # what an order may be held back for a limit's sake; after that it isn't sent


@dataclass
class Bucket:
    """``rate`` tokens flow in a second, ``burst`` at most are there. ``take`` says how long to wait."""

    rate: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    tokens: float = field(init=False)
    seen: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens, self.seen = self.burst, self.clock()

    def wait(self, cost: float) -> float:
        """Seconds until ``cost`` tokens are there. A cost beyond the burst needs a full bucket."""
        now = self.clock()
        self.tokens = min(self.tokens + (now - self.seen) * self.rate, self.burst)
        self.seen = now
        return max(min(cost, self.burst) - self.tokens, 0.0) / self.rate

    def take(self, cost: float) -> None:
        """Take them, there or not."""
        self.tokens -= cost
