"""Carried on bar by bar, also while old bars are let go of, an indicator says what it says of the whole."""

import numpy as np
import pytest

from market import ta
from market.ta_carry import Carry
from tests.market.ta_cases import EVERY, PERIOD, random_bars


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("case", **EVERY)
def test_carried_on_it_is_the_whole(case, gaps):
    bars = random_bars(400, seed=3)
    if gaps:
        for column in bars.values():
            column[[7, 90, 91, 250]] = np.nan
    inputs, carry = case.inputs(bars), Carry()
    whole = case.batch(inputs)
    for stop in range(60, 401):
        start = stop // 100 * 50  # half of what was there goes every 100 bars
        with carry:
            found = case.batch([column[start:stop].copy() for column in inputs])
        assert found.tobytes() == whole[start:stop].tobytes()


def test_two_inputs_that_change_places_go_on_as_themselves():
    one, other, carry = random_bars(300, 1)["close"], random_bars(300, 2)["close"], Carry()
    for stop in range(100, 301):
        turned = stop % 3 == 0
        with carry:
            for values in (other, one) if turned else (one, other):
                start = 50 if stop > 200 else 0
                found = ta.EMA(values[start:stop].copy(), PERIOD)
                assert found.tobytes() == ta_alone(values[:stop])[start:].tobytes()


def ta_alone(values):
    import talib

    return talib.EMA(values, timeperiod=PERIOD)


def test_what_an_author_does_to_an_answer_is_his_own_affair():
    close, carry = random_bars(200)["close"], Carry()
    for stop in range(100, 201):
        with carry:
            ta.RSI(close[:stop], PERIOD)[:] = 0.0
    with carry:
        found = ta.RSI(close, PERIOD)
    assert found.tobytes() == ta.RSI(close, PERIOD).tobytes()


def test_what_never_goes_on_is_computed_whole_and_not_kept():
    """Such as a column that is divided by its own newest value."""
    close, carry = random_bars(600)["close"], Carry()
    for stop in range(100, 601):
        values = close[:stop] / close[stop - 1]
        with carry:
            found = ta.SMA(values, PERIOD)
        assert found.tobytes() == ta.SMA(values, PERIOD).tobytes()
    assert sum(len(calls) for calls in carry._kept.values()) <= 2


def test_outside_of_a_reading_nothing_is_carried():
    close, carry = random_bars(200)["close"], Carry()
    with carry:
        ta.EMA(close[50:], PERIOD)
    assert ta.EMA(close[51:], PERIOD).tobytes() == ta_alone(close[51:]).tobytes()
