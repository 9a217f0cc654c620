"""Answers that don't come: unknown, until the venue was asked."""

import pytest

from brokers.simulators import Kind
from desk.orders import OrderStatus
from market.errors import OutcomeUnknown, VenueDown
from tests.brokers.conformance.cases import case
from tests.brokers.stages import SILENCE_S, START, Adapter, stage


async def _unknown(adapter: Adapter, kind: Kind, accepted: bool) -> None:
    """The outcome is unknown; asking by the client id settles it. It was sent once."""
    async with stage(adapter, timeout_s=SILENCE_S) as at:
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
    async with stage(adapter, timeout_s=SILENCE_S) as at:
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
        async with stage(adapter, timeout_s=SILENCE_S) as at:
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
