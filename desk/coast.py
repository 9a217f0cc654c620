"""Skip ahead: bars in which prices move and nothing can happen, many at once.

The same marks as ``fold`` makes bar by bar, to the last bit; only the order of the loops differs.
"""

from math import inf, isnan

from market.compiled import inlined

SHORTEST = 4  # bars worth skipping


@inlined
def coast(account, instruments, positions, high, low, close, volume, equity, t, until):
    """Carry the account from bar ``t`` to the first bar, at most ``until``, that may bring an event.

    Returns that bar. Called with no order or plan alive, and no signal, label, limit or day due before it.
    """
    n = instruments.shape[0]
    if _change_at_every_bar(instruments):
        return t
    for k in range(positions.shape[0]):
        pos = positions[k]
        if pos.lots != 0:
            if not isnan(pos.trail):
                return t  # every bar changes it
            first = t * n + pos.instrument
            until = min(until, t + _quiet_bars(account, pos, high[first::n], low[first::n], until - t))
    if until - t < SHORTEST:
        return t
    _mark_all(account, instruments, positions, high, low, close, equity[t:until], t)
    for i in range(n):
        instruments[i].held_before = instruments[i].held
        _remember_last(account, instruments[i], close[t * n + i :: n], volume[t * n + i :: n], until - t)
    account.bar += until - t
    return until


@inlined
def first_after(ts, t, instant):
    """The first row from ``t`` on that isn't before ``instant``: where it is if all bars are as far apart as
    the next two, else by bisection."""
    until = ts.shape[0]
    if t + 1 < until and ts[t] < instant:
        guess = min(t + (instant - ts[t] - 1) // (ts[t + 1] - ts[t]) + 1, until - 1)
        if ts[guess] < instant:
            t = guess + 1
        else:
            until = guess
            if ts[guess - 1] < instant:
                return guess
    while t < until:
        middle = (t + until) // 2
        if ts[middle] < instant:
            t = middle + 1
        else:
            until = middle
    return until


@inlined
def _quiet_bars(account, pos, high, low, bars):
    """Bars before one reaches the position's barriers or horizon."""
    if pos.horizon > 0:
        bars = min(bars, max(pos.entry_bar + pos.horizon - 1 - account.bar, 0))
    floor, ceiling = pos.floor, pos.ceiling
    if floor > -inf or ceiling < inf:
        for j in range(bars):
            if low[j] <= floor or high[j] >= ceiling:
                return j
    return bars


@inlined
def _change_at_every_bar(instruments):
    """True when something is owed for being short, or dust is held."""
    for i in range(instruments.shape[0]):
        inst = instruments[i]
        if inst.dust != 0.0 or (inst.borrow > 0.0 and inst.held < 0):
            return True
    return False


@inlined
def _mark_all(account, instruments, positions, high, low, close, equity, t):
    """Equity at every close, and each position's excursions."""
    n, bars, cash = instruments.shape[0], equity.shape[0], account.cash
    if account.open == 0:
        for j in range(bars):
            equity[j] = cash
        account.equity = cash
        return
    account.exposed_bars += bars
    marked = 0
    for k in range(positions.shape[0]):
        pos = positions[k]
        if pos.lots != 0:
            first, inst = t * n + pos.instrument, instruments[pos.instrument]
            alone, marked = marked == 0, marked + 1
            _mark(
                inst, pos, high[first::n], low[first::n], close[first::n], equity,
                alone, cash if marked == account.open else 0.0,
            )  # fmt: skip
    account.equity = equity[bars - 1]


@inlined
def _mark(inst, pos, high, low, close, equity, alone, cash):
    """Add one position's worth, and at last the cash; ``alone``: nothing has been added before."""
    worth, last = pos.lots * inst.size, inst.last
    highest, lowest = -inf, inf
    for j in range(equity.shape[0]):
        c = close[j]
        last = c if c == c else last
        equity[j] = (worth * last if alone else equity[j] + worth * last) + cash
        highest = high[j] if high[j] > highest else highest
        lowest = low[j] if low[j] < lowest else lowest
    if pos.lots > 0:
        pos.trade_best = max(pos.trade_best, highest - pos.avg)
        pos.trade_worst = min(pos.trade_worst, lowest - pos.avg)
    else:
        pos.trade_best = max(pos.trade_best, pos.avg - lowest)
        pos.trade_worst = min(pos.trade_worst, pos.avg - highest)


@inlined
def _remember_last(account, inst, close, volume, bars):
    """The newest close and, where participation counts, the two newest volumes."""
    found = 0
    for j in range(bars):
        k = bars - 1 - j
        if close[k] == close[k]:
            if found == 0:
                inst.last = close[k]
                if account.participation <= 0.0:
                    return
                inst.past_volume, inst.volume = inst.volume, volume[k]
            else:
                inst.past_volume = volume[k]
                return
            found += 1
