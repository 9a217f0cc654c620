"""Controls 6 to 8: fat fingers and the share of the market."""

from decimal import Decimal
from typing import Any

from desk.orders import ZERO
from live.risk.codes import Code
from live.risk.limits import InstrumentLimits
from tests.live.risk.world import BTC, ETH, K200, facts, judged, limit, market, order, passes, tight


def test_r06_a_quantity_above_the_limit_is_refused_whole() -> None:
    limits = tight(max_order_quantity=2.0)
    assert passes(judged(limits, order("2"), facts()))
    said = judged(limits, order("2.001"), facts())
    assert (said.code, said.quantity) == (Code.ORDER_QUANTITY, ZERO)
    assert "quantity 2.001 is above risk.controls.max_order_quantity = 2" in said.reason


def test_r06_an_instruments_own_limit_stands_before_the_general_one() -> None:
    limits = tight(max_order_quantity=2.0, instruments={BTC.id: InstrumentLimits(max_order_quantity=3.0)})
    assert passes(judged(limits, order("3"), facts()))
    said = judged(limits, order("3.001"), facts())
    assert 'risk.controls.instruments."BTCUSDT@test".max_order_quantity = 3' in said.reason
    other = judged(limits, order("2.01", instrument=ETH.id), facts(of=ETH))
    assert other.code is Code.ORDER_QUANTITY


def test_r07_worth_is_limited_market_orders_at_the_reference() -> None:
    limits = tight(max_order_notional=200.0)
    assert passes(judged(limits, order("2"), facts()))
    said = judged(limits, order("2.001"), facts())
    assert (said.code, said.quantity) == (Code.ORDER_NOTIONAL, ZERO)
    assert "worth 200.1 at 100, above risk.controls.max_order_notional = 200" in said.reason


def test_r07_a_cheap_limit_does_not_make_an_order_small() -> None:
    said = judged(tight(max_order_notional=200.0), limit("96", "2.05", side=-1), facts())
    assert said.code is Code.ORDER_NOTIONAL


def test_r07_worth_is_limited_as_a_share_of_the_equity() -> None:
    limits = tight(max_order_equity=0.5)
    assert passes(judged(limits, order("2"), facts(equity=400.0, day_equity=400.0, peak=400.0)))
    said = judged(limits, order("2.001"), facts(equity=400.0, day_equity=400.0, peak=400.0))
    assert said.code is Code.ORDER_NOTIONAL and "risk.controls.max_order_equity = 50%" in said.reason


def test_r07_a_futures_multiplier_and_the_currency_count() -> None:
    here = market(rate=0.5)  # account currency per won
    future = order("1", instrument=K200.id)
    worth = 100.0 * 250_000.0 * 0.5
    rich: dict[str, Any] = {"equity": 1e9, "day_equity": 1e9, "peak": 1e9}
    assert passes(judged(tight(max_order_notional=worth), future, facts(of=K200, here=here, **rich)))
    said = judged(tight(max_order_notional=worth - 1), future, facts(of=K200, here=here, **rich))
    assert said.code is Code.ORDER_NOTIONAL


def test_r08_a_market_order_takes_a_share_of_the_displayed_depth() -> None:
    limits, here = tight(max_depth_share=0.5), market(depth=4.0)
    assert passes(judged(limits, order("2"), facts(here=here)))
    said = judged(limits, order("2.001"), facts(here=here))
    assert (said.code, said.quantity) == (Code.PARTICIPATION, Decimal("2.000"))
    assert "risk.controls.max_depth_share = 50% of the displayed depth 4" in said.reason
    assert said.reason.endswith("; 2.000 of 2.001 go.")
    assert passes(judged(limits, limit("100", "3"), facts(here=here)))  # it may rest


def test_r08_any_order_takes_a_share_of_an_average_day() -> None:
    limits, here = tight(max_adv_share=0.01), market(adv=200.0, depth=3.0)
    assert passes(judged(limits, limit("100", "2"), facts(here=here)))
    said = judged(limits, limit("100", "2.001"), facts(here=here))
    assert said.quantity == 2 and "max_adv_share = 1%" in said.reason
    assert judged(limits, order("2.001"), facts(here=here)).quantity == Decimal("1.5")  # the tighter binds


def test_r08_nothing_displayed_is_nothing_sent() -> None:
    assert not judged(tight(), order(), facts(here=market(depth=0.0))).passes
