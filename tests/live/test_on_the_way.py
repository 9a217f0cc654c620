"""Orders on their way: one whose answer hasn't come isn't doubted, one that has waited is judged anew."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from desk.orders import Order, OrderStatus
from live.risk.judgement import Judgement
from market.timeframes import SECOND
from records.outcomes import Verdict
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


def test_an_entry_that_stood_in_its_queue_is_judged_again(tmp_path: Path) -> None:
    """The queue may have been held up by a cancel that took its time: prices are others by then."""

    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            sending, asked = one.bot.engine.sending, list[str]()
            clock, judge = sending.clock, sending.judge
            assert judge is not None

            def judged(order: Order) -> Judgement:
                asked.append(order.client_id)
                return judge(order)

            sending.judge = judged
            await one.step(60)
            assert not asked and _entries(one)  # what leaves at once was judged at once
            before = set(_entries(one))
            sending.clock = lambda: clock() + 2 * SECOND
            await one.step(60)
            later = [name for name in _entries(one) if name not in before]
            assert later and set(asked) == set(later)

    asyncio.run(lived())


def _entries(one: Life) -> list[str]:
    known = one.bot.engine.session.orders.known
    return [name for name, each in known.items() if each.number >= 0 and not each.order.reduces]


def test_what_waits_for_the_gate_ends_when_it_is_not_wanted_any_more(tmp_path: Path) -> None:
    """It stands at the head of its queue: what is given behind it would wait as long."""

    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            sending = one.bot.engine.sending
            await one.until(lambda: one.bot.account_view().positions())
            [held, *_] = one.bot.account_view().positions()
            judge = sending.judge
            assert judge is not None

            def waits(order: Order) -> Judgement:
                return replace(judge(order), outcome=Verdict.DENY, quantity=Decimal(0), retry_at=1)

            sending.judge = waits
            [order] = one.bot.forcing.leaving.leave(held.instrument)
            await asyncio.sleep(0.2)
            known = one.bot.engine.session.orders[order.client_id]
            assert not known.view.closed and known.waits
            sending.withdraw(order)
            await sending.idle()
            assert known.view.status is OrderStatus.DENIED

    asyncio.run(lived())
