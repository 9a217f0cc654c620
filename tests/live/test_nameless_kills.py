"""Where the venue doesn't know our ids a bot may die at any moment, too: no order is lost or doubled."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from brokers.contract import OrderReport
from brokers.paper_venue import PaperVenue
from desk.orders import Order, Sent
from tests.desk.markets import World, market
from tests.live.nameless import Nameless
from tests.live.test_killed_anywhere import EVERY, Death, check, live_once, memory

__all__ = ["memory"]


@dataclass(eq=False)
class NamelessPaper(Nameless):
    """The paper venue, which says when an order began. created: by our id; outlives the connection."""

    clock: Callable[[], int] = lambda: 0
    created: dict[str, int] = field(default_factory=dict)

    async def submit(self, order: Order) -> None:
        self.created.setdefault(order.client_id, self.clock())
        await super().submit(order)

    async def orders(self, since: int) -> list[OrderReport]:
        found = await super().orders(since)
        return [replace(each, created=self.created[self._true[each.venue_id]]) for each in found]


@dataclass(eq=False)
class Place:
    """The venue, and what it remembers from one life of the bot to the next."""

    world: World
    created: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.venue = PaperVenue(self.world.panel.instruments, self.world.rules)

    def live(self, folder: Path, death: Death) -> Any:
        def nameless(broker: Any, clock: Callable[[], int]) -> NamelessPaper:
            return NamelessPaper(broker, clock=clock, created=self.created)

        return live_once(self.world, folder, self.venue, death, nameless)


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


def test_what_leaves_is_written_down_before_it_does(memory: Path) -> None:
    place = Place(market(EVERY[0]))
    one = place.live(memory, Death(at=0))
    for known in one.session.orders.known.values():
        if known.venue_id:
            assert any(isinstance(each, Sent) for each in known.events)
