"""Filters by name, or from a user's own file."""

import pytest

from filters.base import Filter
from filters.registry import FILTERS, load_filter
from filters.technical import TechnicalFilter
from market.errors import ConfigError
from strategies.signals import Signals
from tests.filters.market import panel_of, walk

MINE = '''
from dataclasses import dataclass
import numpy as np
from filters.opinions import Opinion

@dataclass(frozen=True)
class Coin:
    """A coin with a bias."""
    bias: float = 0.5
    warmup = 0
    name = "coin"

    def assess(self, signals, panel):
        return Opinion.answer(np.full(len(signals), self.bias))

    def explain(self, row, signals, panel):
        return {"p": self.bias}
'''


@pytest.mark.parametrize("name", FILTERS)
def test_a_registered_filter_loads_with_its_defaults(name):
    agent = load_filter(name, {})
    assert isinstance(agent, Filter)
    assert agent.name == name


def test_parameters_reach_the_filter():
    assert load_filter("technical", {"rsi": 9, "strength": 2}) == TechnicalFilter(rsi=9, strength=2.0)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("tecnical", {}, "filter 'tecnical' is unknown. Did you mean 'technical'"),
        ("regime", {"memroy": 9}, "no parameter 'memroy'. Did you mean 'memory'"),
        ("regime", {"memory": "long"}, "memory = 'long'; expected a whole number"),
        ("technical", {"rsi": 0}, "rsi = 0; expected a whole number of at least 2"),
    ],
)
def test_a_wrong_name_or_value_is_refused_with_the_nearest(name, parameters, words):
    with pytest.raises(ConfigError, match=words):
        load_filter(name, parameters)


def test_a_filter_of_ones_own_loads_from_its_file(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    agent = load_filter(f"{file}:Coin", {"bias": 0.7})
    assert isinstance(agent, Filter)
    panel = panel_of(walk(20))
    assert agent.assess(Signals.at([3, 4]), panel).p.tolist() == [0.7, 0.7]
    assert load_filter(str(file), {}).name == "coin"
