"""PositionSizer: how many lots, and which cap bound them. Rules: docs/desk-rules.md, section 4."""

from math import floor, inf, isnan, nan

import numpy as np

from desk.execute import average_rung_price
from desk.ledger import whole
from desk.records import MAX_ORDERS, Cap
from desk.rules import SizeBy, Style
from market.compiled import inlined, inner
from strategies.signals import BarrierUnit, Entry


@inner
def count_exposure(account, instruments, positions):
    """Gross exposure and margin of all that is held and asked for: once per bar, when first needed."""
    account.gross = account.margin = 0.0
    account.exposure_bar = account.bar
    for i in range(instruments.shape[0]):
        instruments[i].net = 0
    for k in range(positions.shape[0]):
        positions[k].spoken = 0
        recount(account, instruments[positions[k].instrument], positions[k])


@inlined
def recount(account, inst, pos):
    """Bring the exposure up to date with one position, if it has been counted at this bar."""
    spoken = pos.lots + entry_lots(pos)
    if account.exposure_bar != account.bar or spoken == pos.spoken:
        return
    net = inst.net + spoken - pos.spoken
    value = inst.size * inst.last
    account.gross += (abs(net) - abs(inst.net)) * value
    account.margin += _margin(inst, net) - _margin(inst, inst.net)
    inst.net, pos.spoken = net, spoken


@inlined
def entry_lots(pos):
    """Signed lots that work or are planned as entries."""
    lots = 0
    if pos.entry.next_bar >= 0:
        lots += pos.entry.side * pos.entry.unsent
    if pos.working > pos.working_exits:
        for k in range(MAX_ORDERS):
            order = pos.orders[k]
            if order.live and not order.reduces:
                lots += order.side * (order.lots - order.filled)
    return lots


@inner
def reference_price(rules, signal, close):
    """The price an entry is sized at; NaN before the instrument's first bar."""
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
def loss_per_lot(inst, signal, ref):
    """Money that a lot loses at its stop; NaN without a stop, or with one that costs nothing."""
    loss = (stop_distance(signal, ref) + ref * inst.slippage) * inst.size
    return loss if loss > 0.0 else nan


@inner
def weighted_lots(account, inst, signal, ref):
    """Lots that a finite weight asks for."""
    value = ref * inst.size
    return whole(abs(signal.weight) * account.equity / value) if value > 0.0 else 0


@inlined
def asked_lots(account, inst, rules, learner, d, method, ref, loss):
    """Lots before the caps, by the sizing method."""
    value = ref * inst.size
    if method == SizeBy.FIXED:
        return whole(rules.quantity / inst.lot)
    if method == SizeBy.KELLY:
        f = kelly_fraction(d.p, d.variance, d.p_low, learner.win, learner.loss, rules.fraction)
        return max(whole(f * account.equity / value), 1)
    if isnan(loss):
        return whole(rules.notional * account.equity / value)
    return whole(rules.risk * account.equity / loss)


@inlined
def capped_lots(account, inst, rules, pos, d, side, lots, ref, loss):
    """The smallest of the caps; writes which one bound into ``d.cap``.

    Of the position that is being sized, lots of the other side count as closed, and an entry plan gives way.
    """
    value, equity = ref * inst.size, account.equity
    net = inst.net - pos.spoken + (pos.lots if pos.lots * side > 0 else 0)
    gross = account.gross + (abs(net) - abs(inst.net)) * inst.size * inst.last
    margin = account.margin + _margin(inst, net) - _margin(inst, inst.net)
    best, cap = float(lots), Cap.NONE
    if not isnan(loss) and rules.max_risk < inf:
        limit = _floor(rules.max_risk * equity / loss)
        if limit < best:
            best, cap = limit, Cap.RISK
    if rules.max_notional < inf:
        limit = _floor(rules.max_notional * equity / value)
        if limit < best:
            best, cap = limit, Cap.NOTIONAL
    limit = inst.position_lots - side * net
    if limit < best:
        best, cap = limit, Cap.POSITION
    if account.max_gross < inf:
        limit = _floor((account.max_gross * equity - gross) / value)
        if limit < best:
            best, cap = limit, Cap.GROSS
    needed = ((inst.long_margin if side > 0 else inst.short_margin) + inst.taker + inst.slippage) * value
    if needed > 0.0:
        limit = _floor(((1.0 - rules.reserve) * equity - margin) / needed)
        if limit < best:
            best, cap = limit, Cap.POWER
    if inst.max_lots < best:
        best, cap = inst.max_lots, Cap.MAX_QUANTITY
    if best > 0.0 and (best < inst.min_lots or best * value < inst.min_notional):
        best, cap = 0.0, Cap.MIN
    d.cap = cap
    return max(np.int64(best), 0)


@inner
def _margin(inst, net):
    """Initial margin of ``net`` lots at the last price."""
    if net == 0:
        return 0.0
    return abs(net) * inst.size * inst.last * (inst.long_margin if net > 0 else inst.short_margin)


@inner
def _floor(ratio):
    return floor(ratio + 1e-9)
