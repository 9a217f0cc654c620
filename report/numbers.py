"""Numbers as reports write them; what isn't known is a dash."""

from math import isinf, isnan

NONE = "–"


def money(value: float) -> str:
    """Whole units from a thousand on, else two decimals."""
    return NONE if isnan(value) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"


def percent(value: float) -> str:
    """Of a percentage: 12.3 is 12.30 %."""
    return NONE if isnan(value) else f"{value:.2f} %"


def number(value: float, digits: int = 2) -> str:
    return NONE if isnan(value) else "∞" if isinf(value) else f"{value:.{digits}f}"


def count(value: float) -> str:
    return f"{value:,}"


def plain(value: float) -> str:
    """As many digits as it has: 250,000 or 0.05, never 2.5e+05."""
    return f"{value:,.10g}"


def basis(value: float) -> str:
    """A fraction in basis points with its sign."""
    return NONE if isnan(value) else f"{1e4 * value:+.1f} bps"
