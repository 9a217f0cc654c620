"""Leak: honest signals whose strength knows the next close."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class StrengthAhead(BarStrategy):
    warmup = 1

    def signals(self, bars):
        up = np.concatenate([[False], bars.close[1:] > bars.close[:-1] * 1.01])
        ahead = np.concatenate([bars.close[1:] / bars.close[:-1], [1.0]])
        return Signals.of(enter=up, strength=np.clip(ahead / 2, 0, 1))
