"""Orders that can't be: refused by definitive words, and nothing rests."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from brokers.contract import Feed
from market.errors import OrderRefused
from tests.brokers.conformance.cases import case
from tests.brokers.stages import START, Adapter, Stage, account, stage


async def _refused(at: Stage, order: Any) -> None:
    """It is refused by definitive words, and nothing rests or fills."""
    with pytest.raises(OrderRefused) as caught:
        await at.broker.submit(order)
    assert order.client_id in str(caught.value)
    assert await at.resting() == set()
    await at.advance(1)
    assert await at.broker.fills(START) == []


@case()
async def a_price_off_the_tick_is_refused(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await _refused(at, at.order(limit=adapter.at(0.98) + adapter.tick / 10))


@case()
async def a_quantity_off_the_lot_is_refused(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = replace(at.order(limit=0.98), quantity=Decimal("0.0100000001"))
        await _refused(at, order)


@case()
async def an_order_too_small_is_refused(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.advance(1)  # there is a price
        [instrument] = await at.broker.instruments([at.instrument])
        tiny = Decimal(repr(instrument.lot))
        order = replace(at.order(), quantity=tiny)
        if float(tiny * adapter.price) >= instrument.min_notional:
            order = replace(order, quantity=tiny / 10)
        await _refused(at, order)


@case()
async def an_order_too_big_is_refused(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await _refused(at, replace(at.order(limit=0.98), quantity=Decimal(10) ** 9))


@case("wire")
async def an_order_beyond_the_account_is_refused(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        who = account(adapter)
        money = next(iter(who.balances.values())).free
        size = money * 50 // adapter.price
        await _refused(at, replace(at.order(limit=0.98), quantity=size))


@case()
async def an_unknown_instrument_is_refused(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await _refused(at, at.order(limit=0.98, instrument="NOSUCH@nowhere"))


@case("wire")
async def a_delisted_instrument_is_refused_and_its_orders_end(adapter: Adapter) -> None:
    async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        at.sim.replay.tracks[0].exchange.delist(at.sim.replay.tracks[0].symbol)
        await at.until(lambda: at.view(order).closed)
        with pytest.raises(OrderRefused):
            await at.broker.submit(at.order("run-2", limit=0.98))
        assert await at.resting() == set()
