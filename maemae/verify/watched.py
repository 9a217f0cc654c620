"""Strategies and filters that tell the guard when they run, so that a refusal or an error names them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from desk.pipeline import Pipeline
from filters.base import Filter
from filters.opinions import Opinion
from maemae.verify.audit import Guard
from market.bars import Panel
from strategies.base import Strategy
from strategies.signals import Signals


@dataclass(frozen=True)
class WatchedStrategy:
    """Reads as ``inner`` does."""

    who: str
    inner: Strategy
    guard: Guard

    @property
    def warmup(self) -> int:
        return self.inner.warmup

    def read(self, panel: Panel) -> Signals:
        with self.guard.running(self.who):
            return self.inner.read(panel)


@dataclass(frozen=True)
class WatchedFilter:
    """Assesses as ``inner`` does."""

    who: str
    inner: Filter
    guard: Guard

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def warmup(self) -> int:
        return self.inner.warmup

    def assess(self, signals: Signals, panel: Panel) -> Opinion:
        with self.guard.running(self.who):
            return self.inner.assess(signals, panel)

    def explain(self, row: int, signals: Signals, panel: Panel) -> dict[str, float | str]:
        with self.guard.running(self.who):
            return self.inner.explain(row, signals, panel)


def watched(who: str, make: Callable[[], Any], guard: Guard) -> WatchedStrategy | WatchedFilter:
    """Build a piece under watch."""
    with guard.running(who):
        made = make()
    return (
        WatchedStrategy(who, made, guard) if who.startswith("strategy") else WatchedFilter(who, made, guard)
    )


def alone(pipeline: Pipeline, place: int) -> Pipeline:
    """The pipeline with one of its strategies and no filters."""
    rules = replace(pipeline.rules, strategies=(pipeline.rules.strategies[place],))
    return Pipeline((pipeline.strategies[place],), (), rules)
