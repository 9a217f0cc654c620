"""Stops at the venue are the position's, whatever befalls it; what can't rest leaves, once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from math import log2
from pathlib import Path
from typing import Any

import pytest

from desk.orders import Order
from desk.records import Reason
from live.leaving import Leaving
from live.protection import PAUSE_S
from live.trader import Submit
from market.errors import OutcomeUnknown
from tests.live.resting import Stand, stand

Scene = Callable[[Stand], Awaitable[None]]


def _played(folder: Path, scene: Scene, **venue: Any) -> None:
    async def play() -> None:
        async with asyncio.timeout(30), stand(folder, **venue) as one:
            await scene(one)

    asyncio.run(play())


def _protects(one: Stand) -> None:
    """One stop rests, for all that is held, where it belongs."""
    [stop] = one.venue.stops
    assert stop.reduces and stop.side * one.held < 0
    assert (stop.quantity, stop.trigger) == (abs(one.held), one.level)


@pytest.mark.parametrize("reduce_only", [False, True])
def test_a_stop_rests_from_the_first_fill_and_is_resized_on_each(reduce_only: bool, tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        order = await one.entry()
        assert not one.venue.stops
        for part in (1, 2, 3, 4):
            await one.fill(order, part)
            _protects(one)
        assert abs(one.held) == 10
        stop = one.venue.stops[0]
        await one.fill(stop, 4)
        _protects(one)
        await one.fill(one.venue.stops[0], 6)
        assert one.held == 0 and not one.venue.stops

    _played(tmp_path, scene, reduce_only=reduce_only, short=True)


def test_an_exit_has_the_quantity_to_itself_and_the_stop_is_back_when_it_is_over(tmp_path: Path) -> None:
    """Where the venue doesn't know reductions a stop and an exit would sell twice what is held."""

    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        while not one.venue.exits:
            _protects(one)
            await one.bar()
        [way_out] = one.venue.exits
        assert not one.venue.stops
        await one.fill(way_out, 3)
        assert not one.venue.stops
        await one.engine.sending.cancel(one.engine.session.orders[way_out.client_id].order)
        await one.engine.sending.idle()
        _protects(one)

    _played(tmp_path, scene, short=True)


def test_what_the_venue_will_not_let_rest_leaves_once(tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        async with asyncio.timeout(10):
            while not one.venue.exits:
                await asyncio.sleep(0.05)
        await one.engine.sending.idle()
        assert [order.quantity for order in one.venue.exits] == [abs(one.held)]
        assert "unprotected" in one.told

    _played(tmp_path, scene, short=True, refuses=lambda order: "no stops here" if order.trigger else "")


@pytest.mark.parametrize("resting_stops", [False, True])
def test_a_target_that_is_reached_leaves_once(resting_stops: bool, tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        target = float(one.panel.close[one.row, 0]) * (1.25 if one.held > 0 else 0.75)
        for _ in range(20):
            await one.price(target)
        [way_out] = one.venue.exits
        assert (way_out.quantity, way_out.side * one.held < 0) == (abs(one.held), True)
        assert not one.venue.stops

    _played(tmp_path, scene, resting_stops=resting_stops, short=True)


def test_a_stop_that_can_not_rest_is_watched_and_leaves_once(tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        assert not one.venue.stops
        await one.price(one.beyond(-1))
        assert not one.venue.exits
        for ticks in range(20):
            await one.price(one.beyond(ticks))
        [way_out] = one.venue.exits
        await one.fill(way_out, 10)
        assert one.held == 0

    _played(tmp_path, scene, resting_stops=False, short=True)


def test_an_exit_that_the_venue_refuses_is_not_repeated_at_every_price(tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        began = time.monotonic()
        for ticks in range(200):
            await one.price(one.beyond(ticks))
        most = 2 + log2(1 + (time.monotonic() - began) / PAUSE_S)
        assert 1 <= len(one.venue.exits) <= most
        one.venue.refuses = lambda order: ""
        async with asyncio.timeout(20):
            while not one.venue.taken[-1].reduces:
                await one.price(one.beyond())
                await asyncio.sleep(0.05)

    def refuses(order: Order) -> str:
        return "not now" if order.reduces else ""

    _played(tmp_path, scene, resting_stops=False, short=True, refuses=refuses)


@pytest.mark.parametrize("resting_stops", [False, True])
def test_nothing_leaves_while_the_kill_latch_is_set(resting_stops: bool, tmp_path: Path) -> None:
    latched = [""]

    async def scene(one: Stand) -> None:
        order = await one.entry()
        latched[0] = "killed"
        asked = len(one.venue.asked)
        await one.fill(order, 10)
        for _ in range(20):
            await one.price(one.beyond())
        assert len(one.venue.asked) == asked
        entries = one.engine.session.journal.last
        for _ in range(20):
            await one.price(one.beyond())
        assert one.engine.session.journal.last == entries
        latched[0] = ""
        await one.price(one.beyond(-1))
        await one.bar()
        assert len(one.venue.asked) == asked + resting_stops

    _played(tmp_path, scene, resting_stops=resting_stops, short=True, halted=lambda: latched[0])


@pytest.mark.parametrize("resting_stops", [False, True])
@pytest.mark.parametrize("left", [0, 4])
def test_what_somebody_else_has_closed_is_neither_protected_nor_sold(
    left: int, resting_stops: bool, tmp_path: Path
) -> None:
    """Else a stop would open the other side."""
    held: list[Decimal | None] = [None]

    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        side = 1 if one.held > 0 else -1
        held[0] = Decimal(side * left)
        instrument = one.panel.instruments[0].id
        await one.price(one.beyond(-1))
        one.engine._protect(instrument)
        await one.engine.sending.idle()
        assert sum(stop.quantity for stop in one.venue.stops) == (left if resting_stops else 0)
        if resting_stops:
            return
        for ticks in range(10):
            await one.price(one.beyond(ticks))
        assert sum(order.quantity for order in one.venue.exits) == left

    _played(tmp_path, scene, resting_stops=resting_stops, short=True, holds=lambda instrument: held[0])


def test_a_stop_that_filled_unheard_is_not_followed_by_an_exit(tmp_path: Path) -> None:
    """The stream is down: that the stop rests no more is all that is known when a target is reached."""

    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        await one.engine.reconcile()
        [stop] = one.venue.stops
        target = float(one.panel.close[one.row, 0]) * (1.25 if one.held > 0 else 0.75)
        one.venue.silent = True
        one.venue.fill(stop, Decimal(10), float(stop.trigger or 0))
        await one.price(target)
        await one.engine.sending.settled()
        await one.engine.sending.idle()
        assert not one.venue.exits and one.held == 0

    _played(tmp_path, scene, short=True, gated=True)


def test_while_the_end_of_a_stop_is_unknown_no_other_is_placed(tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        order = await one.entry()
        await one.fill(order, 4)
        cancel, lost = one.venue.cancel, [True]

        async def unheard(stop: Order) -> None:
            if lost[0]:
                raise OutcomeUnknown(f"cancel of order {stop.client_id}: no answer.")
            await cancel(stop)

        one.venue.cancel = unheard  # type: ignore[method-assign]
        one.engine.sending.settle_every_s = 0.2
        await one.fill(order, 6)
        assert len(one.venue.stops) == 1
        lost[0] = False
        async with asyncio.timeout(20):
            while [stop.quantity for stop in one.venue.stops] != [10]:
                await asyncio.sleep(0.02)
        await one.engine.sending.settled()
        _protects(one)

    _played(tmp_path, scene, short=True)


def test_who_leaves_by_hand_takes_back_what_waits_for_its_price(tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        await one.fill(await one.entry(), 10)
        await one.engine.reconcile()
        sending, side = one.engine.sending, -1 if one.held > 0 else 1
        far = Order("run-0.exit9", one.panel.instruments[0].id, side, Decimal(10), Decimal(500), reduces=True)
        one.engine.session.intend(far, Reason.SIGNAL, one.engine.clock())
        sending.put([Submit(far, -1, Reason.SIGNAL)])
        await sending.idle()
        [left] = Leaving(one.engine.session, sending).leave(far.instrument)
        await sending.idle()
        assert far.client_id not in one.venue.resting and left.client_id in one.venue.resting

    _played(tmp_path, scene, short=True, gated=True)
