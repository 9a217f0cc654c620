"""What the reference leaves open about LS, each way: the adapter must come to the same in both."""

import asyncio
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from brokers.contract import Feed
from brokers.simulators import Kind
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_ledger import NEW, Entry
from brokers.simulators.ls_order_lists import FoOrderLists
from brokers.simulators.order import Ticket
from desk.orders import Fill, OrderStatus
from market import krx
from market.errors import ConfigError, DataError, OrderRefused, OutcomeUnknown, VenueDown
from tests.brokers.stages import FALLS, LS, LS_STOCKS, SILENCE_S, START, Adapter, Stage, stage

OTHERS: dict[str, Any] = {
    "price_scale": 1,
    "accepted_first": True,
    "token_status": 200,
    "rate_status": 200,
    "type_status": 200,
    "oauth_shape": "oauth",
    "oauth_status": 500,
    "modified": "00132",
    "cancelled": "00156",
    "moves_lots": False,
    "root_field": "orgordno",
    "newest_first": False,
    "copied_cts": True,
    "overlap": 0,
    "no_data_code": "00200",
    "sockets_die": True,
    "day_end_told": True,
}


def test_every_doubt_is_tried() -> None:
    assert OTHERS.keys() == {each.name for each in fields(Doubts)}
    plain = Doubts()
    assert all(getattr(plain, name) != value for name, value in OTHERS.items())


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
@pytest.mark.parametrize("name", OTHERS)
def test_orders_fills_and_positions_are_the_same_either_way(adapter: Adapter, name: str) -> None:
    doubts = replace(Doubts(), **{name: OTHERS[name]})

    async def scene() -> None:
        async with stage(adapter, FALLS, feeds=(Feed.ORDERS,), doubts=doubts) as at:
            await _story(at)

    asyncio.run(asyncio.wait_for(scene(), 30))


async def _story(at: Stage) -> None:
    """A limit that is moved, one that is cancelled, one that fills, and one that takes."""
    moved, gone, rests, taken = (
        at.order("run-1", limit=0.96), at.order("run-2", limit=0.95), at.order("run-3", limit=0.98),
        at.order("run-4"),
    )  # fmt: skip
    for order in (moved, gone, rests, taken):
        await at.broker.submit(order)
    at.sim.steal_token()
    await at.broker.orders(START)  # the token is taken again
    await at.until(lambda: at.links(Feed.ORDERS)[-1] == "UP")
    await at.broker.replace(moved, moved.quantity, at.adapter.at(0.97))
    await at.broker.cancel(gone)
    [changed] = [each for each in await at.broker.orders(START) if each.order.client_id == "run-1"]
    assert changed.order.limit == at.adapter.at(0.97)
    await at.advance(3)
    for order, status in (
        (gone, OrderStatus.CANCELED),
        (rests, OrderStatus.FILLED),
        (taken, OrderStatus.FILLED),
    ):
        view = await at.asked(order)
        assert view is not None and view.status is status, (order, view)
    filled = sum(
        fill.side * fill.update.event.quantity
        for fill in await at.broker.fills(START)
        if isinstance(fill.update.event, Fill)
    )
    [position] = await at.broker.positions()
    assert position.quantity == filled > 0
    assert position.average is not None
    assert abs(position.average - at.adapter.price) < at.adapter.price * Decimal("0.05")


# --- bad input at LS itself


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
def test_a_market_order_in_an_auction_is_not_sent(adapter: Adapter) -> None:
    async def scene() -> None:
        async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
            at.sim.status("1" if adapter is LS_STOCKS else "5", "31")
            await at.until(lambda: at.broker._orders.gate.states != krx.States())
            with pytest.raises(OrderRefused, match="auction"):
                await at.broker.submit(at.order())
            assert not at.sim.requests.get(adapter.submit)

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_what_paper_trading_lacks_is_said_and_nothing_rests() -> None:
    async def scene() -> None:
        async with stage(LS, paper=True, products=("stock",)) as at:
            assert at.broker.kind == "paper"
            with pytest.raises(OrderRefused, match=r"01491.*paper account can't"):
                await at.broker.submit(at.order(limit=0.98))
            assert await at.resting() == set()

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_a_token_taken_in_the_middle_of_an_order_loses_and_doubles_nothing() -> None:
    async def scene() -> None:
        async with stage(LS) as at:
            at.sim.steal_token()
            order = at.order(limit=0.98)
            with pytest.raises(VenueDown, match="LS did nothing"):
                await at.broker.submit(order)
            assert await at.resting() == set()
            await at.broker.submit(order)
            assert await at.resting() == {"run-1"}
            news = [each for each in at.sim.ledger.entries.values() if each.kind == NEW]
            assert len(news) == 1

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_one_order_of_a_side_and_price_is_on_its_way_at_a_time() -> None:
    async def scene() -> None:
        async with stage(LS) as at:
            at.sim.faults.add(Kind.SLOW, LS.submit, value=0.3)
            first = asyncio.create_task(at.broker.submit(at.order(limit=0.98)))
            await at.until(lambda: at.sim.requests.get(LS.submit) == 1)
            with pytest.raises(VenueDown, match="on its way"):
                await at.broker.submit(at.order("run-2", limit=0.98))
            await at.broker.submit(at.order("run-3", limit=0.97))
            await first
            assert await at.resting() == {"run-1", "run-3"}

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_an_unknown_submit_beside_a_strangers_twin_is_nobodys() -> None:
    """Two of the venue's orders fit: the adapter names none of them."""

    async def scene() -> None:
        async with stage(LS, timeout_s=SILENCE_S) as at:
            at.sim.faults.add(Kind.SILENT_ACCEPTED, LS.submit)
            order = at.order(limit=0.98)
            with pytest.raises(OutcomeUnknown):
                await at.broker.submit(order)
            who = at.sim.account
            at.sim.exchange.submit(who, Ticket("101TC000", 1, order.quantity, limit=order.limit))
            reports = await at.broker.broker.orders(START)
            assert [each.order.client_id for each in reports] == ["", ""]
            assert len({each.venue_id for each in reports}) == 2

    asyncio.run(asyncio.wait_for(scene(), 30))


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
@pytest.mark.parametrize("life", ["ioc", "fok"])
def test_a_limit_order_that_takes_at_once_leaves_nothing_behind(adapter: Adapter, life: str) -> None:
    async def scene() -> None:
        async with stage(adapter, feeds=(Feed.ORDERS,), life=life) as at:
            away, near = at.order("run-1", limit=0.98), at.order("run-2", limit=1.01)
            await at.broker.submit(away)
            await at.until(lambda: at.view(away).status is OrderStatus.EXPIRED)
            await at.broker.submit(near)
            await at.until(lambda: at.view(near).filled == near.quantity)
            assert await at.resting() == set()

    asyncio.run(asyncio.wait_for(scene(), 30))


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
def test_what_can_be_ordered_is_asked_of_the_account(adapter: Adapter) -> None:
    async def scene() -> None:
        async with stage(adapter) as at:
            before = await at.broker.orderable(at.instrument, 1, adapter.at(1.0))
            await at.broker.submit(at.order(limit=0.98))
            after = await at.broker.orderable(at.instrument, 1, adapter.at(1.0))
            assert before > after > 0

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_a_stream_that_dies_without_a_word_is_opened_anew() -> None:
    async def scene() -> None:
        async with stage(LS, feeds=(Feed.ORDERS, Feed.QUOTES), quiet_s=0.2) as at:
            await at.until(lambda: at.links(Feed.ORDERS).count("UP") > 1)
            assert at.links(Feed.ORDERS)[:4] == ["UP", "DOWN", "GAP", "UP"]
            await at.broker.submit(at.order())
            await at.until(lambda: at.view(at.order()).status is OrderStatus.FILLED)

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_an_expired_contract_alone_is_refused_and_beside_another_left_alone() -> None:
    async def scene() -> None:
        async with stage(LS) as at:
            with pytest.raises(ConfigError, match=r"101T9000@ls: expired.*101TC000"):
                await at.broker.instruments(["101T9000@ls"])
            old, new = await at.broker.instruments(["101T9000@ls", at.instrument])
            assert old.expiry < at.broker.now() < new.expiry
            with pytest.raises(OrderRefused, match="expired"):
                await at.broker.submit(at.order(limit=0.98, instrument="101T9000@ls"))
            assert len(await at.broker.bars("101T9000@ls", 60 * 10**9, START, START + 10**12)) == 0

    asyncio.run(asyncio.wait_for(scene(), 30))


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
def test_an_order_that_lists_do_not_show_yet_can_be_cancelled(adapter: Adapter) -> None:
    async def scene() -> None:
        async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
            order = at.order(limit=0.98)
            await at.broker.submit(order)
            await at.advance(1)
            at.sim.faults.add(Kind.LAGGING, adapter.listing, times=None, value=3600)
            await at.broker.cancel(order)
            await at.until(lambda: at.view(order).status is OrderStatus.CANCELED)
            at.sim.faults.clear()
            assert await at.resting() == set()

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_trades_that_the_lists_number_otherwise_are_not_taken_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = FoOrderLists._lines

    def others(self: FoOrderLists, entry: Any, night: bool) -> Any:
        return [row | {"CtrctNo": int(row["CtrctNo"]) + 777} for row in lines(self, entry, night)]

    async def scene() -> None:
        async with stage(LS, feeds=(Feed.ORDERS,)) as at:
            await at.broker.submit(at.order())
            await at.until(lambda: at.view(at.order()).status is OrderStatus.FILLED)
            assert len(await at.broker.fills(START)) == 1
            monkeypatch.setattr(FoOrderLists, "_lines", others)
            with pytest.raises(DataError, match="lest a fill counts twice"):
                await at.broker.fills(START)

    asyncio.run(asyncio.wait_for(scene(), 30))


@pytest.mark.parametrize("adapter", [LS, LS_STOCKS], ids=str)
def test_what_rested_at_the_end_of_a_session_has_expired(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the lists go on naming what wasn't executed."""

    async def scene() -> None:
        async with stage(adapter) as at:
            order = at.order(limit=0.98)
            await at.broker.submit(order)
            monkeypatch.setattr(Entry, "left", property(lambda entry: entry.quantity - entry.filled))
            assert await at.resting() == {"run-1"}
            for hours in (7, 12, 30):  # the evening, the night, the next day
                at.sim.clock.set(START // 10**6 + hours * 3_600_000)
                view = await at.asked(order)
                assert view is not None and view.status is OrderStatus.EXPIRED, hours

    asyncio.run(asyncio.wait_for(scene(), 30))
