"""Wrong: acts on every tenth bar counted from the first, so it depends on where history begins."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class EveryTenth(BarStrategy):
    warmup = 20

    def signals(self, bars):
        return Signals.at(np.arange(0, len(bars), 10))
