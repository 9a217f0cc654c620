"""SplitExecutioner: plans become orders, slice by slice. Rules: docs/desk-rules.md, section 3."""

import numpy as np

from desk.ledger import round_down, round_up
from desk.records import MAX_ORDERS, Cause, OrderEventKind, OrderKind, Reason
from desk.rules import RungWeights, Style
from market.compiled import inner


@inner
def log_order(account, order, instrument, strategy, orders, event, cause, lots):
    row = orders[account.n_orders]
    account.n_orders += 1
    row.event, row.kind, row.reason, row.cause = event, order.kind, order.reason, cause
    row.side, row.instrument, row.strategy = order.side, instrument, strategy
    row.id, row.bar, row.lots = order.id, account.bar, lots
    row.price, row.seq = order.price, order.seq


@inner
def send(account, pos, instrument, strategy, orders, kind, side, reduces, reason, lots, price, seq, expires):
    """Put an order to work in the first free slot."""
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if not order.live:
            order.id, order.lots, order.filled = account.orders_sent, lots, 0
            order.seq, order.expires, order.price = seq, expires, price
            order.live, order.kind, order.side = True, kind, side
            order.reduces, order.reason = reduces, reason
            account.orders_sent += 1
            account.working += 1
            pos.working += 1
            if reduces:
                pos.working_exits += 1
            log_order(account, order, instrument, strategy, orders, OrderEventKind.SENT, Cause.NONE, lots)
            return


@inner
def kill_order(account, pos, k):
    """The order in slot k works no more."""
    order = pos.orders[k]
    order.live = False
    account.working -= 1
    pos.working -= 1
    if order.reduces:
        pos.working_exits -= 1


@inner
def end_plan(account, plan):
    if plan.next_bar >= 0:
        plan.next_bar = -1
        plan.unsent = 0
        account.working -= 1


@inner
def _cancel(account, pos, k, instrument, strategy, orders, event, cause):
    order = pos.orders[k]
    left = order.lots - order.filled
    kill_order(account, pos, k)
    log_order(account, order, instrument, strategy, orders, event, cause, left)


@inner
def cancel_exits(account, pos, instrument, strategy, orders, cause):
    """Cancel the exit plan and its working orders."""
    end_plan(account, pos.exit)
    if pos.working_exits > 0:
        for k in range(MAX_ORDERS):
            if pos.orders[k].live and pos.orders[k].reduces:
                _cancel(account, pos, k, instrument, strategy, orders, OrderEventKind.CANCELED, cause)


@inner
def cancel_entries(account, pos, instrument, strategy, orders, cause, side):
    """Cancel the entry plan and its working orders, of one side, or of both when ``side`` is 0."""
    if side == 0 or pos.entry.side == side:
        end_plan(account, pos.entry)
    if pos.working > pos.working_exits:
        for k in range(MAX_ORDERS):
            order = pos.orders[k]
            if order.live and not order.reduces and (side == 0 or order.side == side):
                _cancel(account, pos, k, instrument, strategy, orders, OrderEventKind.CANCELED, cause)


@inner
def has_exit(pos):
    return pos.exit.next_bar >= 0 or pos.working_exits > 0


@inner
def has_entry(pos):
    return pos.entry.next_bar >= 0 or pos.working > pos.working_exits


@inner
def working_exit_lots(pos):
    lots = 0
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces:
            lots += order.lots - order.filled
    return lots


@inner
def begin_plan(account, plan, rules, style, kind, side, reason, lots, price, seq, expires):
    """A plan whose first slice is for the next bar."""
    plan.next_bar = account.bar + 1
    plan.lots, plan.unsent, plan.slice = lots, lots, 0
    plan.slices = rules.slices if style == Style.TWAP else 1
    plan.every, plan.expires, plan.seq = rules.every, expires, seq
    plan.price, plan.style, plan.kind = price, style, kind
    plan.side, plan.reason = side, reason
    account.working += 1


@inner
def begin_exit(account, pos, rules, instrument, strategy, orders, style, reason, lots, price, seq):
    """Close ``lots`` of the position, unless an exit that is at least as urgent works already."""
    if has_exit(pos):
        more_urgent = style == Style.MARKET and pos.exit.style != Style.MARKET
        more_lots = pos.exit.reason == Reason.RESIZE and reason != Reason.RESIZE
        if not (more_urgent or more_lots):
            return
        cancel_exits(account, pos, instrument, strategy, orders, Cause.REPLACED)
    side = -1 if pos.lots > 0 else 1
    cancel_entries(account, pos, instrument, strategy, orders, Cause.EXIT, -side)
    expires = account.bar + rules.ladder_bars if style == Style.LADDER else -1
    kind = OrderKind.LIMIT if style == Style.LADDER else OrderKind.MARKET
    begin_plan(account, pos.exit, rules, style, kind, side, reason, lots, price, seq, expires)


@inner
def rung_weight(rules, k):
    """Sum of the weights of the first k rungs."""
    if rules.weights == RungWeights.LINEAR:
        return k * (k + 1) // 2
    if rules.weights == RungWeights.GEOMETRIC:
        return 2**k - 1
    return k


@inner
def rung_price(rules, price, side, k):
    """Entries step away from the market's reference, exits towards profit: both against ``side``."""
    return price * (1.0 - side * k * rules.step)


@inner
def average_rung_price(rules, price, side):
    total = 0.0
    for k in range(rules.rungs):
        total += (rung_weight(rules, k + 1) - rung_weight(rules, k)) * rung_price(rules, price, side, k)
    return total / rung_weight(rules, rules.rungs)


@inner
def emit(account, inst, pos, rules, instrument, strategy, orders):
    """What works from the next bar on: expiries, then the exit's slices, then the entry's."""
    if pos.working > 0:
        _expire(account, pos, instrument, strategy, orders)
    if pos.exit.next_bar == account.bar + 1:
        _emit_slice(account, inst, pos, pos.exit, rules, instrument, strategy, orders, True)
    if pos.entry.next_bar == account.bar + 1:
        _emit_slice(account, inst, pos, pos.entry, rules, instrument, strategy, orders, False)


@inner
def _expire(account, pos, instrument, strategy, orders):
    rest, reason, side, seq = 0, 0, 0, -1
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and 0 <= order.expires <= account.bar:
            if order.reduces:
                rest += order.lots - order.filled
                reason, side, seq = order.reason, order.side, order.seq
            _cancel(account, pos, k, instrument, strategy, orders, OrderEventKind.EXPIRED, Cause.NONE)
    if rest > 0:
        pos.exit.style = Style.MARKET
        send(account, pos, instrument, strategy, orders, OrderKind.MARKET, side, True, reason,
             rest, np.nan, seq, -1)  # fmt: skip


@inner
def _emit_slice(account, inst, pos, plan, rules, instrument, strategy, orders, reduces):
    if plan.style == Style.LADDER:
        _emit_rungs(account, inst, pos, plan, rules, instrument, strategy, orders, reduces)
        end_plan(account, plan)
        return
    k, n = plan.slice, plan.slices
    lots = (k + 1) * plan.lots // n - k * plan.lots // n
    if lots > 0:
        plan.unsent -= lots
        lots += _rolled(account, pos, instrument, strategy, orders, reduces, plan.kind)
        if reduces:
            lots = min(lots, abs(pos.lots) - working_exit_lots(pos))
        price = plan.price
        if plan.kind != OrderKind.MARKET:
            down = (plan.kind == OrderKind.LIMIT) == (plan.side > 0)
            price = round_down(inst, price) if down else round_up(inst, price)
        if lots > 0:
            send(account, pos, instrument, strategy, orders, plan.kind, plan.side, reduces, plan.reason,
                 lots, price, plan.seq, plan.expires)  # fmt: skip
    plan.slice = k + 1
    plan.next_bar += plan.every
    if plan.slice >= n:
        end_plan(account, plan)


@inner
def _rolled(account, pos, instrument, strategy, orders, reduces, kind):
    """Take back what the previous slice left unfilled, to send it again with this one."""
    left = 0
    if kind != OrderKind.MARKET or pos.working == 0:
        return left
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces == reduces and order.kind == OrderKind.MARKET:
            left += order.lots - order.filled
            _cancel(account, pos, k, instrument, strategy, orders, OrderEventKind.CANCELED, Cause.ROLLED)
    return left


@inner
def _emit_rungs(account, inst, pos, plan, rules, instrument, strategy, orders, reduces):
    total = rung_weight(rules, rules.rungs)
    for k in range(rules.rungs):
        lots = plan.lots * rung_weight(rules, k + 1) // total - plan.lots * rung_weight(rules, k) // total
        if lots > 0:
            price = rung_price(rules, plan.price, plan.side, k)
            price = round_down(inst, price) if plan.side > 0 else round_up(inst, price)
            send(account, pos, instrument, strategy, orders, OrderKind.LIMIT, plan.side, reduces, plan.reason,
                 lots, price, plan.seq, plan.expires)  # fmt: skip
