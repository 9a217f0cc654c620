"""Wrong: an exponential mean of span 50 that declares ten bars of warm-up."""

from dataclasses import dataclass

import pandas as pd

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class ShortWarmup(BarStrategy):
    span: int = 50
    warmup = 10

    def signals(self, bars):
        close = pd.Series(bars.close)
        above = close > close.ewm(span=self.span, adjust=False).mean()
        before = above.shift(fill_value=True)
        return Signals.of(enter=(above & ~before).to_numpy(), exit=(~above & before).to_numpy())
