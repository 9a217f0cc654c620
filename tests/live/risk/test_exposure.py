"""Controls 11 to 16: what the account can carry, and options, which aren't traded."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest

from live.risk import options
from live.risk.codes import Code
from live.risk.exposure import buying_power, exposure, position
from live.risk.facts import Facts, Working
from live.risk.limits import InstrumentLimits
from market.instruments import Instrument, Kind
from tests.live.risk.world import (
    BTC,
    ETH,
    K200,
    NOW,
    WIDE,
    account,
    exit_of,
    facts,
    gate,
    holding,
    judged,
    market,
    order,
    passes,
    tight,
)


def test_r11_margin_stays_within_the_equity() -> None:
    only = gate(tight(cash_reserve=0.0), buying_power)
    assert passes(only.judge(order("10"), facts(equity=1_000.0)))
    said = only.judge(order("10.001"), facts(equity=1_000.0))
    assert (said.code, said.quantity) == (Code.BUYING_POWER, Decimal(10))
    assert "needs margin 1000.1" in said.reason and "risk.controls.cash_reserve = 0%" in said.reason


def test_r11_a_reserve_stays_free() -> None:
    only = gate(tight(cash_reserve=0.1), buying_power)
    assert only.judge(order("10"), facts(equity=1_000.0)).quantity == Decimal(9)


def test_r11_what_is_held_and_asked_for_counts_at_its_worse_side() -> None:
    only = gate(tight(cash_reserve=0.0), buying_power)
    resting = (Working("a", 1, Decimal(2)), Working("b", -1, Decimal(9)))
    here = holding("3", working=resting)  # 5 long if the buys fill, 6 short if the sells do
    assert only.judge(order("5.5"), facts(here=here, equity=1_000.0)).quantity == Decimal(5)
    assert only.judge(order("5.5", -1), facts(here=here, equity=1_000.0)).quantity == Decimal(4)


def test_r11_a_reserve_of_the_cash_stays_free_too() -> None:
    only = gate(tight(cash_reserve=0.5), buying_power)
    assert only.judge(order("2"), facts(free={"USDT": 2 * 100.1})).quantity == 1


def test_r11_futures_that_are_held_take_their_margin_only() -> None:
    only = gate(tight(cash_reserve=0.0), buying_power)
    worth = 100.0 * 250_000.0
    for held, side, room in (("6", 1, 4), ("-3", -1, 2), ("-3", 1, 13), ("6", -1, 11)):
        told = facts(of=K200, here=holding(held), equity=worth)
        assert only.judge(order("99", side, instrument=K200.id), told).quantity == room


def test_r11_futures_need_their_margin_only_and_shorts_theirs() -> None:
    only = gate(tight(cash_reserve=0.0), buying_power)
    future = order("9", instrument=K200.id)
    worth = 100.0 * 250_000.0
    assert only.judge(future, facts(of=K200, equity=worth)).quantity == Decimal(9)
    assert only.judge(replace(future, quantity=Decimal(11)), facts(of=K200, equity=worth)).quantity == 10
    assert only.judge(replace(future, side=-1), facts(of=K200, equity=worth)).quantity == 5


def test_r11_cash_and_fee_come_from_what_is_free() -> None:
    only = gate(tight(cash_reserve=0.0), buying_power)
    need = 100.0 * 1.001
    assert passes(only.judge(order("1"), facts(free={"USDT": need})))
    said = only.judge(order("1"), facts(free={"USDT": need - 0.2}))
    assert (said.code, said.quantity) == (Code.BUYING_POWER, Decimal("0.998"))
    assert "needs 100.1 USDT, and free are 99.9" in said.reason
    assert not only.judge(order("1"), facts(free={"KRW": 1e9})).passes
    here = holding("1")
    assert passes(only.judge(order("1", -1), facts(here=here, free={}, shorts=False)))  # a sale needs none
    assert not only.judge(order("1", -1), facts(here=here, free={})).passes  # a short does


def test_r11_without_negative_positions_only_what_is_owned_is_sold() -> None:
    only = gate(WIDE, buying_power)
    here = holding("2", venue="1.5", working=(Working("a", -1, Decimal("0.5")),))
    assert passes(only.judge(order("1", -1), facts(here=here, shorts=False)))
    said = only.judge(order("1.001", -1), facts(here=here, shorts=False))
    assert said.quantity == Decimal(1) and "no negative positions" in said.reason
    assert not only.judge(order("1", -1), facts(shorts=False)).passes


def test_r12_position_counts_the_worse_of_book_and_venue_and_working_orders() -> None:
    only = gate(tight(max_position=10.0), position)
    here = holding("3", "1", venue="5", working=(Working("a", 1, Decimal(2)), Working("b", -1, Decimal(1))))
    assert passes(only.judge(order("3"), facts(here=here)))
    said = only.judge(order("3.001"), facts(here=here))
    assert (said.code, said.quantity) == (Code.POSITION, Decimal(3))
    assert "with 5 held and 2 asked for already, 3.001 more would pass risk.max_position = 10" in said.reason
    assert passes(only.judge(order("13", -1), facts(here=here)))
    assert only.judge(order("13.001", -1), facts(here=here)).quantity == 13


def test_r12_an_instruments_own_limit_stands_before_the_general_one() -> None:
    limits = tight(max_position=10.0, instruments={BTC.id: InstrumentLimits(max_position=2.0)})
    assert gate(limits, position).judge(order("3"), facts()).quantity == 2
    assert passes(gate(limits, position).judge(order("10", instrument=ETH.id), facts(of=ETH)))


def test_r12_an_order_that_is_replaced_does_not_count() -> None:
    only = gate(tight(max_position=10.0), position)
    here = holding("4", working=(Working("old", 1, Decimal(6)),))
    assert not only.judge(order("5"), facts(here=here)).passes
    assert passes(only.judge(order("6"), facts(here=here), replaces="old"))


@pytest.mark.parametrize("group", ["", "underlying_", "currency_", "strategy_"])
def test_r13_gross_of_every_group_has_its_limit(group: str) -> None:
    only = gate(tight(**{f"max_{group}gross": 0.5}), exposure)
    here = holding("-2", working=(Working("a", 1, Decimal(1), strategy=0),))
    told = facts(here=here, equity=1_000.0)
    assert passes(only.judge(order("3", -1), told))
    said = only.judge(order("3.001", -1), told)
    assert (said.code, said.quantity) == (Code.EXPOSURE, Decimal(3))
    assert f"max_{group}gross = 50% of the equity 1000" in said.reason
    assert only.judge(order("7", 1), told).quantity == 6  # from 2 short, 1 asked for, to 5 long


def test_r13_at_the_limit_the_other_side_is_free_and_beyond_it_nothing_is() -> None:
    only = gate(tight(max_gross=0.5), exposure)
    assert only.judge(order("12"), facts(here=holding("-5"), equity=1_000.0)).quantity == 10
    assert not only.judge(order("12"), facts(here=holding("-5.001"), equity=1_000.0)).passes


@pytest.mark.parametrize("group", ["", "underlying_", "currency_", "strategy_"])
def test_r13_net_of_every_group_has_its_limit(group: str) -> None:
    only = gate(tight(**{f"max_{group}net": 0.5}), exposure)
    told = facts(here=holding("2"), equity=1_000.0)
    assert passes(only.judge(order("3"), told))
    said = only.judge(order("3.001"), told)
    assert said.quantity == 3 and f"max_{group}net = 50%" in said.reason
    assert passes(only.judge(order("7", -1), told))
    assert only.judge(order("7.001", -1), told).quantity == 7


def test_r13_groups_take_in_other_instruments_of_theirs_alone() -> None:
    perp = Instrument("BTCUSD@test", Kind.FUTURE, base="BTC", quote="USD", lot=0.001)
    told = Facts(
        NOW, {BTC.id: market(), ETH.id: holding("2"), perp.id: holding("-3")}, account(equity=1_000.0)
    )
    traded = (BTC, ETH, perp)
    for name, room in (
        ("max_gross", 0), ("max_net", 6), ("max_underlying_gross", 2), ("max_underlying_net", 8),
        ("max_currency_gross", 3), ("max_currency_net", 3), ("max_strategy_gross", 0),
    ):  # fmt: skip
        only = gate(tight(**{name: 0.5}), exposure, instruments=traded)
        assert only.judge(order("9"), told).quantity == room, name
    other = gate(tight(max_strategy_gross=0.5), exposure, instruments=traded)
    assert other.judge(order("5", strategy=1), told).quantity == 5  # the other strategy holds nothing


def test_r13_a_holding_without_a_price_stops_entries() -> None:
    blind = holding("1", last=float("nan"), bid=float("nan"))
    told = Facts(NOW, {BTC.id: market(), ETH.id: blind}, account())
    said = gate(WIDE, exposure).judge(order(), told)
    assert said.code is Code.EXPOSURE and ETH.id in said.reason
    seen = replace(told, markets={BTC.id: market(), ETH.id: holding("1")})
    assert passes(gate(WIDE, exposure).judge(order(), seen))


def test_r13_sums_follow_the_facts_exactly() -> None:
    """A gate that saw everything change sums to the last bit what a fresh one sums."""
    old = gate(tight(max_gross=0.5), exposure)
    for k in range(1, 40):
        here = {
            BTC.id: holding(f"0.{k:03}", last=100.0 + k / 7, bid=float("nan")),
            ETH.id: holding(f"{k % 5}"),
        }
        told = Facts(NOW, here if k % 3 else {BTC.id: here[BTC.id]}, account(equity=1_000.0 + k))
        fresh = gate(tight(max_gross=0.5), exposure)
        assert old.judge(order("9"), told) == fresh.judge(order("9"), told)


OPTION = Instrument("BTC-C@test", cast(Kind, 9), base="BTC", lot=0.001)


@pytest.mark.parametrize(
    ("control", "code"),
    [
        (options.greeks, Code.OPTION_GREEKS),
        (options.scenario, Code.OPTION_SCENARIO),
        (options.naked_short, Code.OPTION_NAKED),
    ],
)
def test_r14_r15_r16_what_cannot_be_valued_is_refused_and_the_rest_passes(
    control: object, code: Code
) -> None:
    only = gate(WIDE, control, instruments=(BTC, OPTION, K200))  # type: ignore[arg-type]
    said = only.judge(order(instrument=OPTION.id), facts(of=OPTION))
    assert said.code is code and "options aren't traded by this version; nothing was sent" in said.reason
    assert passes(only.judge(order(), facts()))
    assert passes(only.judge(order(instrument=K200.id), facts(of=K200)))


def test_r14_comes_first_of_all_controls() -> None:
    said = gate(WIDE, instruments=(OPTION,)).judge(order(instrument=OPTION.id), facts(of=OPTION))
    assert said.code is Code.OPTION_GREEKS


def test_exits_ask_none_of_these() -> None:
    limits = tight(max_position=0.001, max_gross=0.001, max_net=0.001)
    told = facts(here=holding("5"), equity=1.0, day_equity=1.0, peak=1.0, free={})
    assert passes(judged(limits, exit_of("5"), told))
