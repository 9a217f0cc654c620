"""Leak: a z-score by the mean and deviation of the full column."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class WholeColumn(BarStrategy):
    level: float = 1.0

    def signals(self, bars):
        z = (bars.close - bars.close.mean()) / bars.close.std()
        low = z < -self.level
        before = np.concatenate([[False], low[:-1]])
        return Signals.of(enter=low & ~before, exit=~low & before)
