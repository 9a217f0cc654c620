"""Account-wide limits: daily loss, drawdown, margin. Rules: docs/desk-rules.md, section 7."""

from desk.execute import begin_exit, cancel_entries
from desk.records import Cause, Reason, State
from desk.rules import Style
from market.compiled import inlined, inner


@inlined
def begin_day(account, ts):
    """A new day forgives yesterday's loss."""
    day_ns = 86_400_000_000_000
    account.day = (ts + account.day_offset) // day_ns
    account.day_end = (account.day + 1) * day_ns - account.day_offset
    account.day_equity = account.equity
    if account.state == State.REDUCING and not account.latched:
        account.state = State.ACTIVE


@inner
def watch(account, instruments, positions, rules, orders):
    """Move the account's state at a close: ACTIVE → REDUCING → HALTED."""
    equity = account.equity
    if (
        account.watch_drawdown
        and not account.latched
        and equity <= account.peak * (1.0 - account.max_drawdown)
    ):
        account.latched = True
        _reduce(account, positions, rules, orders)
    if account.watch_day and account.state == State.ACTIVE:
        if equity <= account.day_equity * (1.0 - account.max_daily_loss):
            _reduce(account, positions, rules, orders)
    if account.watch_margin and account.open > 0 and equity < _maintenance(instruments, positions, rules):
        account.latched = True
        _reduce(account, positions, rules, orders)
        _close_all(account, instruments, positions, rules, orders)
    if account.latched and account.state == State.REDUCING and account.open == 0:
        account.state = State.HALTED


@inner
def _reduce(account, positions, rules, orders):
    if account.state != State.ACTIVE:
        return
    account.state = State.REDUCING
    n = rules.shape[0]
    for k in range(positions.shape[0]):
        cancel_entries(account, positions[k], k // n, k % n, orders, Cause.RISK, 0)


@inner
def _maintenance(instruments, positions, rules):
    """Equity below which the account is liquidated."""
    n = rules.shape[0]
    total = 0.0
    for i in range(instruments.shape[0]):
        net = 0
        for s in range(n):
            net += positions[i * n + s].lots
        if net != 0:
            total += abs(net) * instruments[i].maintenance * instruments[i].size * instruments[i].last
    return total


@inner
def _close_all(account, instruments, positions, rules, orders):
    n = rules.shape[0]
    for k in range(positions.shape[0]):
        pos = positions[k]
        if pos.lots != 0:
            begin_exit(account, pos, rules[k % n], k // n, k % n, orders, Style.MARKET, Reason.MARGIN,
                       abs(pos.lots), instruments[k // n].last, pos.seq)  # fmt: skip
