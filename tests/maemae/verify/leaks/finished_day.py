"""Honest: as unfinished_day, but a day is used only after it has closed."""

from dataclasses import dataclass

import pandas as pd

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class FinishedDay(BarStrategy):
    days: int = 3

    @property
    def warmup(self):
        return 24 * (self.days + 2)

    def signals(self, bars):
        close = pd.Series(bars.close, index=pd.DatetimeIndex(bars.ts))
        daily = close.resample("1D").last()
        above = (daily > daily.rolling(self.days).mean()).shift(fill_value=False)
        above = above.reindex(close.index.floor("1D")).to_numpy()
        before = pd.Series(above).shift(fill_value=False).to_numpy()
        return Signals.of(enter=above & ~before, exit=~above & before)
