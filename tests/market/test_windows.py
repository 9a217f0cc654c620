"""Finite windows: right, and the same whether the whole array is there or the window alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import windows
from tests.market.ta_cases import bitcoin_hours, random_bars, same_bits

ONE = {
    "mean": (windows.mean, np.mean),
    "highest": (windows.highest, np.max),
    "lowest": (windows.lowest, np.min),
    "percentile": (windows.percentile, lambda w: ((w < w[-1]).sum() + 0.5 * (w == w[-1]).sum()) / len(w)),
    "slope": (windows.slope, lambda w: np.polyfit(np.arange(len(w)), w, 1)[0]),
    "slope_t": (windows.slope_t, lambda w: t_statistic(w)),
    "volume_ratio": (windows.volume_ratio, lambda w: w[-1] / w[:-1].mean()),
}
EVERY = {"argvalues": list(ONE), "ids": list(ONE)}


def t_statistic(window):
    """By matrices, as textbooks do."""
    x = np.column_stack([np.ones(len(window)), np.arange(len(window))])
    found, rest, _, _ = np.linalg.lstsq(x, window, rcond=None)
    return found[1] / np.sqrt(rest[0] / (len(window) - 2) * np.linalg.inv(x.T @ x)[1, 1])


def width(name, n):
    """Bars that a window of n reads: the volume ratio's mean excludes the row."""
    return n + 1 if name == "volume_ratio" else n


@pytest.mark.parametrize("name", **EVERY)
@pytest.mark.parametrize("n", [3, 20, 61])
def test_each_answer_is_the_textbooks(name, n):
    ours, textbook = ONE[name]
    values = random_bars(300)["close"]
    rows = np.array([width(name, n) - 1, 100, 101, 299])
    expected = [textbook(values[row + 1 - width(name, n) : row + 1]) for row in rows]
    np.testing.assert_allclose(ours(values, n, rows), expected, rtol=1e-9)


@pytest.mark.parametrize("name", **EVERY)
def test_cutting_history_on_the_left_changes_no_bit(name, real_data):
    ours = ONE[name][0]
    values, n = bitcoin_hours(real_data)["close"], 30
    rows = np.arange(width(name, n), len(values), 97)
    whole = ours(values, n, rows)
    for row, answer in zip(rows[::7].tolist(), whole[::7], strict=True):
        for more in (0, 1, 5):
            own = values[max(0, row + 1 - width(name, n) - more) : row + 1].copy()
            assert same_bits(ours(own, n, np.array([len(own) - 1])), [answer])


@pytest.mark.parametrize("name", **EVERY)
def test_later_bars_and_other_rows_change_no_bit(name):
    ours = ONE[name][0]
    values = random_bars(500)["close"]
    every = ours(values, 12, np.arange(500))
    assert same_bits(ours(values[:200], 12, np.arange(200)), every[:200])
    assert same_bits(ours(values, 12, np.array([499, 40, 40])), every[[499, 40, 40]])


@pytest.mark.parametrize("name", **EVERY)
@given(missing=st.lists(st.integers(0, 59), max_size=4), n=st.integers(1, 70))
def test_a_window_is_unknown_when_incomplete_or_holding_a_missing_bar(name, missing, n):
    values = random_bars(60)["close"].copy()
    values[missing] = np.nan
    n_read = width(name, n)
    found = ONE[name][0](values, n, np.arange(60))
    needed = {"slope": 2, "slope_t": 3}.get(name, 1)
    for row in range(60):
        window = values[max(0, row + 1 - n_read) : row + 1]
        known = len(window) == n_read and not np.isnan(window).any() and n >= needed
        assert np.isnan(found[row]) != known


@pytest.mark.parametrize("name", **EVERY)
@pytest.mark.parametrize("n", [-1, 0])
def test_a_window_of_no_bars_is_unknown(name, n):
    assert np.isnan(ONE[name][0](random_bars(20)["close"], min(n, 0) - 1, np.arange(20))).all()


@pytest.mark.parametrize("name", **EVERY)
def test_rows_outside_the_array_are_unknown(name):
    found = ONE[name][0](random_bars(20)["close"], 3, np.array([-5, -1, 20, 10**9]))
    assert np.isnan(found).all()


def test_a_flat_window_has_no_slope_and_sits_in_the_middle():
    flat, rows = np.full(40, 0.1), np.array([39])
    for name in ("slope", "slope_t"):
        assert ONE[name][0](flat, 30, rows).tolist() == [0.0]
    assert windows.percentile(flat, 30, rows).tolist() == [0.5]


def test_an_exact_line_is_infinitely_certain():
    line, rows = np.arange(10.0, 30.0), np.array([19])
    assert windows.slope_t(line, 8, rows).tolist() == [np.inf]
    assert windows.slope_t(-line, 8, rows).tolist() == [-np.inf]


def test_volume_after_bars_without_trade_has_no_ratio():
    assert np.isnan(windows.volume_ratio(np.array([0.0, 0.0, 5.0]), 2, np.array([2]))).all()
