"""How orders and barriers meet one bar. Rules: docs/desk-rules.md, section 2."""

from math import inf, nan

from desk.execute import cancel, cancel_entries, cancel_exits, end_plan, enters, kill_order, send
from desk.ledger import fill, trailing_is_tighter, whole
from desk.records import MAX_ORDERS, Cause, OrderEventKind, OrderKind, Reason
from desk.rules import Style
from market.compiled import inlined, inner
from market.costs import tick_at

STOPPED, WON, LIMITED = 1, 2, 4  # ways out of a position that a bar offers, as bits


@inner
def allowed(account, inst, lots, inside):
    """As many of ``lots`` as the bar's volume has left for fills of this kind; takes them from it."""
    if account.participation <= 0.0:
        return lots
    _set_budgets(account, inst)
    lots = min(lots, inst.inside_budget if inside else inst.open_budget)
    if not inside:
        inst.open_budget -= lots
    inst.inside_budget = max(inst.inside_budget - lots, 0)
    return lots


@inner
def _set_budgets(account, inst):
    if inst.budget_bar != account.bar:
        inst.budget_bar = account.bar
        inst.open_budget = whole(account.participation * _known(inst.past_volume) / inst.lot)
        inst.inside_budget = whole(account.participation * _known(inst.volume) / inst.lot)


@inner
def _has_room_inside(account, inst):
    """True when an order could fill a lot inside this bar."""
    if account.participation <= 0.0:
        return True
    _set_budgets(account, inst)
    return inst.inside_budget > 0


@inner
def _known(volume):
    return volume if volume > 0.0 else 0.0


@inlined
def match(account, inst, pos, o, h, l):
    """One position meets one bar, in the order of the rules' steps a to g."""
    if pos.working_exits > 0:
        _exits_at_open(account, inst, pos, o)
    if pos.lots != 0:
        _barrier_at_open(account, inst, pos, o)
    if pos.working > pos.working_exits:
        _entries(account, inst, pos, o, o, o, False)
    if pos.lots != 0 or pos.working > 0:
        _inside(account, inst, pos, o, h, l)


@inlined
def _inside(account, inst, pos, o, h, l):
    """Steps d to g. Counts the bar as ambiguous when their order decides what happens."""
    ways = _ways_out(account, inst, pos, h, l)
    enters = pos.working > pos.working_exits and _entry_is_met(account, inst, pos, h, l)
    unsure = ways > 0 if enters else ways & (ways - 1) != 0
    if enters and not account.best_tie:
        _entries(account, inst, pos, o, h, l, True)
        ways = _ways_out(account, inst, pos, h, l)
        unsure = unsure or ways > 0
    if ways > 0:
        _leave_inside(account, inst, pos, ways, o, h, l)
    if account.best_tie and pos.working > pos.working_exits:
        _entries(account, inst, pos, o, h, l, True)
        unsure = unsure or _ways_out(account, inst, pos, h, l) > 0
    if unsure:
        account.ambiguous_bars += 1


@inlined
def _fill_order(account, inst, pos, order, raw, market, inside):
    """Fill what the budget allows of the order, and what follows from it."""
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
    if order.filled >= order.lots:
        kill_order(account, pos, order)
    elif order.kind == OrderKind.STOP:
        order.kind, order.price = OrderKind.MARKET, nan
    fill(account, inst, pos, order.id, order.reason, order.side, lots, raw, market)
    if order.reduces and pos.lots == 0:
        cancel_exits(account, pos, Cause.FLAT)
        if enters(pos, 1 if was > 0 else -1):
            cancel_entries(account, pos, Cause.FLAT)


@inner
def _exits_at_open(account, inst, pos, o):
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces and pos.lots != 0:
            market = order.kind == OrderKind.MARKET
            if market or order.side * (order.price - o) >= 0.0:
                _fill_order(account, inst, pos, order, o, market, False)


@inner
def _entries(account, inst, pos, o, h, l, inside):
    """Entry orders that this bar's open, or its inside, reaches."""
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if not order.live or order.reduces or pos.lots * order.side < 0:
            continue
        if order.kind == OrderKind.LIMIT:
            if not inside and order.side * (order.price - o) >= 0.0:
                _fill_order(account, inst, pos, order, o, False, False)
            elif inside and _touched(account, inst, order, h, l):
                _fill_order(account, inst, pos, order, order.price, False, True)
        elif order.kind == OrderKind.STOP:
            if _triggered(order, h, l):
                _fill_order(account, inst, pos, order, _worse(order.side, order.price, o), True, inside)
        elif not inside:
            _fill_order(account, inst, pos, order, o, True, False)


@inner
def _triggered(order, h, l):
    """True when a stop order is reached between ``l`` and ``h``."""
    return h >= order.price if order.side > 0 else l <= order.price


@inner
def _worse(side, trigger, o):
    """The worse of trigger and open for a stop order of ``side``."""
    return max(trigger, o) if side > 0 else min(trigger, o)


@inner
def _touched(account, inst, order, h, l):
    """True when a limit order is met inside the bar."""
    beyond = 0.0 if account.touch else tick_at(inst, order.price) * (1.0 - 1e-9)
    return l <= order.price - beyond if order.side > 0 else h >= order.price + beyond


@inner
def _barrier_at_open(account, inst, pos, o):
    long = pos.lots > 0
    if (o <= pos.floor) if long else (o >= pos.ceiling):
        reason = Reason.TRAIL if trailing_is_tighter(pos) else Reason.STOP
        _take_barrier(account, inst, pos, reason, o, False)
    elif (o >= pos.ceiling) if long else (o <= pos.floor):
        _take_barrier(account, inst, pos, Reason.TARGET, o, False)


@inlined
def _entry_is_met(account, inst, pos, h, l):
    """True when an entry order would fill inside the bar."""
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and not order.reduces and pos.lots * order.side >= 0:
            if order.kind == OrderKind.LIMIT:
                met = _touched(account, inst, order, h, l)
            else:
                met = order.kind == OrderKind.STOP and _triggered(order, h, l)
            if met:
                return _has_room_inside(account, inst)
    return False


@inlined
def _ways_out(account, inst, pos, h, l):
    """Which of stop, target and exit limits the inside of the bar meets, as bits."""
    if pos.lots == 0 or pos.barrier_bar == account.bar:
        return 0
    long = pos.lots > 0
    ways = 0
    if l <= pos.floor if long else h >= pos.ceiling:
        ways |= STOPPED
    if account.targets_on_entry_bar or pos.added_bar != account.bar:
        if _target_hit(account, inst, long, pos.ceiling if long else pos.floor, h, l):
            ways |= WON
        if pos.working_exits > 0 and _exit_limit_is_met(account, inst, pos, h, l):
            ways |= LIMITED
    return ways


@inner
def _leave_inside(account, inst, pos, ways, o, h, l):
    """Take the ways out that there are, in the order that the tie rule says."""
    long = pos.lots > 0
    stop, target = (pos.floor, pos.ceiling) if long else (pos.ceiling, pos.floor)
    stopped, won, limited = ways & STOPPED != 0, ways & WON != 0, ways & LIMITED != 0
    if account.best_tie and limited:
        _exit_limits_inside(account, inst, pos, h, l)
        if pos.lots == 0:
            return
    if stopped and not (account.best_tie and won):
        reason = Reason.TRAIL if trailing_is_tighter(pos) else Reason.STOP
        _take_barrier(account, inst, pos, reason, _worse(-1 if long else 1, stop, o), True)
    elif won:
        _take_barrier(account, inst, pos, Reason.TARGET, target, True)
    elif limited and not account.best_tie:
        _exit_limits_inside(account, inst, pos, h, l)


@inner
def _target_hit(account, inst, long, target, h, l):
    beyond = 0.0
    if not account.touch and abs(target) < inf:
        beyond = tick_at(inst, target) * (1.0 - 1e-9)
    return h >= target + beyond if long else l <= target - beyond


@inner
def _exit_limit_is_met(account, inst, pos, h, l):
    """True when an exit limit would fill inside the bar."""
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces and order.kind == OrderKind.LIMIT:
            if _touched(account, inst, order, h, l):
                return _has_room_inside(account, inst)
    return False


@inner
def _exit_limits_inside(account, inst, pos, h, l):
    for k in range(MAX_ORDERS):
        order = pos.orders[k]
        if order.live and order.reduces and order.kind == OrderKind.LIMIT and pos.lots != 0:
            if _touched(account, inst, order, h, l):
                _fill_order(account, inst, pos, order, order.price, False, True)


@inner
def _take_barrier(account, inst, pos, reason, raw, inside):
    """A barrier closes the position; what the budget refuses becomes a market exit from the next bar."""
    cancel_all(account, pos)
    pos.barrier_bar = account.bar
    side = -1 if pos.lots > 0 else 1
    lots = allowed(account, inst, abs(pos.lots), inside)
    if lots > 0:
        fill(account, inst, pos, -1, reason, side, lots, raw, reason != Reason.TARGET)
    if pos.lots != 0:
        pos.exit.style, pos.exit.reason, pos.exit.expires = Style.MARKET, reason, -1
        send(account, pos, OrderKind.MARKET, side, True, reason, abs(pos.lots), nan, pos.seq, -1)


@inner
def cancel_all(account, pos):
    """Cancel both plans and every working order, in the order they were sent."""
    end_plan(account, pos.exit)
    end_plan(account, pos.entry)
    if pos.working > 0:
        for k in range(MAX_ORDERS):
            if pos.orders[k].live:
                cancel(account, pos, pos.orders[k], OrderEventKind.CANCELED, Cause.OCO)
