"""Money: what a fill does to cash, position and trade. Rules: docs/desk-rules.md, section 6."""

from math import ceil, floor, inf, isnan

import numpy as np

from desk.records import Outcome, Reason
from market.compiled import inlined, inner
from market.costs import round_down, round_up, sell_tax, slipped
from strategies.signals import BarrierUnit

BASE, THIRD = 1, 2


@inner
def whole(ratio):
    """Lots in a ratio: its floor, where a ratio within 1e-9 of the next integer counts as that integer."""
    return np.int64(floor(ratio + 1e-9))


@inner
def fixed_stop(pos, side):
    """The stop as the signal set it; NaN = none."""
    if pos.unit == BarrierUnit.FRACTION:
        return pos.avg * (1.0 - side * pos.stop)
    return pos.avg - side * pos.stop if pos.unit == BarrierUnit.POINTS else pos.stop


@inner
def trailing_stop(pos, side):
    if pos.unit == BarrierUnit.FRACTION:
        return pos.best * (1.0 - side * pos.trail)
    return pos.best - side * pos.trail


@inner
def trailing_is_tighter(pos):
    """True when the trailing stop, not the fixed one, is in force."""
    side = 1.0 if pos.lots > 0 else -1.0
    fixed = fixed_stop(pos, side)
    return not isnan(pos.trail) and (isnan(fixed) or side * (trailing_stop(pos, side) - fixed) > 0.0)


@inner
def set_levels(inst, pos):
    """Stop and target in force, from the average entry and the best price since."""
    side = 1.0 if pos.lots > 0 else -1.0
    stop = trailing_stop(pos, side) if trailing_is_tighter(pos) else fixed_stop(pos, side)
    target = pos.target
    if pos.unit == BarrierUnit.FRACTION:
        target = pos.avg * (1.0 + side * pos.target)
    elif pos.unit == BarrierUnit.POINTS:
        target = pos.avg + side * pos.target
    lower, upper = (stop, target) if side > 0.0 else (target, stop)
    pos.floor = -inf if isnan(lower) else round_down(inst, lower)
    pos.ceiling = inf if isnan(upper) else round_up(inst, upper)


@inlined
def fill(account, inst, pos, order, reason, side, lots, raw, market):
    """Book ``lots`` > 0 at ``raw``; ``market`` = taker with slippage, else maker at the price itself."""
    price = slipped(inst, raw, side) if market else raw
    notional = price * lots * inst.size
    rate = inst.taker if market else inst.maker
    fee = rate * notional
    tax = sell_tax(inst, account.ts) * notional if side < 0 else 0.0
    base_fee = 0.0
    if inst.fee_in == BASE and side > 0 and pos.lots >= 0:
        base_fee = rate * lots * inst.lot
    elif inst.fee_in == THIRD:
        account.fee_units += fee / inst.fee_price
    lost = abs(price - raw) * lots * inst.size
    book(account, inst, pos, order, reason, side, lots, price, not market, fee, tax, base_fee, lost)


@inner
def book(account, inst, pos, order, reason, side, lots, price, maker, fee, tax, base_fee, lost):
    """Book a fill whose costs are known. fee: account currency; paid in cash unless ``base_fee`` > 0, the
    units of base currency that left what was received. lost: slippage."""
    notional = price * lots * inst.size
    before = pos.lots
    opens = before == 0 or (before > 0) == (side > 0)
    taken = 0
    paid = side * notional + tax
    if base_fee > 0.0:
        taken = ceil(base_fee / inst.lot - 1e-9)
        inst.dust += taken * inst.lot - base_fee
    else:
        paid += fee
    account.cash -= paid
    account.fees += fee
    account.taxes += tax
    account.turnover += notional
    account.slippage += lost

    row = account.fills[account.n_fills]
    account.n_fills += 1
    row.order, row.reason, row.side, row.maker = order, reason, side, maker
    row.instrument, row.strategy, row.bar = pos.instrument, pos.strategy, account.bar
    row.lots, row.price, row.fee, row.tax, row.slippage = lots, price, fee, tax, lost

    if before == 0:
        _open_trade(account, pos, price)
    pos.trade_cash -= paid
    pos.trade_fees += fee + tax
    if opens:
        if pos.trade_lots > 0:
            pos.avg = (pos.avg * pos.trade_lots + price * lots) / (pos.trade_lots + lots)
        pos.trade_lots += lots
        pos.added_bar = account.bar
    else:
        pos.trade_out += price * lots
        pos.trade_closed += lots
        _excursion(pos, price, price)
    pos.lots = before + side * lots - taken
    inst.held += pos.lots - before
    if pos.lots == 0:
        _close_trade(account, pos, side, reason)
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
    pos.trade_cash = pos.trade_fees = pos.trade_out = 0.0
    pos.trade_best = pos.trade_worst = 0.0
    pos.trade_lots = pos.trade_closed = 0


@inner
def _close_trade(account, pos, side, reason):
    account.open -= 1
    outcome = Outcome.CLOSED
    if reason == Reason.STOP or reason == Reason.TRAIL or reason == Reason.MARGIN:
        outcome = Outcome.STOP_LOSS
    elif reason == Reason.TARGET:
        outcome = Outcome.TAKE_PROFIT
    pos.outcome = outcome
    pos.floor, pos.ceiling = -inf, inf
    if pos.trade_closed == 0:  # the fee in base currency took all that was bought
        return
    row = account.trades[account.n_trades]
    account.n_trades += 1
    row.instrument, row.strategy, row.side = pos.instrument, pos.strategy, -side
    row.reason, row.outcome, row.seq = reason, outcome, pos.seq
    row.entry_bar, row.exit_bar, row.lots = pos.entry_bar, account.bar, pos.trade_lots
    row.entry = pos.avg
    row.exit = pos.trade_out / pos.trade_closed
    row.pnl, row.fees = pos.trade_cash, pos.trade_fees
    row.best, row.worst = pos.trade_best, pos.trade_worst


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
def mark(inst, pos, high, low, close):
    """Carry trailing stop and excursions to this close; returns the position's value."""
    _excursion(pos, high, low)
    if not isnan(pos.trail):
        _trail(inst, pos, high, low)
    return pos.lots * inst.size * close


@inner
def owe_borrow(account, inst, elapsed):
    """Charge the lots that all strategies together were short before this bar and still are.

    elapsed: ns since the account's previous bar.
    """
    if inst.held < 0 and inst.held_before < 0:
        short = min(-inst.held, -inst.held_before)
        cost = inst.borrow * short * inst.size * inst.last * (elapsed / (365.0 * 86_400.0 * 1e9))
        account.carry += cost
        account.borrow += cost


@inner
def _trail(inst, pos, high, low):
    best = max(pos.best, high) if pos.lots > 0 else min(pos.best, low)
    if best != pos.best:
        pos.best = best
        set_levels(inst, pos)
