"""What an equity curve and its trades amount to: pure functions of arrays.

Conventions, as every report prints: a year is 365.25 days; returns are of session days where bars are shorter
than a day, else of bars; they are annualised by how many of them the data has a year; no risk-free rate.
"""

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats, Ints
from report.days import DAY, UTC_DAYS, Calendar

YEAR = 365.25 * DAY
PIECE = 65_536  # values at a time: in the cache, and without a second array as long as the first


@dataclass(frozen=True, eq=False)
class Returns:
    """values: simple returns, shape (n_periods,), the first one from the starting cash. per_year: how many of
    them a year has in this data. period: what one covers, in words."""

    values: Floats
    per_year: float
    period: str


def elapsed_years(ts: Ints, timeframe: int) -> float:
    """From the first bar's open to the last bar's close."""
    return float(ts[-1] + timeframe - ts[0]) / YEAR


def period_returns(ts: Ints, timeframe: int, equity: Floats, cash: float, zone: str = "UTC") -> Returns:
    """Returns of the equity curve, shape (n_bars,), that began with ``cash``. zone: of the session days."""
    ends = np.arange(len(ts)) if timeframe >= DAY else Calendar(zone, timeframe).ends(ts)
    points = np.concatenate(([cash], equity[ends]))
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.diff(points) / points[:-1]
    return Returns(values, len(values) / elapsed_years(ts, timeframe), "day" if timeframe < DAY else "bar")


def total_return(equity: Floats, cash: float) -> float:
    """Fraction of the starting cash; 0.1 = 10 %."""
    return float(equity[-1]) / cash - 1.0


def cagr(ts: Ints, timeframe: int, equity: Floats, cash: float) -> float:
    """Growth a year over the real time elapsed; NaN when it is too large to be meant (a few hours)."""
    growth = float(equity[-1]) / cash
    if growth <= 0.0:
        return -1.0
    exponent = np.log(growth) / elapsed_years(ts, timeframe)
    return float(np.expm1(exponent)) if exponent < 50.0 else nan


def sharpe(returns: Returns) -> float:
    """Mean over sample standard deviation, annualised; NaN for fewer than 2 returns or none that vary."""
    values = returns.values
    if len(values) < 2:
        return nan
    spread = float(np.std(values, ddof=1))
    return float(np.mean(values)) / spread * sqrt(returns.per_year) if spread > 0.0 else nan


def sortino(returns: Returns) -> float:
    """Mean over the root mean square of the losses, annualised; NaN without a loss."""
    values = returns.values
    if len(values) < 2:
        return nan
    downside = sqrt(float(np.mean(np.minimum(values, 0.0) ** 2)))
    return float(np.mean(values)) / downside * sqrt(returns.per_year) if downside > 0.0 else nan


def max_drawdown(equity: Floats, cash: float) -> float:
    """Deepest fall from the highest equity so far (the starting cash counts), as a positive fraction."""
    peak, deepest = cash, 0.0
    for start in range(0, len(equity), PIECE):
        piece = equity[start : start + PIECE]
        peaks = np.maximum(np.maximum.accumulate(piece), peak)
        deepest = max(deepest, float((1.0 - piece / peaks).max()))
        peak = float(peaks[-1])
    return deepest


def win_rate(pnl: Floats) -> float:
    """Share of trades with a net gain; NaN without trades."""
    return float(np.mean(pnl > 0.0)) if len(pnl) else nan


def profit_factor(pnl: Floats) -> float:
    """Gains over losses; infinite without a loss, NaN without trades."""
    gains, losses = float(pnl[pnl > 0.0].sum()), -float(pnl[pnl < 0.0].sum())
    if losses > 0.0:
        return gains / losses
    return inf if gains > 0.0 else nan


def monthly_returns(
    ts: Ints, equity: Floats, cash: float, calendar: Calendar = UTC_DAYS
) -> list[tuple[str, float]]:
    """("2024-03", return) of every month of session days with a bar."""
    ends = calendar.ends(ts)
    month = calendar.days(ts[ends]).astype("datetime64[D]").astype("datetime64[M]")
    last = np.append(np.flatnonzero(month[1:] != month[:-1]), len(ends) - 1)
    points = np.concatenate(([cash], equity[ends[last]]))
    names = month[last].astype(str)
    return [
        (str(name), float(b / a - 1.0)) for name, a, b in zip(names, points[:-1], points[1:], strict=True)
    ]


def buy_and_hold(opens: Floats, closes: Floats, costs: Floats, cash: float) -> Floats:
    """Equity of equal shares of ``cash`` in every column, bought once and never sold.

    opens, closes: shape (n_bars, n_instruments), NaN = no bar. costs: fraction of the price, shape
    (n_instruments,). A share waits in cash until its column's first bar and stays at the last close after its
    last. Any fraction can be bought. Returns shape (n_bars,).
    """
    n_bars, width = closes.shape
    equity = np.zeros(n_bars)
    for column in range(width):
        value = _filled_forward(closes[:, column])
        first = int(np.argmax(~np.isnan(value)))
        if np.isnan(value[first]):
            equity += cash / width
            continue
        units = cash / width / (opens[first, column] * (1.0 + costs[column]))
        equity[:first] += cash / width
        for start in range(first, n_bars, PIECE):
            equity[start : start + PIECE] += units * value[start : start + PIECE]
    return equity


def _filled_forward(values: Floats) -> Floats:
    """The last known value at each row."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    rows: NDArray[np.int64] = np.where(missing, 0, np.arange(len(values)))
    return np.asarray(values[np.maximum.accumulate(rows)])
