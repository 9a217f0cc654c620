"""Where the venue doesn't know our ids a bot may die at any moment, too: no order is lost or doubled."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brokers.contract import OrderReport
from brokers.paper_venue import PaperVenue
from desk.orders import Accepted, Order, Sent
from live.reconcile import drifting
from records.inputs import EXTERNAL, Start
from tests.desk.markets import World, market
from tests.live.bots import Bot, Foretold, bot
from tests.live.nameless import Nameless
from tests.live.test_killed_anywhere import EVERY, Death, Killed, check, live_once, memory

__all__ = ["memory"]


@dataclass(eq=False)
class NamelessPaper(Nameless):
    """The paper venue, which says when an order began. created: by our id; outlives the connection."""

    clock: Callable[[], int] = lambda: 0
    created: dict[str, int] = field(default_factory=dict)
    strangers: list[OrderReport] = field(default_factory=list)

    async def submit(self, order: Order) -> None:
        self.created.setdefault(order.client_id, self.clock())
        await super().submit(order)

    async def orders(self, since: int) -> list[OrderReport]:
        found = await super().orders(since)
        ours = [replace(each, created=self.created[self._true[each.venue_id]]) for each in found]
        return [*ours, *self.strangers]


@dataclass(eq=False)
class Place:
    """The venue, and what it remembers from one life of the bot to the next."""

    world: World
    created: dict[str, int] = field(default_factory=dict)
    strangers: list[OrderReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.venue = PaperVenue(self.world.panel.instruments, self.world.rules)

    def at(self, broker: Any, clock: Callable[[], int]) -> NamelessPaper:
        return NamelessPaper(broker, clock=clock, created=self.created, strangers=self.strangers)

    def live(self, folder: Path, death: Death) -> Any:
        return live_once(self.world, folder, self.venue, death, self.at)

    def begun(self, folder: Path) -> Bot:
        """The next life, which hasn't started."""
        world = self.world
        return bot(
            Foretold(world), world.panel, world.rules, world.p.shape[1], folder, self.venue, at=self.at
        )


@pytest.mark.parametrize("seed", EVERY)
def test_it_dies_at_every_moment_of_a_life(seed: int, memory: Path) -> None:
    """Before and after every write to the journal, every submit and every cancel: none is left out."""
    world, death = market(seed), Death(at=0)
    (memory / "whole").mkdir()
    whole = Place(world)
    one = whole.live(memory / "whole", death)
    check(world, one, whole.venue, memory)
    assert sum(bool(each.filled) for each in whole.venue.reports()) > 4, "too quiet a life"
    for moment in range(1, death.moments + 1):
        folder, place = memory / str(moment), Place(world)
        folder.mkdir()
        assert place.live(folder, Death(at=moment)) is None
        again = place.live(folder, Death(at=0))
        assert again is not None
        check(world, again, place.venue, folder)
        assert len({each.order.client_id for each in place.venue.reports()}) == len(
            list(place.venue.reports())
        )


class DeathOf(Death):
    """Kills after the first submit."""

    def moment(self, name: str) -> None:
        if name == "after submit":
            raise Killed(name)


@pytest.mark.parametrize("seed", EVERY)
def test_who_dies_undecided_begins_undecided_and_goes_on_when_told(seed: int, memory: Path) -> None:
    """It was killed before the number of its order was written down; somebody else has sent the same."""
    place = Place(market(seed))
    assert place.live(memory, DeathOf(at=0)) is None
    (mine,) = place.venue.reports()
    name, number = mine.order.client_id, mine.venue_id
    theirs = replace(mine.order, client_id="")
    place.strangers.append(OrderReport(theirs, "9001", (Accepted("9001"),), Decimal(0), place.created[name]))

    async def undecided_life() -> None:
        one = place.begun(memory)
        told = list[str]()
        one.engine.sending.tell = lambda code, order, text: told.append(f"{code} {order.client_id} {text}")
        await one.engine.start(Start("test", "paper", one.manifest), one.recovered)
        while not told:
            await asyncio.sleep(0.001)
        assert told[0].startswith(f"undecided {name}") and number in told[0] and "9001" in told[0]
        assert not one.session.orders[name].venue_id
        await one.engine.sending.close()
        one.session.journal.close()

    async def told_life() -> Bot:
        one = place.begun(memory)
        await one.engine.start(Start("test", "paper", one.manifest), one.recovered)
        one.engine.sending.settle(name, number, "kim")
        await one.engine.reconcile()
        await one.engine.run()
        return one

    asyncio.run(undecided_life())
    one = asyncio.run(told_life())
    assert one.session.orders[name].venue_id == number
    assert one.session.orders["venue:9001"].reason == EXTERNAL
    held = {each.id: place.venue.held(each.id) for each in place.world.panel.instruments}
    assert not drifting(one.session, held)
    one.session.journal.close()


def test_what_leaves_is_written_down_before_it_does(memory: Path) -> None:
    place = Place(market(EVERY[0]))
    one = place.live(memory, Death(at=0))
    for known in one.session.orders.known.values():
        if known.venue_id:
            assert any(isinstance(each, Sent) for each in known.events)
