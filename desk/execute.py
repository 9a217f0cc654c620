"""SplitExecutioner: plans become orders, slice by slice. Rules: docs/desk-rules.md, section 3."""

from math import ceil, nan

from desk.records import MAX_ORDERS, Cause, OrderEventKind, OrderKind, Reason
from desk.rules import RungWeights, Style
from market.compiled import inlined, inner
from market.costs import round_down, round_up


@inner
def log_order(account, pos, order, event, cause, lots):
    """Say what happened to an order."""
    row = account.orders[account.n_orders]
    account.n_orders += 1
    row.event, row.kind, row.reason, row.cause = event, order.kind, order.reason, cause
    row.side, row.instrument, row.strategy = order.side, pos.instrument, pos.strategy
    row.id, row.bar, row.lots = order.id, account.bar, lots
    row.price, row.seq = order.price, order.seq


@inner
def send(account, pos, kind, side, reduces, reason, lots, price, seq, expires):
    """Put an order to work behind those sent before it; it meets the market from the next matching on."""
    order = pos.orders[_first_free(pos)]
    order.id, order.lots, order.filled = account.orders_sent, lots, 0
    order.seq, order.expires, order.price = seq, expires, price
    order.live, order.kind, order.side = True, kind, side
    order.reduces, order.reason = reduces, reason
    account.orders_sent += 1
    account.working += 1
    pos.working += 1
    if reduces:
        pos.working_exits += 1
    log_order(account, pos, order, OrderEventKind.SENT, Cause.NONE, lots)


@inlined
def _first_free(pos):
    """Close the gaps between live orders; returns the slot behind the last."""
    free = 0
    if pos.working > 0:
        for k in range(MAX_ORDERS):
            if pos.orders[k].live:
                if free != k:
                    pos.orders[free] = pos.orders[k]
                    pos.orders[k].live = False
                free += 1
    return free


@inner
def kill_order(account, pos, order):
    """The order works no more."""
    order.live = False
    account.working -= 1
    pos.working -= 1
    if order.reduces:
        pos.working_exits -= 1


@inner
def cancel(account, pos, order, event, cause):
    """End a working order and say so."""
    kill_order(account, pos, order)
    log_order(account, pos, order, event, cause, order.lots - order.filled)


@inner
def end_plan(account, plan):
    """Nothing more of the plan will be sent."""
    if plan.next_bar >= 0:
        plan.next_bar = -1
        plan.unsent = 0
        account.working -= 1


@inner
def cancel_exits(account, pos, cause):
    """Cancel the exit plan and its working orders."""
    end_plan(account, pos.exit)
    if pos.working_exits > 0:
        for k in range(MAX_ORDERS):
            if pos.orders[k].live and pos.orders[k].reduces:
                cancel(account, pos, pos.orders[k], OrderEventKind.CANCELED, cause)


@inner
def cancel_entries(account, pos, cause):
    """Cancel the entry plan and its working orders: all of one side, as a position has one entry plan."""
    end_plan(account, pos.entry)
    if pos.working > pos.working_exits:
        for k in range(MAX_ORDERS):
            if pos.orders[k].live and not pos.orders[k].reduces:
                cancel(account, pos, pos.orders[k], OrderEventKind.CANCELED, cause)


@inner
def has_exit(pos):
    return pos.exit.next_bar >= 0 or pos.working_exits > 0


@inner
def enters(pos, side):
    """True when an entry of ``side`` is planned or works."""
    return (pos.entry.next_bar >= 0 or pos.working > pos.working_exits) and pos.entry.side == side


@inner
def working_exit_lots(pos):
    lots = 0
    if pos.working_exits > 0:
        for k in range(MAX_ORDERS):
            if pos.orders[k].live and pos.orders[k].reduces:
                lots += pos.orders[k].lots - pos.orders[k].filled
    return lots


@inlined
def begin_plan(account, inst, plan, rules, style, kind, side, reason, lots, price, seq, expires):
    """A plan whose first slice is for the next bar."""
    plan.next_bar = account.bar + 1
    plan.lots, plan.unsent, plan.slice = lots, lots, 0
    plan.slices = _parts(inst, rules, style, lots)
    plan.every, plan.expires, plan.seq = rules.every, expires, seq
    plan.price, plan.style, plan.kind = price, style, kind
    plan.side, plan.reason = side, reason
    account.working += 1


@inlined
def _parts(inst, rules, style, lots):
    """Slices or rungs: as many as are wanted, while the least of them is an order that the venue takes."""
    if style == Style.MARKET:
        return 1
    wanted = rules.slices if style == Style.TWAP else rules.rungs
    least = inst.min_lots
    if inst.min_notional > 0.0 and inst.last > 0.0:
        least = max(least, ceil(inst.min_notional / (inst.last * inst.size) - 1e-9))
    if least > 1:
        while wanted > 1 and lots // (wanted if style == Style.TWAP else rung_weight(rules, wanted)) < least:
            wanted -= 1
    return wanted


@inner
def begin_exit(account, inst, pos, rules, style, reason, lots, seq):
    """Plan to give up ``lots``, unless an exit as urgent is under way; returns the planned lots."""
    replaces = has_exit(pos)
    if replaces:
        more_urgent = style == Style.MARKET and pos.exit.style != Style.MARKET
        more_lots = pos.exit.reason == Reason.RESIZE and reason != Reason.RESIZE
        if not (more_urgent or more_lots):
            return 0
    held = 1 if pos.lots > 0 else -1
    if enters(pos, held):
        cancel_entries(account, pos, Cause.EXIT)
    if replaces:
        cancel_exits(account, pos, Cause.REPLACED)
    ladder = style == Style.LADDER
    begin_plan(
        account,
        inst,
        pos.exit,
        rules,
        style,
        OrderKind.LIMIT if ladder else OrderKind.MARKET,
        -held,
        reason,
        lots,
        inst.last if ladder else nan,
        seq,
        account.bar + rules.ladder_bars if ladder else -1,
    )
    return lots


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
    """Buys step down from the reference, sales up."""
    return price * (1.0 - side * k * rules.step)


@inner
def average_rung_price(rules, price, side):
    total = 0.0
    for k in range(rules.rungs):
        total += (rung_weight(rules, k + 1) - rung_weight(rules, k)) * rung_price(rules, price, side, k)
    return total / rung_weight(rules, rules.rungs)


@inlined
def emit(account, inst, pos, rules):
    """What works from the next bar on: due slices, the exit's first, then expiries."""
    if pos.exit.next_bar == account.bar + 1:
        _emit_due(account, inst, pos, pos.exit, rules, True)
    if pos.entry.next_bar == account.bar + 1:
        _emit_due(account, inst, pos, pos.entry, rules, False)
    if 0 <= pos.exit.expires <= account.bar and pos.working_exits > 0:
        _expire_exits(account, pos)
    if 0 <= pos.entry.expires <= account.bar and pos.working > pos.working_exits:
        _expire(account, pos, False)


@inner
def _expire(account, pos, reduces):
    """End what works in one direction; returns the lots left."""
    left = 0
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces == reduces:
            left += order.lots - order.filled
            cancel(account, pos, order, OrderEventKind.EXPIRED, Cause.NONE)
    return left


@inner
def _expire_exits(account, pos):
    """What a ladder of exits left is sold at market."""
    plan = pos.exit
    rest = min(_expire(account, pos, True), abs(pos.lots))
    plan.expires, plan.style = -1, Style.MARKET
    if rest > 0:
        send(account, pos, OrderKind.MARKET, plan.side, True, plan.reason, rest, nan, plan.seq, -1)


@inlined
def _emit_due(account, inst, pos, plan, rules, reduces):
    """Send the plan's due slice, or all rungs of a ladder."""
    if plan.style == Style.LADDER:
        for k in range(plan.slices):
            _emit_rung(account, inst, pos, plan, rules, reduces, k)
        end_plan(account, plan)
        return
    k, n = plan.slice, plan.slices
    lots = (k + 1) * plan.lots // n - k * plan.lots // n if n > 1 else plan.lots
    if lots > 0:
        _emit_slice(account, inst, pos, plan, reduces, lots)
    plan.slice = k + 1
    plan.next_bar += plan.every
    if plan.slice >= n:
        end_plan(account, plan)


@inlined
def _emit_slice(account, inst, pos, plan, reduces, lots):
    plan.unsent -= lots
    if plan.style == Style.TWAP:
        lots += _rolled(account, pos, reduces)
    if reduces:
        lots = min(lots, abs(pos.lots) - working_exit_lots(pos))
    price = plan.price
    if plan.kind != OrderKind.MARKET:
        down = (plan.kind == OrderKind.LIMIT) == (plan.side > 0)
        price = round_down(inst, price) if down else round_up(inst, price)
    if lots > 0:
        send(account, pos, plan.kind, plan.side, reduces, plan.reason, lots, price, plan.seq, plan.expires)


@inner
def _rolled(account, pos, reduces):
    """Take back what earlier slices left unfilled, to send it again with this one."""
    left = 0
    if pos.working > 0:
        for k in range(MAX_ORDERS):
            order = pos.orders[k]
            if order.live and order.reduces == reduces:
                left += order.lots - order.filled
                cancel(account, pos, order, OrderEventKind.CANCELED, Cause.ROLLED)
    return left


@inner
def _emit_rung(account, inst, pos, plan, rules, reduces, k):
    total = rung_weight(rules, plan.slices)
    lots = plan.lots * rung_weight(rules, k + 1) // total - plan.lots * rung_weight(rules, k) // total
    if reduces:
        lots = min(lots, abs(pos.lots) - working_exit_lots(pos))
    if lots > 0:
        price = rung_price(rules, plan.price, plan.side, k)
        price = round_down(inst, price) if plan.side > 0 else round_up(inst, price)
        send(
            account,
            pos,
            OrderKind.LIMIT,
            plan.side,
            reduces,
            plan.reason,
            lots,
            price,
            plan.seq,
            plan.expires,
        )
