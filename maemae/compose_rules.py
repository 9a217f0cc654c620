"""The profile's tables as the desk's plain numbers."""

from math import inf, nan
from typing import TypeVar

from desk.rules import (
    Act,
    DecisionRules,
    DeskRules,
    ExecutionRules,
    FillRules,
    FilterRules,
    LimitFill,
    MonitorRules,
    OnEmpty,
    RiskRules,
    RungWeights,
    SizeBy,
    SizingRules,
    StrategyRules,
    Style,
    Tie,
)
from maemae.settings import (
    DecisionSettings,
    ExecutionSettings,
    FilterSettings,
    MonitorSettings,
    Profile,
    RiskSettings,
    SizingSettings,
    StrategySettings,
    Table,
)
from market.errors import ConfigError

T = TypeVar("T", bound=Table)
_UNITS = {"s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9, "w": 7 * 86_400 * 10**9}


def desk_rules(profile: Profile, timeframe: int, participation: float) -> DeskRules:
    """timeframe: ns of a bar. participation: what holds when the profile leaves it open."""
    fills = profile.fills
    return DeskRules(
        strategies=tuple(
            strategy_rules(profile, each, timeframe, f"strategy[{place}]")
            for place, each in enumerate(profile.strategy)
        ),
        fills=FillRules(
            tie=Tie[fills.tie.upper()],
            limit_fill=LimitFill[fills.limit_fill.upper()],
            targets_on_entry_bar=fills.targets_on_entry_bar,
            participation=participation if fills.participation is None else fills.participation,
        ),
        risk=risk_rules(profile.risk),
        cash=float(profile.cash),
    )


def strategy_rules(profile: Profile, own: StrategySettings, timeframe: int, path: str) -> StrategyRules:
    """What one strategy obeys: its own tables laid over the profile's."""
    execution = laid_over(profile.execution, own.execution)
    monitor = laid_over(profile.monitor, own.monitor)
    return StrategyRules(
        monitor=monitor_rules(monitor, timeframe, f"{path}.monitor" if own.monitor else "monitor"),
        decision=decision_rules(profile.decision, profile.filters),
        sizing=sizing_rules(laid_over(profile.sizing, own.sizing)),
        execution=execution_rules(
            execution, timeframe, f"{path}.execution" if own.execution else "execution"
        ),
    )


def laid_over(shared: T, own: T | None) -> T:
    """The keys that ``own`` sets, the rest from ``shared``."""
    if own is None:
        return shared
    return shared.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


def sizing_rules(settings: SizingSettings) -> SizingRules:
    return SizingRules(
        by=SizeBy[settings.use.upper()],
        base=SizeBy[settings.base.upper()],
        quantity=float(settings.quantity),
        risk=settings.risk,
        notional=settings.notional,
        fraction=settings.fraction,
        max_risk=_or(settings.max_risk, inf),
        max_notional=_or(settings.max_notional, inf),
        reserve=settings.reserve,
    )


def execution_rules(settings: ExecutionSettings, timeframe: int, path: str) -> ExecutionRules:
    return ExecutionRules(
        entry=Style[(settings.entry or settings.use).upper()],
        exit=Style[(settings.exit or settings.use).upper()],
        slices=settings.slices,
        every=bars_in(settings.every, timeframe, f"{path}.every"),
        rungs=settings.rungs,
        step=settings.step,
        weights=RungWeights[settings.weights.upper()],
        ladder_bars=bars_in(settings.ladder_bars, timeframe, f"{path}.ladder_bars"),
    )


def monitor_rules(settings: MonitorSettings, timeframe: int, path: str) -> MonitorRules:
    return MonitorRules(
        stop=_or(settings.stop, nan),
        target=_or(settings.target, nan),
        trail=_or(settings.trail, nan),
        horizon=bars_in(settings.horizon, timeframe, f"{path}.horizon"),
    )


def decision_rules(settings: DecisionSettings, filters: list[FilterSettings]) -> DecisionRules:
    return DecisionRules(
        filters=tuple(
            FilterRules(Act[each.act.upper()], _or(each.min_p, 0.5), each.required, each.prior)
            for each in filters
        ),
        on_empty=OnEmpty[settings.on_empty.upper()],
        hysteresis=settings.hysteresis,
        kappa=settings.kappa,
        tau=settings.tau,
        share=settings.share,
        promote_size=settings.promote_size,
        promote_block=settings.promote_block,
        demote=settings.demote,
        prior_win=settings.prior_win,
        prior_loss=settings.prior_loss,
    )


def risk_rules(settings: RiskSettings) -> RiskRules:
    return RiskRules(
        max_position=_or(settings.max_position, inf),
        max_gross=_or(settings.max_gross, inf),
        max_daily_loss=_or(settings.max_daily_loss, inf),
        max_drawdown=_or(settings.max_drawdown, inf),
        long_only=settings.long_only,
        day_begins=settings.day_begins,
    )


def bars_in(span: int | str, timeframe: int, path: str) -> int:
    """A span as a number of bars; finer than the bars is refused with the data it would need."""
    if isinstance(span, int):
        return span
    length = int(span[:-1]) * _UNITS[span[-1]]
    if length % timeframe:
        raise ConfigError(
            f"{path} = '{span}': the bars are {said(timeframe)} long, which doesn't divide it. Use data of "
            f"{span} or finer, or a multiple of {said(timeframe)}."
        )
    return length // timeframe


def said(timeframe: int) -> str:
    """A timeframe as people write it: 1m, 4h, 1d."""
    unit = next(name for name in ("w", "d", "h", "m", "s") if timeframe % _UNITS[name] == 0)
    return f"{timeframe // _UNITS[unit]}{unit}"


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)
