"""What the venue says that it holds: not the owner's, and never older than what was heard."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brokers.contract import FillReport, OrderUpdate
from desk.orders import Accepted, Fill, Order
from live.risk.judgement import Judgement
from live.supervisor.book import book_of
from records.entries import draft
from records.inputs import EXTERNAL, Intent, Owned, Update
from records.journal import Journal
from records.outcomes import Verdict
from tests.live.resting import Stand, stand


def played(folder: Path, scene: Any, **venue: Any) -> None:
    async def play() -> None:
        async with asyncio.timeout(30), stand(folder, short=True, gated=True, **venue) as one:
            await scene(one)

    asyncio.run(play())


def judged(one: Stand, quantity: int) -> Judgement:
    """What the gate says of an exit."""
    assert one.engine.guard is not None
    side = -1 if one.held > 0 else 1
    order = Order("x", one.panel.instruments[0].id, side, Decimal(quantity), reduces=True)
    return one.engine.guard.judge(order)


def test_an_answer_that_a_fill_has_crossed_is_not_taken(tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        entry = await one.entry()
        await one.fill(entry, 2)
        await one.engine.reconcile()
        one.venue.travels_s = 0.2
        asking = asyncio.create_task(one.engine.reconcile())
        await asyncio.sleep(0.1)
        await one.fill(entry, 8)
        await asking
        assert not one.engine.drifting and judged(one, 10).outcome is Verdict.ALLOW
        one.venue.travels_s = 0.0
        await one.engine.reconcile()
        assert not one.engine.drifting and judged(one, 10).outcome is Verdict.ALLOW

    played(tmp_path, scene, resting_stops=False)


@pytest.mark.parametrize("gone", [0, 10])
def test_the_owners_coins_are_neither_the_bots_position_nor_its_to_sell(gone: int, tmp_path: Path) -> None:
    async def scene(one: Stand) -> None:
        name = one.panel.instruments[0].id
        one.venue.beside = Decimal(5000)
        one.engine.session.own(Owned({name: Decimal(5000)}, Decimal(0), None, 1))
        await one.fill(await one.entry(), 10)
        if gone:  # somebody has sold the bot's
            order = Order("theirs", name, -1 if one.held > 0 else 1, Decimal(gone))
            update = OrderUpdate("theirs", "theirs", name, Fill("t", Decimal(gone), Decimal(100)))
            one.venue.filled.append(FillReport(update, order.side))
        await one.engine.reconcile()
        assert one.engine.guard is not None
        assert one.engine.guard.held(name) == (0 if gone else one.held)
        assert bool(one.engine.drifting) is bool(gone)
        assert judged(one, 10).outcome is (Verdict.DENY if gone else Verdict.ALLOW)

    played(tmp_path, scene, resting_stops=False)


def test_a_kill_does_not_take_others_orders_for_the_bots(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    orders = [Order("run-0", "AAA@test", 1, Decimal(2)), Order("venue:7", "AAA@test", 1, Decimal(500))]
    with Journal.open(path, "test") as journal:
        for order, strategy in zip(orders, ("sma", EXTERNAL), strict=True):
            fill = Fill(f"t-{order.client_id}", order.quantity, Decimal(100))
            told = [
                Update(OrderUpdate(order.client_id, "v", order.instrument, event))
                for event in (Accepted("v"), fill)
            ]
            journal.append([draft(1, Intent(order, strategy)), *(draft(1, each) for each in told)])
    assert book_of(path) == {"AAA@test": 2}
