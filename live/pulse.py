"""The loop's own heartbeat: a counter that only a turning loop moves, and how late it turns."""

import asyncio
import time
from dataclasses import dataclass, field

EVERY_S = 0.2


@dataclass(eq=False)
class Pulse:
    """beat: of this process. lag_s: how late the newest beat was."""

    beat: int = 0
    lag_s: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def uptime_s(self) -> float:
        return time.monotonic() - self.began

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(EVERY_S)
            self.beat += 1
            self.lag_s = max(time.monotonic() - before - EVERY_S, 0.0)
