"""Momentum that has turned, with barriers."""

from dataclasses import dataclass

from market import ta
from market.bars import Bars
from market.crosses import TIES, crosses_above, crosses_below
from strategies.base import BarStrategy
from strategies.ranges import ascending, in_range, true_or_false
from strategies.signals import Signals


@dataclass(frozen=True)
class RsiMacd(BarStrategy):
    """Buy when MACD turns up through its signal line before RSI is far gone; sell short in the mirror image.

    MACD says that momentum has turned, RSI that the move isn't spent. Every position has its stop, its target
    and its horizon, so nothing has to say when to leave.
    """

    rsi: int = 14  # closed bars
    low: float = 40.0  # a short needs RSI above it
    high: float = 60.0  # a long needs RSI below it
    fast: int = 12  # closed bars
    slow: int = 26
    smooth: int = 9
    stop: float = 0.02  # fraction of the entry price
    target: float = 0.04
    horizon: int = 48  # bars
    shorts: bool = True

    def __post_init__(self) -> None:
        in_range(self, 2, 10_000, "rsi", "fast", "slow")
        in_range(self, 1, 10_000, "smooth")
        ascending(self, "fast", "slow")
        in_range(self, 0, 100, "low", "high")
        in_range(self, 0.0001, 0.99, "stop")
        in_range(self, 0.0001, 100.0, "target")
        in_range(self, 0, 1_000_000, "horizon")  # 0 = no time exit
        true_or_false(self, "shorts")

    @property
    def warmup(self) -> int:  # type: ignore[override]
        """Until RSI, or MACD and then its signal line, have forgotten where they began."""
        macd = self.slow + ta.memory(2 / (self.slow + 1)) + self.smooth + ta.memory(2 / (self.smooth + 1))
        return max(self.rsi + ta.memory(1 / self.rsi), macd) + TIES

    def signals(self, bars: Bars) -> Signals:
        rsi = ta.RSI(bars.close, self.rsi)
        macd, mean, _ = ta.MACD(bars.close, self.fast, self.slow, self.smooth)
        up = crosses_above(macd, mean, scale=bars.close) & (rsi < self.high)
        down = crosses_below(macd, mean, scale=bars.close) & (rsi > self.low)
        return Signals.of(
            enter=up,
            enter_short=down if self.shorts else None,
            stop=self.stop,
            target=self.target,
            horizon=self.horizon,
        )
