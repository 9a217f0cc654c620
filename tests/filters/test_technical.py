"""TechnicalFilter: what speaks for and against a signal."""

from dataclasses import replace

import numpy as np
import pytest

from filters.technical import PIECES, TechnicalFilter
from market.errors import ConfigError
from strategies.signals import Signals
from tests.filters.market import panel_of, walk

NAMES = [piece.name for piece in PIECES]


def at_the_end(closes, **columns):
    panel = panel_of(closes)
    said = Signals.at(len(panel) - 1, **columns)
    return said, panel


def rise(n=600, step=0.002):
    return 100 * np.exp(np.cumsum(step + 0.002 * np.sin(np.arange(n) / 3.0)))


def test_a_rise_speaks_for_a_long_and_against_a_short():
    agent = TechnicalFilter()
    (long,) = agent.assess(*at_the_end(rise(), side=1)).p
    (short,) = agent.assess(*at_the_end(rise(), side=-1)).p
    assert long > 0.5 > short


def test_side_adjusted_pieces_turn_with_the_side():
    agent = TechnicalFilter()
    said, panel = at_the_end(walk(600, seed=11))
    long = agent.explain(0, said, panel)
    short = agent.explain(0, Signals.at(len(panel) - 1, side=-1), panel)
    for name in ("momentum", "macd", "trend", "candles"):
        assert short[name] == -long[name]
    assert short["volume"] == long["volume"]


def test_every_piece_stays_within_one():
    panel = panel_of(walk(3000, seed=2, volatility=0.02))
    evidence = TechnicalFilter().evidence(Signals.at(np.arange(3000)).rows, panel)
    known = evidence[~np.isnan(evidence[:, 0])]
    assert np.abs(known).max() <= 1
    assert (known.std(axis=0) > 0.01).all(), dict(zip(NAMES, known.std(axis=0), strict=True))


def test_a_run_far_gone_counts_against_the_signal():
    told = TechnicalFilter().explain(0, *at_the_end(100 * np.exp(np.arange(500) * 0.004)))
    assert told["stretch"] == 1
    assert told["stretch_adds"] < 0


def test_without_strength_only_the_barriers_speak():
    said, panel = at_the_end(rise(), stop=0.01, target=0.03)
    assert TechnicalFilter(strength=0.0).assess(said, panel).p[0] == pytest.approx(0.25)


def test_the_log_odds_are_the_barriers_and_what_the_pieces_add():
    told = TechnicalFilter().explain(0, *at_the_end(rise(), stop=0.01, target=0.02))
    score = np.log(0.5) + sum(told[f"{name}_adds"] for name in NAMES)
    assert told["p"] == pytest.approx(1 / (1 + np.exp(-score)))


def test_a_market_that_stands_still_says_nothing():
    said, panel = at_the_end(np.full(600, 100.0))
    still = replace(panel, high=panel.close, low=panel.close)
    told = TechnicalFilter().explain(0, said, still)
    assert [told[name] for name in ("momentum", "stretch", "macd", "trend")] == [0, 0, 0, 0]


@pytest.mark.parametrize("volume", [0.0, np.nan])
def test_missing_volume_is_no_evidence(volume):
    said, panel = at_the_end(rise())
    panel.volume[:] = volume
    assert TechnicalFilter().explain(0, said, panel)["volume"] == 0


def test_more_volume_than_usual_confirms():
    said, panel = at_the_end(rise())
    panel.volume[:] = 10.0
    panel.volume[-1] = 40.0
    assert TechnicalFilter().explain(0, said, panel)["volume"] > 0.9


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"rsi": 1}, "rsi = 1; expected a whole number of at least 2"),
        ({"slow": 12}, "slow = 12; expected a whole number of at least 13"),
        ({"adx": 14.5}, "adx = 14.5; expected a whole number"),
        ({"strength": -1.0}, "strength = -1.0; expected a number of at least 0"),
        ({"strength": float("nan")}, "strength = nan"),
        ({"volume": True}, "volume = True"),
    ],
)
def test_a_parameter_out_of_range_is_refused_by_name_and_value(parameters, words):
    with pytest.raises(ConfigError, match=words):
        TechnicalFilter(**parameters)
