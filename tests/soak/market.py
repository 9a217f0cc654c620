"""A made-up market of minute bars: instruments that wander, halt for a while, and now and then jump."""

import numpy as np

from market.bars import Panel
from market.instruments import Instrument

MINUTE = 60 * 10**9
DAY = 1_440  # bars
MONDAY = 1_736_726_400 * 10**9  # 2025-01-13 00:00 UTC


def market(days: int, symbols: int, seed: int) -> Panel:
    """``days`` of every minute. One bar in 300 is missing; each instrument halts for an hour now and then."""
    random, n = np.random.default_rng(seed), days * DAY
    moves = random.normal(0.0, 0.0008, (n, symbols)) + random.normal(0.0, 0.0004, (n, 1))
    moves += (random.random((n, symbols)) < 2e-5) * random.normal(0.0, 0.03, (n, symbols))
    close = np.round(100.0 * np.exp(np.cumsum(moves - moves.mean(axis=0), axis=0)), 2)
    open_ = np.vstack([close[:1], close[:-1]])
    high = np.round(np.maximum(open_, close) * (1 + np.abs(random.normal(0.0, 3e-4, close.shape))), 2) + 0.01
    low = np.round(np.minimum(open_, close) * (1 - np.abs(random.normal(0.0, 3e-4, close.shape))), 2) - 0.01
    volume = np.round(np.exp(random.normal(9.0, 0.8, close.shape)))
    gone = random.random(close.shape) < 1 / 300
    for start, symbol in zip(
        random.integers(0, n, 2 * days), random.integers(0, symbols, 2 * days), strict=True
    ):
        gone[start : start + 60, symbol] = True
    gone[:, 0] = False  # so that every minute has a bar
    prices = (np.where(gone, np.nan, each) for each in (open_, high, low, close, volume))
    instruments = tuple(Instrument(f"S{k:02d}@soak", lot=1.0) for k in range(symbols))
    return Panel(instruments, MINUTE, MONDAY + MINUTE * np.arange(n, dtype=np.int64), *prices)
