"""Leak: a filter that fits a line to the whole sample, the later bars included."""

from dataclasses import dataclass

import numpy as np

from filters.opinions import Opinion


@dataclass(frozen=True)
class FittedFilter:
    name: str = "fitted"
    warmup: int = 0

    def assess(self, signals, panel):
        rows = signals.rows
        close = panel.close[:, 0]
        change = np.diff(np.log(close), prepend=np.log(close[:1]))
        slope, level = np.polyfit(change[:-1], change[1:], 1) if len(close) > 3 else (0.0, 0.0)
        return Opinion.answer(0.5 + 0.4 * np.tanh(100 * (slope * change[rows["bar"]] + level)))

    def explain(self, row, signals, panel):
        return {}
