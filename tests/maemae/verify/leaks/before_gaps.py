"""Leak: gives up a position on the last bar before a pause, which the next bar's time tells."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class BeforeGaps(BarStrategy):
    warmup = 1

    def signals(self, bars):
        up = np.append(False, bars.close[1:] > bars.close[:-1] * 1.01)
        pause = np.append(np.diff(bars.ts) > bars.timeframe, False)
        return Signals.of(enter=up & ~pause, exit=pause)
