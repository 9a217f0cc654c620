"""MarketRegimeFilter: regimes by causal evidence, and the strategy's own record in them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.regime import REGIMES, MarketRegimeFilter, breadth
from filters.track_record import track_record
from market import labels
from market.errors import ConfigError
from strategies.signals import SignalKind, Signals
from tests.filters.market import busy_market, panel_of, walk

SMALL = MarketRegimeFilter(trend=20, adx=5, volatility=5, ranks=40, memory=200)


def regime_at_the_end(closes):
    panel = panel_of(closes)
    told = MarketRegimeFilter().explain(0, Signals.at(len(panel) - 1), panel)
    assert sum(told[name] for name in REGIMES) == pytest.approx(1)
    return told["regime"]


def test_a_rise_is_bull_and_a_fall_is_bear():
    drift = np.arange(800) * 0.002
    noise = walk(800, seed=1, volatility=0.003).ravel()
    assert regime_at_the_end(noise * np.exp(drift)) == "bull"
    assert regime_at_the_end(noise * np.exp(-drift)) == "bear"


def test_a_market_that_goes_nowhere_is_sideways():
    assert regime_at_the_end(100 + np.sin(np.arange(800) * 1.7)) == "sideways"


def test_more_volatility_and_fewer_rising_instruments_are_more_bearish():
    from filters.regime import Evidence

    def bear(volatility, rising):
        one = [np.array([value]) for value in (0.0, 20.0, volatility, rising)]
        return Evidence(*one).probabilities()[0, 2]

    assert bear(0.9, 0.5) > bear(0.1, 0.5)
    assert bear(0.5, 0.1) > bear(0.5, 0.9)


def test_breadth_counts_instruments_that_rose_among_those_with_bars():
    close = np.array([[10.0, 10, 10, np.nan], [11, 9, 12, 5], [12, 8, np.nan, 6]])
    panel = panel_of(np.nan_to_num(close, nan=1.0), missing=np.isnan(close))
    assert breadth(panel, np.array([0, 1, 1, 2]), 1).tolist() == [0.5, 2 / 3, 2 / 3, 2 / 3]
    assert breadth(panel, np.array([2]), 2).tolist() == [0.5]


def slow_record(rows, panel, membership, memory):
    """The same counts, signal by signal."""
    matured = labels.label(rows, panel, touch=False, targets_on_entry_bar=False)
    matured = matured[matured["y"] >= 0]
    seen, won = np.zeros_like(membership), np.zeros_like(membership)
    for i, now in enumerate(rows):
        for label in matured:
            then = rows[label["seq"]]
            mine = (then["strategy"], then["side"]) == (now["strategy"], now["side"])
            fresh = then["bar"] > now["bar"] - memory
            known = label["matured_at"] <= now["bar"] and not np.isnan(membership[label["seq"], 0])
            if mine and fresh and known:
                seen[i] += membership[label["seq"]]
                won[i] += membership[label["seq"]] * label["y"]
    return seen, won


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from((1, 10, 90, 10_000)))
def test_the_record_counts_matured_signals_of_the_same_strategy_and_side(seed, memory):
    panel, signals = busy_market(300, seed)
    membership = np.random.default_rng(seed).dirichlet(np.ones(3), len(signals))
    membership[::7] = np.nan
    for fast, slow in zip(
        track_record(signals.rows, panel, membership, memory),
        slow_record(signals.rows, panel, membership, memory),
        strict=True,
    ):
        assert np.allclose(fast, slow, rtol=0, atol=1e-10)  # counted in parts of 2 ** -40


def test_a_strategy_that_wins_here_is_trusted_more_and_one_that_loses_less():
    panel = panel_of(walk(3000, seed=9, volatility=0.01))
    said = np.arange(100, 2990, 7)
    ahead = panel.close[said + 5, 0] - panel.open[said + 1, 0]
    seers = {side: Signals.at(said, side=np.where(ahead > 0, 1, -1) * side, horizon=4) for side in (1, -1)}
    agent = replace(SMALL, memory=2000)
    right, wrong = (agent.assess(seers[side], panel).p[-100:] for side in (1, -1))
    assert right.min() > 0.6
    assert wrong.max() < 0.4


def test_before_any_label_the_declared_prior_speaks():
    panel = panel_of(walk(900, seed=4))
    for side in (1, -1):
        told = MarketRegimeFilter().explain(0, Signals.at(899, side=side, stop=0.01, target=0.02), panel)
        priors = [told[f"{name}_prior"] for name in REGIMES]
        assert priors[1] == pytest.approx(1 / 3)
        assert all(side * (a - b) > 0 for a, b in pairwise(priors))
        assert told["p"] == pytest.approx(sum(told[name] * told[f"{name}_prior"] for name in REGIMES))


def test_an_open_trade_teaches_nothing():
    panel = panel_of(walk(900, seed=4))
    open_yet = Signals.at([880, 899], horizon=500)
    ended = Signals.at([880, 899], horizon=5)
    agent = MarketRegimeFilter()
    assert sum(agent.explain(1, open_yet, panel)[f"{name}_seen"] for name in REGIMES) == 0
    assert sum(agent.explain(1, ended, panel)[f"{name}_seen"] for name in REGIMES) == pytest.approx(1)


def test_what_is_older_than_the_memory_is_forgotten():
    panel = panel_of(walk(900, seed=4))
    said = Signals.at([600, 899], horizon=5)
    for memory, counted in ((300, 1), (299, 0)):
        told = MarketRegimeFilter(memory=memory).explain(1, said, panel)
        assert sum(told[f"{name}_seen"] for name in REGIMES) == pytest.approx(counted)


def test_exits_are_not_judged():
    panel = panel_of(walk(900, seed=4))
    assert np.isnan(MarketRegimeFilter().assess(Signals.at(899, kind=SignalKind.EXIT), panel).p).all()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"trend": 2}, "trend = 2; expected a whole number of at least 3"),
        ({"memory": 0}, "memory = 0; expected a whole number of at least 1"),
        ({"prior_signals": 0}, "prior_signals = 0; expected a number of at least 0.5"),
        ({"adx": "14"}, "adx = '14'"),
    ],
)
def test_a_parameter_out_of_range_is_refused_by_name_and_value(parameters, words):
    with pytest.raises(ConfigError, match=words):
        MarketRegimeFilter(**parameters)
