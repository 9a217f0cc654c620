"""What became of the signals, and why a run stays idle."""

from dataclasses import dataclass, replace

import numpy as np

from backtest.plan import Plan
from backtest.run import backtest
from desk.records import Action, Why
from desk.rules import SizeBy, SizingRules
from filters.opinions import Opinion
from market.bars import Panel
from report.decided import Decided
from strategies.signals import Signals
from tests.backtest.market import Coin, plan, walk, with_rules


def of(chosen: Plan) -> Decided:
    return backtest(chosen, variants=False).decided


def sized(chosen: Plan, sizing: SizingRules, **changes: object) -> Plan:
    (rules,) = chosen.pipeline.rules.strategies
    return with_rules(chosen, strategies=(replace(rules, sizing=sizing),), **changes)


def test_every_signal_is_counted_once() -> None:
    result = backtest(plan(), variants=False)
    found = result.decided
    assert found.signals == len(result.reading.signals) == len(result.run.decisions)
    assert found.bought + found.passed + found.held + found.sold == found.signals
    assert sum(count for _, count in found.reasons) == found.passed > 0
    ruled = np.count_nonzero(result.run.decisions["why"] == Why.RULE)
    assert dict(found.reasons)["below a filter's min_p"] == ruled
    assert found.bought == np.count_nonzero(result.run.decisions["action"] == Action.BUY) and not found.hints


def test_an_account_too_small_for_one_lot_is_told_what_a_lot_costs_and_what_to_do() -> None:
    small = sized(plan(filters=False), SizingRules(SizeBy.FRACTIONAL, notional=0.1), cash=50.0)
    found = of(small)
    assert found.bought == 0 and dict(found.reasons) == {"less than one lot": found.passed}
    (hint,) = found.hints
    told = hint.text.format(**hint.values)
    assert told.startswith("One lot of S0@test (lot = 1) was 9") and "account of 50.00 USD" in told
    assert "[instruments.S0] lot = 0.001" in told and "more cash" in told


def test_an_order_below_the_venue_s_smallest_says_which_that_is() -> None:
    panel = walk()
    picky = tuple(replace(each, min_quantity=1e6, min_notional=5e6) for each in panel.instruments)
    (hint,) = of(plan(replace(panel, instruments=picky), filters=False)).hints
    told = hint.text.format(**hint.values)
    assert "below 1,000,000 units or 5,000,000 USD" in told


def test_a_strategy_that_never_asks_is_said_to() -> None:
    (hint,) = of(plan(walk(n_bars=12), filters=False)).hints
    assert hint.text.startswith("The strategy never asked to enter")


def test_filters_that_stop_everything_are_named_with_the_remedy() -> None:
    @dataclass(frozen=True)
    class Never(Coin):
        def assess(self, signals: Signals, panel: Panel) -> Opinion:
            return Opinion.answer(np.full(len(signals), 0.01))

    chosen = plan()
    found = of(replace(chosen, pipeline=replace(chosen.pipeline, filters=(Never(),))))
    assert found.bought == 0 and "--no-filters" in found.hints[0].text


def test_shorts_that_are_forbidden_are_named() -> None:
    chosen = plan(filters=False)
    risk = replace(chosen.pipeline.rules.risk, long_only=True)
    result = backtest(with_rules(chosen, risk=risk), variants=False)
    assert dict(result.decided.reasons)["shorts not allowed"] > 0


def test_a_warm_up_longer_than_the_data_is_said_even_when_there_are_trades() -> None:
    chosen = plan(filters=False)
    ((name, strategy),) = chosen.pipeline.strategies
    slow = type(strategy)
    patient = type("Patient", (slow,), {"warmup": 5000})()
    pipeline = replace(chosen.pipeline, strategies=((name, patient),))
    (hint,) = of(replace(chosen, pipeline=pipeline)).hints
    told = hint.text.format(**hint.values)
    assert told.startswith("cross needs 5,000 bars to warm up, and the data have 600")
