"""Our side: each workload as a profile would say it, run through the same pipeline and desk as any backtest.

W1 and W4 time what they name: indicators, signals and the base fold of the desk; nothing learns, so nobody
asks for labels. W1-full times everything.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.answers import Answer
from benchmarks.arrays import FIELDS, Market
from benchmarks.recipe import MINUTE, Ints
from benchmarks.reference import CASH, FAST, FEE, SHARE, SLOW, STOP, TARGET, TOP
from desk.pipeline import Pipeline, Reading
from desk.rules import (
    Act,
    DecisionRules,
    DeskRules,
    ExecutionRules,
    FillRules,
    FilterRules,
    LimitFill,
    MonitorRules,
    SizeBy,
    SizingRules,
    StrategyRules,
    Style,
)
from desk.run import DeskRun, run_desk
from filters.opinions import Opinions
from market.bars import Panel
from market.instruments import Fees, Instrument
from market.labels import LABEL
from strategies.base import Strategy

DAY = 86_400_000_000_000
ONE_UNIT = SizingRules(by=SizeBy.FIXED, quantity=1.0)
FEES = Fees(maker=FEE, taker=FEE)


@dataclass(frozen=True, eq=False)
class Setup:
    """A workload ready to run. Each run is of a new panel, which remembers nothing of the runs before."""

    panel: Panel
    pipeline: Pipeline

    def bare_reading(self) -> Reading:
        """Signals without filters and labels."""
        return self._bare_reading(replace(self.panel))

    def _bare_reading(self, panel: Panel) -> Reading:
        signals = self.pipeline.signals(panel)
        return Reading(signals, Opinions.stack((), (), len(signals)), np.zeros(0, LABEL))

    def bare(self) -> DeskRun:
        panel = replace(self.panel)
        return run_desk(panel, self._bare_reading(panel), self.pipeline.rules)

    def whole(self) -> DeskRun:
        """Signals, opinions, labels, decisions, learning and the fold."""
        panel = replace(self.panel)
        return run_desk(panel, self.pipeline.read(panel), self.pipeline.rules)


def answer_of(run: DeskRun) -> Answer:
    return Answer(float(run.equity[-1]), len(run.fills))


def answers(run: Callable[[], DeskRun]) -> Callable[[], Answer]:
    """The same work, reduced to what is compared."""
    return lambda: answer_of(run())


def panel_of(market: Market, timeframe: int, **facts: float) -> Panel:
    """One instrument per column; no slippage, the fee of the workloads."""
    n = 1 if market.close.ndim == 1 else market.close.shape[1]
    instruments = tuple(Instrument(f"S{k:03d}@bench", fees=FEES, **facts) for k in range(n))  # type: ignore[arg-type]
    columns = {name: getattr(market, name).reshape(len(market), n) for name in FIELDS}
    return Panel(instruments, timeframe, market.ts, **columns)


def sma_cross() -> Strategy:
    from strategies.sma_cross import SmaCross

    return SmaCross(fast=FAST, slow=SLOW)


def w1(market: Market, **facts: float) -> Setup:
    rules = DeskRules((StrategyRules(sizing=ONE_UNIT),), cash=CASH)
    return Setup(panel_of(market, MINUTE, **facts), Pipeline((("sma_cross", sma_cross()),), (), rules))


def w4(market: Market) -> Setup:
    """A touch fills, on the entry bar too, as the peers have it."""
    strategy = StrategyRules(sizing=ONE_UNIT, monitor=MonitorRules(stop=STOP, target=TARGET))
    fills = FillRules(limit_fill=LimitFill.TOUCH, targets_on_entry_bar=True)
    rules = DeskRules((strategy,), fills=fills, cash=CASH)
    return Setup(panel_of(market, MINUTE), Pipeline((("sma_cross", sma_cross()),), (), rules))


def w3(market: Market, decisions: Ints) -> Setup:
    """Fractional shares are lots of 1e-9. Sales and purchases meet at one open; margin is half of the
    notional so that buying power doesn't ask for both at once."""
    from strategies.momentum_rotation import MomentumRotation

    strategy = MomentumRotation(names=TOP, invested=SHARE)
    panel = panel_of(market, DAY, lot=1e-9, long_margin=0.5)
    rules = DeskRules((StrategyRules(sizing=ONE_UNIT),), cash=CASH)
    return Setup(panel, Pipeline((("momentum_rotation", strategy),), (), rules))


def w1_full(market: Market) -> Setup:
    """One filter as a rule, one learning; Kelly with a cap; stop and target; all orders in three slices."""
    from filters.regime import MarketRegimeFilter
    from filters.technical import TechnicalFilter

    rules = StrategyRules(
        monitor=MonitorRules(stop=STOP, target=TARGET),
        decision=DecisionRules(filters=(FilterRules(Act.RULE, min_p=MIN_P), FilterRules(Act.LEARN))),
        sizing=SizingRules(by=SizeBy.KELLY, base=SizeBy.FRACTIONAL, risk=0.001, max_notional=0.5),
        execution=ExecutionRules(entry=Style.TWAP, exit=Style.TWAP, slices=3, every=1),
    )
    filters = (TechnicalFilter(), MarketRegimeFilter())
    pipeline = Pipeline((("sma_cross", sma_cross()),), filters, DeskRules((rules,), cash=CASH))
    return Setup(panel_of(market, MINUTE, lot=0.001), pipeline)


MIN_P = 0.35  # of the technical rule; without drift a target of 2 % comes before a stop of 1 % once in three
