"""The desk's one compiled entry: fold inputs into the Book, in plain reading order.

A backtest calls it on all bars, live calls it on one. What happens in a bar: docs/desk-rules.md, section 1.
"""

from desk.decide import decide
from desk.execute import begin_exit, emit, has_exit
from desk.learn import mature, release
from desk.ledger import mark
from desk.matching import match, refill_budgets
from desk.records import MAX_ORDERS, Reason
from desk.risk import begin_day, watch
from desk.rules import Style
from market.compiled import compiled, inlined, inner
from strategies.signals import SignalKind

DONE, OUTPUT_FULL, EVIDENCE_FULL = 0, 1, 2
ROOM = 4 * MAX_ORDERS  # rows that one position may write in one bar, per output
YEAR_NS = 365.0 * 86_400.0 * 1e9


@compiled
def fold(
    account_array, instruments, positions, rules, learners, evidence,
    ts, open_, high, low, close, volume, signals, p, status, labels,
    decisions, orders, fills, trades, equity,
):  # fmt: skip
    """Process bars until they end (DONE) or an array is full; the account says what was taken and given.

    The first six arrays are the Book. open_ .. volume: float64, shape (n_bars * n_instruments,).
    signals: SIGNAL, shape (n_signals,). p, status: shape (n_signals, n_filters). labels: LABEL.
    decisions .. trades: outputs. equity: (n_bars,).
    """
    account = account_array[0]
    account.took_signals = account.took_labels = account.n_orders = account.n_fills = account.n_trades = 0
    n_positions = positions.shape[0]
    learning = rules[0].n_learning > 0
    code = DONE
    bars = ts.shape[0]
    for t in range(bars):
        if account.n_orders + ROOM * n_positions > orders.shape[0] \
                or account.n_fills + ROOM * n_positions > fills.shape[0] \
                or account.n_trades + ROOM * n_positions > trades.shape[0]:  # fmt: skip
            code = OUTPUT_FULL
        elif learning and _evidence_full(account, evidence, signals):
            code = EVIDENCE_FULL
        if code != DONE:
            bars = t
            break
        years = (ts[t] - account.ts) / YEAR_NS if account.bar > 0 else 0.0
        account.ts = ts[t]
        if ts[t] >= account.day_end:
            begin_day(account, ts[t])
        _match_bar(
            account, instruments, positions, rules, orders, fills, trades, t, open_, high, low, close, volume
        )
        due = _mark_bar(account, instruments, positions, rules, t, high, low, close, years)
        if account.watch_day or account.watch_drawdown or account.watch_margin:
            watch(account, instruments, positions, rules, orders)
        while (
            learning
            and account.took_labels < labels.shape[0]
            and labels[account.took_labels].matured_at <= account.bar
        ):
            _learn(account, positions, rules, learners, evidence, labels[account.took_labels])
            account.took_labels += 1
        if due:
            _time_exits(account, positions, rules, orders, t, close, instruments.shape[0])
        while account.took_signals < signals.shape[0] and signals[account.took_signals].bar == account.bar:
            row = account.took_signals
            signal = signals[row]
            decide(account, instruments, positions, rules, learners, evidence, orders, signal, decisions[row],
                   p, status, row, close[t * instruments.shape[0] + signal.instrument])  # fmt: skip
            account.took_signals += 1
        if account.working > 0:
            _emit_bar(account, instruments, positions, rules, orders)
        equity[t] = account.equity
        account.bar += 1
    account.took_bars = bars
    return code


@inner
def _evidence_full(account, evidence, signals):
    """True when this bar brings a signal whose place is still held by an older one."""
    row, room = account.took_signals, evidence.shape[0] - 1
    first = row
    while row < signals.shape[0] and signals[row].bar == account.bar:
        slot = (account.signals_seen + row - first) % room
        if signals[row].kind == SignalKind.ENTER and evidence[slot].seq >= 0:
            return True
        row += 1
    return row - first > room


@inlined
def _match_bar(
    account, instruments, positions, rules, orders, fills, trades, t, open_, high, low, close, volume
):
    n, n_strategies = instruments.shape[0], rules.shape[0]
    for i in range(n):
        at = t * n + i
        h, l, c = high[at], low[at], close[at]
        if account.participation > 0.0 and c == c:
            refill_budgets(account, instruments[i], volume[at])
        for s in range(n_strategies):
            pos = positions[i * n_strategies + s]
            if (pos.working > 0 or l <= pos.floor or h >= pos.ceiling) and c == c:
                match(account, instruments[i], pos, i, s, orders, fills, trades, open_[at], h, l)


@inlined
def _mark_bar(account, instruments, positions, rules, t, high, low, close, years):
    """Value everything at the close; returns whether a position has reached its horizon."""
    n, n_strategies = instruments.shape[0], rules.shape[0]
    value, due = 0.0, False
    for i in range(n):
        at = t * n + i
        inst = instruments[i]
        c = close[at]
        present = c == c
        if present:
            inst.last = c
        if inst.dust != 0.0:
            value += inst.dust * inst.size / inst.lot * inst.last
        if account.open == 0:
            continue
        for s in range(n_strategies):
            pos = positions[i * n_strategies + s]
            if pos.lots != 0:
                if present:
                    value += mark(account, inst, pos, high[at], low[at], c, years)
                else:
                    value += pos.lots * inst.size * inst.last
                due = due or (pos.horizon > 0 and account.bar >= pos.entry_bar + pos.horizon - 1)
            else:
                pos.short_before = 0
    account.exposed_bars += account.open > 0
    account.equity = account.cash + value
    account.peak = max(account.peak, account.equity)
    account.min_cash = min(account.min_cash, account.cash)
    return due


@inner
def _learn(account, positions, rules, learners, evidence, label):
    """One matured label frees its evidence; won or lost, it teaches its strategy's learner."""
    ev = evidence[label.seq % (evidence.shape[0] - 1)]
    strategy = ev.position % rules.shape[0]
    uniqueness = release(positions[ev.position], ev, account.bar)
    if label.y >= 0:
        mature(rules[strategy], learners[strategy], ev, account.day, uniqueness, label.y == 1, label.ret)


@inner
def _time_exits(account, positions, rules, orders, t, close, n_instruments):
    n = rules.shape[0]
    for k in range(positions.shape[0]):
        pos = positions[k]
        if pos.lots != 0 and pos.horizon > 0 and account.bar >= pos.entry_bar + pos.horizon - 1:
            if not has_exit(pos):
                begin_exit(account, pos, rules[k % n], k // n, k % n, orders, Style.MARKET, Reason.TIME,
                           abs(pos.lots), close[t * n_instruments + k // n], pos.seq)  # fmt: skip


@inlined
def _emit_bar(account, instruments, positions, rules, orders):
    n = rules.shape[0]
    for k in range(positions.shape[0]):
        pos = positions[k]
        if pos.working > 0 or pos.entry.next_bar >= 0 or pos.exit.next_bar >= 0:
            emit(account, instruments[k // n], pos, rules[k % n], k // n, k % n, orders)
