"""Section 2 of docs/desk-rules.md: one position meets one bar."""

import math
from dataclasses import dataclass

import numpy as np

from desk.records import Cause, OrderKind, Reason
from desk.rules import LimitFill, Style, Tie
from strategies.signals import BarrierUnit
from tests.desk.twin_ledger import budget, fill
from tests.desk.twin_numbers import NEAR, Terms, floor
from tests.desk.twin_state import Desk, Order, Plan, Position


@dataclass(frozen=True)
class Barrier:
    """A level in force and why. NaN level = none."""

    level: float
    reason: Reason


@dataclass(frozen=True)
class Candle:
    o: float
    h: float
    l: float


def set_budgets(desk: Desk, instrument: int) -> None:
    share = desk.rules.fills.participation
    if share <= 0:
        return
    lot, volume = desk.terms[instrument].lot, _volume(desk, instrument)
    desk.open_budget[instrument] = floor(share * desk.past_volume[instrument] / lot)
    desk.inside_budget[instrument] = floor(share * volume / lot)
    desk.past_volume[instrument] = volume


def _volume(desk: Desk, instrument: int) -> float:
    volume = float(desk.panel.volume[desk.t, instrument])
    return 0.0 if math.isnan(volume) else volume


def match(desk: Desk, position: Position) -> None:
    """Steps a to g."""
    panel, t, i = desk.panel, desk.t, position.instrument
    bar = Candle(float(panel.open[t, i]), float(panel.high[t, i]), float(panel.low[t, i]))
    _exits_at_open(desk, position, bar)
    _barriers_at_open(desk, position, bar)
    _entries_at_open(desk, position, bar)
    met = _met(desk, position, bar)
    if desk.rules.fills.tie == Tie.WORST:
        leads_out = _entries_inside(desk, position, bar)
        _barriers_inside(desk, position, bar)
    else:
        _barriers_inside(desk, position, bar)
        leads_out = _entries_inside(desk, position, bar)
    if len(met) > 1 or leads_out:
        desk.ambiguous += 1


def _met(desk: Desk, position: Position, bar: Candle) -> set[str]:
    """What the inside of the bar meets, as things stand."""
    found, terms = set(), desk.terms[position.instrument]
    room = budget(desk, position, 1, inside=True) > 0
    limits_hit = [
        order
        for order in position.orders
        if order.kind == OrderKind.LIMIT and _touched(desk, terms, order.side, order.price, bar)
    ]
    stops_hit = [
        order
        for order in position.orders
        if order.kind == OrderKind.STOP and _reached(order.side, order.price, bar)
    ]
    entries = [order for order in limits_hit + stops_hit if not order.is_exit]
    if room and any(position.lots * order.side >= 0 for order in entries):
        found.add("entry")
    if not _free(desk, position):
        return found
    side, stop, target = position.side, stop_of(desk, position), target_of(desk, position)
    if not math.isnan(stop.level) and _reached(-side, stop.level, bar):
        found.add("stop")
    if position.added_bar == desk.t and not desk.rules.fills.targets_on_entry_bar:
        return found
    if not math.isnan(target.level) and _touched(desk, terms, -side, target.level, bar):
        found.add("target")
    if room and any(order.is_exit for order in limits_hit):
        found.add("exit limit")
    return found


def stop_of(desk: Desk, position: Position) -> Barrier:
    """The tighter of the fixed and the trailing stop, rounded away from the entry."""
    signal, side, terms = _signal(desk, position), position.side, desk.terms[position.instrument]
    unit, stop, trail = signal["unit"], float(signal["stop"]), float(signal["trail"])
    if unit == BarrierUnit.FRACTION:
        fixed = position.avg * (1 - side * stop)
        trailing = position.best * (1 - side * trail)
    else:
        fixed = position.avg - side * stop if unit == BarrierUnit.POINTS else stop
        trailing = position.best - side * trail
    tighter = math.isnan(fixed) or side * (trailing - fixed) > 0
    level, reason = (trailing, Reason.TRAIL) if tighter else (fixed, Reason.STOP)
    if math.isnan(level):
        return Barrier(level, reason)
    return Barrier(terms.down(level) if side > 0 else terms.up(level), reason)


def target_of(desk: Desk, position: Position) -> Barrier:
    signal, side, terms = _signal(desk, position), position.side, desk.terms[position.instrument]
    level = float(signal["target"])
    if signal["unit"] == BarrierUnit.FRACTION:
        level = position.avg * (1 + side * level)
    elif signal["unit"] == BarrierUnit.POINTS:
        level = position.avg + side * level
    if not math.isnan(level):
        level = terms.up(level) if side > 0 else terms.down(level)
    return Barrier(level, Reason.TARGET)


def _signal(desk: Desk, position: Position) -> np.void:
    assert position.trade is not None
    row: np.void = desk.signals[position.trade.seq]
    return row


def _touched(desk: Desk, terms: Terms, side: int, limit: float, bar: Candle) -> bool:
    """A limit (or target) order of ``side`` is met inside the bar."""
    beyond = 0.0 if desk.rules.fills.limit_fill == LimitFill.TOUCH else terms.tick(limit) * (1 - NEAR)
    return bar.l <= limit - beyond if side > 0 else bar.h >= limit + beyond


def _fill_order(
    desk: Desk, position: Position, order: Order, wanted: int, price: float, *, slips: bool, inside: bool
) -> None:
    lots = budget(desk, position, wanted, inside=inside)
    if lots <= 0:
        return
    order.left -= lots
    if order.left == 0:
        position.orders.remove(order)
    elif order.kind == OrderKind.STOP:
        order.kind, order.price = OrderKind.MARKET, float("nan")
    fill(
        desk,
        position,
        order.side,
        lots,
        desk.terms[position.instrument].slipped(price, order.side) if slips else price,
        price,
        maker=not slips,
        reason=order.reason,
        order=order.id,
        seq=order.seq,
        inside=inside,
    )
    if order.is_exit and position.lots == 0:
        _after_flat(desk, position, -order.side)
    position.tidy()


def _after_flat(desk: Desk, position: Position, closed: int) -> None:
    """Only the new side of a reversal outlives the position."""
    desk.drop_exit(position, Cause.FLAT)
    if position.entry_plan is not None and position.entry_plan.side == closed:
        desk.drop_entry(position, Cause.FLAT)


def _exits_at_open(desk: Desk, position: Position, bar: Candle) -> None:
    for order in position.working(exits=True):
        if order not in position.orders or position.lots == 0:
            continue
        wanted = min(order.left, abs(position.lots))
        if order.kind == OrderKind.MARKET:
            _fill_order(desk, position, order, wanted, bar.o, slips=True, inside=False)
        elif order.side * (order.price - bar.o) >= 0:
            _fill_order(desk, position, order, wanted, bar.o, slips=False, inside=False)


def _exits_inside(desk: Desk, position: Position, bar: Candle) -> None:
    for order in position.working(exits=True):
        if order.kind != OrderKind.LIMIT or order not in position.orders or position.lots == 0:
            continue
        if _touched(desk, desk.terms[position.instrument], order.side, order.price, bar):
            wanted = min(order.left, abs(position.lots))
            _fill_order(desk, position, order, wanted, order.price, slips=False, inside=True)


def _entries_at_open(desk: Desk, position: Position, bar: Candle) -> None:
    for order in position.working(exits=False):
        if position.lots * order.side < 0:
            continue
        if order.kind == OrderKind.MARKET:
            _fill_order(desk, position, order, order.left, bar.o, slips=True, inside=False)
        elif order.kind == OrderKind.LIMIT and order.side * (order.price - bar.o) >= 0:
            _fill_order(desk, position, order, order.left, bar.o, slips=False, inside=False)
        elif order.kind == OrderKind.STOP and order.side * (bar.o - order.price) >= 0:
            _fill_order(desk, position, order, order.left, bar.o, slips=True, inside=False)


def _entries_inside(desk: Desk, position: Position, bar: Candle) -> bool:
    """True when something was filled that this very bar's stop, target or exit limit meets."""
    terms, before = desk.terms[position.instrument], len(desk.fills)
    for order in position.working(exits=False):
        if position.lots * order.side < 0:
            continue
        if order.kind == OrderKind.LIMIT and _touched(desk, terms, order.side, order.price, bar):
            _fill_order(desk, position, order, order.left, order.price, slips=False, inside=True)
        elif order.kind == OrderKind.STOP and _reached(order.side, order.price, bar):
            price = _worse(order.side, order.price, bar.o)
            _fill_order(desk, position, order, order.left, price, slips=True, inside=True)
    return len(desk.fills) > before and bool(_met(desk, position, bar) - {"entry"})


def _reached(side: int, trigger: float, bar: Candle) -> bool:
    """A stop order of ``side`` is triggered inside the bar."""
    return bar.h >= trigger if side > 0 else bar.l <= trigger


def _worse(side: int, trigger: float, o: float) -> float:
    """The worse of trigger and open for an order of ``side``: no fill at a price the bar had left behind."""
    return max(trigger, o) if side > 0 else min(trigger, o)


def _barriers_at_open(desk: Desk, position: Position, bar: Candle) -> None:
    if position.lots == 0:
        return
    side, stop, target = position.side, stop_of(desk, position), target_of(desk, position)
    if side * (stop.level - bar.o) >= 0:
        _take(desk, position, bar.o, stop.reason, inside=False)
    elif side * (bar.o - target.level) >= 0:
        _take(desk, position, bar.o, Reason.TARGET, inside=False)


def _barriers_inside(desk: Desk, position: Position, bar: Candle) -> None:
    if not _free(desk, position):
        return
    met, side = _met(desk, position, bar), position.side
    stop, target = stop_of(desk, position), target_of(desk, position)

    def take_stop() -> None:
        if "stop" in met and _free(desk, position):
            _take(desk, position, _worse(-side, stop.level, bar.o), stop.reason, inside=True)

    def take_target() -> None:
        if "target" in met and _free(desk, position):
            _take(desk, position, target.level, Reason.TARGET, inside=True)

    def take_limits() -> None:
        if "exit limit" in met and _free(desk, position):
            _exits_inside(desk, position, bar)

    worst = [take_stop, take_target, take_limits]
    for step in worst if desk.rules.fills.tie == Tie.WORST else reversed(worst):
        step()


def _free(desk: Desk, position: Position) -> bool:
    """Something is held, and no barrier has taken it on this bar already."""
    return position.lots != 0 and position.barrier_bar != desk.t


def _take(desk: Desk, position: Position, price: float, reason: Reason, *, inside: bool) -> None:
    """A barrier takes the whole position; what the budget leaves becomes a MARKET exit order."""
    for working in list(position.orders):
        desk.end(position, working, Cause.OCO)
    position.entry_plan = position.exit_plan = None
    position.barrier_bar = desk.t
    assert position.trade is not None
    side, slips, seq = -position.side, reason != Reason.TARGET, position.trade.seq
    lots = budget(desk, position, abs(position.lots), inside=inside)
    if lots > 0:
        fill(
            desk,
            position,
            side,
            lots,
            desk.terms[position.instrument].slipped(price, side) if slips else price,
            price,
            maker=not slips,
            reason=reason,
            order=-1,
            seq=seq,
            inside=inside,
        )
    if position.lots != 0:
        position.exit_plan = Plan(Style.MARKET, side, reason, seq, [])
        desk.send(position, position.exit_plan, OrderKind.MARKET, abs(position.lots), float("nan"))
