"""Honest: compiled by numba with a cache on disk, and by TA-Lib; the sandbox must let both work."""

from dataclasses import dataclass

import numba
import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@numba.njit(cache=True)
def higher_highs(high, window):
    found = np.zeros(len(high), np.bool_)
    for t in range(window, len(high)):
        found[t] = high[t] > high[t - window : t].max()
    return found


@dataclass(frozen=True)
class HonestCompiled(BarStrategy):
    window: int = 24

    @property
    def warmup(self):
        return max(self.window, 20)

    def signals(self, bars):
        import talib

        above = bars.close > talib.SMA(bars.close, 20) if len(bars) > 20 else np.zeros(len(bars), bool)
        return Signals.of(enter=higher_highs(bars.high, self.window) & above, tag=7)
