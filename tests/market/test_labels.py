"""Labels against their slow twin, and cases worked by hand from docs/desk-rules.md, section 8."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market import labels
from market.bars import Panel
from market.errors import ConfigError
from market.instruments import Fees, Instrument
from strategies.signals import BarrierUnit, Entry, SignalKind, Signals
from tests.market import labels_twin
from tests.market.labels_world import FREE, TICKED, panel_of, worlds


def label(said: Signals, panel: Panel, **rules):
    return labels.label(said.rows, panel, **{"touch": False, "targets_on_entry_bar": False, **rules})


def assert_as_the_twin_says(rows, panel, touch, on_entry_bar, factor):
    fast = labels.label(rows, panel, touch=touch, targets_on_entry_bar=on_entry_bar, cost_factor=factor)
    slow = labels_twin.label_all(rows, panel, touch, on_entry_bar, factor)
    assert [(f["seq"], f["matured_at"], f["entry_bar"]) for f in fast] == [s[:3] for s in slow]
    for one, (*_, ret) in zip(fast, slow, strict=True):
        if ret is None:
            assert one["y"] == -1 and np.isnan(one["ret"])
            continue
        assert one["ret"] == pytest.approx(ret, rel=1e-11, abs=1e-13)
        assert one["y"] == (ret > 0) or abs(ret) < 1e-13


@settings(max_examples=2000)
@given(worlds(), st.booleans(), st.booleans(), st.sampled_from((0.0, 1.0, 3.0)))
def test_labels_are_what_the_slow_twin_says(world, touch, on_entry_bar, factor):
    panel, rows = world
    assert_as_the_twin_says(rows, panel, touch, on_entry_bar, factor)


def test_labels_on_real_bars_are_what_the_slow_twin_says(real_data):
    import pyarrow.parquet as pq

    table = pq.read_table(real_data / "crypto/binance_spot_1h/BTCUSDT.parquet").slice(0, 3000)
    names = {"open": 0, "high": 1, "low": 2, "close": 3}
    bars = list(zip(*(table[name].to_numpy() for name in names), strict=True))
    instrument = Instrument("BTCUSDT@binance", ticks=((0.0, 0.01),), fees=Fees(0.001, 0.001), slippage=2e-4)
    panel = panel_of([instrument], [bars], 3_600_000_000_000)
    random = np.random.default_rng(7)
    rows = Signals.at(
        np.sort(random.integers(0, 3000, 300)),
        side=random.choice((-1, 1), 300),
        kind=random.choice((1, 1, 1, 2), 300),
        stop=0.01,
        target=0.02,
        trail=random.choice((np.nan, 0.008), 300),
        horizon=random.choice((0, 48), 300),
    ).rows
    assert_as_the_twin_says(rows, panel, False, False, 1.0)


def test_the_numbers_of_kinds_entries_and_units_are_those_of_signals():
    assert (labels.ENTER, labels.EXIT) == (SignalKind.ENTER, SignalKind.EXIT)
    assert (labels.MARKET, labels.LIMIT) == (Entry.MARKET, Entry.LIMIT)
    assert (labels.FRACTION, labels.POINTS) == (BarrierUnit.FRACTION, BarrierUnit.POINTS)


QUIET = (100.0, 100.0, 100.0, 100.0)
CASES = {
    "a stop is filled at its level": (
        [QUIET, QUIET, (100, 100, 98, 99)],
        {"stop": 0.01},
        (2, 1, -0.01),
    ),
    "a gap through the stop is filled at the open": (
        [QUIET, QUIET, (97, 98, 96, 97)],
        {"stop": 0.01},
        (2, 1, -0.03),
    ),
    "stop and target in one bar count as the stop": (
        [QUIET, QUIET, (100, 103, 98, 101)],
        {"stop": 0.01, "target": 0.02},
        (2, 1, -0.01),
    ),
    "an open beyond the target comes before a low beyond the stop": (
        [QUIET, QUIET, (103, 104, 90, 95)],
        {"stop": 0.01, "target": 0.02},
        (2, 1, 0.03),
    ),
    "the entry bar may stop": ([QUIET, (100, 103, 98, 101)], {"stop": 0.01}, (1, 1, -0.01)),
    "the entry bar takes no profit": (
        [QUIET, (100, 103, 100, 101), (101, 103, 101, 101)],
        {"target": 0.02},
        (2, 1, 0.02),
    ),
    "the horizon ends at the open of its bar": (
        [QUIET, QUIET, QUIET, (104, 110, 90, 100)],
        {"horizon": 2, "stop": 0.01},
        (3, 1, 0.04),
    ),
    "a horizon waits for the first bar with data": (
        [QUIET, QUIET, None, (101, 101, 101, 101)],
        {"horizon": 1},
        (3, 1, 0.01),
    ),
    "the trailing stop knows closed bars only": (
        [QUIET, (100, 110, 100, 110), (110, 120, 109, 120), (115, 115, 113, 114)],
        {"trail": 0.05},
        (3, 1, 0.14),
    ),
    "a buy limit waits for its price": (
        [QUIET, QUIET, (100, 100, 98, 99), QUIET],
        {"entry": Entry.LIMIT, "price": 99.0, "target": 0.01},
        (3, 2, 100 / 99 - 1),
    ),
    "a short gains what the price loses": (
        [QUIET, QUIET, (97, 98, 96, 97)],
        {"side": -1, "target": 0.02},
        (2, 1, 0.03),
    ),
    "a stop level above the entry's own open is filled at that open": (
        [QUIET, QUIET],
        {"unit": BarrierUnit.PRICE, "stop": 105.0},
        (1, 1, 0.0),
    ),
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_cases_worked_by_hand(case):
    bars, columns, expected = CASES[case]
    (found,) = label(Signals.at(0, **columns), panel_of([FREE], [bars]))
    assert (found["matured_at"], found["entry_bar"]) == expected[:2]
    assert found["ret"] == pytest.approx(expected[2], abs=1e-12)


@pytest.mark.parametrize(("low", "fills"), [(98.9, False), (98.8, True), (98.7, True)])
def test_a_limit_needs_one_tick_beyond_it_unless_touch_is_asked_for(low, fills):
    bars = [QUIET, (100, 100, low, 100), (100, 101, 100, 101)]
    ticked = Instrument("T@test", ticks=((0.0, 0.1),))
    said = Signals.at(0, entry=Entry.LIMIT, price=98.9, horizon=1)
    assert len(label(said, panel_of([ticked], [bars]))) == fills
    assert label(said, panel_of([ticked], [bars]), touch=True)["entry_bar"].tolist() == [1]


@pytest.mark.parametrize(("high", "fills"), [(102.0, False), (102.1, True), (102.2, True)])
def test_a_target_needs_one_tick_beyond_it_unless_touch_is_asked_for(high, fills):
    bars = [QUIET, QUIET, (100, high, 100, 101)]
    ticked = Instrument("T@test", ticks=((0.0, 0.1),))
    said = Signals.at(0, target=0.02)
    assert len(label(said, panel_of([ticked], [bars]))) == fills
    assert label(said, panel_of([ticked], [bars]), touch=True)["ret"] == pytest.approx(0.02)


def test_an_exit_closes_what_was_said_on_earlier_bars_only():
    said = Signals.merge([Signals.at(1, kind=SignalKind.EXIT), Signals.at([0, 1])])
    found = label(said, panel_of([FREE], [[QUIET] * 5]))
    assert found["seq"].tolist() == [0]
    assert found["matured_at"].tolist() == [2]


def test_an_entry_of_the_other_side_is_an_exit_event():
    said = Signals.merge([Signals.at(0), Signals.at(2, side=-1)])
    assert label(said, panel_of([FREE], [[QUIET] * 5]))["matured_at"].tolist() == [3]


def test_an_exit_before_the_limit_is_reached_leaves_a_void_label():
    bars = [QUIET, QUIET, QUIET, (100, 100, 98, 99), QUIET, QUIET]
    waiting = Signals.at(0, entry=Entry.LIMIT, price=99.0, horizon=1)
    assert len(label(waiting, panel_of([FREE], [bars]))) == 1
    said = Signals.merge([waiting, Signals.at(2, kind=SignalKind.EXIT)])
    void = label(said, panel_of([FREE], [bars]))
    assert void[["seq", "matured_at", "entry_bar", "y"]].tolist() == [(0, 2, -1, -1)]


def test_a_limit_that_ran_out_leaves_a_void_label_at_its_last_bar():
    said = Signals.at(0, entry=Entry.LIMIT, price=90.0, valid_bars=2)
    void = label(said, panel_of([FREE], [[QUIET] * 3]))
    assert void[["seq", "matured_at", "entry_bar", "y"]].tolist() == [(0, 2, -1, -1)]
    assert len(label(said, panel_of([FREE], [[QUIET] * 2]))) == 0


def test_another_strategy_or_instrument_does_not_exit():
    said = Signals.merge([Signals.at(0), Signals.at(1, kind=SignalKind.EXIT, strategy=1)])
    assert len(label(said, panel_of([FREE], [[QUIET] * 5]))) == 0
    said = Signals.merge([Signals.at(0), Signals.at(1, kind=SignalKind.EXIT, instrument=1)])
    assert len(label(said, panel_of([FREE, FREE], [[QUIET] * 5] * 2))) == 0


def test_fees_and_the_tax_of_the_sale_date_are_taken():
    taxed = Instrument(
        "T@test", fees=Fees(maker=0.001, taker=0.003), sell_taxes=(("2024-01-02", 0.01), ("2024-01-03", 0.02))
    )
    bars = [QUIET, QUIET, QUIET, (110, 110, 110, 110)]
    long = label(Signals.at(0, target=0.05), panel_of([taxed], [bars]))[0]["ret"]
    assert long == pytest.approx(0.10 - 0.003 - 0.001 * 1.1 - 0.02 * 1.1)
    short = label(Signals.at(0, side=-1, horizon=2), panel_of([taxed], [bars]))[0]["ret"]
    assert short == pytest.approx(-0.10 - 0.003 - 0.003 * 1.1 - 0.01)


def test_slippage_moves_market_fills_to_a_worse_tick():
    bars = [QUIET, QUIET, (100, 100, 100, 100)]
    (found,) = label(Signals.at(0, horizon=1), panel_of([TICKED], [bars]), cost_factor=0.01)
    # 0.004 % slips to the next tick of 0.5; the rest is fees of 0.002 % each way and a tax of 0.002 %
    expected = (99.5 - 100.5) / 100.5 - 2e-5 - (2e-5 + 2e-5) * 99.5 / 100.5
    assert found["ret"] == pytest.approx(expected, abs=1e-14)


def test_no_signals_no_labels():
    assert label(Signals.none(), panel_of([FREE], [[QUIET]])).dtype == labels.LABEL


def test_too_many_tick_steps_are_refused_by_number():
    many = Instrument("T@test", ticks=tuple((float(k), 1.0) for k in range(9)))
    with pytest.raises(ConfigError, match="9 tick steps"):
        label(Signals.at(0), panel_of([many], [[QUIET]]))
