"""Where filters start: the driftless chance of the barriers."""

import numpy as np
import pytest

from filters.chance import driftless_chance, logistic
from strategies.signals import BarrierUnit, Entry, Signals
from tests.filters.market import panel_of, walk

PANEL = panel_of([100.0, 100.0, 100.0])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"stop": 0.01, "target": 0.02}, 1 / 3),
        ({"stop": 2.0, "target": 1.0, "unit": BarrierUnit.POINTS}, 2 / 3),
        ({"stop": 99.0, "target": 103.0, "unit": BarrierUnit.PRICE}, 1 / 4),
        ({"stop": 101.0, "target": 99.0, "unit": BarrierUnit.PRICE, "side": -1}, 1 / 2),
        (
            {"stop": 90.0, "target": 100.0, "unit": BarrierUnit.PRICE, "entry": Entry.LIMIT, "price": 98.0},
            8 / 10,
        ),
        ({"stop": 0.01}, 1 / 2),
        ({"target": 0.01}, 1 / 2),
        ({}, 1 / 2),
        ({"stop": 0.0001, "target": 0.1}, 0.05),
        ({"stop": 101.0, "target": 99.0, "unit": BarrierUnit.PRICE}, 1 / 2),  # both behind: nothing known
    ],
)
def test_the_chance_is_the_stop_over_stop_and_target(columns, expected):
    assert driftless_chance(Signals.at(1, **columns).rows, PANEL)[0] == pytest.approx(expected)


def test_a_driftless_market_agrees():
    """Fine bars of a fair game: the share of targets reached first is near stop / (stop + target)."""
    from dataclasses import replace

    from market import labels
    from market.instruments import Instrument

    panel = replace(panel_of(walk(60_000, seed=5, volatility=0.0005)), instruments=(Instrument("FAIR@test"),))
    said = Signals.at(np.arange(0, 55_000, 25), stop=0.01, target=0.02)
    found = labels.label(said.rows, panel, touch=True, targets_on_entry_bar=True)
    assert found["y"].mean() == pytest.approx(driftless_chance(said.rows, panel)[0], abs=0.05)


def test_no_score_makes_a_certainty():
    p = logistic(np.array([-1e9, 0.0, 1e9, np.nan]))
    assert 0 < p[0] < p[1] == 0.5 < p[2] < 1
    assert np.isnan(p[3])
