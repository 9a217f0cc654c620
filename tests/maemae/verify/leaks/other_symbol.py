"""Leak: trades one symbol by what another does on the next bar."""

from dataclasses import dataclass

import numpy as np

from strategies.base import PanelStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class OtherSymbol(PanelStrategy):
    traded: int = 0
    watched: int = 1

    def signals(self, panel):
        other = panel.close[:, self.watched]
        ahead = np.concatenate([other[1:] > other[:-1] * 1.01, [False]])
        return Signals.at(np.flatnonzero(ahead), instrument=self.traded)
