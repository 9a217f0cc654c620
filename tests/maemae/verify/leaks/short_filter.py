"""Wrong: a filter that averages 100 bars and declares five."""

from dataclasses import dataclass

import numpy as np

from filters.opinions import Opinion


@dataclass(frozen=True)
class ShortFilter:
    window: int = 100
    name: str = "short"
    warmup: int = 5

    def assess(self, signals, panel):
        rows = signals.rows
        p = np.full(len(rows), np.nan)
        for place, (bar, column) in enumerate(zip(rows["bar"], rows["instrument"], strict=True)):
            recent = panel.close[max(0, bar + 1 - self.window) : bar + 1, column]
            p[place] = 0.5 + 0.4 * np.tanh(10 * np.log(recent[-1] / np.nanmean(recent)))
        return Opinion.answer(p)

    def explain(self, row, signals, panel):
        return {}
