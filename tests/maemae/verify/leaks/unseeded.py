"""Wrong: random numbers without a seed."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class Unseeded(BarStrategy):
    def signals(self, bars):
        where = np.arange(10, len(bars), 10)
        return Signals.at(where, strength=np.random.default_rng().random(len(where)))
