"""Indicators against ChartSchool's worked sheets.

The sheets print few digits: tolerances are half a unit of their last one, or what that half becomes after the
division that the indicator ends with. Where a sheet starts its recursion otherwise than TA-Lib, it is given a
past in which both starts are the same: flat prices give an exponential mean the first price as its seed, and
Wilder's averages a zero; so agreement is to the last printed digit from the first row on. Only ADX starts
differently whatever the past (TA-Lib sums one bar less): there, what remains must fade as Wilder's mean does.
"""

import numpy as np
import pytest

from market import ta


@pytest.fixture
def sheet(real_data):
    def read(name):
        import pandas as pd

        return pd.read_csv(real_data / "reference/indicators" / f"cs-{name}.csv")

    return read


def column(frame, name):
    return frame[name].to_numpy(np.float64)


def prices(frame):
    return [column(frame, name) for name in ("High", "Low", "Close")]


def agree(found, expected, tolerance, least):
    """All the sheet's values, of which there are at least ``least``."""
    known = ~np.isnan(expected)
    assert known.sum() >= least
    assert np.abs(found - expected)[known].max() <= tolerance


def after_flat(values, n, indicator):
    """The indicator when n bars at the first price came before."""
    return indicator(np.concatenate([np.full(n, values[0]), values]))[n:]


def test_bollinger_bands(sheet):
    frame = sheet("bbands")
    close = column(frame, "Close")
    upper, middle, lower = ta.BBANDS(close, 20, 2.0)
    agree(middle, column(frame, "MiddleBand"), 1e-6, 23)
    agree(upper, column(frame, "HighBand"), 1e-6, 23)
    agree(lower, column(frame, "LowBand"), 1e-6, 23)
    agree(ta.STDDEV(close, 20), column(frame, "20-day Standard Deviation"), 1e-6, 23)


def test_cci(sheet):
    frame = sheet("cci")
    agree(ta.CCI(*prices(frame), 20), column(frame, "CCI"), 5e-5, 11)


def test_money_flow_index(sheet):
    frame = sheet("mfi")
    agree(ta.MFI(*prices(frame), column(frame, "Volume"), 14), column(frame, "MFI"), 5e-6, 16)


def test_on_balance_volume(sheet):
    frame = sheet("obv")
    volume = np.nan_to_num(column(frame, "Volume"))  # the sheet counts from 0 on the first day
    agree(ta.OBV(column(frame, "Close"), volume), column(frame, "OBV"), 0.0, 29)


def test_highest_and_lowest_of_donchian_channel(sheet):
    frame = sheet("dc")
    agree(ta.MAX(column(frame, "high"), 20), column(frame, "upper_band"), 0.0, 11)
    agree(ta.MIN(column(frame, "low"), 20), column(frame, "lower_band"), 0.0, 11)
    agree(ta.SMA(column(frame, "close"), 20), column(frame, "average"), 6e-6, 11)


def test_stochastic_rsi_from_highest_and_lowest(sheet):
    frame = sheet("stochrsi")
    rsi = column(frame, "RSI")
    top, bottom = ta.MAX(rsi, 14), ta.MIN(rsi, 14)
    agree((rsi - bottom) / (top - bottom), column(frame, "StochRSI(14)"), 5e-8, 6)


def test_rsi_from_averages_that_start_at_zero(sheet):
    frame = sheet("rsi")
    found = after_flat(column(frame, "Close"), 14, lambda close: ta.RSI(close, 14))
    agree(found, column(frame, "RSI"), 6e-7, 19)


def test_atr_when_the_first_bar_counts(sheet):
    """The sheet's first true range is high - low: what it is after a bar at the first close."""
    frame = sheet("atr")
    found = ta.ATR(*(np.concatenate([[column(frame, "Close")[0]], one]) for one in prices(frame)), 14)[1:]
    expected = column(frame, "ATR")
    agree(found, np.where(expected == 0.0, np.nan, expected), 6e-10, 17)  # the sheet's warm-up is written 0


def test_exponential_means_and_macd_seeded_with_the_first_price(sheet):
    frame = sheet("macd")
    close, n = column(frame, "Close"), 60
    agree(after_flat(close, n, lambda c: ta.EMA(c, 12)), column(frame, "short_ema"), 6e-9, 124)
    agree(after_flat(close, n, lambda c: ta.EMA(c, 26)), column(frame, "long_ema"), 6e-9, 124)
    agree(after_flat(close, n, lambda c: ta.MACD(c)[0]), column(frame, "MACD_line"), 6e-10, 123)


def test_macd_signal_from_the_sheets_own_start(sheet):
    """The sheet starts its signal line in row 3; ours comes from a flat past and nears it by 0.8 a bar."""
    frame = sheet("macd")
    expected = column(frame, "MACD_signal")[2:]
    line = np.concatenate([expected[:1], column(frame, "MACD_line")[3:]])
    agree(after_flat(line, 9, lambda macd: ta.EMA(macd, 9)), expected, 6e-10, 122)
    ours = after_flat(column(frame, "Close"), 60, lambda c: ta.MACD(c)[1])[2:]
    np.testing.assert_allclose(ours - expected, (ours - expected)[0] * 0.8 ** np.arange(len(ours)), atol=1e-9)


def test_percentage_price_oscillator_from_exponential_means(sheet):
    frame = sheet("ppo")
    close = column(frame, "Close")
    fast, slow = (after_flat(close, 26, lambda c, n=n: ta.EMA(c, n)) for n in (12, 26))
    agree(100.0 * (fast / slow - 1.0), column(frame, "PPO"), 6e-10, 40)


@pytest.mark.parametrize(
    ("name", "indicator", "settled"),
    [("ADX", ta.ADX, 300), ("+DI14", ta.PLUS_DI, 250), ("-DI14", ta.MINUS_DI, 250)],
)
def test_directional_movement_once_the_different_start_has_faded(sheet, name, indicator, settled):
    """(13/14)^300 is 2e-10; the sheet prints 7 decimals."""
    frame = sheet("adx")
    apart = np.abs(indicator(*prices(frame), 14) - column(frame, name))
    assert np.nanmax(apart[settled:]) <= 1e-7
    assert 0.1 < np.nanmax(apart) < 0.8  # points of 100, at the very start
