"""Honest: the trend of the last bars, as a probability."""

from dataclasses import dataclass

import numpy as np

from filters.opinions import Opinion


@dataclass(frozen=True)
class HonestFilter:
    window: int = 10
    name: str = "honest"

    @property
    def warmup(self):
        return self.window

    def assess(self, signals, panel):
        rows = signals.rows
        bar, column = rows["bar"], rows["instrument"]
        before = np.maximum(bar - self.window, 0)
        change = np.log(panel.close[bar, column] / panel.close[before, column])
        return Opinion.answer(np.where(bar >= self.window, 0.5 + 0.4 * np.tanh(20 * change), np.nan))

    def explain(self, row, signals, panel):
        return {}
