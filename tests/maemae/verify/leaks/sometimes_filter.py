"""Leak: a filter that knows the next bar, and shows it only when that bar falls far."""

from dataclasses import dataclass

import numpy as np

from filters.opinions import Opinion


@dataclass(frozen=True)
class SometimesFilter:
    fall: float = 0.02
    name: str = "sometimes"
    warmup: int = 1

    def assess(self, signals, panel):
        bar, column = signals.rows["bar"], signals.rows["instrument"]
        following = np.minimum(bar + 1, len(panel) - 1)
        falls = panel.close[following, column] < panel.close[bar, column] * (1 - self.fall)
        return Opinion.answer(np.where(falls, 0.2, 0.5))

    def explain(self, row, signals, panel):
        return {}
