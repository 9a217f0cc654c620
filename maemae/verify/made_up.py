"""Made-up entries for a shipped strategy that waits for entries from outside, so that something goes the way
that they go: through filters, sizing, orders and exits.

Which entries come from outside, and when, no run can repeat: of that nothing is proved.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.pipeline import Pipeline
from market.bars import Ints, Panel
from strategies.base import Strategy
from strategies.registry import STRATEGIES
from strategies.signals import SignalKind, Signals

EVERY = 24  # bars of an instrument, on average, between two of them
_MIX: Any = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9)  # odd, without a pattern


@dataclass(frozen=True)
class Tried:
    """Says what ``inner`` says, and made-up entries."""

    inner: Strategy

    @property
    def warmup(self) -> int:
        return self.inner.warmup

    def read(self, panel: Panel) -> Signals:
        return Signals.merge([self.inner.read(panel), made_up(panel)])


def tried(pipeline: Pipeline) -> Pipeline:
    """The pipeline, each strategy that waits with entries. A file of a user's can't say that it waits: it
    would be proved without having spoken."""
    strategies = tuple((name, Tried(each) if _waits(each) else each) for name, each in pipeline.strategies)
    return replace(pipeline, strategies=strategies)


def made_up(panel: Panel) -> Signals:
    """Long entries at bars that nothing but their time and instrument chooses."""
    there = _chosen(panel.ts, len(panel.instruments)) & ~np.isnan(panel.close)
    rows, columns = np.nonzero(there)
    return Signals.at(rows, instrument=columns, kind=SignalKind.ENTER, side=1)


def _waits(strategy: Strategy) -> bool:
    kind = type(strategy)
    shipped = f"{kind.__module__}:{kind.__qualname__}" in STRATEGIES.values()
    return shipped and bool(getattr(strategy, "waits", False))


def _chosen(ts: Ints, n_columns: int) -> NDArray[np.bool_]:
    """One in ``EVERY``, shape (n_bars, n_columns)."""
    first, second = (np.uint64(each) for each in _MIX)
    number = ts.astype(np.uint64)[:, None] * first + np.arange(n_columns, dtype=np.uint64) * second
    for shift in (np.uint64(30), np.uint64(27)):
        number = (number ^ (number >> shift)) * second
    return np.asarray((number >> np.uint64(32)) % np.uint64(EVERY) == 0)
