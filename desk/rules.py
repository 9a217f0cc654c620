"""The desk's plain numbers: what a profile's tables become before they are compiled into records."""

from dataclasses import dataclass, field
from enum import IntEnum

MAX_FILTERS = 8


class Act(IntEnum):
    """How a filter takes part: weighed by evidence, or a rule that blocks below ``min_p``."""

    LEARN = 0
    RULE = 1


class OnEmpty(IntEnum):
    """What an entry does when no promoted filter answered, or a required one didn't."""

    PASS = 0
    HALF = 1
    BLOCK = 2


class SizeBy(IntEnum):
    """How many lots an entry asks for before the caps."""

    FIXED = 0
    FRACTIONAL = 1
    KELLY = 2


class Style(IntEnum):
    """How an order is split."""

    MARKET = 0
    TWAP = 1
    LADDER = 2


class RungWeights(IntEnum):
    """Lots per rung: all alike, 1:2:3 …, or 1:2:4 …"""

    EQUAL = 0
    LINEAR = 1
    GEOMETRIC = 2


class Tie(IntEnum):
    """Which of two barriers inside one bar came first."""

    WORST = 0
    BEST = 1


class LimitFill(IntEnum):
    """A limit needs a trade one tick beyond it, or only at it."""

    THROUGH = 0
    TOUCH = 1


@dataclass(frozen=True)
class FilterRules:
    """How one filter acts. prior: the learner's first weight (0.1 for rule agents, 0 for opaque ones)."""

    act: Act = Act.LEARN
    min_p: float = 0.5
    required: bool = False
    prior: float = 0.1


@dataclass(frozen=True)
class DecisionRules:
    """DecisionCore and FeedbackLoop; the mathematics is in docs/desk-rules.md, section 5."""

    filters: tuple[FilterRules, ...] = ()
    on_empty: OnEmpty = OnEmpty.HALF
    hysteresis: float = 0.02
    kappa: float = 0.5
    tau: float = 0.5
    share: float = 1.0 / 500.0
    promote_size: float = 5.0
    promote_block: float = 20.0
    demote: float = 20.0
    prior_win: float = 0.01
    prior_loss: float = 0.01


@dataclass(frozen=True)
class SizingRules:
    """quantity: units for FIXED. risk: fraction of equity lost at the stop. notional: fraction of equity
    when there is no stop. fraction: of Kelly. The rest are caps, infinity = none."""

    by: SizeBy = SizeBy.FRACTIONAL
    base: SizeBy = SizeBy.FRACTIONAL
    quantity: float = 1.0
    risk: float = 0.01
    notional: float = 0.10
    fraction: float = 0.25
    max_risk: float = float("inf")
    max_notional: float = float("inf")
    reserve: float = 0.005


@dataclass(frozen=True)
class ExecutionRules:
    """slices and every (bars) for TWAP; rungs, step (fraction of the price), weights for LADDER;
    ladder_bars: how long rungs rest."""

    entry: Style = Style.MARKET
    exit: Style = Style.MARKET
    slices: int = 3
    every: int = 1
    rungs: int = 3
    step: float = 0.005
    weights: RungWeights = RungWeights.EQUAL
    ladder_bars: int = 10


@dataclass(frozen=True)
class FillRules:
    """participation: share of a bar's volume a fill may take, 0 = unlimited."""

    tie: Tie = Tie.WORST
    limit_fill: LimitFill = LimitFill.THROUGH
    targets_on_entry_bar: bool = False
    participation: float = 0.0


@dataclass(frozen=True)
class RiskRules:
    """Account-wide limits; infinity = none. max_position: units per instrument, net of strategies.
    max_gross, max_daily_loss, max_drawdown: fractions of equity. long_only: shorts are refused.
    day_begins: local time of day at which a new day begins for the account and its learners, ns."""

    max_position: float = float("inf")
    max_gross: float = float("inf")
    max_daily_loss: float = float("inf")
    max_drawdown: float = float("inf")
    long_only: bool = False
    day_begins: int = 0


@dataclass(frozen=True)
class MonitorRules:
    """Barriers a strategy leaves open: fractions of the entry price (NaN = none), bars (0 = none)."""

    stop: float = float("nan")
    target: float = float("nan")
    trail: float = float("nan")
    horizon: int = 0


@dataclass(frozen=True)
class StrategyRules:
    """Everything one strategy's book obeys."""

    monitor: MonitorRules = field(default_factory=MonitorRules)
    decision: DecisionRules = field(default_factory=DecisionRules)
    sizing: SizingRules = field(default_factory=SizingRules)
    execution: ExecutionRules = field(default_factory=ExecutionRules)


@dataclass(frozen=True)
class DeskRules:
    """One account: its strategies, and what holds for all of them. cash: account currency."""

    strategies: tuple[StrategyRules, ...] = (StrategyRules(),)
    fills: FillRules = field(default_factory=FillRules)
    risk: RiskRules = field(default_factory=RiskRules)
    cash: float = 1_000_000.0
