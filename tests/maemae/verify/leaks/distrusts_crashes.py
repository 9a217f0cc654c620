"""Wrong: refuses the whole history for one bar that it doesn't believe."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class DistrustsCrashes(BarStrategy):
    warmup = 1

    def signals(self, bars):
        change = np.append(0.0, bars.close[1:] / bars.close[:-1] - 1)
        if (change < -0.15).any():
            raise ValueError("that can't be")
        return Signals.of(enter=change > 0.01, exit=change < -0.01)
