"""Leak: bars that are missing are filled from the bar after the gap."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from strategies.base import PanelStrategy
from strategies.signals import Signals


@dataclass(frozen=True)
class BackfilledGap(PanelStrategy):
    warmup = 1

    def signals(self, panel):
        parts = []
        for column in range(len(panel.instruments)):
            close = pd.Series(panel.close[:, column]).bfill()
            up = (close.pct_change() > 0.002).to_numpy()
            parts.append(Signals.at(np.flatnonzero(up), instrument=column))
        return Signals.merge(parts)
