"""PositionSizer: how many lots, and which cap bound them. Rules: docs/desk-rules.md, section 4."""

from math import floor, inf, isnan

import numpy as np

from desk.execute import average_rung_price
from desk.learn import mean_loss, mean_win
from desk.ledger import whole
from desk.records import MAX_ORDERS, Cap, Reason
from desk.rules import SizeBy, Style
from market.compiled import inner
from strategies.signals import BarrierUnit, Entry


@inner
def count_exposure(account, instruments, positions, n_strategies):
    """Gross exposure and margin of all that is held and asked for, once per bar when first needed."""
    account.gross = account.margin = 0.0
    account.exposure_bar = account.bar
    for i in range(instruments.shape[0]):
        instruments[i].net = 0
        recount(account, instruments[i], positions, i, n_strategies)


@inner
def recount(account, inst, positions, instrument, n_strategies):
    """Bring one instrument's part of gross and margin up to date."""
    if account.exposure_bar != account.bar:
        return
    _weigh(account, inst, -1.0)
    net = 0
    for s in range(n_strategies):
        net += _spoken_for(positions[instrument * n_strategies + s])
    inst.net = net
    _weigh(account, inst, 1.0)


@inner
def _weigh(account, inst, sign):
    if inst.net != 0:
        value = sign * abs(inst.net) * inst.size * inst.last
        account.gross += value
        account.margin += value * (inst.long_margin if inst.net > 0 else inst.short_margin)


@inner
def _spoken_for(pos):
    """Signed lots held, working and planned as entries; a position being reversed counts as closed."""
    reversing = pos.exit.reason == Reason.REVERSE and (pos.exit.next_bar >= 0 or pos.working_exits > 0)
    net = 0 if reversing else pos.lots
    if pos.entry.next_bar >= 0:
        net += pos.entry.side * pos.entry.unsent
    if pos.working > pos.working_exits:
        for k in range(MAX_ORDERS):
            order = pos.orders[k]
            if order.live and not order.reduces:
                net += order.side * (order.lots - order.filled)
    return net


@inner
def reference_price(rules, signal, close):
    """The price an entry is sized at."""
    if signal.entry != Entry.MARKET:
        return signal.price
    if rules.entry_style == Style.LADDER:
        return average_rung_price(rules, close, signal.side)
    return close


@inner
def stop_distance(signal, ref):
    """Points between the reference and the nearer of stop and trailing stop; NaN = none."""
    stop, trail = signal.stop, signal.trail
    if signal.unit == BarrierUnit.FRACTION:
        stop, trail = ref * stop, ref * trail
    elif signal.unit == BarrierUnit.PRICE:
        stop = abs(ref - stop)
    if isnan(stop):
        return trail
    return stop if isnan(trail) else min(stop, trail)


@inner
def kelly_fraction(p, variance, p_low, win, loss, shrink):
    """Fraction of equity to hold in a barrier trade.

    p, p_low: probability of the win and its lower bound. variance: of p's log-odds. win, loss: payoffs
    as fractions of the entry price. shrink: fraction of Kelly. Returns >= 0.
    Sources: Kelly (1956), Bell System Technical Journal 35, 917;
    Baker and McHale (2013), Decision Analysis 10, 189.
    """
    f = p_low / loss - (1.0 - p_low) / win
    if f <= 0.0:
        return 0.0
    b = win / loss
    error = ((b + 1.0) / b) ** 2 * (p * (1.0 - p)) ** 2 * variance
    return shrink * f * f * f / (f * f + error)


@inner
def asked_lots(account, inst, rules, learner, signal, d, method, ref, distance):
    """Lots before the caps."""
    value = ref * inst.size
    if not isnan(signal.weight):
        return max(whole(abs(signal.weight) * account.equity / value), 0)
    if method == SizeBy.FIXED:
        return max(whole(rules.quantity / inst.lot), 0)
    if method == SizeBy.KELLY:
        win, loss = mean_win(rules, learner), mean_loss(rules, learner)
        f = kelly_fraction(d.p, d.variance, d.p_low, win, loss, rules.fraction)
        return max(whole(f * account.equity / value), 1)
    if isnan(distance):
        return max(whole(rules.notional * account.equity / value), 0)
    return max(whole(rules.risk * account.equity / ((distance + ref * inst.slippage) * inst.size)), 0)


@inner
def capped_lots(account, inst, rules, d, side, lots, ref, distance):
    """The smallest of the caps; writes which one bound into ``d.cap``."""
    value = ref * inst.size
    equity = account.equity
    best, cap = float(lots), Cap.NONE
    limit = inf
    if not isnan(distance) and rules.max_risk < inf:
        limit = _floor(rules.max_risk * equity / ((distance + ref * inst.slippage) * inst.size))
        if limit < best:
            best, cap = limit, Cap.RISK
    if rules.max_notional < inf:
        limit = _floor(rules.max_notional * equity / value)
        if limit < best:
            best, cap = limit, Cap.NOTIONAL
    limit = inst.position_lots - side * inst.net
    if limit < best:
        best, cap = limit, Cap.POSITION
    if account.max_gross < inf:
        limit = _floor((account.max_gross * equity - account.gross) / value)
        if limit < best:
            best, cap = limit, Cap.GROSS
    margin = inst.long_margin if side > 0 else inst.short_margin
    needed = (margin + inst.taker + inst.slippage) * value
    if needed > 0.0:
        limit = _floor(((1.0 - rules.reserve) * equity - account.margin) / needed)
        if limit < best:
            best, cap = limit, Cap.POWER
    if inst.max_lots < best:
        best, cap = inst.max_lots, Cap.MAX_QUANTITY
    if best > 0.0 and (best < inst.min_lots or best * value < inst.min_notional):
        best, cap = 0.0, Cap.MIN
    d.cap = cap
    return max(np.int64(best), 0)


@inner
def _floor(ratio):
    return floor(ratio + 1e-9)
