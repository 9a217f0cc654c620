"""Follow the trend by two moving averages."""

from dataclasses import dataclass

from market import ta
from market.bars import Bars
from market.crosses import TIES, crosses
from strategies.base import BarStrategy
from strategies.ranges import ascending, in_range, true_or_false
from strategies.signals import Signals


@dataclass(frozen=True)
class SmaCross(BarStrategy):
    """Long while the fast mean is above the slow one; with ``shorts``, short while it is below."""

    fast: int = 20  # closed bars
    slow: int = 50  # closed bars
    shorts: bool = False

    def __post_init__(self) -> None:
        in_range(self, 1, 10_000, "fast", "slow")
        ascending(self, "fast", "slow")
        true_or_false(self, "shorts")

    @property
    def warmup(self) -> int:  # type: ignore[override]
        """The slow mean, and the longest tie that remembers which side was up before it."""
        return self.slow + TIES

    def signals(self, bars: Bars) -> Signals:
        fast, slow = ta.SMA(bars.close, self.fast), ta.SMA(bars.close, self.slow)
        up, down = crosses(fast, slow)
        if self.shorts:
            return Signals.of(enter=up, enter_short=down)
        return Signals.of(enter=up, exit=down)
