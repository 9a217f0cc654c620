"""Follow the trend by two moving averages."""

from dataclasses import dataclass

from market import ta
from market.bars import Bars
from market.crosses import crosses_above, crosses_below
from market.errors import ConfigError
from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class SmaCross(BarStrategy):
    """Long while the fast mean is above the slow one; with ``shorts``, short while it is below."""

    fast: int = 20  # closed bars
    slow: int = 50  # closed bars
    shorts: bool = False

    def __post_init__(self) -> None:
        if not 1 < self.fast < self.slow:
            raise ConfigError(
                f"sma_cross: fast = {self.fast}, slow = {self.slow}; expected 2 or more and fast < slow."
            )

    @property
    def warmup(self) -> int:  # type: ignore[override]
        return self.slow + 1

    def signals(self, bars: Bars) -> Signals:
        fast, slow = ta.SMA(bars.close, self.fast), ta.SMA(bars.close, self.slow)
        up, down = crosses_above(fast, slow), crosses_below(fast, slow)
        if self.shorts:
            return Signals.of(enter=up, enter_short=down)
        return Signals.of(enter=up, exit=down)
