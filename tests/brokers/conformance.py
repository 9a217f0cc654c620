"""The laws of the broker contract, each a small scene that every adapter plays.

A case that needs a capability is skipped where the adapter doesn't declare it; "wire" is a network between
the adapter and its venue. ``python -m tests.brokers.conformance`` prints the table.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from brokers.contract import BarEvent, Feed, TimeEvent
from brokers.crypto import connecting
from brokers.simulators import Fault, Kind
from desk.orders import Fill, OrderStatus, decimal
from market.errors import ConfigError, MaemaeError, OrderRefused, OutcomeUnknown, VenueDown
from tests.brokers.stages import (
    ADAPTERS,
    FALLS,
    FLAT,
    LIKE_LS,
    MINUTE,
    RISES,
    START,
    Adapter,
    Stage,
    account,
    broker_of,
    simulator,
    stage,
    told_of,
)

Scene = Callable[[Adapter], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """needs: capabilities' names, or "wire"."""

    scene: Scene
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.scene.__name__

    def lacking(self, adapter: Adapter) -> str:
        """The first thing needed that the adapter doesn't declare; "" when it has all."""
        has = {"wire": adapter.wire, "retry_after": adapter.retry_after, "withdraws": adapter.withdraws}
        return next((need for need in self.needs if not has.get(need, _declared(adapter, need))), "")


def _declared(adapter: Adapter, need: str) -> bool:
    return bool(getattr(adapter.capabilities, need, False))


BASES = {"ls": "KOSPI200", "ls_stocks": "005930"}
CASES: list[Case] = []


def case(*needs: str) -> Callable[[Scene], Scene]:
    def kept(scene: Scene) -> Scene:
        CASES.append(Case(scene, needs))
        return scene

    return kept


# --- orders


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


# --- orders that can't be


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


# --- answers that don't come


async def _unknown(adapter: Adapter, kind: Kind, accepted: bool) -> None:
    """The outcome is unknown; asking by the client id settles it. It was sent once."""
    async with stage(adapter) as at:
        at.sim.faults.add(kind, adapter.submit)
        order = at.order(limit=0.98)
        with pytest.raises(OutcomeUnknown) as caught:
            await at.broker.submit(order)
        assert "run-1" in str(caught.value)
        view = await at.asked(order)
        assert (view is not None) is accepted
        assert (await at.resting() == {"run-1"}) is accepted
        assert at.sim.requests[adapter.submit] == 1


@case("wire")
async def a_timeout_before_acceptance_is_unknown_and_not_found(adapter: Adapter) -> None:
    await _unknown(adapter, Kind.SILENT, False)


@case("wire")
async def a_timeout_after_acceptance_is_unknown_and_found(adapter: Adapter) -> None:
    await _unknown(adapter, Kind.SILENT_ACCEPTED, True)


@case("wire")
async def a_server_error_before_acceptance_is_unknown_and_not_found(adapter: Adapter) -> None:
    await _unknown(adapter, Kind.ERROR, False)


@case("wire")
async def a_server_error_after_acceptance_is_unknown_and_found(adapter: Adapter) -> None:
    await _unknown(adapter, Kind.ERROR_ACCEPTED, True)


@case("wire")
async def a_dropped_connection_is_unknown_and_not_found(adapter: Adapter) -> None:
    await _unknown(adapter, Kind.DROPPED, False)


@case("wire")
async def a_reply_cut_off_is_unknown_and_found(adapter: Adapter) -> None:
    await _unknown(adapter, Kind.DROPPED_ACCEPTED, True)


@case("wire")
async def a_slow_answer_is_an_answer(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        at.sim.faults.add(Kind.SLOW, adapter.submit, value=0.3)
        await at.broker.submit(at.order(limit=0.98))
        assert await at.resting() == {"run-1"}


@case("wire")
async def a_cancel_whose_answer_is_lost_is_unknown_and_done(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        at.sim.faults.add(Kind.SILENT_ACCEPTED, adapter.cancel)
        with pytest.raises(OutcomeUnknown):
            await at.broker.cancel(order)
        assert (await at.asked(order)).status is OrderStatus.CANCELED


@case("wire")
async def a_cancel_that_never_arrived_leaves_the_order(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        at.sim.faults.add(Kind.ERROR, adapter.cancel)
        with pytest.raises(OutcomeUnknown):
            await at.broker.cancel(order)
        assert await at.resting() == {"run-1"}


@case("wire")
async def a_submit_too_many_is_not_sent_again(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        at.sim.faults.add(Kind.THROTTLED, adapter.submit, value=1)
        with pytest.raises(VenueDown, match="did nothing"):
            await at.broker.submit(at.order(limit=0.98))
        assert at.sim.requests[adapter.submit] == 1
        with pytest.raises(VenueDown, match="Nothing was sent"):  # the pause holds for the next one too
            await at.broker.submit(at.order("run-2", limit=0.98))
        assert at.sim.requests[adapter.submit] == 1
        track = at.sim.replay.tracks[0]
        assert not track.exchange.orders


@case("wire")
async def a_query_too_many_waits_as_long_as_it_is_told(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order(limit=0.98))
        fault = at.sim.faults.add(Kind.THROTTLED, adapter.query, value=1)
        assert await at.resting() == {"run-1"}
        assert fault.hits == 1


@case("wire", "retry_after")
async def a_ban_is_not_waited_for(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        at.sim.faults.add(Kind.BANNED, adapter.query, value=120)
        with pytest.raises(VenueDown, match="120 s"):
            await at.broker.orders(START)


@case("wire")
async def a_query_that_fails_may_be_asked_again(adapter: Adapter) -> None:
    for kind in (Kind.ERROR, Kind.DROPPED_ACCEPTED, Kind.SILENT):  # HTTP asks a dropped GET anew by itself
        async with stage(adapter) as at:
            await at.broker.submit(at.order(limit=0.98))
            at.sim.faults.add(kind, adapter.query)
            with pytest.raises(VenueDown):
                await at.broker.orders(START)
            assert await at.resting() == {"run-1"}


@case("wire")
async def maintenance_is_said_and_passes(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        at.sim.maintenance = True
        with pytest.raises(VenueDown):
            await at.broker.account()
        with pytest.raises(OutcomeUnknown):
            await at.broker.submit(at.order(limit=0.98))
        at.sim.maintenance = False
        assert await at.resting() == set()


@case("wire")
async def an_order_that_queries_do_not_show_yet_is_shown_later(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.advance(1)
        at.sim.faults.add(Kind.LAGGING, adapter.listing, times=None, value=3600)
        assert await at.asked(order) is None
        at.sim.faults.clear()
        assert await at.asked(order) is not None


# --- keys and clocks


async def _connects(adapter: Adapter, **more: Any) -> None:
    async with simulator(adapter, FLAT, more.pop("who", account(adapter)), 0) as sim:
        fault: Fault | None = more.pop("fault", None)
        if fault is not None:
            sim.faults.armed.append(fault)
        broker = broker_of(adapter, sim, **more)
        try:
            await broker.connect()
        finally:
            await broker.close()


@case("wire")
async def a_wrong_key_is_refused_at_once(adapter: Adapter) -> None:
    with pytest.raises(ConfigError, match="key"):
        await _connects(adapter, key="nobody")


@case("wire")
async def a_wrong_secret_is_refused_at_once(adapter: Adapter) -> None:
    with pytest.raises(ConfigError, match="key") as caught:
        await _connects(adapter, secret="not-the-secret")
    assert "not-the-secret" not in str(caught.value)


@case("wire", "withdraws")
async def a_key_that_may_withdraw_is_refused_unless_allowed(adapter: Adapter) -> None:
    who = account(adapter)
    who.rights.add("withdraw")
    with pytest.raises(ConfigError, match="allow_withdraw = true"):
        await _connects(adapter, who=who)
    async with simulator(adapter, FLAT, who, 0) as sim:
        broker = broker_of(adapter, sim, allow_withdraw=True)
        await broker.connect()
        assert (await broker.account()).can_withdraw is True
        await broker.close()


@case("wire")
async def a_revoked_key_refuses_orders_and_says_so(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        at.sim.revoke()
        with pytest.raises(OrderRefused):
            await at.broker.submit(at.order(limit=0.98))
        with pytest.raises(ConfigError, match="key"):
            await at.broker.account()


@case("wire")
async def a_clock_ten_seconds_off_is_refused(adapter: Adapter) -> None:
    slow = SimpleNamespace(time=lambda: time.time() - 10)
    if adapter.name in LIKE_LS:
        with pytest.raises(ConfigError, match=r"clock is (10\.|9\.)\d s behind"):
            await _connects(adapter, fault=Fault(Kind.SKEW, "POST /etc/time-search t0167", value=10_000.0))
        return
    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(ConfigError, match=r"clock is (10\.|9\.)\d s behind"),
    ):
        patch.setattr(connecting, "time", slow)
        await _connects(adapter)


@case("wire")
async def a_venue_that_is_away_is_down(adapter: Adapter) -> None:
    async with simulator(adapter, FLAT, account(adapter), 0) as sim:
        broker = broker_of(adapter, sim)
    with pytest.raises(VenueDown):
        await broker.connect()


# --- streams


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


# --- bars


def _said(at: Stage) -> list[BarEvent]:
    return [event for event in at.heard if isinstance(event, BarEvent)]


def _equal(at: Stage, said: list[BarEvent]) -> None:
    """Bars in order, each once, each as the venue has it."""
    whole = at.bars
    assert whole is not None
    assert [bar.ts for bar in said] == whole.ts[: len(said)].tolist()
    for row, bar in enumerate(said):
        assert (bar.open, bar.close, bar.volume) == (whole.open[row], whole.close[row], whole.volume[row])
        assert (bar.high, bar.low) == (whole.high[row], whole.low[row])


@case()
async def bars_are_said_once_in_order_as_the_venue_has_them(adapter: Adapter) -> None:
    async with stage(adapter, FALLS, feeds=(Feed.BARS,)) as at:
        for count in range(1, 6):
            await at.advance(1)
            await at.until(lambda count=count: len(_said(at)) >= count)  # type: ignore[misc]
        assert len(_said(at)) == 5
        _equal(at, _said(at))


@case("wire")
async def no_bar_is_said_before_it_is_closed(adapter: Adapter) -> None:
    async with stage(adapter, FALLS, feeds=(Feed.BARS, Feed.TRADES)) as at:
        for _ in range(9):  # five steps a bar: nearly two bars
            await at.sim.step()
            now = at.sim.clock.now() * 10**6
            assert all(bar.ts + MINUTE <= now for bar in _said(at))
        found = await at.broker.bars(at.instrument, MINUTE, START, START + 10 * MINUTE)
        assert found.ts.tolist() == [START]


@case("wire")
async def bars_are_whole_when_the_stream_was_lost(adapter: Adapter) -> None:
    async with stage(adapter, (1.0, 0.99) * 8, feeds=(Feed.BARS,)) as at:
        await at.advance(2)
        await at.until(lambda: len(_said(at)) == 2)
        await at.sim.disconnect()
        await at.advance(3)
        await at.until(lambda: len(_said(at)) == 5)
        await at.until(lambda: at.links(Feed.BARS)[-1] == "UP")
        await at.advance(2)
        await at.until(lambda: len(_said(at)) == 7)
        _equal(at, _said(at))


@case("wire")
async def bars_whose_messages_are_lost_or_mixed_up_are_had_by_asking(adapter: Adapter) -> None:
    async with stage(adapter, (1.0, 0.99) * 8, feeds=(Feed.BARS,)) as at:
        for kind in (Kind.LOST, Kind.DUPLICATED, Kind.REORDERED):
            at.sim.faults.add(kind, adapter.candle or "*@ticker", times=None, probability=0.3)
        await at.advance(10)
        await at.until(lambda: len(_said(at)) == 10)
        _equal(at, _said(at))


@case()
async def the_time_is_said_when_every_bar_of_it_was(adapter: Adapter) -> None:
    async with stage(adapter, FALLS, feeds=(Feed.BARS,)) as at:
        await at.advance(4)
        await at.until(
            lambda: any(isinstance(one, TimeEvent) and one.now >= START + 4 * MINUTE for one in at.heard)
        )
        closed = START
        for event in at.heard:
            if isinstance(event, BarEvent):
                closed = event.ts + MINUTE
            elif isinstance(event, TimeEvent):
                assert event.now < closed + MINUTE


@case("wire")
async def history_is_exact_at_both_ends_over_many_pages(adapter: Adapter) -> None:
    count = adapter.minutes
    shares = tuple(1.0 + 0.001 * (number % 7) for number in range(count))
    async with stage(adapter, shares, history=count - 50) as at:
        end = count - 60
        found = await at.broker.bars(at.instrument, MINUTE, START + 10 * MINUTE, START + end * MINUTE)
        whole = at.bars
        assert found.ts.tolist() == whole.ts[10:end].tolist()
        assert found.close.tolist() == whole.close[10:end].tolist()
        assert found.volume.tolist() == whole.volume[10:end].tolist()
        empty = await at.broker.bars(at.instrument, MINUTE, START + 5 * MINUTE, START + 5 * MINUTE)
        assert len(empty) == 0


@case("wire")
async def a_timeframe_that_the_venue_lacks_is_named(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        with pytest.raises(ConfigError, match="has no such candles"):
            await at.broker.bars(at.instrument, 7 * MINUTE, START, START + 70 * MINUTE)


# --- the account


@case()
async def positions_are_what_was_filled(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order(size=3))
        await at.advance(2)
        sold = at.order("run-2", -1, reduces=True)
        await at.broker.submit(sold)
        await at.advance(2)
        [position] = await at.broker.positions()
        fills = [fill.update.event for fill in await at.broker.fills(START)]
        [instrument] = await at.broker.instruments([at.instrument])
        fee = sum(fill.fee for fill in fills if fill.fee_currency == instrument.base)
        assert position.quantity == pytest.approx(
            2 * at.order().quantity - fee, abs=Decimal(repr(instrument.lot))
        )


@case()
async def money_is_what_was_paid_and_its_fees(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        [instrument] = await at.broker.instruments([at.instrument])
        before = (await at.broker.account()).total[instrument.quote]
        await at.broker.submit(at.order())
        await at.advance(2)
        fills = [fill.update.event for fill in await at.broker.fills(START)]
        fees = sum(fill.fee for fill in fills if fill.fee_currency in ("", instrument.quote))
        owned = instrument.kind.name in ("SPOT", "EQUITY")
        paid = sum(fill.price * fill.quantity for fill in fills) if owned else 0
        after = (await at.broker.account()).total[instrument.quote]
        assert before - after == pytest.approx(paid + fees, rel=Decimal("1e-6"), abs=adapter.coin)


@case("wire")
async def money_behind_an_order_is_not_free(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        [instrument] = await at.broker.instruments([at.instrument])
        before = await at.broker.account()
        await at.broker.submit(at.order(limit=0.98))
        after = await at.broker.account()
        assert after.free[instrument.quote] < before.free[instrument.quote]
        assert after.total[instrument.quote] == before.total[instrument.quote]


@case("short")
async def a_short_position_is_negative(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order(side=-1))
        await at.advance(2)
        [position] = await at.broker.positions()
        assert position.quantity == -at.order().quantity


@case("wire")
async def orders_and_fills_are_complete_over_many_pages(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await _many(at, 1100)
        reports = await at.broker.orders(START)
        fills = await at.broker.fills(START)
        assert len(reports) == 1100 and len(fills) == 22
        if adapter.capabilities.echoes_client_id:
            assert {report.order.client_id for report in reports} == {f"many-{n}" for n in range(1100)}
            assert {fill.update.client_id for fill in fills} == {f"many-{n}" for n in range(0, 1100, 50)}
        assert len({report.venue_id for report in reports}) == 1100
        assert [fill.update.ts for fill in fills] == sorted(fill.update.ts for fill in fills)


async def _many(at: Stage, count: int) -> None:
    """Orders behind the broker's back: every fiftieth fills, the others are cancelled."""
    from brokers.simulators.order import Ticket

    exchange = at.sim.replay.tracks[0].exchange
    who = next(iter(exchange.accounts.values()))
    symbol = at.sim.replay.tracks[0].symbol
    for number in range(count):
        at.sim.clock.set(at.sim.clock.now() + 20)
        fills = number % 50 == 0
        limit = None if fills else at.adapter.at(0.98)
        label = "MARKET" if fills else "LIMIT"
        if at.adapter.name == "upbit":
            label = "market" if fills else "limit"
        order = exchange.submit(
            who,
            Ticket(symbol, 1, at.adapter.quantity / 10, limit=limit, client_id=f"many-{number}", label=label),
        )
        if not fills:
            exchange.cancel(order)


@case()
async def only_fills_since_are_told(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order("run-1"))
        await at.advance(3)
        await at.broker.submit(at.order("run-2"))
        await at.advance(2)
        found = await at.broker.fills(START + 3 * MINUTE)
        assert [fill.update.client_id for fill in found] == ["run-2"]


@case("wire")
async def an_old_order_that_ended_lately_is_listed(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        await at.advance(5)
        await at.broker.cancel(order)
        view = await at.asked(order, since=START + 4 * MINUTE)
        assert view is not None and view.status is OrderStatus.CANCELED


@case("wire")
async def an_order_that_ends_while_it_is_asked_about_is_not_lost(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        order = at.order(limit=0.98)
        await at.broker.submit(order)
        track = at.sim.replay.tracks[0]
        [resting] = list(track.exchange.open_orders(at.sim.account.name))
        asks, names = (
            (at.broker.rest, ("ask",))
            if adapter.name in LIKE_LS
            else (at.broker.dialect, ("open_orders", "ended_orders"))
        )
        for name in names:
            ask = getattr(asks, name)

            async def then_it_ends(*asked: Any, ask: Any = ask) -> Any:
                found = await ask(*asked)
                if resting.open:
                    track.exchange.cancel(resting)
                return found

            setattr(asks, name, then_it_ends)
        assert {report.order.client_id for report in await at.broker.orders(START)} == {"run-1"}


@case("wire")
async def orders_of_others_are_listed_and_can_be_cancelled(adapter: Adapter) -> None:
    from brokers.simulators.order import Ticket

    async with stage(adapter) as at:
        track = at.sim.replay.tracks[0]
        who = next(iter(track.exchange.accounts.values()))
        label = "limit" if adapter.name == "upbit" else "LIMIT"
        track.exchange.submit(
            who, Ticket(track.symbol, 1, adapter.quantity, limit=adapter.at(0.97), label=label)
        )
        [report] = await at.broker.orders(START)
        assert report.order.client_id and report.order.limit == adapter.at(0.97)
        await at.broker.cancel(report.order)
        assert await at.resting() == set()


@case("wire")
async def a_new_broker_finds_what_the_last_one_left(adapter: Adapter) -> None:
    async with stage(adapter, FALLS) as at:
        order, filled = at.order(limit=0.98), at.order("run-2")
        await at.broker.submit(order)
        await at.broker.submit(filled)
        again = broker_of(adapter, at.sim)
        await again.connect()
        told_of(again, at.broker)
        fresh = Stage(adapter, at.instrument, again, at.sim, at.bars)
        assert await fresh.resting() == {"run-1"}
        assert (await fresh.asked(filled)).status in (OrderStatus.FILLED, OrderStatus.CANCELED)
        await again.cancel(order)
        assert await at.resting() == set()
        await again.close()


@case("lists_transfers")
async def money_that_comes_and_goes_is_listed_and_is_no_trade(adapter: Adapter) -> None:
    async with stage(
        adapter, who=account(adapter, rights={"read", "trade", "withdraw"}), allow_withdraw=True
    ) as at:
        quote = _quote(adapter)
        before = (await at.broker.account()).total[quote]
        venue, who = _wallet(at)
        venue.deposit(who, quote, Decimal("1000.25"))
        venue.deposit(who, quote, Decimal(-300), Decimal("0.5"))
        came, went = await at.broker.transfers(START)
        assert (came.currency, came.amount) == (quote, Decimal("1000.25"))
        assert (went.currency, went.amount) == (quote, Decimal("-300.5"))  # with the fee of its way
        assert (await at.broker.account()).total[quote] - before == came.amount + went.amount
        assert abs(came.ts - at.broker.now()) < MINUTE
        assert await at.broker.fills(START) == []


@case("lists_transfers")
async def a_transfer_has_one_name_whenever_it_is_asked_for(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        venue, who = _wallet(at)
        for amount in (10, 10, 20):  # two alike are two
            venue.deposit(who, _quote(adapter), Decimal(amount))
        first = await at.broker.transfers(START)
        await at.advance(1)
        assert len({each.id for each in first}) == 3
        assert await at.broker.transfers(START) == first


@case("lists_transfers")
async def what_has_just_come_is_listed_though_our_clock_is_behind(adapter: Adapter) -> None:
    """An estimate of the venue's time is good to its answer's delay, and news of money come at once."""
    async with stage(adapter) as at:
        venue, who = _wallet(at)
        at.broker.clock = lambda clock=at.broker.clock: clock() - 5_000_000_000
        venue.deposit(who, _quote(adapter), Decimal(7))
        assert [each.amount for each in await at.broker.transfers(START)] == [7]


@case("lists_transfers")
async def money_on_its_way_is_not_there_yet(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        venue, who = _wallet(at)
        moving = venue.announce(who, _quote(adapter), Decimal(500))
        assert await at.broker.transfers(START) == []
        await at.advance(1)
        venue.arrive(who, moving)
        [arrived] = await at.broker.transfers(START)
        assert arrived.amount == 500


@case("lists_transfers")
async def transfers_are_complete_over_many_pages(adapter: Adapter) -> None:
    async with stage(adapter, timeout_s=5.0) as at:
        venue, who = _wallet(at)
        for bar in range(12):
            for amount in range(95):
                venue.deposit(who, _quote(adapter), Decimal(1 + 95 * bar + amount))
            await at.advance(1)
        found = await at.broker.transfers(START)
        assert sorted(each.amount for each in found) == [*range(1, 12 * 95 + 1)]


@case("lists_transfers")
async def only_transfers_since_are_told(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        venue, who = _wallet(at)
        venue.deposit(who, _quote(adapter), Decimal(1))
        await at.advance(3)
        venue.deposit(who, _quote(adapter), Decimal(2))
        assert [each.amount for each in await at.broker.transfers(at.broker.now() - MINUTE)] == [2]


@case("lists_transfers", "wire")
async def transfers_that_cannot_be_listed_are_said_and_asked_for_again(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        venue, who = _wallet(at)
        venue.deposit(who, _quote(adapter), Decimal(1))
        at.sim.faults.add(Kind.ERROR, MONEY[adapter.name])
        with pytest.raises(VenueDown):
            await at.broker.transfers(START)
        assert len(await at.broker.transfers(START)) == 1


MONEY = {
    "binance": "GET /sapi/v1/capital/deposit/hisrec",
    "binanceusdm": "GET /fapi/v1/income",
    "upbit": "GET /v1/deposits",
}


def _quote(adapter: Adapter) -> str:
    return "KRW" if adapter.name == "upbit" else "USDT"


def _wallet(at: Stage) -> tuple[Any, Any]:
    """The exchange that the adapter trades on, and its account there."""
    venue = at.sim.futures if at.adapter.name == "binanceusdm" else at.sim.exchange
    return venue, next(iter(venue.accounts.values()))


@case("lists_funding")
async def funding_is_no_trade(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order())
        at.sim.usdm_api.settle_funding()
        [paid] = await at.broker.funding(START)
        assert paid.instrument == at.instrument and paid.currency == "USDT"
        assert paid.amount == pytest.approx(
            -at.order().quantity * adapter.price / 10_000, rel=Decimal("1e-3")
        )
        assert len(await at.broker.fills(START)) == 1
        assert await at.broker.transfers(START) == []


@case("lists_funding", "short")
async def who_is_short_is_paid_what_who_is_long_pays(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        await at.broker.submit(at.order(side=-1))
        for _ in range(2):
            at.sim.usdm_api.settle_funding()
        paid = await at.broker.funding(START)
        assert len({each.id for each in paid}) == 2 and all(each.amount > 0 for each in paid)
        assert await at.broker.funding(START) == paid


# --- instruments


@case()
async def an_instrument_has_the_venues_facts(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        [found] = await at.broker.instruments([at.instrument])
        assert found.id == at.instrument
        assert Decimal(repr(found.tick_at(float(adapter.price)))) == adapter.tick
        assert found.lot > 0 and found.min_quantity >= found.lot
        assert found.min_notional > 0 or adapter.name in LIKE_LS
        assert found.fees.taker > 0 and found.base == BASES.get(adapter.name, "BTC")


@case()
async def an_unknown_instrument_has_no_facts(adapter: Adapter) -> None:
    async with stage(adapter) as at:
        with pytest.raises(ConfigError):
            await at.broker.instruments([f"BTCUSDX@{adapter.name}"])


def outcomes() -> dict[str, dict[str, str]]:
    """By case and adapter: ok, FAILED or what it lacks."""
    import asyncio

    found: dict[str, dict[str, str]] = {}
    for each in CASES:
        row = found[each.name] = {}
        for adapter in ADAPTERS:
            row[adapter.name] = f"no {each.lacking(adapter)}" if each.lacking(adapter) else "ok"
            if row[adapter.name] == "ok":
                try:
                    asyncio.run(asyncio.wait_for(each.scene(adapter), 30))  # type: ignore[arg-type]
                except BaseException as error:
                    row[adapter.name] = f"FAILED {type(error).__name__}"
    return found


def main() -> None:
    table = outcomes()
    width = max(map(len, table))
    print(f"{'':{width}}  " + "  ".join(f"{adapter.name:>14}" for adapter in ADAPTERS))
    for name, row in table.items():
        print(f"{name:{width}}  " + "  ".join(f"{row[adapter.name]:>14}" for adapter in ADAPTERS))


if __name__ == "__main__":
    main()
