"""Money: what a fill does to cash, position and trade. Rules: docs/desk-rules.md, section 6."""

from math import ceil, floor, inf, isnan

import numpy as np

from desk.records import Outcome, Reason
from market.compiled import inlined, inner
from strategies.signals import BarrierUnit

QUOTE, BASE, THIRD = 0, 1, 2


@inner
def tick_at(inst, price):
    """Price step at ``price``; 0 = any price."""
    tick = 0.0
    for k in range(inst.n_ticks):
        if price >= inst.tick_from[k]:
            tick = inst.tick[k]
    return tick


@inner
def round_down(inst, price):
    tick = tick_at(inst, price)
    return floor(price / tick + 1e-9) * tick if tick > 0.0 else price


@inner
def round_up(inst, price):
    tick = tick_at(inst, price)
    return ceil(price / tick - 1e-9) * tick if tick > 0.0 else price


@inner
def whole(ratio):
    """Lots in a ratio: its floor, where a ratio within 1e-9 of the next integer counts as that integer."""
    return np.int64(floor(ratio + 1e-9))


@inner
def slipped(inst, price, side):
    """What a market fill pays: worse by the slippage, on the tick."""
    if inst.slippage <= 0.0:
        return price
    if side > 0:
        return round_up(inst, price * (1.0 + inst.slippage))
    return round_down(inst, price * (1.0 - inst.slippage))


@inner
def sell_tax(inst, ts):
    rate = 0.0
    for k in range(inst.n_taxes):
        if inst.tax_from[k] <= ts:
            rate = inst.tax[k]
    return rate


@inner
def set_levels(inst, pos):
    """Stop and target in force, from the average entry and the best price since."""
    side = 1.0 if pos.lots > 0 else -1.0
    stop, target = np.nan, np.nan
    if pos.unit == BarrierUnit.FRACTION:
        stop, target = pos.avg * (1.0 - side * pos.stop), pos.avg * (1.0 + side * pos.target)
        trailing = pos.best * (1.0 - side * pos.trail)
    else:
        if pos.unit == BarrierUnit.POINTS:
            stop, target = pos.avg - side * pos.stop, pos.avg + side * pos.target
        else:
            stop, target = pos.stop, pos.target
        trailing = pos.best - side * pos.trail
    if isnan(stop) or side * (trailing - stop) > 0.0:
        stop = trailing
    if side > 0.0:
        pos.floor = -inf if isnan(stop) else round_down(inst, stop)
        pos.ceiling = inf if isnan(target) else round_up(inst, target)
    else:
        pos.ceiling = inf if isnan(stop) else round_up(inst, stop)
        pos.floor = -inf if isnan(target) else round_down(inst, target)


@inner
def trailing_is_tighter(pos):
    """True when the trailing stop, not the fixed one, is in force."""
    if isnan(pos.trail):
        return False
    side = 1.0 if pos.lots > 0 else -1.0
    if pos.unit == BarrierUnit.FRACTION:
        fixed, trailing = pos.avg * (1.0 - side * pos.stop), pos.best * (1.0 - side * pos.trail)
    elif pos.unit == BarrierUnit.POINTS:
        fixed, trailing = pos.avg - side * pos.stop, pos.best - side * pos.trail
    else:
        fixed, trailing = pos.stop, pos.best - side * pos.trail
    return isnan(fixed) or side * (trailing - fixed) > 0.0


@inner
def fill(account, inst, pos, fills, trades, instrument, strategy, order, reason, side, lots, raw, market):
    """Book ``lots`` > 0 at ``raw``; ``market`` = taker with slippage, else maker at the price itself."""
    price = slipped(inst, raw, side) if market else raw
    notional = price * lots * inst.size
    rate = inst.taker if market else inst.maker
    fee = rate * notional
    tax = sell_tax(inst, account.ts) * notional if side < 0 else 0.0
    before = pos.lots
    opens = before == 0 or (before > 0) == (side > 0)
    taken = 0
    paid = side * notional + tax
    if inst.fee_in == BASE and side > 0 and opens:
        units = rate * lots * inst.lot
        taken = ceil(units / inst.lot - 1e-9)
        inst.dust += taken * inst.lot - units
    else:
        paid += fee
        if inst.fee_in == THIRD:
            account.fee_units += fee / inst.fee_price
    account.cash -= paid
    account.fees += fee
    account.taxes += tax
    account.turnover += notional
    lost = abs(price - raw) * lots * inst.size
    account.slippage += lost

    row = fills[account.n_fills]
    account.n_fills += 1
    row.order, row.reason, row.side, row.maker = order, reason, side, not market
    row.instrument, row.strategy, row.bar = instrument, strategy, account.bar
    row.lots, row.price, row.fee, row.tax, row.slippage = lots, price, fee, tax, lost

    if before == 0:
        _open_trade(account, pos, price)
    pos.trade_cash -= paid
    pos.trade_fees += fee + tax
    if opens:
        pos.avg = (pos.avg * abs(before) + price * lots) / (abs(before) + lots)
        pos.added_bar = account.bar
        pos.trade_in += price * lots
        pos.trade_lots += lots
    else:
        pos.trade_out += price * lots
        pos.trade_closed += lots
        _excursion(pos, price, price)
    pos.lots = before + side * lots - taken
    if pos.lots == 0:
        _close_trade(account, pos, trades, instrument, strategy, side, reason)
    elif opens:
        set_levels(inst, pos)


@inner
def _open_trade(account, pos, price):
    account.open += 1
    pos.entry_bar = account.bar
    pos.outcome = Outcome.ACTIVE
    pos.stop, pos.target, pos.trail = pos.asked_stop, pos.asked_target, pos.asked_trail
    pos.unit, pos.horizon = pos.asked_unit, pos.asked_horizon
    pos.avg, pos.best = price, price
    pos.trade_cash = pos.trade_fees = pos.trade_in = pos.trade_out = 0.0
    pos.trade_best = pos.trade_worst = 0.0
    pos.trade_lots = pos.trade_closed = 0


@inner
def _close_trade(account, pos, trades, instrument, strategy, side, reason):
    account.open -= 1
    outcome = Outcome.CLOSED
    if reason == Reason.STOP or reason == Reason.TRAIL or reason == Reason.MARGIN:
        outcome = Outcome.STOP_LOSS
    elif reason == Reason.TARGET:
        outcome = Outcome.TAKE_PROFIT
    pos.outcome = outcome
    row = trades[account.n_trades]
    account.n_trades += 1
    row.instrument, row.strategy, row.side = instrument, strategy, -side
    row.reason, row.outcome, row.seq = reason, outcome, pos.seq
    row.entry_bar, row.exit_bar, row.lots = pos.entry_bar, account.bar, pos.trade_lots
    row.entry = pos.trade_in / pos.trade_lots
    row.exit = pos.trade_out / max(pos.trade_closed, 1)
    row.pnl, row.fees = pos.trade_cash, pos.trade_fees
    row.best, row.worst = pos.trade_best, pos.trade_worst
    pos.floor, pos.ceiling = -inf, inf
    pos.avg = 0.0


@inlined
def _excursion(pos, high, low):
    """Largest gain and loss per point since the entry."""
    if pos.lots > 0:
        pos.trade_best = max(pos.trade_best, high - pos.avg)
        pos.trade_worst = min(pos.trade_worst, low - pos.avg)
    else:
        pos.trade_best = max(pos.trade_best, pos.avg - low)
        pos.trade_worst = min(pos.trade_worst, pos.avg - high)


@inlined
def mark(account, inst, pos, high, low, close, years):
    """Carry borrow, trailing stop and excursions to this close; returns the value."""
    if pos.lots < 0 and pos.short_before < 0 and inst.borrow > 0.0:
        short = min(-pos.lots, -pos.short_before)
        cost = inst.borrow * short * inst.size * close * years
        account.cash -= cost
        account.borrow += cost
        pos.trade_cash -= cost
    _excursion(pos, high, low)
    if inst.borrow > 0.0:
        pos.short_before = pos.lots
    if not isnan(pos.trail):
        best = max(pos.best, high) if pos.lots > 0 else min(pos.best, low)
        if best != pos.best:
            pos.best = best
            set_levels(inst, pos)
    return pos.lots * inst.size * close
