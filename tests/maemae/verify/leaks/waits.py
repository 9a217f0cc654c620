"""Says nothing, and says of itself that it waits for entries from outside: a user's file can't."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class Waits(BarStrategy):
    waits = True
    warmup = 1

    def signals(self, bars):
        return Signals.of(enter=np.zeros(len(bars), bool))
