"""What streams say is what the queries say, whatever befalls the streams."""

from dataclasses import replace
from decimal import Decimal

import pytest

from brokers.contract import Feed
from brokers.simulators import Kind
from desk.orders import Fill, OrderStatus
from tests.brokers.conformance.cases import case
from tests.brokers.stages import FALLS, START, Adapter, stage


@case("wire")
async def the_stream_tells_what_the_queries_tell(adapter: Adapter) -> None:
    async with stage(adapter, FALLS, feeds=(Feed.ORDERS,)) as at:
        orders = [at.order("run-1", limit=0.98), at.order("run-2"), at.order("run-3", limit=0.94)]
        for order in orders:
            await at.broker.submit(order)
        await at.broker.cancel(orders[2])
        await at.advance(3)
        await at.until(lambda: all(at.view(order).closed for order in orders))
        for order in orders:
            asked = await at.asked(order)
            assert at.view(order) == replace(asked, order=order, quantity=order.quantity, limit=order.limit)
        heard = {
            event.trade_id: event
            for order in orders
            for event in at.updates(order.client_id)
            if isinstance(event, Fill)
        }
        listed = {fill.update.event.trade_id: fill.update.event for fill in await at.broker.fills(START)}
        assert heard.keys() == listed.keys()
        for trade_id, fill in heard.items():
            assert (fill.quantity, fill.price) == (listed[trade_id].quantity, listed[trade_id].price)
            assert fill.fee == pytest.approx(listed[trade_id].fee, rel=Decimal("1e-9"))


@case("wire")
async def a_stream_that_is_lost_comes_back_and_nothing_is_missed(adapter: Adapter) -> None:
    async with stage(adapter, FALLS, feeds=(Feed.ORDERS,)) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.sim.disconnect()
        await at.until(lambda: "DOWN" in at.links(Feed.ORDERS))
        await at.advance(3)  # it fills while nobody listens
        await at.until(lambda: at.links(Feed.ORDERS)[-2:] == ["GAP", "UP"])
        assert (await at.asked(order)).status is OrderStatus.FILLED
        later = at.order("run-2", limit=0.94)
        await at.broker.submit(later)
        await at.broker.cancel(later)
        await at.until(lambda: at.view(later).status is OrderStatus.CANCELED)


@case("wire")
async def a_stream_is_lost_again_and_again(adapter: Adapter) -> None:
    async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
        for round in range(1, 4):
            await at.sim.disconnect()
            await at.until(lambda round=round: at.links(Feed.ORDERS).count("UP") == round + 1)  # type: ignore[misc]
        await at.broker.submit(at.order())
        await at.until(lambda: at.view(at.order()).status is OrderStatus.FILLED)


async def _same_in_the_end(adapter: Adapter, kind: Kind) -> None:
    async with stage(adapter, FALLS, feeds=(Feed.ORDERS,)) as at:
        at.sim.faults.add(kind, adapter.stream, times=None, probability=0.5)
        orders = [at.order(f"run-{number}", limit=0.98) for number in range(4)]
        for order in orders:
            await at.broker.submit(order)
        await at.broker.cancel(orders[0])
        await at.advance(3)
        at.sim.faults.clear()
        await at.broker.submit(at.order("last"))  # a held message leaves with the next one
        await at.until(lambda: at.view(at.order("last")).closed)
        for order in orders:
            asked, heard = await at.asked(order), at.view(order)
            assert (heard.status, heard.filled) == (asked.status, asked.filled)


@case("wire")
async def messages_told_twice_count_once(adapter: Adapter) -> None:
    await _same_in_the_end(adapter, Kind.DUPLICATED)


@case("wire")
async def messages_out_of_order_change_nothing(adapter: Adapter) -> None:
    await _same_in_the_end(adapter, Kind.REORDERED)


@case("wire")
async def messages_lost_are_had_by_asking(adapter: Adapter) -> None:
    async with stage(adapter, FALLS, feeds=(Feed.ORDERS,)) as at:
        at.sim.faults.add(Kind.LOST, adapter.stream, times=None)
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.advance(3)
        assert at.view(order).filled == 0
        assert (await at.asked(order)).status is OrderStatus.FILLED


@case("wire")
async def a_fill_that_comes_after_the_cancel_counts(adapter: Adapter) -> None:
    async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
        at.sim.faults.add(Kind.LATE_FILL, value=0.5)
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.broker.cancel(order)
        assert (await at.asked(order)).filled == 0
        await at.advance(1)
        await at.until(lambda: at.view(order).filled > 0)
        view = await at.asked(order)
        assert (view.status, view.filled) == (OrderStatus.CANCELED, order.quantity / 2)
        assert at.view(order).filled == view.filled
