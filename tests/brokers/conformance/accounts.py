"""Positions, money, and lists of orders, fills, transfers and funding."""

from decimal import Decimal
from typing import Any

import pytest

from brokers.simulators import Kind
from desk.orders import OrderStatus
from market.errors import VenueDown
from tests.brokers.conformance.cases import case
from tests.brokers.stages import (
    FALLS,
    LIKE_LS,
    MINUTE,
    START,
    Adapter,
    Stage,
    account,
    broker_of,
    stage,
    told_of,
)


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
    async with stage(adapter) as at:
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
