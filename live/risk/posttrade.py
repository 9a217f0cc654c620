"""Controls 29 and 30 where they meet an order: book and venue agree, and what is done can be recorded."""

from live.risk.case import Case
from live.risk.codes import Code
from live.risk.judgement import Bound
from live.risk.limits import key
from live.risk.words import span


def drift(case: Case) -> Bound | None:
    """R29: no entry where book and venue differ, or weren't compared lately. ``drift.py`` compares."""
    account = case.account
    found = case.market.drift or account.drift
    if found:
        return Bound(Code.DRIFT, 0, "drift", (found,))
    if account.reconciled is None:
        return Bound(Code.DRIFT, 0, "never_compared")
    age, limit = case.now - account.reconciled, case.limits.max_reconcile_age
    if age <= limit:
        return None
    return Bound(Code.DRIFT, 0, "compared_long_ago", (span(age), key("max_reconcile_age"), span(limit)))


def recorded(case: Case) -> Bound | None:
    """R30: what can't be written isn't sent, exits included: they wait for the journal."""
    if not case.account.journal:
        return None
    return Bound(Code.RECORD, 0, "journal", (case.account.journal,), case.later)
