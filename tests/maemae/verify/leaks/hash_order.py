"""Leak: the order of a set of strings decides which symbol comes first."""

from dataclasses import dataclass

import numpy as np

from strategies.base import PanelStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class HashOrder(PanelStrategy):
    warmup = 1

    def signals(self, panel):
        names = {instrument.symbol for instrument in panel.instruments}
        place = {instrument.symbol: column for column, instrument in enumerate(panel.instruments)}
        up = np.zeros(len(panel), bool)
        up[1:] = panel.close[1:, 0] > panel.close[:-1, 0] * 1.01
        return Signals.merge([Signals.at(np.flatnonzero(up), instrument=place[name]) for name in names])
