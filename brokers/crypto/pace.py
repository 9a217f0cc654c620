"""How fast a venue may be asked: buckets of tokens, and the pause that the venue itself demands."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from brokers.bucket import PATIENCE_S, Bucket
from market.errors import VenueDown

LONGEST_PAUSE_S = 60.0  # a longer one isn't waited for


class Weight(float):
    """What a request costs, and of which of the venue's pools."""

    pool: str = ""

    @classmethod
    def of(cls, cost: float, pool: str) -> "Weight":
        weight = cls(cost)
        weight.pool = pool
        return weight


@dataclass
class Pace:
    """rate, burst: of every pool of requests, in the venue's weights. orders: submits, replaces, cancels."""

    rate: float
    burst: float
    orders: Bucket
    clock: Callable[[], float] = time.monotonic
    paused_until: float = 0.0  # by the venue's Retry-After, in ``clock``'s seconds
    pools: dict[str, Bucket] = field(default_factory=dict)

    def pause(self, seconds: float) -> None:
        """The venue wants to be left alone."""
        self.paused_until = max(self.paused_until, self.clock() + seconds)

    async def query(self, cost: float) -> None:
        """Wait for a turn. Raises VenueDown when the venue wants to be left alone for long."""
        pool = self._pool(cost)
        while True:
            pause = self.paused_until - self.clock()
            if pause > LONGEST_PAUSE_S:
                raise VenueDown(
                    f"the venue wants to be left alone for another {pause:.0f} s. Ask again later."
                )
            wait = max(pool.wait(cost), pause)
            if wait <= 0:
                break
            await asyncio.sleep(wait)
        pool.take(cost)

    async def command(self, cost: float) -> None:
        """A turn now or soon. Raises VenueDown: nothing was sent."""
        pool = self._pool(cost)
        wait = max(pool.wait(cost), self.orders.wait(1), self.paused_until - self.clock())
        if wait > PATIENCE_S:
            raise VenueDown(
                f"the venue's limit of requests is used up for another {wait:.1f} s. Nothing was sent."
            )
        pool.take(cost)
        self.orders.take(1)
        if wait > 0:
            await asyncio.sleep(wait)

    def _pool(self, cost: float) -> Bucket:
        name = cost.pool if isinstance(cost, Weight) else ""
        if name not in self.pools:
            self.pools[name] = Bucket(self.rate, self.burst, self.clock)
        return self.pools[name]
