"""Leak: a module-level cache keeps the longest history it was ever shown, and shorter panels see it."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals

LONGEST = {}


@dataclass(frozen=True)
class Remembers(BarStrategy):
    ahead: int = 3

    def signals(self, bars):
        key = bars.instrument.id
        if len(LONGEST.get(key, ())) < len(bars):
            LONGEST[key] = bars.close.copy()
        known = LONGEST[key]
        later = known[np.minimum(np.arange(len(bars)) + self.ahead, len(known) - 1)]
        return Signals.of(enter=later > bars.close * 1.02)
