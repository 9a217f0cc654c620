"""Controls 14 to 16: Greeks, scenario loss, naked shorts. This version neither values nor trades options.

What isn't spot, equity or future is refused by all three, each under its own code, rather than measured
badly.
"""

from live.risk.case import Case
from live.risk.codes import Code
from live.risk.judgement import Bound
from market.instruments import Kind

_LINEAR = frozenset({Kind.SPOT, Kind.EQUITY, Kind.FUTURE})


def greeks(case: Case) -> Bound | None:
    """R14: delta, gamma, vega and theta of an option can't be bounded here."""
    return _refused(case, Code.OPTION_GREEKS)


def scenario(case: Case) -> Bound | None:
    """R15: neither can its loss over spot and volatility."""
    return _refused(case, Code.OPTION_SCENARIO)


def naked_short(case: Case) -> Bound | None:
    """R16: nor what covers a short one."""
    return _refused(case, Code.OPTION_NAKED)


def _refused(case: Case, code: Code) -> Bound | None:
    return None if case.terms.instrument.kind in _LINEAR else Bound(code, 0, "options")
