"""What usually causes a difference, judged by how far back from the cut it reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maemae.verify.cuts import TIMEFRAMES, Cut, bars_in, span_numbers
from maemae.verify.difference import Difference
from market.bars import Ints, Panel

NEXT_BAR = "the next bar is used: shift(-1), an index one too far, or a bar's own later outcome"
BACKFILL = "missing values are filled from later ones: bfill, interpolate, or a fill over the whole column"
UNFINISHED = "a {} that hadn't closed yet is used: resample or a join shows it; shift it by one before use"
WINDOW = (
    "a window reaches forward: a centred rolling mean, a two-sided smoother, bfill, a pivot confirmed later"
)
WHOLE = (
    "a number of the whole sample is used: mean, standard deviation, min, max, rank or quantile of the full "
    "column, or a model fitted on all of it; use a rolling or expanding one"
)
MEMORY = "a module-level cache or a class attribute remembers other data than it was given"


FULL = "on the full data"


@dataclass(frozen=True)
class Failure:
    """One cut and the first difference found there. against: which longer data said otherwise, in words."""

    cut: Cut
    difference: Difference
    against: str = FULL

    def sentence(self, panel: Panel) -> str:
        cut = f"on the data cut after bar {self.cut.rows - 1} ({self.cut.why})"
        return self.difference.sentence(panel, self.against, cut)


def usual_cause(panel: Panel, failures: Sequence[Failure], warmup: int) -> str:
    """The likeliest cause of all failures of one strategy or filter together."""
    cuts = np.array([failure.cut.rows for failure in failures])
    bars = np.array([failure.difference.bar for failure in failures])
    reach = cuts - 1 - bars
    if all(_at_missing(panel, failure) for failure in failures):
        return BACKFILL
    if (reach <= 1).all():
        return NEXT_BAR
    if len(failures) > 1 and (cuts <= 2 * max(warmup, 16)).all() and len(panel) > 8 * max(warmup, 16):
        return BACKFILL
    for name in TIMEFRAMES:
        if _within(panel, name, cuts, bars):
            return UNFINISHED.format(name)
    return WHOLE if np.median(reach / cuts) > 0.2 else WINDOW


def _at_missing(panel: Panel, failure: Failure) -> bool:
    """Whether some instrument had no bar all the way from the difference to the cut."""
    between = panel.close[failure.difference.bar : failure.cut.rows]
    return bool(np.isnan(between).all(axis=0).any())


def _within(panel: Panel, name: str, cuts: Ints, bars: Ints) -> bool:
    """Whether every difference lies in the hour, day … that the cut leaves unfinished, some far inside."""
    size = bars_in(panel, name)
    numbers = span_numbers(panel, name)
    inside = cuts < len(panel)
    together = numbers[np.minimum(cuts, len(panel) - 1)] == numbers[bars]
    return bool(size > 2 and together[inside].all() and (cuts - 1 - bars).max() > 0.3 * size)
