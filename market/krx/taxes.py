"""Taxes of trading in Korea: on sales of shares, by date; on a year's gains in derivatives."""

from datetime import date

from market.contracts import KRX_SELL_TAXES
from market.errors import ConfigError

GAINS_RATE = 0.11  # local income tax included; as brokers' pages of 2025 say
GAINS_ALLOWANCE = 2_500_000.0  # KRW a year, domestic and overseas derivatives together


def sell_tax(day: date, *, etf: bool = False) -> float:
    """Fraction of a sale of shares, KOSPI (rural tax included) and KOSDAQ alike; ETFs: none."""
    if etf:
        return 0.0
    iso = day.isoformat()
    rate = next((rate for start, rate in reversed(KRX_SELL_TAXES) if start <= iso), None)
    if rate is None:
        raise ConfigError(f"{iso}: Korean sale taxes are known from {KRX_SELL_TAXES[0][0]} on.")
    return rate


def derivatives_tax(gains: float, rate: float = GAINS_RATE, allowance: float = GAINS_ALLOWANCE) -> float:
    """KRW due for a calendar year's net gains in derivatives, filed the next May; 0 for a loss.

    rate, allowance: as of 2025; give those of the year. Sales of index derivatives themselves aren't taxed.
    """
    return max(gains - allowance, 0.0) * rate
