"""Labels: did a signal win, by which barrier came first, net of cost? Pure functions of market data.

The rules are docs/desk-rules.md, section 8. Signals are read by field name, so any structured array that has
the fields of a signal will do.
"""

from math import inf, isnan, nan
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats, Ints, Panel
from market.compiled import compiled, inner
from market.costs import costs_of, round_down, round_up, sell_tax, slipped, tick_at

LABEL = np.dtype(
    [
        ("seq", np.int64),  # place of the signal among all signals
        ("matured_at", np.int64),  # bar at whose close the label is known
        ("entry_bar", np.int64),  # -1 = void
        ("y", np.int8),  # 1 = won, net of cost; 0 = lost; -1 = void: the entry can't come any more
        ("ret", np.float64),  # net return, fraction of the entry price; NaN = void
    ],
    align=True,
)
_BYTES = np.dtype((np.void, LABEL.itemsize))  # copied whole: field by field takes six times as long
ENTER, EXIT = 1, 2  # signal kinds, entries and barrier units, as strategies.signals numbers them
MARKET, LIMIT = 0, 1
FRACTION, POINTS = 0, 1
NEVER = np.iinfo(np.int64).max


def label(
    rows: NDArray[np.void],
    panel: Panel,
    *,
    touch: bool,
    targets_on_entry_bar: bool,
    cost_factor: float = 1.0,
) -> NDArray[np.void]:
    """How every ENTER signal ended that has ended by the panel's last bar, void ones included.

    rows: signals sorted by bar, shape (n_signals,). touch: limits and targets fill when touched, else only
    one tick through. cost_factor multiplies fees, slippage and taxes.
    Returns ``LABEL`` rows sorted by (matured_at, seq). The cost is the sum of the signals' lives; the same
    question about the same panel, as a filter and the desk ask it, is answered once.
    """
    question = (touch, targets_on_entry_bar, cost_factor, rows.tobytes())
    asked, found = _ANSWERED.get(panel, (None, None))
    if asked != question or found is None:
        found = _label(rows, panel, touch, targets_on_entry_bar, cost_factor)
        _ANSWERED[panel] = question, found
    return found.view(_BYTES).copy().view(LABEL)


# The newest question and its answer, as long as the panel, whose prices never change.
_ANSWERED: WeakKeyDictionary[Panel, tuple[tuple[bool, bool, float, bytes], NDArray[np.void]]] = (
    WeakKeyDictionary()
)


def _label(
    rows: NDArray[np.void], panel: Panel, touch: bool, targets_on_entry_bar: bool, cost_factor: float
) -> NDArray[np.void]:
    found = np.zeros(np.count_nonzero(rows["kind"] == ENTER), LABEL)
    costs, until = costs_of(panel.instruments, cost_factor), _exit_events(rows, len(panel.instruments))
    n_found = _label_all(
        rows, until, costs, panel.ts, panel.open, panel.high, panel.low, touch, targets_on_entry_bar, found
    )
    order = np.argsort(found["matured_at"][:n_found], kind="stable")
    return found.view(_BYTES)[order].view(LABEL)


@compiled
def _exit_events(rows: Any, n_instruments: int) -> Ints:
    """Per ENTER signal, the bar of the first later event that closes it; NEVER = none."""
    n_strategies = 0
    for row in rows:
        n_strategies = max(n_strategies, row.strategy + 1)
    # Per (strategy, instrument) and side: the nearest bar with an event and the next one after it; two are
    # kept because an event closes only what was said on an earlier bar.
    groups = np.full((n_strategies * n_instruments, 2, 2), NEVER)
    until = np.full(len(rows), NEVER)
    for seq in range(len(rows) - 1, -1, -1):
        row = rows[seq]
        group = groups[row.strategy * n_instruments + row.instrument]
        if row.kind == ENTER:
            mine = group[1 if row.side > 0 else 0]
            until[seq] = mine[0] if mine[0] > row.bar else mine[1]
        if row.kind == ENTER or row.kind == EXIT:
            closes_long = (row.side > 0) == (row.kind == EXIT)
            closed = group[1 if closes_long else 0]
            if closed[0] != row.bar:
                closed[1] = closed[0]
                closed[0] = row.bar
    return until


@compiled
def _label_all(
    rows: Any,
    until: Ints,
    costs: Any,
    ts: Ints,
    opens: Floats,
    highs: Floats,
    lows: Floats,
    touch: bool,
    targets_on_entry_bar: bool,
    found: Any,
) -> int:
    n_found = 0
    for seq in range(len(rows)):
        row = rows[seq]
        if row.kind != ENTER:
            continue
        cost, column, side = costs[row.instrument], row.instrument, float(row.side)
        entry_bar, entry, taker_in = _enter(row, cost, until[seq], opens, highs, lows, touch, column)
        if entry_bar < 0:
            n_found += _void(row, until[seq], len(opens), seq, found[n_found])
            continue
        exit_bar, exit_price, taker_out = _leave(
            row, cost, until[seq], opens, highs, lows, touch, targets_on_entry_bar, column, entry_bar, entry
        )
        if exit_bar < 0:
            continue
        fees = (cost.taker if taker_in else cost.maker) * entry
        fees += (cost.taker if taker_out else cost.maker) * exit_price
        sale_bar, sale = (exit_bar, exit_price) if side > 0.0 else (entry_bar, entry)
        taxes = sell_tax(cost, ts[sale_bar]) * sale
        done = found[n_found]
        done.seq, done.matured_at, done.entry_bar = seq, exit_bar, entry_bar
        done.ret = (side * (exit_price - entry) - fees - taxes) / entry
        done.y = 1 if done.ret > 0.0 else 0
        n_found += 1
    return n_found


@inner
def _void(row: Any, until: int, n_bars: int, seq: int, done: Any) -> int:
    """Say when it was known that the entry wouldn't come; returns how many rows that took, 0 or 1."""
    known = until
    if row.entry != MARKET and row.valid_bars > 0:
        known = min(known, row.bar + row.valid_bars)
    if known >= n_bars:
        return 0
    done.seq, done.matured_at, done.entry_bar, done.y, done.ret = seq, known, -1, -1, nan
    return 1


@inner
def _next_bar(opens: Floats, column: int, start: int) -> int:
    """The first bar with data from ``start`` on, -1 when there is none."""
    for t in range(start, len(opens)):
        if not isnan(opens[t, column]):
            return t
    return -1


@inner
def _enter(
    row: Any, cost: Any, until: int, opens: Floats, highs: Floats, lows: Floats, touch: bool, column: int
) -> tuple[int, float, bool]:
    """Bar and price of the entry's fill and whether it takes liquidity; bar -1 when there is no fill.

    ``until``: the bar at whose close an exit event ends the wait.
    """
    side = float(row.side)
    if row.entry == MARKET:
        t = _next_bar(opens, column, row.bar + 1)
        if t < 0 or t > until:
            return -1, 0.0, True
        return t, slipped(cost, opens[t, column], side), True
    waits = row.entry == LIMIT
    price = round_down(cost, row.price) if waits == (side > 0.0) else round_up(cost, row.price)
    beyond = tick_at(cost, price) * (1.0 - 1e-9) if waits and not touch else 0.0
    last = min(until, len(opens) - 1)
    if row.valid_bars > 0:
        last = min(last, row.bar + row.valid_bars)
    for t in range(row.bar + 1, last + 1):
        o, h, low = opens[t, column], highs[t, column], lows[t, column]
        if waits:
            if side * (price - o) >= 0.0:
                return t, o, False
            if (low <= price - beyond) if side > 0.0 else (h >= price + beyond):
                return t, price, False
        else:
            if side * (o - price) >= 0.0:
                return t, slipped(cost, o, side), True
            if (h >= price) if side > 0.0 else (low <= price):
                return t, slipped(cost, price, side), True
    return -1, 0.0, True


@inner
def _band(row: Any, cost: Any, entry: float, best: float) -> tuple[float, float]:
    """Lower and upper barrier in force: nothing happens while low > lower and high < upper."""
    side = float(row.side)
    if row.unit == FRACTION:
        stop, target = entry * (1.0 - side * row.stop), entry * (1.0 + side * row.target)
        trailing = best * (1.0 - side * row.trail)
    else:
        stop, target = row.stop, row.target
        if row.unit == POINTS:
            stop, target = entry - side * stop, entry + side * target
        trailing = best - side * row.trail
    if isnan(stop) or side * (trailing - stop) > 0.0:
        stop = trailing
    lower, upper = (stop, target) if side > 0.0 else (target, stop)
    return (
        -inf if isnan(lower) else round_down(cost, lower),
        inf if isnan(upper) else round_up(cost, upper),
    )


@inner
def _leave(
    row: Any,
    cost: Any,
    until: int,
    opens: Floats,
    highs: Floats,
    lows: Floats,
    touch: bool,
    targets_on_entry_bar: bool,
    column: int,
    entry_bar: int,
    entry: float,
) -> tuple[int, float, bool]:
    """Bar and price of the exit's fill and whether it takes liquidity; bar -1 when the data end first."""
    side = float(row.side)
    due = until + 1 if until < NEVER else NEVER
    if row.horizon > 0:
        due = min(due, entry_bar + row.horizon)
    trails = not isnan(row.trail)
    best = entry
    lower, upper = _band(row, cost, entry, best)
    if lower > -inf or upper < inf:
        for t in range(entry_bar, min(due, len(opens))):
            if lows[t, column] <= lower or highs[t, column] >= upper:
                price, takes = _barrier(
                    cost, side, lower, upper, opens[t, column], highs[t, column], lows[t, column],
                    touch, t > entry_bar, t > entry_bar or targets_on_entry_bar,
                )  # fmt: skip
                if not isnan(price):
                    return t, price, takes
            if trails:
                extreme = highs[t, column] if side > 0.0 else lows[t, column]
                if side * (extreme - best) > 0.0:
                    best = extreme
                    lower, upper = _band(row, cost, entry, best)
    t = _next_bar(opens, column, due) if due < len(opens) else -1
    return (t, slipped(cost, opens[t, column], -side), True) if t >= 0 else (-1, 0.0, True)


@inner
def _barrier(
    cost: Any,
    side: float,
    lower: float,
    upper: float,
    o: float,
    h: float,
    low: float,
    touch: bool,
    held_at_open: bool,
    may_profit: bool,
) -> tuple[float, bool]:
    """Price of the barrier that the bar meets first, stops before targets, and whether it takes liquidity.

    NaN = none: a target may be touched without being traded through, or not count on the entry bar.
    """
    long = side > 0.0
    stop, target = (lower, upper) if long else (upper, lower)
    if held_at_open:
        if side * (stop - o) >= 0.0:
            return slipped(cost, o, -side), True
        if side * (o - target) >= 0.0:
            return o, False
    if (low <= stop) if long else (h >= stop):
        return slipped(cost, min(stop, o) if long else max(stop, o), -side), True
    if may_profit and abs(target) < inf:
        beyond = 0.0 if touch else tick_at(cost, target) * (1.0 - 1e-9)
        if (h >= target + beyond) if long else (low <= target - beyond):
            return target, False
    return nan, False
