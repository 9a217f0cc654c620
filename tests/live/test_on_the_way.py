"""An order whose answer is on the way isn't doubted because the venue doesn't list it yet."""

import asyncio
from pathlib import Path
from typing import Any

from tests.live.lives import Life, life, walk


async def _until_under_way(one: Life) -> str:
    """Bar by bar until an order has been given to the venue, which doesn't answer; its client id."""
    sending = one.bot.engine.sending
    for _ in range(300):
        one.go.put_nowait(None)
        while one.gone.empty() and not sending.in_flight:
            await asyncio.sleep(0.001)
        if sending.in_flight:
            return next(iter(sending.in_flight))
        one.gone.get_nowait()
    raise AssertionError("no order within 300 bars")


def test_a_comparison_meanwhile_leaves_it_alone(tmp_path: Path) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            engine, answer = one.bot.engine, asyncio.Event()
            submit = engine.broker.submit

            async def slow(order: Any) -> None:
                await answer.wait()
                await submit(order)

            engine.broker.submit = slow  # type: ignore[method-assign]
            name = await _until_under_way(one)
            listed = {report.order.client_id for report in await engine.broker.orders(0)}
            await engine.reconcile()
            assert name not in listed and not engine.sending.in_flight[name].lost
            answer.set()
            await one.gone.get()
            await engine.reconcile()
            assert not engine.sending.in_flight and engine.session.orders[name].events

    asyncio.run(lived())
