"""Wrong: gives up on a history shorter than it likes, without declaring that as warm-up."""

from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class RaisesWhenShort(BarStrategy):
    bars: int = 300

    def signals(self, bars):
        if len(bars) < self.bars:
            raise ValueError(f"need {self.bars} bars")
        return Signals.at(np.arange(10, len(bars), 10))
