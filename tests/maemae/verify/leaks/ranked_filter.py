"""Leak: a filter that ranks each signal's volume among all signals, later ones included."""

from dataclasses import dataclass

import numpy as np

from filters.opinions import Opinion


@dataclass(frozen=True)
class RankedFilter:
    name: str = "ranked"
    warmup: int = 0

    def assess(self, signals, panel):
        rows = signals.rows
        volume = panel.volume[rows["bar"], rows["instrument"]]
        rank = np.argsort(np.argsort(volume, kind="stable"), kind="stable")
        return Opinion.answer((rank + 1.0) / (len(rank) + 1.0))

    def explain(self, row, signals, panel):
        return {}
