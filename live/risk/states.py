"""Controls 23, 24, 27 and 28: losses, the kill latch, and what account, strategy and instrument may do."""

from math import inf

from desk.records import State
from live.risk.case import Case
from live.risk.codes import Code
from live.risk.facts import AccountFacts, StrategyFacts
from live.risk.judgement import Bound
from live.risk.limits import RiskLimits, key
from live.risk.memory import Memory
from live.risk.words import number, percent

_UNKNOWN = StrategyFacts()


def daily_loss(case: Case) -> Bound | None:
    """R23: the day's loss of the account and of the strategy; it holds until the day ends."""
    account = account_loss(case.account, case.limits, case.memory)
    if account is not None:
        return Bound(Code.DAILY_LOSS, 0, "daily_loss", account)
    own = strategy_loss(case.account, case.order.strategy, case.strategy, case.limits, case.memory)
    return None if own is None else Bound(Code.DAILY_LOSS, 0, "strategy_loss", own)


def account_loss(account: AccountFacts, limits: RiskLimits, memory: Memory) -> tuple[str, ...] | None:
    """The words of a daily loss beyond the limit, now or earlier today; None: it is within."""
    start, limit = account.day_equity, limits.max_daily_loss
    safe = account.equity > start * (1.0 - limit) or limit == inf
    if safe and not _told_today(memory, account, ""):
        return None
    change = percent(account.equity / start - 1.0) if start > 0.0 else "?"
    return number(account.equity), change, number(start), key("max_daily_loss"), percent(limit)


def strategy_loss(
    account: AccountFacts, place: int, name: str, limits: RiskLimits, memory: Memory
) -> tuple[str, ...] | None:
    """The same of one strategy, as a fraction of the account's equity at the day's start."""
    own = account.strategies[place] if 0 <= place < len(account.strategies) else _UNKNOWN
    start, limit = account.day_equity, limits.max_strategy_daily_loss
    safe = own.day_pnl > -limit * start or limit == inf
    if safe and not _told_today(memory, account, name):
        return None
    part = percent(own.day_pnl / start) if start > 0.0 else "?"
    return name, number(own.day_pnl), part, key("max_strategy_daily_loss"), percent(limit)


def _told_today(memory: Memory, account: AccountFacts, strategy: str) -> bool:
    since = memory.told.get((Code.DAILY_LOSS, "", strategy))
    return since is not None and since >= account.day_start


def drawdown(case: Case) -> Bound | None:
    """R24: too far below the peak. A person releases it."""
    values = fallen(case.account, case.limits, case.memory)
    return None if values is None else Bound(Code.DRAWDOWN, 0, "drawdown", values)


def fallen(account: AccountFacts, limits: RiskLimits, memory: Memory) -> tuple[str, ...] | None:
    """The words of a drawdown beyond the limit, now or since a person was told; None: it is within."""
    peak, limit = account.peak, limits.max_drawdown
    safe = account.equity > peak * (1.0 - limit) or limit == inf
    if safe and (Code.DRAWDOWN, "", "") not in memory.told:
        return None
    change = percent(account.equity / peak - 1.0) if peak > 0.0 else "?"
    return number(account.equity), change, number(peak), key("max_drawdown"), percent(limit)


def losses_in_row(case: Case) -> Bound | None:
    """R24: a strategy that only loses is off until a person releases it."""
    if (Code.LOSSES_IN_ROW, "", case.strategy) not in case.memory.disabled:
        return None
    values = losses_values(case.strategy, case.limits, case.memory)
    return Bound(Code.LOSSES_IN_ROW, 0, "losses_in_row", values)


def losses_values(strategy: str, limits: RiskLimits, memory: Memory) -> tuple[str, ...]:
    """The words of R24 LOSSES_IN_ROW."""
    lost = str(memory.losses.get(strategy, 0))
    return strategy, lost, key("max_losses_in_row"), str(limits.max_losses_in_row)


def killed(case: Case) -> Bound | None:
    """R27: the latch lets nothing out, exits wait for whoever set it."""
    if not case.account.killed:
        return None
    return Bound(Code.KILLED, 0, "killed", (case.account.killed,), case.later)


def state(case: Case) -> Bound | None:
    """R28: REDUCING and HALTED take exits only, of instrument, strategy or account; so does a pause."""
    account, place = case.account, case.order.strategy
    if account.paused:
        return Bound(Code.STATE, 0, "paused", (account.paused,))
    own = account.strategies[place] if 0 <= place < len(account.strategies) else _UNKNOWN
    for name, found in (
        ("account", account.state),
        (case.strategy, own.state),
        (case.order.instrument, case.market.state),
    ):
        if found != State.ACTIVE:
            return Bound(Code.STATE, 0, "state", (name, found.name))
    return None
