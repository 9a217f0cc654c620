"""The desk's rules by example, every number worked out by hand from docs/desk-rules.md."""

import math
from dataclasses import replace

import numpy as np
import pytest

from desk.records import Action, Cap, Cause, OrderEventKind, Outcome, Reason, Why
from desk.rules import (
    Act,
    DecisionRules,
    ExecutionRules,
    FillRules,
    FilterRules,
    LimitFill,
    RiskRules,
    RungWeights,
    SizeBy,
    SizingRules,
    Style,
    Tie,
)
from market.instruments import Fees, Instrument
from strategies.signals import BarrierUnit, Entry, SignalKind
from tests.desk.desks import EVERY_DESK, Ran, Run
from tests.desk.scenes import DAY_NS, costing, said, scene

every_desk = pytest.mark.parametrize("run", EVERY_DESK)
FLAT = (100.0, 100.0, 100.0, 100.0)
POINTS, PRICE = BarrierUnit.POINTS, BarrierUnit.PRICE


def _fills(ran: Ran) -> list[tuple[int, int, object, Reason]]:
    """(bar, signed lots, price, reason) of every fill."""
    return [
        (
            int(f["bar"]),
            int(f["side"] * f["lots"]),
            pytest.approx(float(f["price"])),
            Reason(int(f["reason"])),
        )
        for f in ran.fills
    ]


@every_desk
def test_a_market_order_fills_at_the_next_open_with_slippage_rounded_against_the_trader(run: Run) -> None:
    instrument = costing(slippage=0.001, ticks=((0.0, 0.5),))
    exits = said(1, kind=SignalKind.EXIT)
    ran = run(scene([FLAT, FLAT, FLAT], [said(0), exits], instrument=instrument))
    assert _fills(ran) == [(1, 10, 100.5, Reason.ENTRY), (2, -10, 99.5, Reason.SIGNAL)]
    assert ran.equity[-1] == pytest.approx(1_000_000 - 10)
    assert ran.fills["slippage"].tolist() == pytest.approx([5.0, 5.0])


@every_desk
def test_a_gap_through_the_stop_fills_at_the_open(run: Run) -> None:
    bars = [FLAT, FLAT, (90.0, 99.0, 89.0, 95.0)]
    ran = run(scene(bars, [said(0, stop=0.05)], instrument=costing(slippage=0.01)))
    assert _fills(ran) == [(1, 10, 101.0, Reason.ENTRY), (2, -10, 89.1, Reason.STOP)]
    assert ran.trades["outcome"].tolist() == [Outcome.STOP_LOSS]


@every_desk
@pytest.mark.parametrize(
    ("tie", "price", "reason"), [(Tie.WORST, 95.0, Reason.STOP), (Tie.BEST, 110.0, Reason.TARGET)]
)
def test_both_barriers_in_one_bar_are_ambiguous(run: Run, tie: Tie, price: float, reason: Reason) -> None:
    bars = [FLAT, FLAT, (100.0, 111.0, 94.0, 100.0)]
    world = scene(
        bars,
        [said(0, stop=5.0, target=10.0, unit=POINTS)],
        fills=FillRules(tie=tie, limit_fill=LimitFill.TOUCH),
    )
    ran = run(world)
    assert _fills(ran)[1:] == [(2, -10, price, reason)]
    assert ran.ambiguous_bars == 1


@every_desk
@pytest.mark.parametrize("allowed", [False, True])
def test_a_target_counts_on_the_entry_bar_only_when_told_so(run: Run, allowed: bool) -> None:
    bars = [FLAT, (100.0, 120.0, 100.0, 100.0), (100.0, 120.0, 100.0, 100.0)]
    fills = FillRules(limit_fill=LimitFill.TOUCH, targets_on_entry_bar=allowed)
    ran = run(scene(bars, [said(0, target=0.1)], fills=fills))
    assert _fills(ran)[1:] == [(1 if allowed else 2, -10, 110.0, Reason.TARGET)]


@every_desk
def test_a_stop_counts_on_the_entry_bar(run: Run) -> None:
    ran = run(scene([FLAT, (100.0, 100.0, 90.0, 100.0)], [said(0, side=1, stop=0.05)]))
    assert _fills(ran)[1:] == [(1, -10, 95.0, Reason.STOP)]


@every_desk
def test_a_short_position_mirrors_a_long_one(run: Run) -> None:
    bars = [FLAT, FLAT, (100.0, 106.0, 99.0, 104.0)]
    ran = run(scene(bars, [said(0, side=-1, stop=0.05)]))
    assert _fills(ran) == [(1, -10, 100.0, Reason.ENTRY), (2, 10, 105.0, Reason.STOP)]
    assert ran.trades["pnl"].tolist() == pytest.approx([-50.0])


@every_desk
def test_a_trailing_stop_follows_the_highs_of_closed_bars_only(run: Run) -> None:
    bars = [FLAT, (100.0, 104.0, 100.0, 104.0), (104.0, 120.0, 102.5, 110.0), (110.0, 111.0, 100.0, 101.0)]
    ran = run(scene(bars, [said(0, trail=3.0, stop=5.0, unit=POINTS)]))
    assert _fills(ran)[1:] == [(3, -10, 110.0, Reason.TRAIL)]  # 120 - 3 lies above the open of 110
    looser = run(scene(bars, [said(0, trail=1.25, stop=5.0, unit=POINTS)]))
    assert _fills(looser)[1:] == [(2, -10, 102.75, Reason.TRAIL)]  # 104 - 1.25, not 120 - 1.25


@every_desk
@pytest.mark.parametrize(("rule", "bar"), [(LimitFill.TOUCH, 1), (LimitFill.THROUGH, 2)])
def test_a_limit_waits_for_the_market_to_reach_it(run: Run, rule: LimitFill, bar: int) -> None:
    bars = [FLAT, (100.0, 100.0, 98.0, 99.0), (99.0, 99.0, 97.5, 98.0), (97.0, 97.0, 97.0, 97.0)]
    world = scene(
        bars,
        [said(0, entry=Entry.LIMIT, price=98.2)],
        instrument=costing(ticks=((0.0, 0.5),), fees=Fees(maker=0.001, taker=0.01)),
        fills=FillRules(limit_fill=rule),
    )
    ran = run(world)
    assert _fills(ran) == [(bar, 10, 98.0, Reason.ENTRY)]
    assert ran.fills["fee"][0] == pytest.approx(0.98)


@every_desk
def test_a_limit_that_waits_too_long_expires(run: Run) -> None:
    world = scene([FLAT] * 4, [said(0, entry=Entry.LIMIT, price=90.0, valid_bars=2)])
    orders = run(world).orders
    assert [(OrderEventKind(int(o["event"])), int(o["bar"])) for o in orders] == [
        (OrderEventKind.SENT, 0),
        (OrderEventKind.EXPIRED, 2),
    ]


@every_desk
def test_a_stop_entry_filled_in_part_becomes_a_market_order(run: Run) -> None:
    bars = [(*FLAT, 100.0), (100.0, 105.0, 100.0, 104.0, 60.0), (98.0, 98.0, 97.0, 98.0, 80.0)]
    world = scene(bars, [said(0, entry=Entry.STOP, price=102.0)], fills=FillRules(participation=0.1))
    assert _fills(run(world)) == [(1, 6, 102.0, Reason.ENTRY), (2, 4, 98.0, Reason.ENTRY)]


@every_desk
def test_what_volume_leaves_of_a_stop_goes_at_the_next_open(run: Run) -> None:
    bars = [
        (*FLAT, 100.0),
        (*FLAT, 100.0),
        (100.0, 100.0, 90.0, 96.0, 40.0),
        (97.0, 99.0, 97.0, 98.0, 100.0),
        (98.0, 99.0, 98.0, 98.0, 100.0),
    ]
    world = scene(bars, [said(0, stop=0.02, target=0.5)], fills=FillRules(participation=0.1))
    ran = run(world)
    assert _fills(ran)[1:] == [
        (2, -4, 98.0, Reason.STOP),
        (3, -4, 97.0, Reason.STOP),
        (4, -2, 98.0, Reason.STOP),
    ]
    assert ran.trades["exit"].tolist() == pytest.approx([(4 * 98 + 4 * 97 + 2 * 98) / 10])


@every_desk
def test_twap_rolls_what_a_slice_left_into_the_next(run: Run) -> None:
    bars = [(*FLAT, 20.0), (*FLAT, 20.0), (*FLAT, 50.0), (*FLAT, 50.0), (*FLAT, 100.0)]
    world = scene(
        bars,
        [said(0)],
        execution=ExecutionRules(entry=Style.TWAP, slices=3),
        fills=FillRules(participation=0.1),
    )
    ran = run(world)
    assert _fills(ran) == [
        (1, 2, 100.0, Reason.ENTRY),  # of 3, 2 are allowed
        (2, 2, 100.0, Reason.ENTRY),  # of 1 + 3, 2 are allowed
        (3, 5, 100.0, Reason.ENTRY),  # of 2 + 4, 5 are allowed
        (4, 1, 100.0, Reason.ENTRY),
    ]
    assert (ran.orders["cause"] == Cause.ROLLED).sum() == 2


@every_desk
@pytest.mark.parametrize(
    ("least", "lots"), [({}, [3, 3, 4]), ({"min_quantity": 4.0}, [5, 5]), ({"min_notional": 501.0}, [10])]
)
def test_no_slice_is_smaller_than_the_venue_takes(run: Run, least: dict[str, float], lots: list[int]) -> None:
    instrument = Instrument("X@test", **least)
    for style in (Style.TWAP, Style.LADDER):
        rules = ExecutionRules(entry=style, slices=3, rungs=3, step=0.0001, weights=RungWeights.EQUAL)
        ran = run(scene([FLAT] * 5, [said(0)], execution=rules, instrument=instrument))
        sent = ran.orders[ran.orders["event"] == OrderEventKind.SENT]
        assert sent["lots"].tolist() == lots


@every_desk
def test_a_ladder_buys_below_and_expires(run: Run) -> None:
    bars = [FLAT, (100.0, 100.0, 99.0, 99.5), (99.5, 99.5, 98.5, 99.0), FLAT]
    rules = ExecutionRules(entry=Style.LADDER, rungs=3, step=0.01, weights=RungWeights.LINEAR, ladder_bars=2)
    ran = run(scene(bars, [said(0)], execution=rules))
    assert ran.orders["lots"].tolist() == [1, 4, 5, 5]  # 10 * 1/6, 10 * 3/6, 10; then what is left
    assert _fills(ran) == [(1, 1, 100.0, Reason.ENTRY), (1, 4, 99.0, Reason.ENTRY)]
    last = ran.orders[-1]
    assert (last["event"], last["bar"], last["price"]) == (OrderEventKind.EXPIRED, 2, 98.0)


@every_desk
def test_an_exit_ladder_ends_at_market(run: Run) -> None:
    bars = [FLAT, FLAT, FLAT, (100.5, 101.0, 100.0, 100.0), FLAT, (99.0, 99.0, 99.0, 99.0)]
    rules = ExecutionRules(exit=Style.LADDER, rungs=2, step=0.01, ladder_bars=2)
    ran = run(scene(bars, [said(0), said(2, kind=SignalKind.EXIT)], execution=rules))
    assert _fills(ran)[1:] == [
        (3, -5, 100.5, Reason.SIGNAL),
        (3, -5, 101.0, Reason.SIGNAL),
    ]
    still = [FLAT, FLAT, FLAT, (99.0, 99.5, 98.0, 99.0), (99.0, 99.0, 99.0, 99.0), (98.0, 98.0, 98.0, 98.0)]
    ran = run(scene(still, [said(0), said(2, kind=SignalKind.EXIT)], execution=rules))
    assert _fills(ran)[1:] == [(5, -10, 98.0, Reason.SIGNAL)]


@every_desk
def test_a_horizon_of_two_bars_leaves_at_the_open_after_them(run: Run) -> None:
    ran = run(scene([FLAT] * 5, [said(0, horizon=2)]))
    assert _fills(ran)[1:] == [(3, -10, 100.0, Reason.TIME)]


@every_desk
def test_an_opposite_entry_closes_and_turns(run: Run) -> None:
    ran = run(scene([FLAT] * 4, [said(0), said(1, side=-1)]))
    assert _fills(ran)[1:] == [(2, -10, 100.0, Reason.REVERSE), (2, -10, 100.0, Reason.ENTRY)]


@every_desk
def test_a_rejected_opposite_entry_still_closes(run: Run) -> None:
    ran = run(scene([FLAT] * 4, [said(0), said(1, side=-1)], risk=RiskRules(long_only=True)))
    assert _fills(ran)[1:] == [(2, -10, 100.0, Reason.REVERSE)]
    assert ran.decisions["why"].tolist() == [Why.NONE, Why.LONG_ONLY]


@every_desk
def test_a_weight_moves_the_position_to_what_it_asks(run: Run) -> None:
    signals = [said(0, weight=0.5), said(1, weight=0.8), said(2, weight=0.8), said(3, weight=0.1)]
    ran = run(scene([FLAT] * 5, signals, cash=1_000.0))
    assert _fills(ran) == [
        (1, 5, 100.0, Reason.ENTRY),
        (2, 3, 100.0, Reason.ENTRY),
        (4, -7, 100.0, Reason.RESIZE),
    ]
    assert ran.decisions["action"].tolist() == [Action.BUY, Action.BUY, Action.HOLD, Action.SELL]


@every_desk
def test_fixed_fractional_loses_its_fraction_at_the_stop(run: Run) -> None:
    sizing = SizingRules(by=SizeBy.FRACTIONAL, risk=0.01, reserve=0.0)
    instrument = costing(slippage=0.001, multiplier=10.0)
    ran = run(scene([FLAT, FLAT], [said(0, stop=0.02)], sizing=sizing, instrument=instrument))
    assert ran.decisions["lots"].tolist() == [10_000 // 21]  # 2 points and 0.1 of slippage, times 10


@every_desk
def test_the_first_of_the_tightest_caps_is_named(run: Run) -> None:
    sizing = SizingRules(by=SizeBy.FIXED, quantity=50.0, max_notional=0.003)
    ran = run(scene([FLAT, FLAT], [said(0)], sizing=sizing, risk=RiskRules(max_position=30.0)))
    assert (ran.decisions["lots"][0], ran.decisions["cap"][0]) == (30, Cap.NOTIONAL)


@every_desk
def test_fees_in_what_was_bought_come_off_in_whole_lots(run: Run) -> None:
    instrument = costing(fees=Fees(taker=0.025, currency="base"))
    ran = run(scene([FLAT] * 4, [said(0), said(1, kind=SignalKind.EXIT)], instrument=instrument))
    assert _fills(ran) == [(1, 10, 100.0, Reason.ENTRY), (2, -9, 100.0, Reason.SIGNAL)]
    assert ran.fills["fee"].tolist() == pytest.approx([25.0, 22.5])
    assert ran.equity[1] == pytest.approx(1_000_000 - 25)  # 9 lots and 0.75 of dust


@every_desk
def test_being_short_costs_a_year_s_rate_by_the_day(run: Run) -> None:
    ran = run(scene([FLAT] * 4, [said(0, side=-1)], instrument=costing(borrow=0.365)))
    assert ran.equity.tolist() == pytest.approx([1e6, 1e6, 1e6 - 1, 1e6 - 2])


@every_desk
@pytest.mark.parametrize(
    ("long", "owed"), [(0, [0, 0, 1, 2]), (4, [0, 0, 0.6, 1.2]), (10, [0] * 4), (15, [0] * 4)]
)
def test_lots_that_another_strategy_is_long_are_not_borrowed(run: Run, long: int, owed: list[float]) -> None:
    world = scene([FLAT] * 4, [said(0, side=-1), said(0, strategy=1)], instrument=costing(borrow=0.365))
    (short,) = world.rules.strategies
    other = replace(short, sizing=SizingRules(by=SizeBy.FIXED, quantity=float(long)))
    ran = run(replace(world, rules=replace(world.rules, strategies=(short, other))))
    assert ran.equity.tolist() == pytest.approx([1e6 - each for each in owed])


@every_desk
def test_what_is_no_longer_held_against_a_short_is_borrowed_from_the_next_bar_on(run: Run) -> None:
    signals = [said(0, side=-1), said(0, strategy=1), said(2, strategy=1, kind=SignalKind.EXIT)]
    world = scene([FLAT] * 6, signals, instrument=costing(borrow=0.365))
    ran = run(replace(world, rules=replace(world.rules, strategies=world.rules.strategies * 2)))
    assert ran.equity.tolist() == pytest.approx([1e6, 1e6, 1e6, 1e6, 1e6 - 1, 1e6 - 2])


@every_desk
def test_a_daily_loss_stops_entries_until_tomorrow(run: Run) -> None:
    down = (90.0, 90.0, 90.0, 90.0)
    signals = [said(0), said(2), said(4)]
    bars = [FLAT, FLAT, down, down, down, down]
    world = scene(bars, [said(0, stop=0.05), *signals[1:]], risk=RiskRules(max_daily_loss=5e-5))
    daily = run(world)
    assert daily.decisions["why"].tolist() == [Why.NONE, Why.STATE, Why.NONE]
    assert _fills(daily)[1:] == [(2, -10, 90.0, Reason.STOP), (5, 10, 90.0, Reason.ENTRY)]


@every_desk
def test_a_drawdown_stops_entries_for_good(run: Run) -> None:
    down = (90.0, 90.0, 90.0, 90.0)
    signals = [said(0, stop=0.05), said(2), said(4)]
    ran = run(scene([FLAT, FLAT, down, down, down], signals, risk=RiskRules(max_drawdown=5e-5)))
    assert ran.decisions["why"].tolist() == [Why.NONE, Why.STATE, Why.STATE]


@every_desk
def test_a_margin_call_closes_everything(run: Run) -> None:
    instrument = costing(long_margin=0.1, maintenance=0.05)
    bars = [FLAT, FLAT, (95.0, 95.0, 94.0, 94.0), (93.0, 93.0, 93.0, 93.0)]
    world = scene(bars, [said(0)], instrument=instrument, cash=105.0)
    ran = run(world)
    # 105 - 60 = 45 is below 10 lots of 94 at 5 %
    assert _fills(ran)[1:] == [(3, -10, 93.0, Reason.MARGIN)]
    assert ran.trades["outcome"].tolist() == [Outcome.STOP_LOSS]


@every_desk
def test_a_label_teaches_the_base_rate(run: Run) -> None:
    decision = DecisionRules(filters=(FilterRules(),))
    signals, labels = [said(0), said(3)], [(0, 2, 1, 1, 0.03)]
    ran = run(scene([FLAT] * 5, signals, decision=decision, opinions=[(0.5,), (0.5,)], labels=labels))
    overall = 2 / 3  # (1 + 1) / (2 + 1)
    assert ran.decisions["base_rate"].tolist() == pytest.approx([0.5, (10 * overall + 1) / 11])
    win, loss = (0.1 + 0.03) / 11, 0.1 / 10
    assert ran.decisions["p_star"].tolist() == pytest.approx([0.5, loss / (win + loss)])


@every_desk
def test_a_filter_is_promoted_by_a_good_day_and_then_speaks(run: Run) -> None:
    """Two right answers, a day closed by the second label, and the third entry is weighed by the filter."""
    decision = DecisionRules(filters=(FilterRules(prior=0.5),), promote_size=1.0001, promote_block=1.0001)
    signals = [said(0, stop=0.5), said(1), said(4)]
    world = scene(
        [FLAT] * 6,
        signals,
        decision=decision,
        opinions=[(0.9,), (0.8,), (0.9,)],
        labels=[(0, 2, 1, 1, 0.02), (1, 3, 2, 1, 0.02)],
    )
    ran = run(world)
    assert ran.decisions["stage"].tolist() == [0, 0, 2]
    third = ran.decisions[2]
    assert third["p"] > third["base_rate"] > third["p_low"] - 0.5
    assert third["theta"][0] > 0.5 and third["variance"] > 0
    z = [math.log(0.9 / 0.1), math.log(0.8 / 0.2)]
    mu, var = z[0] / 11, 1 + (z[0] * (z[0] - z[0] / 11) - 1) / 11
    assert ran.decisions["x"][:2, 0].tolist() == pytest.approx([z[0], (z[1] - mu) / math.sqrt(var)])


@every_desk
def test_a_rule_blocks_from_the_first_bar(run: Run) -> None:
    decision = DecisionRules(filters=(FilterRules(act=Act.RULE, min_p=0.55),))
    ran = run(scene([FLAT] * 3, [said(0), said(1)], decision=decision, opinions=[(0.54,), (0.56,)]))
    assert ran.decisions["why"].tolist() == [Why.RULE, Why.NONE]
    assert _fills(ran) == [(2, 10, 100.0, Reason.ENTRY)]


@every_desk
def test_the_tax_of_a_sale_is_that_of_its_date(run: Run) -> None:
    instrument = costing(sell_taxes=(("2024-01-01", 0.002), ("2024-01-05", 0.001)), timezone="Asia/Seoul")
    bars = [FLAT] * 5
    assert scene(bars, []).panel.ts[0] == np.datetime64("2024-01-03", "ns").astype(np.int64)
    signals = [said(0, horizon=1), said(2, horizon=1)]
    early = run(scene(bars, signals, instrument=instrument, timeframe=DAY_NS // 2))
    assert early.fills["tax"].tolist() == pytest.approx([0.0, 2.0, 0.0, 1.0])


@every_desk
@pytest.mark.parametrize(
    ("zone", "begins", "forgiven"),
    [
        ("UTC", 0, "00:00"),
        ("Asia/Seoul", 0, "15:00"),
        ("Asia/Seoul", 6, "21:00"),
        ("America/New_York", 0, "05:00"),
    ],
)
def test_a_day_s_loss_is_forgiven_when_the_market_s_day_begins(
    run: Run, zone: str, begins: int, forgiven: str
) -> None:
    """Bars of an hour from midnight UTC; the loss of the second stops entries until the day ends."""
    hour = 3600 * 10**9
    bars = [FLAT, (100.0, 100.0, 50.0, 50.0), *[(50.0,) * 4] * 46]
    entries = [said(0), *[said(k, side=-1) for k in range(1, 47)]]
    limits = RiskRules(max_daily_loss=0.0001, day_begins=begins * hour)
    world = scene(bars, entries, instrument=Instrument("X@test", timezone=zone), risk=limits, timeframe=hour)
    ran = run(world)
    first = next(k for k, row in enumerate(ran.decisions) if k and row["why"] != Why.STATE)
    assert str((world.panel.ts[first]).astype("datetime64[ns]"))[11:16] == forgiven
