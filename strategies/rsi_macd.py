"""Momentum that has turned, with barriers."""

from dataclasses import dataclass

from market import ta
from market.bars import Bars
from market.crosses import crosses_above, crosses_below
from market.errors import ConfigError
from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class RsiMacd(BarStrategy):
    """Buy when MACD crosses above its signal line with RSI below ``high``; sell short in the mirror image."""

    rsi: int = 14
    low: float = 40.0  # a short needs RSI above it
    high: float = 60.0  # a long needs RSI below it
    fast: int = 12
    slow: int = 26
    smooth: int = 9
    stop: float = 0.02  # fraction of the entry price
    target: float = 0.04
    horizon: int = 48  # bars
    shorts: bool = True

    def __post_init__(self) -> None:
        if not 1 < self.fast < self.slow or self.rsi < 2 or self.smooth < 1:
            raise ConfigError(
                f"rsi_macd: rsi = {self.rsi}, fast = {self.fast}, slow = {self.slow}, "
                f"smooth = {self.smooth}; "
                "expected rsi >= 2, 2 <= fast < slow and smooth >= 1."
            )
        if not (self.stop > 0.0 and self.target > 0.0 and self.horizon >= 0):
            raise ConfigError(
                f"rsi_macd: stop = {self.stop}, target = {self.target}, horizon = {self.horizon}; "
                "expected stop and target above 0 and horizon 0 or more."
            )

    @property
    def warmup(self) -> int:  # type: ignore[override]
        # Where the recursions began no longer shows beyond the dead band.
        return max(30 * self.rsi, 15 * (self.slow + self.smooth))

    def signals(self, bars: Bars) -> Signals:
        rsi = ta.RSI(bars.close, self.rsi)
        line, mean, _ = ta.MACD(bars.close, self.fast, self.slow, self.smooth)
        up = crosses_above(line, mean) & (rsi < self.high)
        down = crosses_below(line, mean) & (rsi > self.low)
        return Signals.of(
            enter=up,
            enter_short=down if self.shorts else None,
            stop=self.stop,
            target=self.target,
            horizon=self.horizon,
        )
