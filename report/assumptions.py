"""The assumptions box: everything a result rests on, said before the result."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from math import inf, isfinite, isnan
from typing import Protocol

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
from market import krx
from market.bars import Panel
from market.instruments import Instrument, Kind
from market.timeframes import timeframe_text
from report.days import DAY, Calendar
from report.numbers import plain
from report.words import retell, say

Lines = list[tuple[str, str]]
Span = tuple[str, str]  # first and last day of the data, 2024-01-31


class Tell(Protocol):
    """A sentence in the reader's language, its {places} filled."""

    def __call__(self, text: str, /, **values: object) -> str: ...


def teller(language: str) -> Tell:
    """``say`` in one language."""

    def tell(text: str, /, **values: object) -> str:
        return say(text, language, **values)

    return tell


def assumptions(panel: Panel, pipeline: Pipeline, source: str, language: str = "en") -> Lines:
    """(what, said) lines, said in ``language``; what: in English. source: where the data came from."""
    tell, rules = teller(language), pipeline.rules
    calendar = Calendar(panel.instruments[0].timezone, panel.timeframe)
    span = calendar.day(int(panel.ts[0])), calendar.day(int(panel.ts[-1]))
    lines: Lines = [
        ("data", tell("{source}: {instruments}, {bars} bars of {length}", source=retell(source, language),
                      instruments=_instruments(panel, tell), bars=f"{len(panel):,}",
                      length=timeframe_text(panel.timeframe))),
        ("period", period(panel, calendar, tell)),
        ("cash", f"{rules.cash:,.2f} {panel.instruments[0].quote}"),
        ("fills", fills(rules.fills, tell)),
        ("volume", participation(rules.fills, tell)),
        *[("costs", text) for text in costs(panel.instruments, span, tell)],
        ("limits", risk(rules.risk, tell)),
    ]  # fmt: skip
    for (name, piece), each in zip(pipeline.strategies, rules.strategies, strict=True):
        lines.append((f"strategy {name}", _joined(parameters(piece, tell), strategy(each, tell))))
    decision = rules.strategies[0].decision
    if pipeline.filters:
        for agent, rule in zip(pipeline.filters, decision.filters, strict=True):
            lines.append((f"filter {agent.name}", _joined(parameters(agent, tell), filter_rule(rule, tell))))
        lines.append(("no answer", tell(NO_ANSWER[decision.on_empty.name.lower()])))
    else:
        lines.append(("filters", tell("none")))
    said = "returns by day ({zone}) or longer bar, annualised by their count; risk-free rate 0"
    lines.append(("figures", tell(said, zone=calendar.zone)))
    return lines


NO_ANSWER = {
    "pass": "the entry passes when no trusted filter answered",
    "half": "half the size when no trusted filter answered",
    "block": "no entry when no trusted filter answered",
}


def period(panel: Panel, calendar: Calendar, tell: Tell) -> str:
    """From the first bar to the last, and whose days these are."""
    first, last = int(panel.ts[0]), int(panel.ts[-1])
    if panel.timeframe >= DAY:
        begin, end = calendar.day(first), calendar.day(last)
    else:
        begin, end = calendar.moment(first), calendar.moment(last + panel.timeframe)
    said = tell("{begin} to {end}, time of {zone}", begin=begin, end=end, zone=calendar.zone)
    if len({each.timezone for each in panel.instruments}) == 1:
        return said
    more = tell("the zone of {first}; trades are dated in their own", first=panel.instruments[0].id)
    return f"{said}, {more}"


def fills(rules: FillRules, tell: Tell) -> str:
    """Where and when orders fill."""
    parts = (
        "decided at a close, filled from the next open on",
        "stop and target in one bar: the worse first"
        if rules.tie == Tie.WORST
        else "stop and target in one bar: the better first",
        "limits need a trade one tick beyond"
        if rules.limit_fill == LimitFill.THROUGH
        else "limits need a touch",
        "targets on the entry bar: yes" if rules.targets_on_entry_bar else "targets on the entry bar: no",
    )
    return _joined(*[tell(part) for part in parts])


def participation(rules: FillRules, tell: Tell) -> str:
    if rules.participation > 0:
        share = percent(rules.participation)
        return tell("a fill takes at most {share} of a bar's volume", share=share)
    return tell("fills of any size (no share of volume is set: [fills] participation)")


def costs(instruments: Sequence[Instrument], span: Span, tell: Tell) -> list[str]:
    """One line for all instruments that cost alike."""
    groups: dict[str, list[str]] = {}
    for each in instruments:
        groups.setdefault(cost(each, span, tell), []).append(each.symbol)
    if len(groups) == 1:
        return list(groups)
    return [f"{_some(symbols, tell)}: {said}" for said, symbols in groups.items()]


def cost(instrument: Instrument, span: Span, tell: Tell) -> str:
    parts = [fee(instrument, tell), tell("slippage {rate} at market", rate=bps(instrument.slippage))]
    if instrument.sell_taxes:
        parts.append(sell_tax(instrument.sell_taxes, span, tell))
    parts.append(
        tell("borrow {rate} a year while short", rate=percent(instrument.borrow))
        if instrument.borrow or instrument.kind != Kind.FUTURE
        else tell("nothing to borrow")
    )
    parts += [tell("lot {lot}", lot=plain(instrument.lot)), ticks(instrument.ticks, tell)]
    if instrument.multiplier != 1.0:
        money = f"{plain(instrument.multiplier)} {instrument.quote}"
        parts.append(tell("{money} a point", money=money))
    if instrument.long_margin != 1.0 or instrument.short_margin != 1.0:
        long, short = percent(instrument.long_margin), percent(instrument.short_margin)
        parts.append(tell("margin {long} long, {short} short", long=long, short=short))
    return ", ".join(parts)


def fee(instrument: Instrument, tell: Tell) -> str:
    """Rates, the currency that is taken, and the price a third one is counted at."""
    fees = instrument.fees
    values = {"taker": bps(fees.taker), "maker": bps(fees.maker)}
    if fees.currency in ("quote", instrument.quote):
        said, currency = "fee {taker} taker, {maker} maker in {currency}", instrument.quote
    elif fees.currency in ("base", instrument.base):
        said = "fee {taker} taker, {maker} maker in {currency} of what a buy receives"
        currency = instrument.base or instrument.symbol
    else:
        said = "fee {taker} taker, {maker} maker in {currency} at {price}"
        values["price"] = f"{plain(fees.price)} {instrument.quote}"
        currency = fees.currency
    return tell(said, **values, currency=currency)


def sell_tax(taxes: Sequence[tuple[str, float]], span: Span, tell: Tell) -> str:
    """The rates that held between two days, and since when: the first of them held from the beginning."""
    held = [(since, rate) for since, rate in taxes if since <= span[1]]
    begun = [place for place, (since, _) in enumerate(held) if since <= span[0]]
    first = held[begun[-1]][1] if begun else 0.0
    later = held[begun[-1] + 1 :] if begun else held
    parts = [tell("sell tax {rate}", rate=percent(first))]
    parts += [tell("{rate} from {since}", rate=percent(rate), since=since) for since, rate in later]
    return ", ".join(parts)


def ticks(table: Sequence[tuple[float, float]], tell: Tell) -> str:
    """The price steps: one, or each with the price below which it holds."""
    if len(table) == 1:
        return tell("tick {tick}", tick=plain(table[0][1])) if table[0][1] else tell("any price")
    parts = [
        tell("{tick} below {price}", tick=plain(tick), price=plain(end))
        for (_, tick), (end, _) in pairwise(table)
    ]
    return tell("tick {steps}, {last} above", steps=", ".join(parts), last=plain(table[-1][1]))


def risk(rules: RiskRules, tell: Tell) -> str:
    """Account-wide limits in words."""
    named = (
        ("position {limit} units", rules.max_position, plain(rules.max_position)),
        ("gross {limit}", rules.max_gross, percent(rules.max_gross)),
        ("daily loss {limit}", rules.max_daily_loss, percent(rules.max_daily_loss)),
        ("drawdown {limit}", rules.max_drawdown, percent(rules.max_drawdown)),
    )
    parts = [tell(name, limit=said) for name, value, said in named if isfinite(value)]
    if rules.long_only:
        parts.append(tell("long only"))
    return ", ".join(parts) or tell("none")


def parameters(piece: object, tell: Tell) -> str:
    """The parameters of a strategy or filter, "fast 20, slow 50"; nothing when it has none. Of a calendar
    only what was added to the built-in one."""
    if not is_dataclass(piece):
        return ""
    named = [(each.name, getattr(piece, each.name)) for each in fields(piece)]
    told = [(name, value) for name, value in named if not isinstance(value, krx.Calendar) or str(value)]
    return ", ".join(f"{name} {_shown(value, tell)}" for name, value in told)


def _shown(value: object, tell: Tell) -> str:
    if isinstance(value, bool):
        return tell("yes") if value else tell("no")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def strategy(rules: StrategyRules, tell: Tell) -> str:
    return _joined(sizing(rules.sizing, tell), execution(rules.execution, tell), monitor(rules.monitor, tell))


def sizing(rules: SizingRules, tell: Tell) -> str:
    """How many units an entry asks for, and its caps."""
    by = rules.base if rules.by == SizeBy.KELLY else rules.by
    size = (
        tell("{quantity} units", quantity=plain(rules.quantity))
        if by == SizeBy.FIXED
        else tell("{risk} of equity lost at the stop, {notional} held without one",
                  risk=percent(rules.risk), notional=percent(rules.notional))
    )  # fmt: skip
    said = tell("size {size}", size=size)
    if rules.by == SizeBy.KELLY:
        share = plain(rules.fraction)
        said = tell("size {share} Kelly, until a filter is trusted {size}", share=share, size=size)
    caps = (("risk {limit}", rules.max_risk), ("notional {limit}", rules.max_notional))
    bound = [tell(name, limit=percent(value)) for name, value in caps if value != inf]
    if not bound:
        return said
    limits = tell("{one} and {other}", one=bound[0], other=bound[1]) if len(bound) == 2 else bound[0]
    return f"{said}, {tell('at most {limits}', limits=limits)}"


def execution(rules: ExecutionRules, tell: Tell) -> str:
    if rules.entry == rules.exit:
        return tell("orders {how}", how=_style(rules.entry, rules, tell))
    entry, exit = _style(rules.entry, rules, tell), _style(rules.exit, rules, tell)
    return tell("entries {entry}, exits {exit}", entry=entry, exit=exit)


def _style(style: Style, rules: ExecutionRules, tell: Tell) -> str:
    if style == Style.TWAP:
        said = "in {slices} slices every bar" if rules.every == 1 else "in {slices} slices every {every} bars"
        return tell(said, slices=rules.slices, every=rules.every)
    if style == Style.LADDER:
        said = "in {rungs} rungs {step} apart, {weights} lots"
        weights = tell(rules.weights.name.lower())
        return tell(said, rungs=rules.rungs, step=percent(rules.step), weights=weights)
    return tell("at market")


def monitor(rules: MonitorRules, tell: Tell) -> str:
    """Barriers for what the strategy leaves open."""
    levels = (("stop {at}", rules.stop), ("target {at}", rules.target), ("trail {at}", rules.trail))
    parts = [tell(name, at=percent(value)) for name, value in levels if not isnan(value)]
    if rules.horizon:
        parts.append(tell("{bars} bars at most", bars=rules.horizon))
    if not parts:
        return tell("no stop, target or horizon added")
    return tell("where the strategy says none: {barriers}", barriers=", ".join(parts))


def filter_rule(rule: FilterRules, tell: Tell) -> str:
    said = (
        tell("rule: p below {bar} blocks", bar=f"{rule.min_p:g}")
        if rule.act == Act.RULE
        else tell("learn: in shadow until evidence promotes it")
    )
    return _joined(said, tell("required") if rule.required else "")


def percent(fraction: float) -> str:
    return f"{100.0 * fraction:.4g} %"


def bps(fraction: float) -> str:
    return f"{1e4 * fraction:.4g} bps"


def _instruments(panel: Panel, tell: Tell) -> str:
    return _some([each.id for each in panel.instruments], tell)


def _some(names: Sequence[str], tell: Tell) -> str:
    if len(names) <= 6:
        return ", ".join(names)
    return tell("{names} and {more} more", names=", ".join(names[:5]), more=len(names) - 5)
