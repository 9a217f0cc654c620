"""The desk's one compiled entry: fold inputs into the Book, in plain reading order.

A backtest calls it on all bars, live calls it on one. What happens in a bar: docs/desk-rules.md, section 1.
"""

from desk.book import VISIT_ORDERS
from desk.coast import SHORTEST, coast, first_after
from desk.decide import decide
from desk.execute import begin_exit, emit, has_exit
from desk.learn import close_day, mature, release
from desk.ledger import mark, owe_borrow
from desk.matching import match
from desk.records import Reason
from desk.reports import report
from desk.risk import begin_day, obey, watch
from desk.rules import Style
from desk.size import count_exposure
from market.compiled import compiled, inlined, inner, prefetch
from strategies.signals import SignalKind

DONE, OUTPUT_FULL, EVIDENCE_FULL = 0, 1, 2
ROOM = 3 * VISIT_ORDERS  # rows that one position may write in one bar, per output
NEVER = 2**62


@compiled
def fold(
    account_array, instruments, positions, rules, learners, evidence,
    ts, open_, high, low, close, volume, signals, p, status, labels, reports,
    decisions, orders, fills, trades, equity,
):  # fmt: skip
    """Process bars until they end (DONE) or an array is full; the account says what was taken and given.

    The first six arrays are the Book. open_ .. volume: float64, shape (n_bars * n_instruments,).
    signals: SIGNAL, shape (n_signals,). p, status: shape (n_signals, n_filters). labels: LABEL.
    reports: REPORT, what a venue said since the bar before; booked before the first bar.
    decisions .. trades: outputs. equity: (n_bars,).
    """
    return _fold(
        account_array, instruments, positions, rules, learners, evidence,
        ts, open_, high, low, close, volume, signals, p, status, labels, reports,
        decisions, orders, fills, trades, equity,
    )  # fmt: skip


@inner
def _fold(
    account_array, instruments, positions, rules, learners, evidence,
    ts, open_, high, low, close, volume, signals, p, status, labels, reports,
    decisions, orders, fills, trades, equity,
):  # fmt: skip
    """``fold``, where no array is counted as referred to: that would cost a twentieth of it."""
    account = account_array[0]
    account.gave_orders = account.gave_fills = account.gave_trades = 0
    n, n_strategies, learning = instruments.shape[0], rules.shape[0], rules[0].n_learning > 0
    watched = account.watch_day or account.watch_drawdown or account.watch_margin
    matches = not account.venue
    room = ROOM * positions.shape[0]
    bars, t, code = ts.shape[0], 0, DONE
    row, label, evidence_room = 0, 0, evidence.shape[0] - 1
    signal_bar = signals[0].bar if signals.shape[0] > 0 else NEVER
    label_bar = labels[0].matured_at if learning and labels.shape[0] > 0 else NEVER
    last_order, last_fill, last_trade = orders.shape[0] - room, fills.shape[0] - room, trades.shape[0] - room
    day_row = first_after(ts, 0, account.day_end)
    told = _book_reports(account, instruments, positions, rules, reports, orders, fills, trades)
    if told < reports.shape[0]:
        code, bars = OUTPUT_FULL, 0
    while t < bars:
        bar = account.bar
        if account.working == 0 and not watched:
            until = min(bars, day_row, t + min(signal_bar, label_bar) - bar)
            if until - t >= SHORTEST:
                t = coast(account, instruments, positions, high, low, close, volume, equity, t, until)
                bar = account.bar
                if t == bars:
                    break
        if (
            account.gave_orders > last_order
            or account.gave_fills > last_fill
            or account.gave_trades > last_trade
        ):
            code = OUTPUT_FULL
            break
        if learning and bar == signal_bar and _evidence_full(account, evidence, signals, row):
            code = EVIDENCE_FULL
            break
        elapsed = 0
        if account.dated:
            elapsed = ts[t] - account.ts if bar > 0 else 0
            account.ts = ts[t]
        if t == day_row:
            begin_day(account, ts[t])
            for s in range(n_strategies):
                close_day(rules[s], learners[s])
            day_row = first_after(ts, t, account.day_end)
        value, due = 0.0, False
        for i in range(n):
            at = t * n + i
            inst = instruments[i]
            h, l, c = high[at], low[at], close[at]
            present = c == c
            if present:
                inst.last = c
                if account.participation > 0.0:
                    inst.past_volume = inst.volume
                    inst.volume = volume[at]
            for s in range(n_strategies):
                pos = positions[i * n_strategies + s]
                if (pos.working > 0 or l <= pos.floor or h >= pos.ceiling) and present and matches:
                    match(account, inst, pos, open_[at], h, l)
                    if account.n_orders + account.n_fills > 0:
                        _pass_on(account, orders, fills, trades)
                if pos.lots != 0:
                    if present:
                        value += mark(inst, pos, h, l, c)
                    else:
                        value += pos.lots * inst.size * inst.last
                    due = due or (pos.horizon > 0 and bar >= pos.entry_bar + pos.horizon - 1)
            if inst.borrow > 0.0:
                if present:
                    owe_borrow(account, inst, elapsed)
                inst.held_before = inst.held
            if inst.dust != 0.0:
                value += inst.dust * inst.size / inst.lot * inst.last
        _close_bar(account, value)
        if watched:
            watch(account, instruments, positions, n_strategies)
            if account.reduce_now or account.close_now:
                _obey_all(account, instruments, positions, rules, orders, fills, trades)
        while label_bar <= bar:
            _learn(account, positions, rules, learners, evidence, labels[label])
            label += 1
            label_bar = labels[label].matured_at if label < labels.shape[0] else NEVER
        if due:
            _time_exits(account, instruments, positions, rules, orders, fills, trades)
        while signal_bar == bar:
            decisions[row] = account.blank
            signal, d = signals[row], decisions[row]
            rule, enters = rules[signal.strategy], signal.kind == SignalKind.ENTER
            for f in range(rule.n_filters):
                d.opinion[f], d.status[f] = p[row, f], status[row, f]
            if enters and account.exposure_bar != bar:
                count_exposure(account, instruments, positions)
            ev = evidence[account.signals_seen % evidence_room if enters else evidence_room]
            number = signal.instrument * n_strategies + signal.strategy
            inst, pos, learner = instruments[signal.instrument], positions[number], learners[signal.strategy]
            decide(account, inst, pos, rule, learner, ev, number, signal, d)
            if account.n_orders > 0:
                _pass_on(account, orders, fills, trades)
            row += 1
            signal_bar = NEVER
            if row < signals.shape[0]:
                signal_bar = signals[row].bar
                soon = t + signal_bar - bar + 1
                if soon < bars:  # fetch early what its order will ask for
                    prefetch(open_, soon * n + signals[row].instrument)
        if account.working > 0:
            _emit_all(account, instruments, positions, rules, orders, fills, trades)
        equity[t] = account.equity
        account.bar = bar + 1
        t += 1
    if t > 0:
        account.ts = ts[t - 1]
    account.took_bars, account.took_signals, account.took_labels, account.took_reports = t, row, label, told
    return code


@inner
def _book_reports(account, instruments, positions, rules, reports, orders, fills, trades):
    """Book what a venue said, as far as there is room for what follows; returns how many were."""
    room = ROOM * positions.shape[0]
    told = 0
    while told < reports.shape[0]:
        if account.gave_orders > orders.shape[0] - room or account.gave_fills > fills.shape[0] - room:
            break
        pos = positions[reports[told].position]
        report(account, instruments[pos.instrument], pos, rules[pos.strategy], reports[told])
        _pass_on(account, orders, fills, trades)
        told += 1
    return told


@inlined
def _close_bar(account, value):
    if account.carry != 0.0:
        account.cash -= account.carry
        account.carry = 0.0
    equity = account.cash + value
    account.equity = equity
    account.min_cash = min(account.min_cash, account.cash)
    if account.open > 0:
        account.exposed_bars += 1


@inlined
def _pass_on(account, orders, fills, trades):
    """Move what one visit wrote to the outputs."""
    for k in range(account.n_orders):
        orders[account.gave_orders + k] = account.orders[k]
    for k in range(account.n_fills):
        fills[account.gave_fills + k] = account.fills[k]
    for k in range(account.n_trades):
        trades[account.gave_trades + k] = account.trades[k]
    account.gave_orders += account.n_orders
    account.gave_fills += account.n_fills
    account.gave_trades += account.n_trades
    account.n_orders = account.n_fills = account.n_trades = 0


@inner
def _evidence_full(account, evidence, signals, first):
    """True when this bar brings a signal whose place is still held by an older one."""
    row, room = first, evidence.shape[0] - 1
    while row < signals.shape[0] and signals[row].bar == account.bar:
        slot = (account.signals_seen + row - first) % room
        if signals[row].kind == SignalKind.ENTER and evidence[slot].seq >= 0:
            return True
        row += 1
    return row - first > room


@inner
def _learn(account, positions, rules, learners, evidence, label):
    """One matured label frees its evidence; won or lost, it teaches its strategy's learner.

    A label of a signal that this desk never saw, such as one before an upgrade, teaches nothing.
    """
    ev = evidence[label.seq % (evidence.shape[0] - 1)]
    if ev.seq != label.seq:
        return
    pos = positions[ev.position]
    uniqueness = release(pos, ev, account.bar)
    if label.y >= 0:
        rule, learner = rules[pos.strategy], learners[pos.strategy]
        mature(account, rule, learner, ev, uniqueness, label.y == 1, label.ret)


@inner
def _obey_all(account, instruments, positions, rules, orders, fills, trades):
    for k in range(positions.shape[0]):
        pos = positions[k]
        obey(account, instruments[pos.instrument], pos, rules[pos.strategy])
        _pass_on(account, orders, fills, trades)


@inner
def _time_exits(account, instruments, positions, rules, orders, fills, trades):
    for k in range(positions.shape[0]):
        pos = positions[k]
        if pos.lots != 0 and pos.horizon > 0 and account.bar >= pos.entry_bar + pos.horizon - 1:
            if not has_exit(pos):
                begin_exit(account, instruments[pos.instrument], pos, rules[pos.strategy],
                           Style.MARKET, Reason.TIME, abs(pos.lots), pos.seq)  # fmt: skip
                _pass_on(account, orders, fills, trades)


@inlined
def _emit_all(account, instruments, positions, rules, orders, fills, trades):
    for k in range(positions.shape[0]):
        pos = positions[k]
        if pos.working > 0 or pos.entry.next_bar >= 0 or pos.exit.next_bar >= 0:
            emit(account, instruments[pos.instrument], pos, rules[pos.strategy])
            _pass_on(account, orders, fills, trades)
