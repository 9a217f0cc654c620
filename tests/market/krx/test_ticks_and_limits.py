"""Prices on their grids, and the limits of a day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import krx
from market.contracts import KRX_STOCK_TICKS
from market.errors import ConfigError, DataError
from market.krx.codes import parse
from market.krx.products import PRODUCTS, multiplier_of, ticks_of
from market.krx.ticks import moved, on_tick, tick_at, tick_down, tick_up
from tests.market.krx.test_sessions import at

LADDERS = st.sampled_from(
    [KRX_STOCK_TICKS, *(one for p in PRODUCTS.values() for one in (p.future_ticks, p.option_ticks) if one)]
)
PRICES = st.floats(0.01, 2_000_000, allow_nan=False)


@given(LADDERS, PRICES)
def test_a_price_stands_between_two_neighbours_on_the_grid(ticks: krx.ticks.Ticks, price: float) -> None:
    low, high = tick_down(ticks, price), tick_up(ticks, price)
    assert low <= price <= high
    assert on_tick(ticks, low) and on_tick(ticks, high)
    assert (low == high) == on_tick(ticks, price)
    assert high - low <= tick_at(ticks, price) * 1.0001


@given(LADDERS, PRICES, st.integers(1, 30))
def test_ticks_up_and_down_come_back(ticks: krx.ticks.Ticks, price: float, steps: int) -> None:
    start = tick_up(ticks, price)
    there = moved(ticks, start, steps)
    assert there > start and on_tick(ticks, there)
    assert moved(ticks, there, -steps) == start


@given(st.floats(-50, 50, allow_nan=False))
def test_a_spreads_price_may_be_negative(price: float) -> None:
    ticks = PRODUCTS["01"].future_ticks
    assert on_tick(ticks, tick_down(ticks, price)) and tick_down(ticks, price) <= price <= tick_up(
        ticks, price
    )


@given(st.integers(2_000, 40_000), st.integers(1, 3), st.integers(1, 3))
def test_a_futures_limits_lie_inside_their_stage_by_less_than_a_tick(n: int, up: int, down: int) -> None:
    base, ticks = n / 20, PRODUCTS["01"].future_ticks
    limits = krx.future_limits(parse("A016C000"), base, ticks, up, down)
    for limit, exact in (
        (limits.high, base * (1 + krx.STAGES[up - 1])),
        (limits.low, base * (1 - krx.STAGES[down - 1])),
    ):
        assert on_tick(ticks, limit)
        assert abs(limit - exact) < 0.05 + 1e-6
    assert limits.low >= base * (1 - krx.STAGES[down - 1]) - 1e-6
    assert limits.high <= base * (1 + krx.STAGES[up - 1]) + 1e-6


@given(st.integers(100, 2_000_000))
def test_a_shares_limits_lie_inside_30_percent_on_their_ticks(price: int) -> None:
    base = tick_down(KRX_STOCK_TICKS, float(price))
    limits = krx.stock_limits(base)
    assert base * 0.7 - 1e-6 <= limits.low < base < limits.high <= base * 1.3 + 1e-6
    assert on_tick(KRX_STOCK_TICKS, limits.low) and on_tick(KRX_STOCK_TICKS, limits.high)


@pytest.mark.parametrize(("base", "low", "high"), [(10550.0, 7390.0, 13710.0), (107900.0, 75600.0, 140200.0)])
def test_limits_of_the_guides_own_master(base: float, low: float, high: float) -> None:
    assert krx.stock_limits(base) == krx.Limits(low, high)


def test_limits_of_kosdaq_futures_in_the_guides_own_master() -> None:
    limits = krx.future_limits(parse("106T6000"), 1348.7, PRODUCTS["06"].future_ticks)
    assert limits == krx.Limits(1240.9, 1456.5)


@pytest.mark.parametrize(
    ("when", "stage"),
    [("2026-11-26 08:50", 1), ("2026-11-26 09:00", 3), ("2026-11-26 15:44", 3), ("2026-11-26 21:00", 1)],
)
def test_limits_widen_only_by_day_from_nine_on(when: str, stage: int) -> None:
    ns = at(when)
    assert krx.widest_stage(ns, krx.session_at(ns, krx.calendar())) == stage


@pytest.mark.parametrize("code", ["B016A745", "401V3V6S"])
def test_limits_that_nobody_states_are_refused(code: str) -> None:
    with pytest.raises(ConfigError, match=rf"{code}.*t2111"):
        krx.future_limits(parse(code), 10.0, ((0.0, 0.05),))


def test_unknown_products_ask_for_their_figures() -> None:
    code = parse("175V1000")
    with pytest.raises(ConfigError, match=r"175V1000.*tradeunit"):
        multiplier_of(code)
    with pytest.raises(ConfigError, match=r"175V1000.*ticks="):
        ticks_of(code)
    assert multiplier_of(code, 10_000.0) == 10_000.0
    assert ticks_of(code, ((0.0, 0.1),)) == ((0.0, 0.1),)


def test_a_multiplier_that_contradicts_the_table_stops() -> None:
    with pytest.raises(ConfigError, match="the master says 500,000 KRW a point, KRX's table 250,000"):
        multiplier_of(parse("A016C000"), 500_000.0)


def test_a_price_that_is_no_number_is_refused() -> None:
    with pytest.raises(DataError, match="price nan"):
        tick_down(((0.0, 0.05),), float("nan"))
    assert not on_tick(((0.0, 0.05),), float("inf"))
