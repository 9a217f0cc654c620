"""Rate limits as venues count them: weights in fixed windows of the wall clock."""

import time
from dataclasses import dataclass, field


@dataclass
class Window:
    """``limit`` units per ``seconds``; counted from the window's edge."""

    limit: int
    seconds: float
    used: int = 0
    edge: float = field(default=0.0)

    def spend(self, weight: int) -> bool:
        """Count ``weight``. False when that is too much."""
        now = time.monotonic()
        edge = now - now % self.seconds
        if edge != self.edge:
            self.edge, self.used = edge, 0
        self.used += weight
        return self.used <= self.limit

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    @property
    def wait(self) -> int:
        """Whole seconds until the window ends, at least one."""
        return max(int(self.edge + self.seconds - time.monotonic()) + 1, 1)
