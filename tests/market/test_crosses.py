"""When lines cross, and that rounding at a tie is no cross."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import ta
from market.crosses import BAND, TIES, crosses_above, crosses_below
from market.errors import DataError
from tests.market.ta_cases import random_bars

LEVELS = st.lists(st.sampled_from([99.0, 100.0, 101.0, np.nan]), max_size=80)


def plainly(a, b):
    """Above now, not above before."""
    above = np.zeros(len(a), bool)
    above[1:] = (a[1:] > b[1:]) & (a[:-1] <= b[:-1])
    return above


def slow_twin(a, b, sign):
    """Bar by bar, looking back over ties for the last clear side, at most ``TIES`` bars."""
    found = []
    for i in range(len(a)):
        clear = [
            np.sign(x - y) if abs(x - y) > BAND * max(abs(x), abs(y)) else 0
            for x, y in zip(a, b, strict=True)
        ]
        missing = np.isnan(a) | np.isnan(b)
        k = i - 1
        while k >= 0 and not missing[k] and clear[k] == 0 and i - 1 - k < TIES:
            k -= 1
        before = 0 if k < 0 or missing[k] or i - 1 - k >= TIES + (clear[k] != 0) else clear[k]
        known = i > 0 and not missing[i] and not missing[i - 1]
        found.append(bool(known and clear[i] == sign and before != sign))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_without_ties_it_is_above_now_and_not_before(seed):
    random = np.random.default_rng(seed)
    a, b = random.standard_normal((2, 5_000)) + np.sin(np.arange(5_000) / 40.0)
    assert np.array_equal(crosses_above(a, b), plainly(a, b)) and plainly(a, b).sum() > 10
    assert np.array_equal(crosses_below(a, b), plainly(b, a))


@given(LEVELS, LEVELS)
def test_it_is_what_looking_back_over_ties_gives(first, second):
    n = min(len(first), len(second))
    a, b = np.array(first[:n]), np.array(second[:n])
    assert crosses_above(a, b).tolist() == slow_twin(a, b, 1)
    assert crosses_below(a, b).tolist() == slow_twin(a, b, -1)


@given(LEVELS)
def test_a_number_is_a_line_that_never_moves(levels):
    a = np.array(levels)
    assert np.array_equal(crosses_above(a, 100.0), crosses_above(a, np.full(len(a), 100.0)))
    assert np.array_equal(crosses_below(a, 100), crosses_below(a, np.full(len(a), 100.0)))


def test_touching_a_line_and_going_back_is_no_cross():
    a = np.array([101.0, 100.0, 101.0, 100.0, 99.0, 100.0, 101.0])
    assert crosses_above(a, 100.0).tolist() == [False] * 6 + [True]
    assert crosses_below(a, 100.0).tolist() == [False] * 4 + [True, False, False]


@given(st.lists(st.sampled_from([-1e-13, 0.0, 1e-13]), min_size=3, max_size=30), st.integers(0, 30))
def test_rounding_at_a_tie_neither_makes_nor_moves_a_cross(noise, rise):
    rise = min(rise, len(noise))
    a = np.concatenate([[99.0], 100.0 * (1 + np.array(noise[:rise])), [101.0]])
    assert np.flatnonzero(crosses_above(a, 100.0)).tolist() == [len(a) - 1]
    assert not crosses_below(a, 100.0).any()


def test_a_tie_remembers_the_side_before_it_for_a_while_only():
    for ties, seen in ((TIES, False), (TIES + 1, True)):
        a = np.concatenate([[101.0], np.full(ties, 100.0), [101.0]])
        assert crosses_above(a, 100.0)[-1] == seen


def test_a_cross_needs_both_lines_on_this_bar_and_the_one_before():
    a = np.array([99.0, np.nan, 101.0, 99.0, 101.0])
    assert crosses_above(a, 100.0).tolist() == [False, False, False, False, True]
    b = np.array([100.0, 100.0, 100.0, np.nan, 100.0])
    assert not crosses_above(a, b).any()


def test_no_cross_depends_on_more_bars_than_a_tie_remembers():
    random = np.random.default_rng(2)
    a = 100.0 + random.integers(-1, 2, 3_000) * (random.random(3_000) < 0.2)
    whole = crosses_above(a, 100.0)
    for row in range(TIES + 1, 3_000, 11):
        start = row - TIES - 1
        assert crosses_above(a[start : row + 1], 100.0)[-1] == whole[row]


def test_a_difference_of_prices_is_measured_in_the_prices_rounding():
    """MACD of a market that doesn't move is rounding around zero, and its signal line too."""
    close = np.concatenate([random_bars(300)["close"], np.full(700, 100.1)])
    line, mean, _ = ta.MACD(close)
    crossed = crosses_above(line, mean) | crosses_below(line, mean)
    scaled = crosses_above(line, mean, scale=close) | crosses_below(line, mean, scale=close)
    assert scaled[:300].sum() > 5 and not scaled[700:].any()
    assert np.array_equal(scaled[:300], crossed[:300])


def test_nothing_crosses_in_no_bars_and_in_one():
    for n in (0, 1):
        assert crosses_above(np.full(n, 1.0), np.full(n, 0.0)).tolist() == [False] * n
        assert crosses_below(np.full(n, 1.0), 0.0).tolist() == [False] * n


def test_lines_of_different_lengths_are_refused():
    with pytest.raises(DataError, match=r"a has shape \(3,\), b \(2,\); expected one value per bar"):
        crosses_above(np.zeros(3), np.zeros(2))
    with pytest.raises(DataError, match=r"a has shape \(3,\), scale \(4,\)"):
        crosses_below(np.zeros(3), 1.0, scale=np.zeros(4))
