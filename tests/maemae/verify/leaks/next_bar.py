"""Leak: the next bar's return, by shift(-1)."""

from dataclasses import dataclass

import pandas as pd

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class NextBar(BarStrategy):
    move: float = 0.01

    def signals(self, bars):
        change = pd.Series(bars.close).pct_change().shift(-1)
        return Signals.of(enter=(change > self.move).to_numpy(), exit=(change < -self.move).to_numpy())
