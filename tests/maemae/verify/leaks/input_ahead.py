"""Leak: an entry a bar before its declared input has the line that makes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from strategies.base import BarStrategy
from strategies.inputs import read_stamped
from strategies.signals import Signals


@dataclass(frozen=True)
class InputAhead(BarStrategy):
    inputs: ClassVar[tuple[str, ...]] = ("path",)
    path: str = ""
    warmup = 6

    def signals(self, bars):
        times = np.array(read_stamped(Path(self.path)).times, np.int64)
        places = np.searchsorted(bars.ts + bars.timeframe, times) - 1
        enter = np.zeros(len(bars), bool)
        enter[places[(places >= 0) & (places < len(bars))]] = True
        return Signals.of(enter=enter, exit=np.roll(enter, 5) & (np.arange(len(bars)) >= 5))
