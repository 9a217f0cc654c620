"""What filters share of one panel."""

import gc
from dataclasses import replace

from filters import shared
from filters.places import places
from filters.regime import MarketRegimeFilter
from filters.technical import TechnicalFilter
from market import ta
from strategies.signals import Signals
from tests.filters.market import busy_market


def test_two_filters_compute_adx_once_per_panel_and_instrument(monkeypatch):
    calls = []
    computed = ta.ADX
    monkeypatch.setattr(ta, "ADX", lambda *columns: calls.append(1) or computed(*columns))
    panel, signals = busy_market(900)
    for agent in (TechnicalFilter(), MarketRegimeFilter(), TechnicalFilter()):
        agent.assess(signals, panel)
    assert len(calls) == 3
    MarketRegimeFilter(adx=7).assess(signals, panel)
    assert len(calls) == 6


def test_another_panel_shares_nothing_and_a_dead_one_is_forgotten():
    panel, _ = busy_market(900)
    higher = replace(panel, high=panel.high * 1.01)
    said = Signals.at(899)
    here, there = (shared.shared_adx(one, next(places(said.rows, one)), 14) for one in (panel, higher))
    assert here[-1] != there[-1]
    gc.collect()  # panels of other tests
    kept = len(shared._ADX)
    del higher
    gc.collect()
    assert len(shared._ADX) == kept - 1
