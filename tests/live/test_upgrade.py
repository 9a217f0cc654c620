"""Newer code takes over a journal with open positions: facts stand, nothing decided is sent again."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from brokers.paper_venue import PaperVenue
from live.reconcile import drifting
from tests.desk.markets import World, market
from tests.live.bots import Bot, Foretold, bot, unbroken

WORLDS = [seed for seed in range(200) if unbroken(market(seed)) and len(market(seed).panel) >= 20][:16]
FRACTIONAL = ("avg", "stop", "target", "trail")
FACTS = ("lots", "horizon", "unit", *FRACTIONAL)


def first_life(world: World, folder: Path, rows: int, graceful: bool) -> tuple[Bot, PaperVenue]:
    """Trade the first rows under the old code; end in order, or not."""
    venue = PaperVenue(world.panel.instruments, world.rules)
    one = bot(Foretold(world), world.panel.head(rows), world.rules, world.p.shape[1], folder, venue)
    asyncio.run(one.live())
    if graceful:
        one.engine.finish("upgrade")
    one.session.journal.close()
    return one, venue


@pytest.mark.parametrize("graceful", [True, False], ids=["stopped", "killed"])
def test_positions_and_their_barriers_are_as_they_were(graceful: bool, tmp_path: Path) -> None:
    held = 0
    for seed in WORLDS:
        world = market(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        old, venue = first_life(world, folder, len(world.panel) // 2, graceful)
        new = bot(Foretold(world), world.panel, world.rules, world.p.shape[1], folder, venue, code="newer")
        assert new.recovered.facts_only
        was, now = old.session.trader.desk.book.positions, new.session.trader.desk.book.positions
        open_ones = was["lots"] != 0
        held += int(open_ones.sum())
        for name in FACTS:
            same = np.array_equal(now[name][open_ones], was[name][open_ones], equal_nan=name in FRACTIONAL)
            assert same, f"market({seed}): {name}"
        assert (now["lots"] == was["lots"]).all()
        opened = old.session.trader.opened
        for number in np.flatnonzero(open_ones).tolist():  # by what a stop or an exit is named
            assert new.session.trader.opened[number] == opened[number]
        new.session.journal.close()
    assert held > 1  # it is about open positions


@pytest.mark.parametrize("graceful", [True, False], ids=["stopped", "killed"])
def test_nothing_is_sent_twice_and_book_and_venue_agree(graceful: bool, tmp_path: Path) -> None:
    for seed in WORLDS:
        world = market(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        _, venue = first_life(world, folder, len(world.panel) // 2, graceful)
        before = {report.order.client_id for report in venue.reports()}
        new = bot(Foretold(world), world.panel, world.rules, world.p.shape[1], folder, venue, code="newer")
        asyncio.run(new.live())
        sent = [report.order.client_id for report in venue.reports()]
        assert len(sent) == len(set(sent)) and before <= set(sent)
        assert not drifting(new.session, {each.id: venue.held(each.id) for each in venue.instruments})
        new.session.journal.close()
        again = bot(Foretold(world), world.panel, world.rules, world.p.shape[1], folder, venue, code="newer")
        assert not again.recovered.facts_only
        was, now = new.session.trader.desk.book.positions, again.session.trader.desk.book.positions
        assert (now["lots"] == was["lots"]).all(), f"market({seed}): a second start of the newer code"
        again.session.journal.close()
