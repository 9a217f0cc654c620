"""A bot that dies before or after any write or call loses no order, doubles none, and knows what it holds."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from brokers.paper_venue import PaperVenue
from desk.orders import CancelRequested
from live.reconcile import drifting
from tests.desk.markets import World, market
from tests.live.bots import Bot, Foretold, bot, unbroken
from tests.records.power import traced_disk

SEEDS = [seed for seed in range(12, 60) if unbroken(market(seed)) and len(market(seed).signals) > 10][:8]


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Death:
    """Kills at the n-th moment: before or after every journal write, submit and cancel. 0: never."""

    at: int
    moments: int = 0
    dies: Callable[[], None] = lambda: None  # told when it does
    passed: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any) -> Any:
            self.moment(f"before {name}")
            answer = call(*arguments)
            self.moment(f"after {name}")
            return answer

        return guarded

    def moment(self, name: str) -> None:
        self.moments += 1
        if self.moments == self.at:
            self.dies()
            raise Killed(name)


def as_it_is(broker: Any, clock: Callable[[], int]) -> Any:
    return broker


def live_once(
    world: World, folder: Path, venue: PaperVenue, death: Death, at: Callable[..., Any] = as_it_is
) -> Bot | None:
    """One life; None when it was killed. at: makes another broker of the paper one."""
    venue.take_updates()  # what a dead process was told is lost with it
    one = bot(Foretold(world), world.panel, world.rules, world.p.shape[1], folder, venue, at=at)
    journal = one.session.journal
    journal.append = death.around("journal", journal.append)  # type: ignore[method-assign]
    broker: Any = one.engine.broker
    send, end = broker.submit, broker.cancel

    async def submit(order: Any) -> None:
        death.moment("before submit")
        await send(order)
        death.moment("after submit")

    async def cancel(order: Any) -> None:
        death.moment("before cancel")
        known = one.session.orders[order.client_id]
        assert any(isinstance(each, CancelRequested) for each in known.events)  # written down first
        await end(order)
        death.moment("after cancel")

    broker.submit, broker.cancel = submit, cancel
    try:
        asyncio.run(lived(one))
    except Killed:
        return None
    finally:
        journal.close()
    return one


async def lived(one: Bot) -> None:
    await one.live()


def check(world: World, one: Bot, venue: PaperVenue, folder: Path) -> None:
    """What was meant and what rests agree, order by order and lot by lot."""
    held = {each.id: venue.held(each.id) for each in world.panel.instruments}
    assert not drifting(one.session, held), f"market({world.seed})"
    ours = {report.order.client_id: report for report in venue.reports()}
    for name, known in one.session.orders.known.items():
        if name in ours:
            assert ours[name].filled == known.view.filled, f"market({world.seed}): {name}"
        else:
            assert known.view.filled == 0 and known.view.closed, f"market({world.seed}): {name} is lost"
    assert set(ours) <= set(one.session.orders.known)


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder without a disk beneath it where there is one: flushes are tested elsewhere."""
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("seed", SEEDS)
def test_it_dies_at_any_moment_of_a_life(seed: int, memory: Path) -> None:
    world = market(seed)
    death = Death(at=0)
    venue = PaperVenue(world.panel.instruments, world.rules)
    (memory / "whole").mkdir()
    assert live_once(world, memory / "whole", venue, death)
    for moment in range(1, death.moments + 1, max(death.moments // 60, 1)):
        folder = memory / str(moment)
        folder.mkdir()
        venue = PaperVenue(world.panel.instruments, world.rules)
        assert live_once(world, folder, venue, Death(at=moment)) is None
        again = live_once(world, folder, venue, Death(at=0))
        assert again is not None
        check(world, again, venue, folder)


EVERY = (17, 137)  # short lives with many orders and fills


def lives_again(world: World, folder: Path, venue: PaperVenue) -> None:
    """The life after a death finds everything, and another one changes nothing of it."""
    again = live_once(world, folder, venue, Death(at=0))
    assert again is not None
    check(world, again, venue, folder)


@pytest.mark.parametrize("seed", EVERY)
def test_it_dies_at_every_moment_of_a_life(seed: int, memory: Path) -> None:
    """Before and after every write to the journal, every submit and every cancel: none is left out."""
    world, n = market(seed), moments(market(seed), memory / "whole")
    for moment in range(1, n + 1):
        folder, venue = memory / str(moment), PaperVenue(world.panel.instruments, world.rules)
        folder.mkdir()
        assert live_once(world, folder, venue, Death(at=moment)) is None
        lives_again(world, folder, venue)


@pytest.mark.parametrize("seed", EVERY)
def test_the_power_goes_at_every_moment_of_a_life(seed: int, memory: Path) -> None:
    """The same, and of what wasn't flushed by then chance decides what is left."""
    world, n = market(seed), moments(market(seed), memory / "whole")
    for moment in range(1, n + 1):
        venue, left = PaperVenue(world.panel.instruments, world.rules), memory / f"{moment} left"
        with traced_disk(memory / str(moment)) as disk:
            cut: list[int] = []
            death = Death(at=moment, dies=lambda disk=disk, cut=cut: cut.append(len(disk.history)))
            assert live_once(world, disk.folder, venue, death) is None
        disk.rebuild(left, cut[0], random.Random(moment))
        lives_again(world, left, venue)


def moments(world: World, folder: Path) -> int:
    """How many there are in a life that nobody ends."""
    folder.mkdir()
    death, venue = Death(at=0), PaperVenue(world.panel.instruments, world.rules)
    assert live_once(world, folder, venue, death)
    orders = list(venue.reports())
    assert len(orders) > 4 and sum(bool(each.filled) for each in orders) > 4, "too quiet a life"
    return death.moments
