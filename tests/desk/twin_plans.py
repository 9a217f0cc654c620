"""Section 3 of docs/desk-rules.md: how entries and exits become slices, and slices orders."""

from math import ceil
from typing import Any

from desk.records import Cause, OrderEventKind, OrderKind, Reason
from desk.rules import ExecutionRules, RungWeights, Style
from strategies.signals import Entry
from tests.desk.twin_numbers import Terms
from tests.desk.twin_state import Desk, Plan, Position, Slice


def rung_weights(rules: ExecutionRules) -> list[int]:
    """Weights of the ladder's rungs, nearest first."""
    if rules.weights == RungWeights.EQUAL:
        return [1] * rules.rungs
    if rules.weights == RungWeights.LINEAR:
        return [k + 1 for k in range(rules.rungs)]
    return [2**k for k in range(rules.rungs)]


def rung_prices(rules: ExecutionRules, ref: float, away: int) -> list[float]:
    """Unrounded prices, ``away`` -1 below and +1 above the reference."""
    return [ref * (1 + away * k * rules.step) for k in range(rules.rungs)]


def order_price(terms: Terms, kind: OrderKind, side: int, price: float) -> float:
    """Buy limits and sell stops down, sell limits and buy stops up."""
    down = (side > 0) == (kind == OrderKind.LIMIT)
    return terms.down(price) if down else terms.up(price)


def big_enough(terms: Terms, lots: int, ref: float) -> bool:
    """Whether a slice of so many lots is an order that the venue takes, at the last close."""
    one, value = terms.instrument, ref * terms.size
    least = ceil(one.min_quantity / terms.lot - 1e-9)
    if one.min_notional > 0 and ref > 0:
        least = max(least, ceil(one.min_notional / value - 1e-9))
    return least <= 1 or lots >= least


def split(
    rules: ExecutionRules, style: Style, terms: Terms, t: int, side: int, lots: int, ref: float, away: int
) -> list[Slice]:
    """The slices of a plan of ``lots`` made at the close of ``t``; those of 0 lots are skipped.

    There are fewer than wanted where the venue would refuse the smallest.
    """
    if style == Style.MARKET:
        return [Slice(t + 1, OrderKind.MARKET, lots)]
    if style == Style.TWAP:
        n = next(n for n in range(rules.slices, 0, -1) if n == 1 or big_enough(terms, lots // n, ref))
        parts = [
            Slice(t + 1 + k * rules.every, OrderKind.MARKET, (k + 1) * lots // n - k * lots // n)
            for k in range(n)
        ]
    else:
        weights = rung_weights(rules)
        while len(weights) > 1 and not big_enough(terms, lots // sum(weights), ref):
            weights = weights[:-1]
        whole, sent, parts = sum(weights), 0, []
        for k, price in enumerate(rung_prices(rules, ref, away)[: len(weights)]):
            until = lots * sum(weights[: k + 1]) // whole
            limit = order_price(terms, OrderKind.LIMIT, side, price)
            parts.append(Slice(t + 1, OrderKind.LIMIT, until - sent, limit))
            sent = until
    return [part for part in parts if part.lots > 0]


def plan_entry(desk: Desk, position: Position, signal: Any, seq: int, lots: int) -> None:
    """Step 7: what a BUY leaves to be sent. A plan of the same side gives way."""
    desk.drop_entry(position, Cause.REPLACED)
    rules = desk.rules.strategies[position.strategy].execution
    terms, side, t = desk.terms[position.instrument], int(signal["side"]), desk.t
    style, expires = rules.entry, None
    if signal["entry"] == Entry.MARKET:
        ref = desk.last[position.instrument]
        slices = split(rules, style, terms, t, side, lots, ref, -side)
        if style == Style.LADDER:
            expires = t + rules.ladder_bars
    else:
        kind = OrderKind.LIMIT if signal["entry"] == Entry.LIMIT else OrderKind.STOP
        price = order_price(terms, kind, side, float(signal["price"]))
        slices, style = [Slice(t + 1, kind, lots, price)], Style.MARKET
        if signal["valid_bars"] > 0:
            expires = t + int(signal["valid_bars"])
    position.entry_plan = Plan(style, side, Reason.ENTRY, seq, slices, expires)


def plan_exit(desk: Desk, position: Position, lots: int, style: Style, reason: Reason, seq: int) -> int:
    """Plan to give up at most ``lots``; returns how many. 0 when an exit plan is in the way."""
    old = position.exit_plan
    if old is not None:
        more_urgent = style == Style.MARKET and old.style != Style.MARKET
        more_lots = old.reason == Reason.RESIZE and reason != Reason.RESIZE
        if not (more_urgent or more_lots):
            return 0
    if position.entry_plan is not None and position.entry_plan.side == position.side:
        desk.drop_entry(position, Cause.EXIT)
    if old is not None:
        desk.drop_exit(position, Cause.REPLACED)
    lots = min(lots, abs(position.lots) - sum(order.left for order in position.working(exits=True)))
    if lots <= 0:
        return 0
    rules = desk.rules.strategies[position.strategy].execution
    terms, side, ref = desk.terms[position.instrument], position.side, desk.last[position.instrument]
    slices = split(rules, style, terms, desk.t, -side, lots, ref, side)
    expires = desk.t + rules.ladder_bars if style == Style.LADDER else None
    position.exit_plan = Plan(style, -side, reason, seq, slices, expires)
    return lots


def emit(desk: Desk, position: Position) -> None:
    """Step 8: slices whose bar is next, then expiries; exits before entries."""
    for plan in (position.exit_plan, position.entry_plan):
        if plan is not None:
            _send_due(desk, position, plan)
    for plan in (position.exit_plan, position.entry_plan):
        if plan is not None and plan.expires is not None and desk.t >= plan.expires:
            _expire(desk, position, plan)
    position.tidy()


def _send_due(desk: Desk, position: Position, plan: Plan) -> None:
    is_exit = plan.reason != Reason.ENTRY
    while plan.slices and plan.slices[0].bar <= desk.t + 1:
        part = plan.slices.pop(0)
        lots = part.lots
        if plan.style == Style.TWAP:
            for order in position.working(exits=is_exit):
                lots += order.left
                desk.end(position, order, Cause.ROLLED)
        if is_exit:
            lots = min(lots, abs(position.lots) - sum(order.left for order in position.working(exits=True)))
        if lots > 0:
            desk.send(position, plan, part.kind, lots, part.price)


def _expire(desk: Desk, position: Position, plan: Plan) -> None:
    is_exit, rest = plan.reason != Reason.ENTRY, 0
    for order in position.working(exits=is_exit):
        rest += order.left
        desk.end(position, order, Cause.NONE, OrderEventKind.EXPIRED)
    plan.expires, plan.slices = None, []
    if is_exit:
        plan.style, rest = Style.MARKET, min(rest, abs(position.lots))
        if rest:
            desk.send(position, plan, OrderKind.MARKET, rest, float("nan"))
