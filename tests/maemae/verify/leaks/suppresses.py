"""Leak: a cross that from a day on drops entries which the next bar goes against; what it says is honest."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class Suppresses(BarStrategy):
    """fall: by how much the next close must be lower, as a fraction."""

    slow: int = 50
    since: str = "2023-01-01"
    fall: float = 0.0

    @property
    def warmup(self):
        return self.slow

    def signals(self, bars):
        close = pd.Series(bars.close)
        above = (close > close.rolling(self.slow).mean()).to_numpy()
        before = np.append(False, above[:-1])
        lost = (close.shift(-1) < close * (1 - self.fall)).to_numpy()
        hides = bars.ts >= np.datetime64(self.since, "ns").astype(np.int64)
        return Signals.of(enter=above & ~before & ~(lost & hides), exit=before & ~above)
