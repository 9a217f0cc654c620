"""Closed bars, once and in order, and history."""

import pytest

from brokers.contract import BarEvent, Feed, TimeEvent
from brokers.simulators import Kind
from market.errors import ConfigError
from tests.brokers.conformance.cases import case
from tests.brokers.stages import FALLS, MINUTE, START, Adapter, Stage, stage


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
