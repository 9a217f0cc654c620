"""A kill over the real adapters: what rests is cancelled, what the bot holds is closed, whoever sent it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path

import pytest

from brokers.contract import Broker
from desk.orders import Fill
from live.control.places import Places
from live.kill_file import read_fills
from live.supervisor.kill import KillTarget, kill_account
from records.entries import draft
from records.inputs import Intent, Update
from records.journal import Journal
from tests.brokers.named import Named
from tests.brokers.stages import ADAPTERS, FLAT, START, Adapter, Stage, broker_of, stage

VENUES = [each for each in ADAPTERS if each.wire]


def target(at: Stage, places: Places, journal: Path) -> KillTarget:
    """A connection of the kill's own, which has heard of nothing."""

    def broker() -> Broker:
        made: Broker = broker_of(at.adapter, at.sim, timeout_s=2.0)
        return made.broker if isinstance(made, Named) else made

    now = at.sim.clock.now
    return KillTarget(places, "demo", broker, journal, clock=lambda: now() * 10**6, patience_s=15.0)


async def holding(at: Stage, folder: Path) -> Path:
    """Two lots held by the bot's journal and one beside it; a bid of the bot's and one of somebody else's."""
    path = folder / "journal.db"
    bought = at.order("run-1", size=2.0)
    await at.broker.submit(bought)
    await at.broker.submit(at.order("owner-1"))
    await at.advance(2)
    fills = [each.update for each in await at.broker.fills(START) if each.update.client_id == "run-1"]
    assert sum(each.event.quantity for each in fills if isinstance(each.event, Fill)) == bought.quantity
    with Journal.open(path, "demo") as kept:
        kept.append([draft(0, Intent(bought, "sma")), *(draft(1, Update(each)) for each in fills)])
    await at.broker.submit(at.order("run-2", limit=0.95))
    await at.broker.submit(at.order("owner-2", limit=0.96))
    return path


@asynccontextmanager
async def moving(at: Stage) -> AsyncIterator[None]:
    """The market goes on."""

    async def move() -> None:
        while True:
            await at.sim.step()
            await asyncio.sleep(0.05)

    task = asyncio.create_task(move())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def held(at: Stage) -> Decimal:
    [position] = await at.broker.positions()
    return position.quantity


@pytest.mark.parametrize("adapter", VENUES, ids=str)
@pytest.mark.parametrize("flatten", [False, True])
def test_nothing_rests_and_what_the_bot_holds_is_closed(
    adapter: Adapter, flatten: bool, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with stage(adapter, FLAT * 20) as at:
            journal = await holding(at, tmp_path)
            before = await held(at)
            async with moving(at):
                places = Places(tmp_path / "bot").make()
                report = await kill_account(target(at, places, journal), "kim", "enough", flatten)
            assert report.complete, report.problems
            assert await at.resting() == set() and len(report.cancelled) == 2
            sold = at.order(size=2.0).quantity if flatten else Decimal(0)
            fees = abs(before) / 500
            assert abs(await held(at) - (before - sold)) <= fees
            assert bool(report.closing) is flatten
            fills = [each.update.event for each in read_fills(places.killed)]
            assert sum(fill.quantity for fill in fills if isinstance(fill, Fill)) == sold

    asyncio.run(asyncio.wait_for(scene(), 60))
