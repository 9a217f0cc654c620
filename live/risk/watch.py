"""Conditions of the account as time goes by: each is told once when it begins and once when it ends."""

from collections.abc import Iterator, Sequence

from live.risk import connection, states
from live.risk.codes import Code
from live.risk.facts import Facts
from live.risk.judgement import Notice, Wanted
from live.risk.limits import RiskLimits, key
from live.risk.memory import Key, Memory
from live.risk.throttles import repeated_values
from live.risk.words import span
from records.outcomes import Level


def noticed(
    facts: Facts, limits: RiskLimits, memory: Memory, strategies: Sequence[str]
) -> tuple[Notice, ...]:
    """What began and what ended since people were told, in a fixed order."""
    now = {_key(each): each for each in _in_force(facts, limits, memory, strategies)}
    began = [now[each] for each in sorted(now.keys() - memory.told.keys())]
    ended = [_ended(each) for each in sorted(memory.told.keys() - now.keys())]
    return (*began, *ended)


def _key(notice: Notice) -> Key:
    return notice.code.value, notice.instrument, notice.strategy


def _ended(told: Key) -> Notice:
    code = Code(told[0])
    if code is Code.CONNECTION_LOST:
        return Notice(code, False, Level.WARNING, "back", wants=Wanted.CANCEL_ENTRIES)
    return Notice(code, False, Level.NOTE, "over", (), told[1], told[2])


def _in_force(
    facts: Facts, limits: RiskLimits, memory: Memory, strategies: Sequence[str]
) -> Iterator[Notice]:
    yield from _losses(facts, limits, memory, strategies)
    yield from _disabled(limits, memory)
    yield from _links(facts, limits, memory)
    yield from _instruments(facts, limits)
    yield from _account(facts, limits)


def _losses(facts: Facts, limits: RiskLimits, memory: Memory, strategies: Sequence[str]) -> Iterator[Notice]:
    account, cancel = facts.account, Wanted.CANCEL_ENTRIES
    values = states.account_loss(account, limits, memory)
    if values is not None:
        yield Notice(Code.DAILY_LOSS, True, Level.ERROR, "daily_loss", values, wants=cancel)
    for place, name in enumerate(strategies):
        values = states.strategy_loss(account, place, name, limits, memory)
        if values is not None:
            yield Notice(
                Code.DAILY_LOSS, True, Level.ERROR, "strategy_loss", values, strategy=name, wants=cancel
            )
    values = states.fallen(account, limits, memory)
    if values is not None:
        yield Notice(Code.DRAWDOWN, True, Level.ERROR, "drawdown", values, wants=cancel)


def _disabled(limits: RiskLimits, memory: Memory) -> Iterator[Notice]:
    """Strategies that only a person starts again."""
    for code, _, name in memory.disabled:
        if code == Code.REPEATED:
            say, values = "repeated", repeated_values(name, limits)
        else:
            say, values = "losses_in_row", states.losses_values(name, limits, memory)
        yield Notice(Code(code), True, Level.ERROR, say, values, strategy=name, wants=Wanted.CANCEL_ENTRIES)


def _links(facts: Facts, limits: RiskLimits, memory: Memory) -> Iterator[Notice]:
    found = connection.unheard(facts.account, limits, facts.now)
    if found is not None:
        yield Notice(Code.CONNECTION, True, Level.WARNING, *found)
    values = connection.silent(facts.account, limits, facts.now, "heartbeat_cancel")
    if values is not None:
        yield Notice(Code.CONNECTION_LOST, True, Level.ERROR, "silent", values)


def _instruments(facts: Facts, limits: RiskLimits) -> Iterator[Notice]:
    for instrument, market in facts.markets.items():
        for one in market.unresolved:
            if connection.stuck(one, facts.now, limits):
                values = connection.stuck_values(one, facts.now, limits)
                yield Notice(Code.UNRESOLVED, True, Level.ERROR, "unresolved", values, instrument)
                break
        if market.drift:
            yield Notice(Code.DRIFT, True, Level.ERROR, "drift", (market.drift,), instrument)


def _account(facts: Facts, limits: RiskLimits) -> Iterator[Notice]:
    account = facts.account
    if account.killed:
        yield Notice(Code.KILLED, True, Level.KILL, "killed", (account.killed,))
    if account.paused:
        yield Notice(Code.STATE, True, Level.NOTE, "paused", (account.paused,), wants=Wanted.CANCEL_ENTRIES)
    if account.drift:
        yield Notice(Code.DRIFT, True, Level.ERROR, "drift", (account.drift,))
    if account.journal:
        yield Notice(Code.RECORD, True, Level.KILL, "journal", (account.journal,))
    offset = account.clock_offset
    if offset is not None and abs(offset) > limits.max_clock_offset:
        values = (span(offset), key("max_clock_offset"), span(limits.max_clock_offset))
        yield Notice(Code.CLOCK, True, Level.ERROR, "clock", values)
    waited = facts.now - account.alert_since if account.alert_since else 0
    if waited > limits.max_alert_delay:
        values = (span(waited), key("max_alert_delay"), span(limits.max_alert_delay))
        yield Notice(Code.ALERTS, True, Level.WARNING, "alerts", values)
