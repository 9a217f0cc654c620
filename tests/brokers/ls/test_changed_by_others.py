"""Orders that somebody else changes, whole or in part, from another program on the same account."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from brokers.contract import Feed
from desk.orders import OrderStatus
from market.errors import OrderRefused
from tests.brokers.stages import FALLS, LS, LS_STOCKS, START, Adapter, Stage, broker_of, stage

Scene = Callable[[Stage], Awaitable[None]]


def played(adapter: Adapter, scene: Scene, listens: bool = True) -> None:
    async def play() -> None:
        async with stage(adapter, FALLS, feeds=(Feed.ORDERS,) if listens else ()) as at:
            await scene(at)

    asyncio.run(asyncio.wait_for(play(), 60))


async def change(at: Stage, lots: int, share: float) -> None:
    """Somebody moves so much of the only order to another price."""
    [entry] = at.sim.ledger.entries.values()
    order, price = at.order(limit=0.96), at.adapter.at(share)
    await at.broker.broker._trading.desk.change(order, str(entry.number), Decimal(lots), price, False, "hts")
    await asyncio.sleep(0.1)


@pytest.mark.parametrize("listens", [True, False])
@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
@pytest.mark.parametrize("lots", [3, 10])
def test_a_cancel_ends_all_that_rests(adapter: Adapter, lots: int, listens: bool) -> None:
    async def scene(at: Stage) -> None:
        order = at.order("run-1", limit=0.96)
        await at.broker.submit(order)
        await change(at, lots, 0.965)
        await at.broker.cancel(order)
        assert not any(entry.left for entry in at.sim.ledger.entries.values())
        await at.until(lambda: at.view(order).status is OrderStatus.CANCELED)
        with pytest.raises(OrderRefused, match="nothing rests"):
            await at.broker.cancel(order)
        assert await at.resting() == set()

    played(adapter, scene, listens)


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
def test_what_rests_under_several_numbers_is_not_changed_as_one(adapter: Adapter) -> None:
    async def scene(at: Stage) -> None:
        order = at.order("run-1", limit=0.96)
        await at.broker.submit(order)
        await change(at, 3, 0.965)
        with pytest.raises(OrderRefused, match="under 2 numbers"):
            await at.broker.replace(order, order.quantity, adapter.at(0.97))
        assert sum(entry.left for entry in at.sim.ledger.entries.values()) == order.quantity

    played(adapter, scene)


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
def test_who_looks_for_an_order_sees_the_price_that_it_was_sent_with(adapter: Adapter) -> None:
    """Else one whose answer was lost would be taken for another's, and for never having come."""

    async def scene(at: Stage) -> None:
        order = at.order("run-1", limit=0.96)
        await at.broker.submit(order)
        await change(at, 10, 0.97)
        [ours] = await at.broker.orders(START)
        assert ours.order.limit == adapter.at(0.97)
        stranger = broker_of(adapter, at.sim).broker
        await stranger.connect()
        try:
            [theirs] = await stranger.orders(START)
            assert (theirs.order.client_id, theirs.order.limit) == ("", order.limit)
            assert theirs.rests
        finally:
            await stranger.close()

    played(adapter, scene)
