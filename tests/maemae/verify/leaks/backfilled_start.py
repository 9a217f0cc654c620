"""Leak: the indicator's leading NaN is filled from later bars."""

from dataclasses import dataclass

import pandas as pd

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class BackfilledStart(BarStrategy):
    window: int = 40

    @property
    def warmup(self):
        return self.window

    def signals(self, bars):
        close = pd.Series(bars.close)
        mean = close.rolling(self.window).mean().bfill()
        above = close > mean
        before = above.shift(fill_value=False)
        return Signals.of(enter=(above & ~before).to_numpy(), exit=(~above & before).to_numpy())
