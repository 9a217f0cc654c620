"""Orders that rest, fill, are cancelled and changed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from brokers.contract import Feed
from brokers.simulators import Kind
from desk.orders import Fill, OrderStatus, decimal
from market.errors import MaemaeError, OrderRefused
from tests.brokers.conformance.cases import case
from tests.brokers.stages import FALLS, RISES, START, Adapter, stage


@case()
async def an_accepted_order_rests(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        assert await at.resting() == {"run-1"}
        view = await at.asked(order)
        assert (view.status, view.filled) == (OrderStatus.ACCEPTED, 0)


@case()
async def a_cancelled_order_no_longer_rests(adapter: Adapter) -> None:
    async with stage(adapter, FALLS) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.broker.cancel(order)
        assert await at.resting() == set()
        await at.advance(3)
        assert await at.broker.fills(START) == []


@case()
async def a_second_cancel_is_refused(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.broker.cancel(order)
        with pytest.raises(OrderRefused, match="nothing rests"):
            await at.broker.cancel(order)


@case()
async def what_never_rested_cannot_be_cancelled(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        with pytest.raises(OrderRefused):
            await at.broker.cancel(at.order("run-9", limit=0.98))


@case()
async def what_filled_cannot_be_cancelled(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order()
        await at.broker.submit(order)
        await at.advance(2)
        with pytest.raises(OrderRefused):
            await at.broker.cancel(order)


@case()
async def one_client_id_never_makes_two_orders(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order(limit=0.98))
        with pytest.raises(OrderRefused):
            await at.broker.submit(at.order(limit=0.97))
        found = await at.broker.orders(START)
        assert [report.order.limit for report in found] == [adapter.at(0.98)]


@case()
async def a_client_id_stays_used_when_its_order_is_done(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order())
        await at.advance(2)
        with pytest.raises(OrderRefused):
            await at.broker.submit(at.order())
        assert len(await at.broker.fills(START)) == 1


@case()
async def a_market_order_fills_at_the_next_price(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order()
        await at.broker.submit(order)
        await at.advance(2)
        [fill] = await at.broker.fills(START)
        made = fill.update.event
        assert isinstance(made, Fill)
        assert fill.update.client_id == "run-1" and fill.side == 1
        assert abs(made.price - adapter.price) <= adapter.tick
        assert made.quantity == order.quantity and not made.maker


@case()
async def fills_carry_their_fee_and_its_currency(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        [instrument] = await at.broker.instruments([at.instrument])
        await at.broker.submit(at.order())
        await at.advance(2)
        [fill] = await at.broker.fills(START)
        made = fill.update.event
        base = instrument.fees.currency == "base"
        whole = made.quantity if base else made.quantity * made.price * decimal(instrument.multiplier)
        fee = whole * Decimal(str(instrument.fees.taker))
        assert made.fee == pytest.approx(fee, rel=Decimal("1e-6"), abs=adapter.coin)
        assert made.fee_currency == (instrument.base if base else "")


@case()
async def a_limit_order_waits_for_its_price_and_gets_it(adapter: Adapter) -> None:
    async with stage(adapter, FALLS) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.advance(1)
        assert await at.broker.fills(START) == []
        await at.advance(2)
        [fill] = await at.broker.fills(START)
        assert fill.update.event.price == adapter.at(0.98)
        assert await at.resting() == set()


@case()
async def a_limit_order_to_sell_waits_above(adapter: Adapter) -> None:
    async with stage(adapter, RISES) as at:
        await at.broker.submit(at.order())
        await at.advance(1)
        [position] = await at.broker.positions()
        lot = (await at.broker.instruments([at.instrument]))[0].lot
        held = position.quantity // Decimal(repr(lot)) * Decimal(repr(lot))
        order = replace(at.order("run-2", -1, limit=1.02, reduces=True), quantity=held)
        await at.broker.submit(order)
        await at.advance(3)
        last = (await at.broker.fills(START))[-1]
        assert (last.side, last.update.event.price) == (-1, adapter.at(1.02))


@case()
async def an_order_that_fills_is_filled_by_the_sum_of_its_fills(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        for number in range(3):
            await at.broker.submit(at.order(f"run-{number}"))
        await at.advance(2)
        fills = await at.broker.fills(START)
        assert len({fill.update.event.trade_id for fill in fills}) == len(fills)
        for number in range(3):
            view = await at.asked(at.order(f"run-{number}"))
            mine = [fill for fill in fills if fill.update.client_id == f"run-{number}"]
            assert sum(fill.update.event.quantity for fill in mine) == at.order().quantity
            assert view is None or view.status is OrderStatus.FILLED


@case("wire")
async def a_part_fills_and_the_rest_works_on(adapter: Adapter) -> None:
    async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
        at.sim.faults.add(Kind.PARTIAL, value=0.4)
        order = at.order(limit=1.01)
        await at.broker.submit(order)
        view = await at.asked(order)
        assert (view.status, view.filled) == (OrderStatus.PARTIALLY_FILLED, order.quantity * Decimal("0.4"))
        assert await at.resting() == {"run-1"}
        await at.broker.cancel(order)
        await at.until(lambda: at.view(order).status is OrderStatus.CANCELED)
        assert at.view(order).filled == (await at.asked(order)).filled == view.filled


@case("resting_stops")
async def a_stop_waits_for_its_trigger_then_takes_the_market(adapter: Adapter) -> None:
    async with stage(adapter, FALLS) as at:
        await at.broker.submit(at.order(size=2))
        await at.advance(1)
        stop = at.order("run-2", -1, trigger=0.985, reduces=True)
        await at.broker.submit(stop)
        assert len(await at.broker.fills(START)) == 1
        await at.advance(2)
        view = await at.asked(stop)
        last = (await at.broker.fills(START))[-1]
        assert last.update.client_id == "run-2" and last.side == -1
        assert view is None or view.status is OrderStatus.FILLED
        assert adapter.at(0.965) < last.update.event.price <= adapter.at(0.985)


@case("resting_stops")
async def a_cancelled_stop_is_not_triggered(adapter: Adapter) -> None:
    async with stage(adapter, FALLS) as at:
        await at.broker.submit(at.order(size=2))
        await at.advance(1)
        stop = at.order("run-2", -1, trigger=0.985, reduces=True)
        await at.broker.submit(stop)
        assert "run-2" in await at.resting()
        await at.broker.cancel(stop)
        assert "run-2" not in await at.resting()
        await at.advance(2)
        assert len(await at.broker.fills(START)) == 1
        with pytest.raises(OrderRefused):
            await at.broker.cancel(stop)


@case("reduce_only")
async def a_reduction_never_grows_a_position(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        with pytest.raises(OrderRefused):
            await at.broker.submit(at.order("run-1", -1, reduces=True))
        await at.broker.submit(at.order("run-2"))
        await at.broker.submit(at.order("run-3", -1, size=3, reduces=True))
        await at.advance(1)
        [position] = await at.broker.positions()
        assert position.quantity == 0


@case("replaces")
async def a_working_order_is_changed_in_place(adapter: Adapter) -> None:
    async with stage(adapter, FALLS) as at:
        order = at.order(limit=0.95)
        await at.broker.submit(order)
        await at.broker.replace(order, order.quantity * 2, adapter.at(0.98))
        [report] = await at.broker.orders(START)
        assert (report.order.quantity, report.order.limit) == (order.quantity * 2, adapter.at(0.98))
        await at.advance(3)
        assert (await at.asked(order)).filled == order.quantity * 2


@case()
async def what_cannot_be_replaced_rests_as_it_was(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        gone = at.order("run-9", limit=0.98)
        with pytest.raises(MaemaeError):
            await at.broker.replace(gone, gone.quantity * 2, adapter.at(0.97))
        [report] = await at.broker.orders(START)
        assert (report.order.quantity, report.order.limit) == (order.quantity, order.limit)


@case("market_buy_by_cost")
async def a_buy_sized_in_money_spends_no_more_than_was_meant(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        before = (await at.broker.account()).total["KRW"]
        order = at.order()
        await at.broker.submit(order)
        spent = before - (await at.broker.account()).total["KRW"]
        fills = await at.broker.fills(START)
        paid = sum(fill.update.event.price * fill.update.event.quantity for fill in fills)
        fees = sum(fill.update.event.fee for fill in fills)
        assert spent == paid + fees
        assert sum(fill.update.event.quantity for fill in fills) <= order.quantity
        assert (await at.asked(order)).closed
