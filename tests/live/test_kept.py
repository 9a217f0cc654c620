"""What people are told waits until the orders have left; nobody who asks sees less than was written."""

import asyncio
from pathlib import Path
from typing import Any

from live.control.events import Kind
from records.outcomes import Equity, Note
from tests.live.lives import life, walk

PANEL = walk()


def test_an_order_leaves_before_people_hear_of_it_and_both_happen(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            sending, views = one.bot.engine.sending, one.bot.views
            submit, untold = sending.broker.submit, []

            async def submitting(order: Any) -> None:
                known = views._orders.known  # as it stands: asking would tell it first
                untold.append((order.client_id, order.client_id in known))
                await submit(order)

            sending.broker.submit = submitting  # type: ignore[method-assign]
            await one.step(150)
            await one.until(lambda: untold)
            left = [name for name, told in untold]
            assert len(left) > 5 and not any(told for _, told in untold)
            await asyncio.sleep(0.01)  # nobody asks
            assert set(left) <= views._orders.known.keys()
            said = [event.body.id for event in views._publisher.log._kept if event.kind is Kind.ORDER]
            assert set(left[-3:]) <= set(said)

    asyncio.run(scene())


def test_whoever_asks_is_told_all_that_is_written(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            session, views = one.bot.engine.session, one.bot.views
            await one.step(30)
            for ask in (lambda: views.orders, lambda: views.results, lambda: views.evidence):
                session.tell(Note("x"), one.bot.engine.clock())
                assert views._untold
                ask()
                assert not views._untold
            ts = views.results.last + 60 * 10**9
            session.tell(Equity(ts, 1234.0, 1234.0), one.bot.engine.clock())
            assert (await one.bot.curve(30)).equity[-1] == 1234.0

    asyncio.run(scene())
