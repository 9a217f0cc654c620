"""Small markets and plans for the tests of a backtest."""

from dataclasses import dataclass, replace

import numpy as np

from backtest.plan import Plan
from desk.pipeline import Pipeline
from desk.rules import (
    Act,
    DecisionRules,
    DeskRules,
    ExecutionRules,
    FillRules,
    FilterRules,
    SizeBy,
    SizingRules,
    StrategyRules,
    Style,
)
from filters.opinions import Opinion
from market.bars import Bars, Panel
from market.instruments import Fees, Instrument, Kind
from records.manifest import take_manifest
from strategies.base import BarStrategy
from strategies.signals import Signals

DAY = 86_400 * 10**9
START = int(np.datetime64("2020-01-01", "ns").astype(np.int64))


def walk(n_bars: int = 600, width: int = 2, seed: int = 3, volume: float = 1e6) -> Panel:
    """A panel of random daily walks around 100."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0002, 0.02, (n_bars, width)), axis=0))
    opens = np.vstack([np.full(width, 100.0), close[:-1]]) * np.exp(random.normal(0, 0.004, (n_bars, width)))
    high = np.maximum(opens, close) * (1.0 + np.abs(random.normal(0, 0.006, (n_bars, width))))
    low = np.minimum(opens, close) * (1.0 - np.abs(random.normal(0, 0.006, (n_bars, width))))
    instruments = tuple(
        Instrument(f"S{k}@test", Kind.EQUITY, fees=Fees(0.0005, 0.0005), slippage=0.0001)
        for k in range(width)
    )
    ts = START + DAY * np.arange(n_bars, dtype=np.int64)
    return Panel(instruments, DAY, ts, opens, high, low, close, np.full((n_bars, width), volume))


@dataclass(frozen=True)
class Cross(BarStrategy):
    """Long while the fast mean is above the slow one, short below it."""

    fast: int = 5
    slow: int = 20
    stop: float = 0.03
    short: bool = True

    def signals(self, bars: Bars) -> Signals:
        def mean(length: int) -> np.ndarray:
            sums = np.cumsum(np.concatenate(([0.0], bars.close)))
            means = np.full(len(bars), np.nan)
            means[length - 1 :] = (sums[length:] - sums[:-length]) / length
            return means

        above = mean(self.fast) > mean(self.slow)
        known = ~np.isnan(mean(self.slow))
        up = known[1:] & known[:-1] & above[1:] & ~above[:-1]
        down = known[1:] & known[:-1] & ~above[1:] & above[:-1]
        up, down = np.append(False, up), np.append(False, down)
        if not self.short:
            return Signals.of(enter=up, exit=down, stop=self.stop, target=2 * self.stop)
        return Signals.of(enter=up, enter_short=down, exit=down, exit_short=up, stop=self.stop)


@dataclass(frozen=True)
class Coin:
    """Answers what a seeded coin says."""

    name: str = "coin"
    warmup: int = 0

    def assess(self, signals: Signals, panel: Panel) -> Opinion:
        spread = np.random.default_rng(1).uniform(0.3, 0.7, len(signals))
        return Opinion.answer(np.where(np.arange(len(signals)) % 7 == 0, np.nan, spread))

    def explain(self, row: int, signals: Signals, panel: Panel) -> dict[str, float | str]:
        return {"p": "a coin"}


def plan(
    panel: Panel | None = None, filters: bool = True, act: Act = Act.RULE, **strategy: float | bool
) -> Plan:
    """A whole pipeline over ``panel``: TWAP, participation, one filter."""
    panel = panel if panel is not None else walk()
    rules = StrategyRules(
        decision=DecisionRules(filters=(FilterRules(act, 0.5),) if filters else ()),
        sizing=SizingRules(by=SizeBy.FRACTIONAL, risk=0.01, max_notional=0.3),
        execution=ExecutionRules(entry=Style.TWAP, slices=3),
    )
    desk = DeskRules((rules,), FillRules(participation=0.1), cash=100_000.0)
    pipeline = Pipeline((("cross", Cross(**strategy)),), (Coin(),) if filters else (), desk)  # type: ignore[arg-type]
    profile = {"name": "test", "seed": 0}
    return Plan("test", pipeline, panel, profile, take_manifest(panel, profile), "random walks")


def with_rules(plan: Plan, **changes: object) -> Plan:
    """The plan with other desk rules."""
    rules = replace(plan.pipeline.rules, **changes)  # type: ignore[arg-type]
    return replace(plan, pipeline=replace(plan.pipeline, rules=rules))
