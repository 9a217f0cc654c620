"""How the markets of the benchmarks are made. The order of draws and operations is part of the definition.

minute bars   1,000,000 one-minute bars, 24/7: a geometric random walk of 60 % volatility with a U-shaped
              day and a small gap between close and next open. Prices are multiples of 0.01; SMA(20) and
              SMA(50) of the closes are never exactly equal, so that no crossing depends on rounding.
daily panel   500 symbols, 2,500 business days: one common factor and one of their own.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED = 20260101
MINUTE = 60_000_000_000  # ns


def minute_bars(n: int = 1_000_000) -> Floats:
    """Columns open, high, low, close, volume; shape (n, 5)."""
    draw = np.random.default_rng(SEED)
    shape = day_shape(n)
    sigma = 0.60 / np.sqrt(365 * 1440) * shape
    gap = 0.15 * sigma * draw.standard_normal(n)  # last close to this open
    gap[0] = 0
    body = sigma * draw.standard_normal(n)  # open to close
    close = 10_000.0 * np.exp(np.cumsum(gap + body) - 0.5 * np.cumsum(sigma**2))
    open_ = close * np.exp(-body + 0.5 * sigma**2)
    above = np.exp(np.abs(0.5 * sigma * draw.standard_normal(n)))
    below = np.exp(-np.abs(0.5 * sigma * draw.standard_normal(n)))
    opens, closes = cents(open_), without_ties(cents(close))
    highs = np.maximum(np.maximum(opens, closes), cents(np.maximum(open_, close) * above))
    lows = np.minimum(np.minimum(opens, closes), cents(np.minimum(open_, close) * below))
    volume = np.rint(np.exp(draw.normal(3.0, 0.7, n)) * shape * 1000) / 1000 + 0.001
    return np.column_stack([opens / 100, highs / 100, lows / 100, closes / 100, np.round(volume, 3)])


def day_shape(n: int) -> Floats:
    """Volatility through the day: high at midnight, low at noon; its mean square is 1."""
    minute = np.arange(n) % 1440
    shape = 0.6 + 0.8 * ((minute / 1440.0 - 0.5) * 2) ** 2
    shape /= np.sqrt((shape**2).mean())
    return shape


def cents(price: Floats) -> Ints:
    return np.rint(price * 100).astype(np.int64)


def without_ties(closes: Ints) -> Ints:
    """Raise closes by a cent until no SMA(20) equals an SMA(50): 5 x sum of 20 = 2 x sum of 50."""
    closes = closes.copy()
    for _ in range(50):
        total = np.concatenate([[0], np.cumsum(closes)])
        ties = np.flatnonzero(5 * (total[20:] - total[:-20])[30:] == 2 * (total[50:] - total[:-50])) + 49
        if not len(ties):
            return closes
        closes[ties] += 1
    raise AssertionError("ties of the two averages remain after 50 rounds")


def minute_ts(n: int) -> Ints:
    return np.datetime64("2023-01-01", "ns").astype(np.int64) + np.arange(n, dtype=np.int64) * MINUTE


def daily_panel(k: int = 500, n: int = 2500) -> Floats:
    """open, high, low, close, volume stacked: shape (5, n, k)."""
    draw = np.random.default_rng(SEED + 1)
    beta = draw.uniform(0.5, 1.5, k)
    own = draw.uniform(0.15, 0.45, k) / np.sqrt(252)
    drift = draw.normal(0.07, 0.10, k) / 252
    market = 0.16 / np.sqrt(252) * draw.standard_normal((n, 1))
    moves = drift + beta * market + own * draw.standard_normal((n, k))
    gap = 0.3 * own * draw.standard_normal((n, k))
    first = draw.uniform(20, 200, k)
    close = first * np.exp(np.cumsum(moves, 0))
    open_ = np.vstack([first, close[:-1]]) * np.exp(gap)
    high = np.maximum(open_, close) * np.exp(np.abs(0.5 * own * draw.standard_normal((n, k))))
    low = np.minimum(open_, close) * np.exp(-np.abs(0.5 * own * draw.standard_normal((n, k))))
    volume = np.rint(draw.lognormal(13, 1, (n, k)))
    opens, closes = priced(open_), priced(close)
    highs = np.maximum(priced(high), np.maximum(opens, closes))
    lows = np.minimum(priced(low), np.minimum(opens, closes))
    return np.stack([opens, highs, lows, closes, volume])


def priced(price: Floats) -> Floats:
    return np.maximum(np.round(price, 2), 0.01)


def business_days(n: int) -> NDArray[np.datetime64]:
    return np.busday_offset("2014-01-01", np.arange(n), roll="forward")


def month_ends(days: NDArray[np.datetime64], first: int) -> Ints:
    """Rows from ``first`` on that are followed by a day of another month."""
    month = days.astype("datetime64[M]")
    rows = np.flatnonzero(month[1:] != month[:-1])
    return rows[rows >= first]
