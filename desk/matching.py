"""How orders and barriers meet one bar. Rules: docs/desk-rules.md, section 2."""

from math import inf

import numpy as np

from desk.execute import cancel_entries, cancel_exits, kill_order, send
from desk.ledger import fill, tick_at, trailing_is_tighter, whole
from desk.records import MAX_ORDERS, Cause, OrderKind, Reason
from desk.rules import Style
from market.compiled import inlined, inner


@inlined
def refill_budgets(account, inst, volume):
    """Lots that this bar's fills may take, at the open and inside."""
    past = inst.past_volume if inst.past_volume > 0.0 else 0.0
    now = volume if volume > 0.0 else 0.0
    inst.open_budget = whole(account.participation * past / inst.lot)
    inst.inside_budget = whole(account.participation * now / inst.lot)
    inst.past_volume = volume


@inlined
def allowed(account, inst, lots, inside):
    """As many of ``lots`` as the budget in force has left; takes them from it."""
    if account.participation <= 0.0:
        return lots
    lots = min(lots, inst.inside_budget if inside else inst.open_budget)
    if not inside:
        inst.open_budget -= lots
    inst.inside_budget = max(inst.inside_budget - lots, 0)
    return lots


@inner
def match(account, inst, pos, instrument, strategy, orders, fills, trades, o, h, l):
    """One position meets one bar."""
    if pos.working_exits > 0:
        _exits_at_open(account, inst, pos, instrument, strategy, orders, fills, trades, o)
    if pos.lots != 0:
        _barrier_at_open(account, inst, pos, instrument, strategy, orders, fills, trades, o)
    if pos.working > pos.working_exits:
        _entries_at_open(account, inst, pos, instrument, strategy, orders, fills, trades, o)
    if account.best_tie:
        if pos.lots != 0:
            _leave_inside(account, inst, pos, instrument, strategy, orders, fills, trades, o, h, l)
        if pos.working > pos.working_exits:
            _entries_inside(account, inst, pos, instrument, strategy, orders, fills, trades, h, l)
    else:
        if pos.working > pos.working_exits:
            _entries_inside(account, inst, pos, instrument, strategy, orders, fills, trades, h, l)
        if pos.lots != 0:
            _leave_inside(account, inst, pos, instrument, strategy, orders, fills, trades, o, h, l)


@inner
def _fill_order(account, inst, pos, instrument, strategy, orders, fills, trades, k, raw, market, inside):
    """Fill what the budget allows of the order in slot k, and what follows from it."""
    order = pos.orders[k]
    lots = order.lots - order.filled
    if order.reduces:
        lots = min(lots, abs(pos.lots))
    lots = allowed(account, inst, lots, inside)
    if lots <= 0:
        return
    was = pos.lots
    if was == 0:
        pos.seq = order.seq
    order.filled += lots
    fill(account, inst, pos, fills, trades, instrument, strategy,
         order.id, order.reason, order.side, lots, raw, market)  # fmt: skip
    if order.filled >= order.lots:
        kill_order(account, pos, k)
    elif order.kind == OrderKind.STOP:
        order.kind = OrderKind.MARKET
    if was != 0 and pos.lots == 0:
        _went_flat(account, pos, instrument, strategy, orders, was)


@inner
def _went_flat(account, pos, instrument, strategy, orders, was):
    """Nothing is left to exit; entries stay only if they are the other half of a reversal."""
    cancel_exits(account, pos, instrument, strategy, orders, Cause.FLAT)
    cancel_entries(account, pos, instrument, strategy, orders, Cause.FLAT, 1 if was > 0 else -1)


@inner
def _exits_at_open(account, inst, pos, instrument, strategy, orders, fills, trades, o):
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces and pos.lots != 0:
            if order.kind == OrderKind.MARKET:
                _fill_order(
                    account, inst, pos, instrument, strategy, orders, fills, trades, k, o, True, False
                )
            elif order.side * (order.price - o) >= 0.0:
                _fill_order(
                    account, inst, pos, instrument, strategy, orders, fills, trades, k, o, False, False
                )


@inner
def _entries_at_open(account, inst, pos, instrument, strategy, orders, fills, trades, o):
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if not order.live or order.reduces or pos.lots * order.side < 0:
            continue
        if order.kind == OrderKind.LIMIT:
            if order.side * (order.price - o) >= 0.0:
                _fill_order(
                    account, inst, pos, instrument, strategy, orders, fills, trades, k, o, False, False
                )
        elif order.kind == OrderKind.MARKET or order.side * (o - order.price) >= 0.0:
            _fill_order(account, inst, pos, instrument, strategy, orders, fills, trades, k, o, True, False)


@inlined
def _limit_touched(account, inst, order, h, l):
    beyond = 0.0 if account.touch else tick_at(inst, order.price) * (1.0 - 1e-9)
    return l <= order.price - beyond if order.side > 0 else h >= order.price + beyond


@inner
def _entries_inside(account, inst, pos, instrument, strategy, orders, fills, trades, h, l):
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if not order.live or order.reduces or pos.lots * order.side < 0:
            continue
        if order.kind == OrderKind.LIMIT:
            if _limit_touched(account, inst, order, h, l):
                _fill_order(account, inst, pos, instrument, strategy, orders, fills, trades,
                            k, order.price, False, True)  # fmt: skip
        elif order.kind == OrderKind.STOP:
            if (h >= order.price) if order.side > 0 else (l <= order.price):
                _fill_order(account, inst, pos, instrument, strategy, orders, fills, trades,
                            k, order.price, True, True)  # fmt: skip


@inner
def _barrier_at_open(account, inst, pos, instrument, strategy, orders, fills, trades, o):
    long = pos.lots > 0
    if (o <= pos.floor) if long else (o >= pos.ceiling):
        reason = Reason.TRAIL if trailing_is_tighter(pos) else Reason.STOP
        _take_barrier(account, inst, pos, instrument, strategy, orders, fills, trades, reason, o, True, False)
    elif (o >= pos.ceiling) if long else (o <= pos.floor):
        _take_barrier(account, inst, pos, instrument, strategy, orders, fills, trades,
                      Reason.TARGET, o, False, False)  # fmt: skip


@inner
def _leave_inside(account, inst, pos, instrument, strategy, orders, fills, trades, o, h, l):
    """Stop, target and exit limits inside the bar, in the order that the tie rule says."""
    long = pos.lots > 0
    stop = pos.floor if long else pos.ceiling
    target = pos.ceiling if long else pos.floor
    stopped = l <= stop if long else h >= stop
    may_profit = account.targets_on_entry_bar or pos.added_bar != account.bar
    beyond = 0.0
    if not account.touch and abs(target) < inf:
        beyond = tick_at(inst, target) * (1.0 - 1e-9)
    won = may_profit and (h >= target + beyond if long else l <= target - beyond)
    limits = may_profit and pos.working_exits > 0 and _any_exit_limit(account, inst, pos, h, l)
    if stopped and (won or limits):
        account.ambiguous_bars += 1
    reason = Reason.TRAIL if stopped and trailing_is_tighter(pos) else Reason.STOP
    worse = min(stop, o) if long else max(stop, o)
    if not account.best_tie:
        if stopped:
            _take_barrier(account, inst, pos, instrument, strategy, orders, fills, trades,
                          reason, worse, True, True)  # fmt: skip
            return
        if won:
            _take_barrier(account, inst, pos, instrument, strategy, orders, fills, trades,
                          Reason.TARGET, target, False, True)  # fmt: skip
            return
    if limits:
        _exit_limits_inside(account, inst, pos, instrument, strategy, orders, fills, trades, h, l)
    if account.best_tie and pos.lots != 0:
        if won:
            _take_barrier(account, inst, pos, instrument, strategy, orders, fills, trades,
                          Reason.TARGET, target, False, True)  # fmt: skip
        elif stopped:
            _take_barrier(account, inst, pos, instrument, strategy, orders, fills, trades,
                          reason, worse, True, True)  # fmt: skip


@inner
def _any_exit_limit(account, inst, pos, h, l):
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces and order.kind == OrderKind.LIMIT:
            if _limit_touched(account, inst, order, h, l):
                return True
    return False


@inner
def _exit_limits_inside(account, inst, pos, instrument, strategy, orders, fills, trades, h, l):
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces and order.kind == OrderKind.LIMIT and pos.lots != 0:
            if _limit_touched(account, inst, order, h, l):
                _fill_order(account, inst, pos, instrument, strategy, orders, fills, trades,
                            k, order.price, False, True)  # fmt: skip


@inner
def _take_barrier(
    account, inst, pos, instrument, strategy, orders, fills, trades, reason, raw, market, inside
):
    """A barrier closes the position; what the budget refuses becomes a market exit from the next bar."""
    cancel_exits(account, pos, instrument, strategy, orders, Cause.OCO)
    cancel_entries(account, pos, instrument, strategy, orders, Cause.OCO, 0)
    side = -1 if pos.lots > 0 else 1
    lots = allowed(account, inst, abs(pos.lots), inside)
    seq = pos.seq
    if lots > 0:
        fill(account, inst, pos, fills, trades, instrument, strategy,
             -1, reason, side, lots, raw, market)  # fmt: skip
    if pos.lots != 0:
        pos.exit.style, pos.exit.reason = Style.MARKET, reason
        send(account, pos, instrument, strategy, orders, OrderKind.MARKET, side, True, reason,
             abs(pos.lots), np.nan, seq, -1)  # fmt: skip
