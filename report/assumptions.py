"""The assumptions box: everything a result rests on, said before the result."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from math import inf, isfinite, isnan

import numpy as np

from desk.pipeline import Pipeline
from desk.rules import (
    Act,
    ExecutionRules,
    FillRules,
    FilterRules,
    LimitFill,
    MonitorRules,
    RiskRules,
    SizeBy,
    SizingRules,
    StrategyRules,
    Style,
    Tie,
)
from market.bars import Panel
from market.instruments import Instrument

SECOND = 10**9
Lines = list[tuple[str, str]]


def assumptions(panel: Panel, pipeline: Pipeline, source: str) -> Lines:
    """(what, said) lines. source: where the data came from."""
    rules = pipeline.rules
    lines: Lines = [
        ("data", f"{source}: {_instruments(panel)}, {len(panel):,} bars of {duration(panel.timeframe)}"),
        ("period", f"{moment(panel.ts[0])} to {moment(panel.ts[-1] + panel.timeframe)} UTC"),
        ("cash", f"{rules.cash:,.2f} {panel.instruments[0].quote}"),
        ("fills", fills(rules.fills)),
        ("volume", participation(rules.fills)),
        *[("costs", text) for text in costs(panel.instruments)],
        ("limits", risk(rules.risk)),
    ]
    for (name, piece), each in zip(pipeline.strategies, rules.strategies, strict=True):
        lines.append((f"strategy {name}", _joined(parameters(piece), strategy(each))))
    decision = rules.strategies[0].decision
    if pipeline.filters:
        for agent, rule in zip(pipeline.filters, decision.filters, strict=True):
            lines.append((f"filter {agent.name}", _joined(parameters(agent), filter_rule(rule))))
        lines.append(("no answer", f"{decision.on_empty.name.lower()} when no trusted filter answered"))
    else:
        lines.append(("filters", "none"))
    lines.append(
        ("figures", "returns by day (UTC) or longer bar, annualised by their count; risk-free rate 0")
    )
    return lines


def fills(rules: FillRules) -> str:
    """Where and when orders fill."""
    limits = "a trade one tick beyond" if rules.limit_fill == LimitFill.THROUGH else "a touch"
    tie = "the worse" if rules.tie == Tie.WORST else "the better"
    return (
        "decided at a close, filled from the next open on; stop and target in one bar: "
        f"{tie} first; limits need {limits}; targets on the entry bar: "
        f"{'yes' if rules.targets_on_entry_bar else 'no'}"
    )


def participation(rules: FillRules) -> str:
    if rules.participation > 0:
        return f"a fill takes at most {percent(rules.participation)} of a bar's volume"
    return "fills of any size (no share of volume is set: [fills] participation)"


def costs(instruments: Sequence[Instrument]) -> list[str]:
    """One line for all instruments that cost alike."""
    groups: dict[str, list[str]] = {}
    for each in instruments:
        groups.setdefault(cost(each), []).append(each.symbol)
    if len(groups) == 1:
        return list(groups)
    return [f"{_some(symbols)}: {said}" for said, symbols in groups.items()]


def cost(instrument: Instrument) -> str:
    fees = instrument.fees
    parts = [f"fee {bps(fees.taker)} taker, {bps(fees.maker)} maker in {fees.currency}"]
    parts.append(f"slippage {bps(instrument.slippage)} at market")
    if instrument.sell_taxes:
        since, rate = instrument.sell_taxes[-1]
        parts.append(f"sell tax {percent(rate)} from {since}")
    parts.append(f"borrow {percent(instrument.borrow)} a year")
    ticks = sorted({tick for _, tick in instrument.ticks})
    step = "any" if ticks == [0.0] else " to ".join(f"{tick:g}" for tick in ticks)
    parts.append(f"lot {instrument.lot:g}, tick {step}")
    if instrument.multiplier != 1.0:
        parts.append(f"{instrument.multiplier:,g} {instrument.quote} a point")
    if instrument.long_margin != 1.0 or instrument.short_margin != 1.0:
        parts.append(
            f"margin {percent(instrument.long_margin)} long, {percent(instrument.short_margin)} short"
        )
    return ", ".join(parts)


def risk(rules: RiskRules) -> str:
    """Account-wide limits in words."""
    named = (
        ("position", rules.max_position, f"{rules.max_position:g} units"),
        ("gross", rules.max_gross, percent(rules.max_gross)),
        ("daily loss", rules.max_daily_loss, percent(rules.max_daily_loss)),
        ("drawdown", rules.max_drawdown, percent(rules.max_drawdown)),
    )
    parts = [f"{name} {said}" for name, value, said in named if isfinite(value)]
    if rules.long_only:
        parts.append("long only")
    return ", ".join(parts) or "none"


def parameters(piece: object) -> str:
    """The parameters of a strategy or filter, "fast 20, slow 50"; nothing when it has none."""
    if not is_dataclass(piece):
        return ""
    return ", ".join(f"{each.name} {_shown(getattr(piece, each.name))}" for each in fields(piece))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def strategy(rules: StrategyRules) -> str:
    return _joined(sizing(rules.sizing), execution(rules.execution), monitor(rules.monitor))


def sizing(rules: SizingRules) -> str:
    if rules.by == SizeBy.FIXED:
        said = f"size fixed {rules.quantity:g} units"
    elif rules.by == SizeBy.KELLY:
        said = f"size {rules.fraction:g} Kelly, until a filter is trusted {rules.base.name.lower()}"
    else:
        said = "size"
    if (rules.base if rules.by == SizeBy.KELLY else rules.by) == SizeBy.FRACTIONAL:
        said += (
            f" {percent(rules.risk)} of equity lost at the stop, {percent(rules.notional)} held without one"
        )
    caps = (("risk", rules.max_risk), ("notional", rules.max_notional))
    bound = [f"{name} {percent(value)}" for name, value in caps if value != inf]
    return f"{said}, at most {' and '.join(bound)}" if bound else said


def execution(rules: ExecutionRules) -> str:
    if rules.entry == rules.exit:
        return f"orders {_style(rules.entry, rules)}"
    return f"entries {_style(rules.entry, rules)}, exits {_style(rules.exit, rules)}"


def _style(style: Style, rules: ExecutionRules) -> str:
    if style == Style.TWAP:
        return f"in {rules.slices} slices every {'bar' if rules.every == 1 else f'{rules.every} bars'}"
    if style == Style.LADDER:
        return f"in {rules.rungs} rungs {percent(rules.step)} apart, {rules.weights.name.lower()} lots"
    return "at market"


def monitor(rules: MonitorRules) -> str:
    """Barriers for what the strategy leaves open."""
    levels = (("stop", rules.stop), ("target", rules.target), ("trail", rules.trail))
    parts = [f"{name} {percent(value)}" for name, value in levels if not isnan(value)]
    if rules.horizon:
        parts.append(f"{rules.horizon} bars at most")
    return (
        f"where the strategy says none: {', '.join(parts)}" if parts else "no stop, target or horizon added"
    )


def filter_rule(rule: FilterRules) -> str:
    said = (
        f"rule: p below {rule.min_p:g} blocks"
        if rule.act == Act.RULE
        else "learn: in shadow until evidence promotes it"
    )
    return f"{said}; required" if rule.required else said


def percent(fraction: float) -> str:
    return f"{100.0 * fraction:.4g} %"


def bps(fraction: float) -> str:
    return f"{1e4 * fraction:.4g} bps"


def duration(nanoseconds: int) -> str:
    """In the largest unit that divides it: 1m, 4h, 1d."""
    for unit, size in (("d", 86_400 * SECOND), ("h", 3_600 * SECOND), ("m", 60 * SECOND), ("s", SECOND)):
        if nanoseconds % size == 0:
            return f"{nanoseconds // size}{unit}"
    return f"{nanoseconds}ns"


def moment(ts: int) -> str:
    """Minute, UTC; the day alone at midnight."""
    said = str(np.datetime64(int(ts), "ns").astype("datetime64[m]"))
    return said.removesuffix("T00:00").replace("T", " ")


def _instruments(panel: Panel) -> str:
    return _some([each.id for each in panel.instruments])


def _some(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:5])} and {len(names) - 5} more"
