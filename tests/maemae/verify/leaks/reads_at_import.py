"""Leak: a file read while the strategy's own file is loaded."""

import os
from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals

FUTURE = np.load(os.environ["MAEMAE_TEST_LEAK"])


@dataclass(frozen=True)
class ReadsAtImport(BarStrategy):
    def signals(self, bars):
        later = FUTURE[np.minimum(np.arange(len(bars)) + 5, len(FUTURE) - 1)]
        return Signals.of(enter=later > bars.close * 1.02)
