"""Hold last year's strongest, month by month."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats, Ints, Panel
from strategies.base import PanelStrategy
from strategies.month_ends import DAY, month_ends
from strategies.ranges import ascending, in_range
from strategies.signals import SignalKind, Signals

STALE = 7 * DAY  # who hasn't traded for longer is out of the ranking


@dataclass(frozen=True)
class MomentumRotation(PanelStrategy):
    """At each month's end hold, in equal weights, the strongest by close[skip] / close[lookback] - 1.

    Made for daily bars: last year's return without last month's, which tends to reverse (Jegadeesh and Titman
    1993). Every holding is brought back to its weight; what leaves the ranking is sold. Each instrument's own
    bars are counted; fewer names than wanted leave the rest in cash.
    """

    names: int = 50
    invested: float = 0.98  # fraction of equity
    skip: int = 21  # closed bars
    lookback: int = 252  # closed bars

    def __post_init__(self) -> None:
        in_range(self, 1, 100_000, "names")
        in_range(self, 0.01, 1.0, "invested")
        in_range(self, 0, 10_000, "skip", "lookback")
        ascending(self, "skip", "lookback")

    @property
    def warmup(self) -> int:  # type: ignore[override]
        """What leaves was chosen at the month's end before, at most 35 daily bars ago, by its lookback."""
        return self.lookback + 35

    def signals(self, panel: Panel) -> Signals:
        """At each month's end: leave what is no longer chosen, then hold what is."""
        rows = month_ends(panel)
        # Axes (month, exit or entry, instrument): nonzero() walks them in the order that signals have.
        said = np.zeros((len(rows), 2, len(panel.instruments)), bool)
        held = np.zeros(len(panel.instruments), bool)
        for month, strength in enumerate(self.strengths(panel, rows)):
            chosen = self._strongest(strength)
            said[month] = held & ~chosen, chosen & ~np.isnan(panel.close[rows[month]])
            held = chosen
        month_of, enters, instrument = said.nonzero()
        weight = np.where(enters, self.invested / self.names, np.nan)
        kind = np.where(enters, SignalKind.ENTER, SignalKind.EXIT)
        return Signals.at(rows[month_of], instrument=instrument, kind=kind, weight=weight)

    def strengths(self, panel: Panel, rows: Ints) -> Floats:
        """Momentum of every instrument at the rows, shape (n_rows, n_instruments); NaN = not ranked."""
        found = np.full((len(rows), len(panel.instruments)), np.nan)
        columns: list[int | slice] = [slice(None)] if panel.complete else [*range(found.shape[1])]
        for column in columns:
            own = panel.every_row if isinstance(column, slice) else panel.present(column)
            last = np.searchsorted(own, rows, side="right") - 1  # the latest bar of its own
            known = np.flatnonzero(last >= self.lookback)
            known = known[panel.ts[rows[known]] - panel.ts[own[last[known]]] <= STALE]
            recent, past = (own[last[known] - back] for back in (self.skip, self.lookback))
            found[known, column] = panel.close[recent, column] / panel.close[past, column] - 1.0
        return found

    def _strongest(self, strength: Floats) -> NDArray[np.bool_]:
        """The ``names`` highest of one month, the first of equals; unknown ones never."""
        best = np.argsort(-strength, kind="stable")[: self.names]  # NaN sorts last
        chosen = np.zeros(len(strength), bool)
        chosen[best[~np.isnan(strength[best])]] = True
        return chosen
