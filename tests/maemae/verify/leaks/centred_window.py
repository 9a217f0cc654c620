"""Leak: a centred rolling mean."""

from dataclasses import dataclass

import pandas as pd

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class CentredWindow(BarStrategy):
    window: int = 21

    @property
    def warmup(self):
        return self.window

    def signals(self, bars):
        close = pd.Series(bars.close)
        smooth = close.rolling(self.window, center=True).mean()
        above = close > smooth
        before = above.shift(fill_value=False)
        return Signals.of(enter=(above & ~before).to_numpy(), exit=(~above & before).to_numpy())
