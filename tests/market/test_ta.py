"""The laws of every indicator: TA-Lib's answer over the bars that exist, whatever is missing."""

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from market import ta
from market.errors import ConfigError, DataError
from market.ta_batch import INDICATORS
from tests.market.ta_cases import CASES, EVERY, PERIOD, as_tuple, bitcoin_hours, random_bars, same_bits

TALIB_NAMES = {
    "n": "timeperiod", "fast": "fastperiod", "slow": "slowperiod", "signal": "signalperiod",
    "width": "nbdevup", "k": "fastk_period", "smooth": "slowk_period", "d": "slowd_period",
}  # fmt: skip


def slow_twin(case, inputs):
    """The declared rule, written plainly: drop the rows that miss anything, ask TA-Lib, put NaN back."""
    present = ~np.any(np.isnan(np.stack(inputs)), axis=0)
    n_outputs = INDICATORS[case.name].outputs
    whole = np.full((len(present), n_outputs), np.nan)
    if present.any():
        options = {TALIB_NAMES[name]: value for name, value in case.options.items()}
        if case.name == "STOCH":  # the defaults of ours that differ from TA-Lib's
            options = {"fastk_period": 14, "slowk_period": 3, "slowd_period": 3}
        if case.name == "BBANDS":
            options |= {"nbdevup": 2.0, "nbdevdn": 2.0}
        found = getattr(talib, case.name)(*(column[present] for column in inputs), **options)
        whole[present] = np.stack(as_tuple(found), -1)
    return whole


@pytest.mark.parametrize("case", **EVERY)
def test_whole_history_is_talibs_own_answer(case):
    inputs = case.inputs(random_bars(3_000))
    assert same_bits(case.batch(inputs), slow_twin(case, inputs))


@pytest.mark.parametrize("case", **EVERY)
@given(data=st.data())
@settings(max_examples=40)
def test_missing_bars_are_as_if_they_had_never_been(case, data):
    """In one column or in all, at the start, in the middle, at the end."""
    n = data.draw(st.integers(1, 120))
    inputs = [column.copy() for column in case.inputs(random_bars(n, data.draw(st.integers(0, 9))))]
    rows = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=n, unique=True))
    for column in inputs[: data.draw(st.integers(1, len(inputs)))]:
        column[rows] = np.nan
    found = case.batch(inputs)
    assert same_bits(found, slow_twin(case, inputs))
    assert np.isnan(found[rows]).all()


@pytest.mark.parametrize("case", **EVERY)
def test_one_missing_bar_never_poisons_the_rest(case):
    inputs = [column.copy() for column in case.inputs(random_bars(500))]
    inputs[0][100] = np.nan
    known = ~np.isnan(case.batch(inputs)[:, 0])
    assert known[200:].all() and not known[100]


@pytest.mark.parametrize(
    "case", [case for case in CASES if INDICATORS[case.name].poisoned], ids=lambda c: c.name
)
@pytest.mark.parametrize("row", [0, 17, 100, 150_000, 199_999])
def test_what_is_declared_poisoned_by_talib_never_recovers(case, row):
    """So the search for missing bars may be skipped. A leading one is no poison: TA-Lib starts after it."""
    bars = random_bars(200_000)
    bars["close"][row] = np.nan
    found = as_tuple(getattr(talib, case.name)(bars["close"]))[0]
    assert np.isnan(found[-1]) == (row > 0)
    assert same_bits(case.batch([bars["close"]]), slow_twin(case, [bars["close"]]))


@pytest.mark.parametrize("case", **EVERY)
def test_of_a_panel_every_instrument_is_computed_by_itself(case):
    panels = {name: np.full((400, 3), np.nan) for name in random_bars(1)}
    for column, (start, stop) in enumerate([(0, 400), (50, 400), (0, 200)]):
        for name, values in random_bars(stop - start, column).items():
            panels[name][start:stop, column] = values
    found = case.batch(case.inputs(panels))
    for column in range(3):
        own = case.inputs({name: panel[:, column] for name, panel in panels.items()})
        assert same_bits(found[:, column], case.batch(own))


@pytest.mark.parametrize("case", **EVERY)
@pytest.mark.parametrize("n", [0, 1, 2, PERIOD - 1])
def test_a_history_shorter_than_the_window_is_all_unknown(case, n):
    found = case.batch(case.inputs(random_bars(n)))
    assert found.shape == (n, INDICATORS[case.name].outputs)
    if case.name not in ("OBV", "SAR"):  # these two begin with the first and second bar
        assert np.isnan(found).all()


@pytest.mark.parametrize("case", **EVERY)
def test_nothing_but_missing_bars_is_all_unknown(case):
    assert np.isnan(case.batch([np.full(50, np.nan) for _ in case.columns])).all()


@pytest.mark.parametrize("case", **EVERY)
def test_the_past_doesnt_depend_on_what_comes_later(case, real_data):
    inputs = [column[:3_000] for column in case.inputs(bitcoin_hours(real_data))]
    whole = case.batch(inputs)
    for n in (1, 15, 40, 700, 2_999):
        assert same_bits(whole[:n], case.batch([column[:n] for column in inputs]))


def test_whole_arrays_are_handed_over_without_a_copy(monkeypatch):
    close, seen = random_bars(100)["close"], []
    real = talib.SMA
    monkeypatch.setattr(
        talib, "SMA", lambda values, **options: seen.append(values) or real(values, **options)
    )
    ta.SMA(close, 5)
    assert len(seen) == 1 and seen[0] is close


def test_infinite_values_are_not_missing():
    close = random_bars(100)["close"].copy()
    close[50] = np.inf
    assert same_bits(ta.SMA(close, 5), talib.SMA(close, timeperiod=5))


def test_whole_numbers_are_read_as_prices():
    assert ta.SMA(np.arange(10), 4).tolist()[3:] == [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]


@pytest.mark.parametrize("case", [case for case in CASES if case.options], ids=lambda case: case.name)
@pytest.mark.parametrize("n", [0, -3, 100_001, 2.5, 14.0, "14", None])
def test_a_period_that_talib_doesnt_know_is_refused_by_name(case, n):
    inputs = case.inputs(random_bars(30))
    for where in (ta, ta.stream):
        with pytest.raises(
            ConfigError, match=rf"ta\.{case.name}: timeperiod = .*{n}.*expected a whole number"
        ):
            getattr(where, case.name)(*inputs, n=n)


@pytest.mark.parametrize("case", **EVERY)
def test_the_shortest_period_declared_is_the_shortest_talib_knows(case):
    least = INDICATORS[case.name].least
    inputs = case.inputs(random_bars(60))
    if case.options:
        getattr(ta, case.name)(*inputs, n=least)
        with pytest.raises(Exception, match="TA_BAD_PARAM"):
            getattr(talib, case.name)(*inputs, timeperiod=least - 1)


def test_a_factor_that_is_no_number_is_refused():
    with pytest.raises(ConfigError, match="nbdevup = nan; expected a number above 0"):
        ta.BBANDS(random_bars(30)["close"], 5, width=float("nan"))


def test_columns_of_different_lengths_are_refused():
    close = random_bars(30)["close"]
    with pytest.raises(DataError, match=r"ta\.ADX: got arrays of shapes \[\(30,\), \(29,\), \(30,\)\]"):
        ta.ADX(close, close[1:], close)
    with pytest.raises(DataError, match="expected one number per bar"):
        ta.stream.ADX(close, close[1:], close)


def test_a_recursion_has_forgotten_its_start_after_its_memory(real_data):
    """However wrong the start, what is left of it is below the dead band."""
    close = bitcoin_hours(real_data)["close"][:5_000]
    spoilt = close.copy()
    spoilt[:100] *= 1.5
    for indicator, share in ((ta.EMA, 2 / 51), (ta.EMA, 1.0), (ta.RSI, 1 / 14)):
        n = 1 if share == 1.0 else round(2 / share - 1) if indicator is ta.EMA else round(1 / share)
        a, b = indicator(close, n), indicator(spoilt, n)
        settled = 100 + ta.memory(share)
        assert np.nanmax(np.abs(a / b - 1)[settled:]) < 1e-10
        assert share == 1.0 or np.nanmax(np.abs(a / b - 1)[: settled // 2]) > 1e-6
