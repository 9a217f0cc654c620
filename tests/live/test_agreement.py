"""Our orders at the venue are compared with the book at every reconciliation; what differs stops entries."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from brokers.contract import OrderReport, OrderUpdate
from desk.orders import Fill, Order
from live.bot import RunningBot
from live.risk.codes import Code
from live.views.health import checks_of
from records.inputs import EXTERNAL
from tests.live.lives import Life, life, walk

PANEL = walk(300, seed=5)


def with_an_ended_order(folder: Path, then: Callable[[Life, OrderReport], Awaitable[None]]) -> None:
    """A bot that has just traded, and an order of its own that has ended, as if it rested at the venue."""

    async def scene() -> None:
        async with life(folder, PANEL) as one:
            await one.until(lambda: ended(one.bot))
            order = ended(one.bot)[-1]
            await then(one, OrderReport(order, "v-1", (), Decimal(0), 0))

    asyncio.run(scene())


def ended(bot: RunningBot) -> list[Order]:
    known = bot.engine.session.orders.known.values()
    return [each.order for each in known if each.view.closed and each.view.filled]


def says(bot: RunningBot, *reports: OrderReport) -> None:
    """The venue lists these beside what it has."""
    source: Any = bot.engine.broker

    async def orders(since: int) -> list[OrderReport]:
        return [*source.venue.reports(), *reports]

    source.orders = orders


def entry(bot: RunningBot, instrument: str, reduces: bool = False) -> Any:
    side = 1
    if reduces:
        held = bot.engine.session.trader.desk.book.positions["lots"]
        side = -1 if held[bot.engine.session.trader.column(instrument)] > 0 else 1
    return bot.guard.judge(Order(f"t-{instrument}-{reduces}", instrument, side, Decimal(1), reduces=reduces))


def test_an_order_that_is_over_here_and_rests_there_stops_entries_until_it_is_gone(tmp_path: Path) -> None:
    async def then(one: Life, report: OrderReport) -> None:
        bot, name = one.bot, report.order.instrument
        before = one.journal.last
        says(bot, report)
        await bot.engine.reconcile()
        assert not bot.engine.drifting  # its answer may have been on its way
        assert one.journal.last == before
        await bot.engine.reconcile()
        assert set(bot.engine.drifting) == {name}
        assert f"order {report.order.client_id} is filled here and new there" in bot.engine.drifting[name]
        assert bot.guard.facts().markets[name].drift == bot.engine.drifting[name]
        denied = entry(bot, name)
        assert denied.code is Code.DRIFT and report.order.client_id in denied.reason
        assert entry(bot, name, reduces=True).code is not Code.DRIFT
        other = next(each for each in bot.engine.instruments if each != name)
        assert entry(bot, other).code is not Code.DRIFT
        assert [each.name for each in checks_of(bot.engine, bot.guard, False) if not each.ok] == ["book"]
        says(bot)
        await bot.engine.reconcile()
        assert not bot.engine.drifting and entry(bot, name).code is not Code.DRIFT

    with_an_ended_order(tmp_path, then)


def test_what_only_one_comparison_shows_was_an_answer_on_its_way(tmp_path: Path) -> None:
    async def then(one: Life, report: OrderReport) -> None:
        for filled in range(4):
            says(one.bot, replace(report, filled=Decimal(filled) / 100))
            await one.bot.engine.reconcile()
            told = one.bot.engine.drifting.get(report.order.instrument, "")
            assert "filled 10 here" not in told  # another amount each time

    with_an_ended_order(tmp_path, then)


def test_orders_of_others_are_adopted_and_not_compared(tmp_path: Path) -> None:
    async def then(one: Life, report: OrderReport) -> None:
        theirs = Order("venue:7", report.order.instrument, 1, Decimal(3), Decimal(50))
        for _ in range(3):
            says(one.bot, OrderReport(theirs, "7", (), Decimal(1), 0))
            await one.bot.engine.reconcile()
            assert not one.bot.engine.drifting
        assert one.bot.engine.session.orders["venue:7"].reason == EXTERNAL

    with_an_ended_order(tmp_path, then)


def test_a_bot_that_trades_undisturbed_agrees_at_every_bar(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            for _ in range(150):
                await one.step()
                await one.bot.engine.reconcile()
                assert not one.bot.engine.drifting
            assert ended(one.bot)

    asyncio.run(scene())


def test_a_venue_that_fills_more_than_was_ordered_is_told_of(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.until(lambda: ended(one.bot))
            order, told = ended(one.bot)[-1], list[str]()
            one.bot.engine.sending.tell = lambda code, about, text: told.append(f"{code} {text}")
            for number in range(2):
                fill = Fill(f"too much {number}", order.quantity, Decimal(1))
                update = OrderUpdate(order.client_id, "v-1", order.instrument, fill)
                await one.bot.engine.hear(update)
            assert [each.split()[0] for each in told] == ["overfilled", "overfilled"]
            twice = f"the venue filled {2 * order.quantity} of an order of {order.quantity}"
            assert told[0] == f"overfilled {twice}"

    asyncio.run(scene())
