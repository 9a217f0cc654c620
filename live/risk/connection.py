"""Controls 25 and 26: a silent venue, and orders whose answer hasn't come."""

from live.risk.case import Case
from live.risk.codes import Code
from live.risk.facts import AccountFacts, Unresolved
from live.risk.judgement import Bound
from live.risk.limits import RiskLimits, key
from live.risk.words import span


def connection(case: Case) -> Bound | None:
    """R25: no entries while the venue is silent, or the account's stream is down."""
    if case.account.heartbeat is None:
        return Bound(Code.CONNECTION, 0, "no_heartbeat")
    found = unheard(case.account, case.limits, case.now)
    return None if found is None else Bound(Code.CONNECTION, 0, *found)


def unheard(account: AccountFacts, limits: RiskLimits, now: int) -> tuple[str, tuple[str, ...]] | None:
    """What isn't heard for longer than R25 allows, and its words; None: all is."""
    values = silent(account, limits, now, "heartbeat_block")
    if values is not None:
        return "silent", values
    if account.deaf_since is None or now - account.deaf_since <= limits.heartbeat_block:
        return None
    return "deaf", (span(now - account.deaf_since), key("heartbeat_block"), span(limits.heartbeat_block))


def silent(account: AccountFacts, limits: RiskLimits, now: int, name: str) -> tuple[str, ...] | None:
    """The words of a silence longer than the limit ``name``; None: within, or nothing was ever heard."""
    limit: int = getattr(limits, name)
    if account.heartbeat is None or now - account.heartbeat <= limit:
        return None
    return span(now - account.heartbeat), key(name), span(limit)


def unresolved(case: Case) -> Bound | None:
    """R26: an order without an answer freezes new risk in its instrument; it is never assumed refused."""
    for one in case.market.unresolved:
        if stuck(one, case.now, case.limits):
            return _asked_first(case, one)
    return None


def unresolved_reduction(case: Case) -> Bound | None:
    """R26 for exits: an unknown reduction is settled before another is sent."""
    for one in case.market.unresolved:
        if one.reduces and stuck(one, case.now, case.limits):
            return _asked_first(case, one)
    return None


def _asked_first(case: Case, one: Unresolved) -> Bound:
    return Bound(Code.UNRESOLVED, 0, "unresolved", stuck_values(one, case.now, case.limits), case.later)


def stuck(one: Unresolved, now: int, limits: RiskLimits) -> bool:
    """Whether its outcome counts as unknown."""
    return one.lost or now - one.since > limits.in_flight_timeout


def stuck_values(one: Unresolved, now: int, limits: RiskLimits) -> tuple[str, ...]:
    """The words of R26."""
    return one.client_id, span(now - one.since), key("in_flight_timeout"), span(limits.in_flight_timeout)
