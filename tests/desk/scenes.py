"""One instrument, one strategy, a handful of bars: worlds written out by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from desk.rules import (
    DecisionRules,
    DeskRules,
    ExecutionRules,
    FillRules,
    LimitFill,
    RiskRules,
    SizeBy,
    SizingRules,
    StrategyRules,
)
from market.bars import Panel
from market.instruments import Instrument
from market.labels import LABEL
from strategies.signals import SIGNAL, SignalKind
from tests.desk.markets import START_NS, World

DAY_NS = 86_400_000_000_000
Bar = tuple[float, ...]  # open, high, low, close and, if it matters, volume
TEN = SizingRules(by=SizeBy.FIXED, quantity=10.0)


def said(bar: int, side: int = 1, kind: SignalKind = SignalKind.ENTER, **fields: float) -> np.void:
    """One signal; what isn't named is left open."""
    row = np.zeros(1, SIGNAL)
    for name in ("price", "stop", "target", "trail", "weight"):
        row[name] = np.nan
    row["bar"], row["side"], row["kind"] = bar, side, kind
    for name, value in fields.items():
        row[name] = value
    found: np.void = row[0]
    return found


def scene(
    bars: Sequence[Bar],
    signals: Sequence[np.void],
    *,
    instrument: Instrument | None = None,
    sizing: SizingRules = TEN,
    execution: ExecutionRules | None = None,
    decision: DecisionRules | None = None,
    fills: FillRules | None = None,
    risk: RiskRules | None = None,
    opinions: Sequence[Sequence[float]] = (),
    labels: Sequence[tuple[int, int, int, int, float]] = (),
    timeframe: int = DAY_NS,
    cash: float = 1_000_000.0,
) -> World:
    """A world of free and endless trading unless told otherwise. opinions: one row of p per signal."""
    decision = decision or DecisionRules()
    fields = np.array([(*bar, 1e9)[:5] for bar in bars], np.float64)
    columns = [np.ascontiguousarray(fields[:, k : k + 1]) for k in range(5)]
    ts = START_NS + np.arange(len(bars), dtype=np.int64) * timeframe
    strategy = StrategyRules(decision=decision, sizing=sizing, execution=execution or ExecutionRules())
    n_filters = len(decision.filters)
    p = np.array(opinions, np.float64) if len(opinions) else np.full((len(signals), n_filters), 0.5)
    return World(
        seed=-1,
        panel=Panel((instrument or Instrument("X@test"),), timeframe, ts, *columns),
        signals=np.array(list(signals), SIGNAL),
        p=p,
        status=np.zeros(p.shape, np.int8),
        labels=np.array(list(labels), LABEL),
        rules=DeskRules(
            (strategy,), fills or FillRules(limit_fill=LimitFill.TOUCH), risk or RiskRules(), cash
        ),
    )


def costing(**terms: object) -> Instrument:
    return replace(Instrument("X@test"), **terms)  # type: ignore[arg-type]
