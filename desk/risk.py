"""Account-wide limits: daily loss, drawdown, margin. Rules: docs/desk-rules.md, section 7."""

from desk.execute import begin_exit, cancel_entries
from desk.records import Cause, Reason, State
from desk.rules import Style
from market.compiled import inner

DAY_NS = 86_400_000_000_000


@inner
def begin_day(account, ts):
    """A new day forgives yesterday's loss."""
    account.day = (ts + account.day_offset) // DAY_NS
    account.day_end = (account.day + 1) * DAY_NS - account.day_offset
    account.day_equity = account.equity
    if account.state == State.REDUCING and not account.latched:
        account.state = State.ACTIVE


@inner
def watch(account, instruments, positions, n_strategies):
    """Move the account's state at a close: ACTIVE → REDUCING → HALTED. Asks the fold to cancel or close."""
    equity = account.equity
    account.peak = max(account.peak, equity)
    account.close_now = account.watch_margin and equity < _maintenance(instruments, positions, n_strategies)
    fell = account.watch_drawdown and equity <= account.peak * (1.0 - account.max_drawdown)
    lost = account.watch_day and equity <= account.day_equity * (1.0 - account.max_daily_loss)
    account.latched = account.latched or fell or account.close_now
    account.reduce_now = account.state == State.ACTIVE and (account.latched or lost)
    if account.reduce_now:
        account.state = State.REDUCING
    if account.latched and account.open == 0:
        account.state = State.HALTED


@inner
def _maintenance(instruments, positions, n_strategies):
    """Equity below which the account is liquidated; minus infinity with nothing held."""
    total = 0.0
    for i in range(instruments.shape[0]):
        net = 0
        for s in range(n_strategies):
            net += positions[i * n_strategies + s].lots
        if net != 0:
            total += abs(net) * instruments[i].maintenance * instruments[i].size * instruments[i].last
    return total if total > 0.0 else -1e300


@inner
def obey(account, inst, pos, rule):
    """What REDUCING or a margin call does to one position."""
    if account.reduce_now:
        cancel_entries(account, pos, Cause.RISK)
    if account.close_now and pos.lots != 0:
        begin_exit(account, inst, pos, rule, Style.MARKET, Reason.MARGIN, abs(pos.lots), pos.seq)
