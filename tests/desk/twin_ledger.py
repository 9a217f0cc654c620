"""Section 6 of docs/desk-rules.md: fills, fees, trades, marks."""

import math

from desk.records import Outcome, Reason
from tests.desk.twin_numbers import YEAR_NS, ceil
from tests.desk.twin_state import Desk, Position, Trade

STOPPED = (Reason.STOP, Reason.TRAIL, Reason.MARGIN)


def budget(desk: Desk, position: Position, wanted: int, *, inside: bool) -> int:
    """How many of the wanted lots this bar's volume still allows."""
    left = (desk.inside_budget if inside else desk.open_budget)[position.instrument]
    return wanted if left is None else min(wanted, max(left, 0))


def _spend(desk: Desk, position: Position, lots: int, *, inside: bool) -> None:
    for budgets in [desk.inside_budget] if inside else [desk.open_budget, desk.inside_budget]:
        left = budgets[position.instrument]
        if left is not None:
            budgets[position.instrument] = left - lots


def fill(
    desk: Desk,
    position: Position,
    side: int,
    lots: int,
    price: float,
    raw: float,
    *,
    maker: bool,
    reason: Reason,
    order: int,
    seq: int,
    inside: bool,
) -> None:
    """Book a fill of ``lots`` > 0. raw: the price before slippage. order: -1 for a barrier."""
    terms = desk.terms[position.instrument]
    fees = terms.instrument.fees
    notional = lots * price * terms.size
    fee = (terms.maker if maker else terms.taker) * notional
    tax = terms.sell_tax(int(desk.panel.ts[desk.t])) * notional if side < 0 else 0.0
    taken, paid = 0, fee
    if fees.currency == "base" and side > 0 and reason == Reason.ENTRY:
        units = (terms.maker if maker else terms.taker) * lots * terms.lot
        taken, paid = ceil(units / terms.lot), 0.0
        desk.dust[position.instrument] += taken * terms.lot - units
    elif fees.currency not in ("quote", "base"):
        desk.fee_units += fee / fees.price
    flow = -side * notional - paid - tax
    desk.cash += flow
    _spend(desk, position, lots, inside=inside)
    before = position.lots
    if reason == Reason.ENTRY:
        _average_in(desk, position, side, lots, price, seq)
    position.lots += side * lots - taken
    _gather(desk, position, lots, price, flow, fee + tax, entry=reason == Reason.ENTRY)
    desk.fills.append(
        {
            "order": order,
            "reason": reason,
            "side": side,
            "maker": maker,
            "instrument": position.instrument,
            "strategy": position.strategy,
            "bar": desk.t,
            "lots": lots,
            "price": price,
            "fee": fee,
            "tax": tax,
            "slippage": side * (price - raw) * lots * terms.size,
        }
    )
    if position.lots == 0:
        if before != 0:
            _close(desk, position, reason)
        position.trade = None


def _average_in(desk: Desk, position: Position, side: int, lots: int, price: float, seq: int) -> None:
    position.added_bar = desk.t
    if position.trade is None:
        position.trade = Trade(seq, side, desk.t)
        position.avg = position.best = price
    else:
        entered = position.trade.entered
        position.avg = (position.avg * entered + price * lots) / (entered + lots)


def _gather(
    desk: Desk, position: Position, lots: int, price: float, flow: float, costs: float, *, entry: bool
) -> None:
    trade = position.trade
    assert trade is not None
    trade.flow += flow
    trade.fees += costs
    if entry:
        trade.entered += lots
    else:
        trade.left_lots += lots
        trade.left_value += lots * price
        _excursion(position, trade, price, price)


def _close(desk: Desk, position: Position, reason: Reason) -> None:
    trade = position.trade
    assert trade is not None
    outcome = Outcome.CLOSED
    if reason in STOPPED:
        outcome = Outcome.STOP_LOSS
    elif reason == Reason.TARGET:
        outcome = Outcome.TAKE_PROFIT
    desk.trades.append(
        {
            "instrument": position.instrument,
            "strategy": position.strategy,
            "side": trade.side,
            "reason": reason,
            "outcome": outcome,
            "seq": trade.seq,
            "entry_bar": trade.entry_bar,
            "exit_bar": desk.t,
            "lots": trade.entered,
            "entry": position.avg,
            "exit": trade.left_value / trade.left_lots,
            "pnl": trade.flow,
            "fees": trade.fees,
            "best": trade.best,
            "worst": trade.worst,
        }
    )


def mark(desk: Desk) -> None:
    """Step 3: last prices, the cost of being short, best prices and excursions, equity."""
    panel, t = desk.panel, desk.t
    years = (int(panel.ts[t]) - int(panel.ts[t - 1])) / YEAR_NS if t else 0.0
    for position in desk.positions:
        i = position.instrument
        close, high, low = float(panel.close[t, i]), float(panel.high[t, i]), float(panel.low[t, i])
        if math.isnan(close):
            continue
        desk.last[i] = close
        if position.trade is not None:
            _watch(position, position.trade, high, low)
    for i, terms in enumerate(desk.terms):
        if not math.isnan(panel.close[t, i]):
            short = min(desk.short_before[i], desk.short(i))
            desk.cash -= terms.borrow * short * terms.size * desk.last[i] * years
    held = sum(p.lots * desk.terms[p.instrument].size * desk.last[p.instrument] for p in desk.positions)
    dust = sum(
        units * terms.instrument.multiplier * last
        for units, terms, last in zip(desk.dust, desk.terms, desk.last, strict=True)
    )
    desk.equity = desk.cash + held + dust


def _watch(position: Position, trade: Trade, high: float, low: float) -> None:
    good, bad = (high, low) if position.side > 0 else (low, high)
    if position.side * (good - position.best) > 0:
        position.best = good
    _excursion(position, trade, good, bad)


def _excursion(position: Position, trade: Trade, good: float, bad: float) -> None:
    """What the bars it was held over, and its own exits, showed of it."""
    trade.best = max(trade.best, trade.side * (good - position.avg))
    trade.worst = min(trade.worst, trade.side * (bad - position.avg))
