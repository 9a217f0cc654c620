"""Candle patterns are TA-Lib's, read from a few bars."""

import numpy as np
import pytest

from market import candles


def talib_says(open, high, low, close):
    import talib

    scores = [getattr(talib, name)(open, high, low, close) / 100.0 for name in candles.PATTERNS]
    return np.clip(np.sum(scores, axis=0), -1.0, 1.0)


def random_bars(n, seed):
    """Bars in whole ticks, so that no mean hides a tie."""
    random = np.random.default_rng(seed)
    open = 10_000 + random.integers(-3, 4, n).cumsum()
    close = open + random.integers(-4, 5, n)
    high, low = (
        np.maximum(open, close) + random.integers(0, 5, n),
        np.minimum(open, close) - random.integers(0, 5, n),
    )
    return [column.astype(float) for column in (open, high, low, close)]


@pytest.mark.parametrize("seed", range(3))
def test_patterns_are_what_talib_says_of_the_whole_history(seed):
    bars = random_bars(40_000, seed)
    expected = talib_says(*bars)
    found = candles.patterns(*bars, np.arange(40_000))
    assert (found[candles.WINDOW :] == expected[candles.WINDOW :]).all()
    assert {-1.0, -0.8, 0.0, 0.8, 1.0} <= set(np.unique(found))


def test_every_pattern_occurs_in_the_random_bars():
    import talib

    bars = random_bars(40_000, 0)
    assert all((getattr(talib, name)(*bars) != 0).sum() > 3 for name in candles.PATTERNS)


def test_patterns_on_real_bars_are_what_talib_says(real_data):
    import pyarrow.parquet as pq

    table = pq.read_table(real_data / "crypto/binance_spot_1h/BTCUSDT.parquet")
    bars = [table[name].to_numpy().astype(float) for name in ("open", "high", "low", "close")]
    found = candles.patterns(*bars, np.arange(len(bars[0])))
    assert (found == talib_says(*bars))[candles.WINDOW :].all()


def test_a_pattern_sees_its_window_alone():
    bars = random_bars(3_000, 5)
    whole = candles.patterns(*bars, np.arange(3_000))
    for row in range(candles.WINDOW - 1, 3_000, 7):
        own = [column[row + 1 - candles.WINDOW : row + 1].copy() for column in bars]
        assert candles.patterns(*own, np.array([candles.WINDOW - 1]))[0] == whole[row]


def test_too_short_a_history_shows_no_pattern():
    assert (
        candles.patterns(*random_bars(50, 1), np.arange(-1, candles.WINDOW - 1)).tolist()
        == [0.0] * candles.WINDOW
    )
