"""Honest: long while the fast mean is above the slow one."""

from dataclasses import dataclass

import numpy as np

from market.bars import Bars
from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class HonestCross(BarStrategy):
    fast: int = 5
    slow: int = 20

    @property
    def warmup(self):
        return self.slow

    def signals(self, bars: Bars) -> Signals:
        window = np.lib.stride_tricks.sliding_window_view
        above = np.zeros(len(bars), bool)
        if len(bars) >= self.slow:
            fast = window(bars.close, self.fast)[self.slow - self.fast :].mean(axis=1)
            above[self.slow - 1 :] = fast > window(bars.close, self.slow).mean(axis=1)
        before = np.concatenate([[False], above[:-1]])
        known = np.arange(len(bars)) >= self.slow
        return Signals.of(enter=above & ~before & known, exit=~above & before & known)
