"""An indicator carried on bar by bar says what it says in batch, to the last bit."""

import inspect

import numpy as np
import pytest

from market import ta
from tests.market.ta_cases import EVERY, bitcoin_hours, random_bars, same_bits


def carried_on(case, inputs, start):
    """What the stream built from the first ``start`` bars says of every later bar."""
    handle = case.stream([column[:start] for column in inputs])
    later = zip(*(column[start:].tolist() for column in inputs), strict=True)
    return np.array([np.atleast_1d(handle.update(*bar)) for bar in later])


@pytest.mark.parametrize("case", **EVERY)
def test_stream_equals_batch_on_20_000_random_bars_from_any_start(case):
    inputs = case.inputs(random_bars(20_300))
    whole = case.batch(inputs)
    for start in (300, 0, 1, 27):
        stop = 20_300 if start == 300 else 400
        assert same_bits(carried_on(case, [column[:stop] for column in inputs], start), whole[start:stop])


@pytest.mark.parametrize("case", **EVERY)
def test_stream_equals_batch_on_real_bars(case, real_data):
    inputs = [column[:22_000] for column in case.inputs(bitcoin_hours(real_data))]
    assert same_bits(carried_on(case, inputs, 1_000), case.batch(inputs)[1_000:])


@pytest.mark.parametrize("case", **EVERY)
def test_missing_bars_are_skipped_alike(case):
    inputs = [column.copy() for column in case.inputs(random_bars(2_000, 5))]
    random = np.random.default_rng(1)
    for column in inputs:
        column[random.random(2_000) < 0.05] = np.nan
    inputs[0][:10] = np.nan
    whole = case.batch(inputs)
    for start in (0, 9, 12, 500):
        assert same_bits(carried_on(case, inputs, start), whole[start:])


@pytest.mark.parametrize("case", **EVERY)
def test_value_is_the_answer_for_the_last_bar(case):
    inputs = [column.copy() for column in case.inputs(random_bars(200))]
    handle = case.stream(inputs)
    assert same_bits(np.atleast_1d(handle.value), case.batch(inputs)[-1])
    handle.update(*[np.nan] * len(inputs))
    assert np.isnan(handle.value).all()
    inputs[0][-1] = np.nan
    assert np.isnan(case.stream(inputs).value).all()


@pytest.mark.parametrize("case", **EVERY)
def test_stream_takes_the_same_arguments_as_batch(case):
    batch, stream = (inspect.signature(getattr(where, case.name)).parameters for where in (ta, ta.stream))
    assert dict(batch) == dict(stream)
