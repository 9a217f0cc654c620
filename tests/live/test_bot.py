"""The running bot: what it answers is what the journal holds, what people ask is done once, and for good."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from desk.orders import OrderStatus
from live.control.answers import Activity, Code, Period
from live.control.client import ControlClient
from live.control.events import ApprovalEnded, Kind
from market.errors import ConfigError
from records.entries import message_of
from records.inputs import Intent
from records.outcomes import Decision, Equity, Trade
from tests.live.lives import NAMES, life, state, walk

PANEL = walk()


def run(test: Any) -> None:
    asyncio.run(test)


async def answers(bot: Any) -> list[Any]:
    """All that is answered of the past."""
    return [
        await bot.summary(), await bot.trades(1000), await bot.decisions(1000), await bot.performance(),
        await bot.profit(Period.DAY, 5), await bot.filters(), await bot.curve(30), await bot.chart("AAA", 50),
        await bot.positions(), await bot.orders(), await bot.why(""),
    ]  # fmt: skip


def test_answers_are_the_journal_and_the_same_after_a_restart(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.step(150)
            messages = [message_of(entry) for entry in one.journal.entries()]
            trades = await one.bot.trades(1000)
            assert [each.pnl for each in reversed(trades)] == [
                m.pnl for m in messages if isinstance(m, Trade)
            ]
            assert len(trades) > 5
            made = [m for m in messages if isinstance(m, Decision)]
            assert [each.p for each in reversed(await one.bot.decisions(1000))] == [each.p for each in made]
            last = [m for m in messages if isinstance(m, Equity)][-1]
            assert (await one.bot.status()).equity == last.equity
            before = await answers(one.bot)
        async with life(tmp_path, PANEL) as two:
            for mine, theirs in zip(await answers(two.bot), before, strict=True):
                assert repr(mine) == repr(theirs)

    run(scene())


def test_the_control_socket_speaks_every_answer(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.step(60)
            async with ControlClient(one.hosted.places.socket) as client:
                assert repr(await answers(client)) == repr(await answers(one.bot))
                health = await client.health()
                assert health.ok, health
                assert (await client.status()).activity is Activity.RUNNING

    run(scene())


def test_why_tells_everything_behind_a_trade(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.until(lambda: one.bot.views.results.trades)
            trade = (await one.bot.trades(1))[0]
            story = await one.bot.why(trade.id)
            assert story.trade == trade and story.decision is not None
            assert story.decision.action in ("BUY", "SELL")
            assert [each.name for each in story.decision.opinions] == ["technical", "regime"]
            assert all(each.explains for each in story.decision.opinions)
            assert story.checks and story.orders and len(story.fills) >= 2
            assert sum(fill.side * float(fill.quantity) for fill in story.fills) == 0.0
            assert (await one.bot.why(story.orders[0].id)).decision == story.decision
            with pytest.raises(ConfigError, match="no such decision, order or trade"):
                await one.bot.why("x1")

    run(scene())


def test_a_pause_denies_entries_lets_exits_go_and_outlives_the_process(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.until(lambda: one.bot.account_view().positions())
            assert (await one.bot.pause("kim")).code is Code.PAUSED
            assert (await one.bot.pause("lee")).code is Code.NOTHING
            sent = len(sent_entries(one.bot))
            await one.until(lambda: not one.bot.account_view().positions())
        async with life(tmp_path, PANEL) as two:
            status = await two.bot.status()
            assert status.activity is Activity.PAUSED and any("kim" in each for each in status.reasons)
            await two.step(60)
            assert len(sent_entries(two.bot)) == sent
            assert (await two.bot.resume("kim")).code is Code.RESUMED
            await two.until(lambda: len(sent_entries(two.bot)) > sent)

    run(scene())


def sent_entries(bot: Any) -> list[str]:
    known = bot.engine.session.orders.known
    return [
        name for name, each in known.items()
        if not each.order.reduces and each.view.status is not OrderStatus.DENIED
    ]  # fmt: skip


def test_what_is_closed_by_hand_is_closed_whole_once_and_replays_the_same(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.until(lambda: one.bot.account_view().positions())
            held = (await one.bot.positions())[0]
            done = await one.bot.force_exit(held.instrument, "kim")
            assert done.code is Code.SENT and len(done.ids) == 1
            again = await one.bot.force_exit(held.instrument, "kim")
            assert not again.ids, "a reduction works already"
            await one.step(2)
            assert held.instrument not in [each.instrument for each in await one.bot.positions()]
            story = await one.bot.why(done.ids[0])
            assert any("kim" in note for note in story.notes)
            intents = [m for m in map(message_of, one.journal.entries()) if isinstance(m, Intent)]
            mine = next(each for each in intents if each.order.client_id == done.ids[0])
            assert mine.order.quantity == held.quantity
            assert (await one.bot.force_exit("all", "kim")).code in (Code.SENT, Code.NOTHING)
            await one.step(2)
            before = state(one.bot)
        async with life(tmp_path, PANEL) as two:
            after = state(two.bot)
            assert [name for name in before if before[name] != after[name]] == []

    run(scene())


@pytest.mark.parametrize("side", [1, -1])
def test_an_entry_by_hand_passes_every_check_and_replays_the_same(side: int, tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.step(40)
            await one.bot.force_exit("all", "kim")
            await one.step(3)
            before = len(one.bot.views.decisions.made)
            assert (await one.bot.force_enter("BBB", side, "kim")).code is Code.SENT
            await one.step(1)
            made = list(one.bot.views.decisions.made.values())[before:]
            mine = [each for each in made if each.instrument == NAMES[1] and each.side == side]
            assert mine and mine[-1].action == "BUY"
            assert len(mine[-1].filters) == 2
            story = await one.bot.why(f"d{mine[-1].seq}")
            assert [check.code for check in story.checks] == ["R00 ALLOWED"]
            await one.step(60)  # labels of later signals find their own decisions
            kept = state(one.bot)
            assert (await one.bot.filters())[0].signals > before
        async with life(tmp_path, PANEL) as two:
            after = state(two.bot)
            assert [name for name in kept if kept[name] != after[name]] == []
            await two.step(20)

    run(scene())


def test_while_paused_nobody_enters_by_hand_either(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.bot.pause("kim")
            done = await one.bot.force_enter("AAA", 1, "lee")
            assert done.code is Code.REFUSED and "paused" in done.detail
            with pytest.raises(ConfigError, match="isn't traded here"):
                await one.bot.force_enter("CCC", 1, "lee")
            with pytest.raises(ConfigError, match="expected 1 to buy"):
                await one.bot.force_enter("AAA", 2, "lee")
            assert (await one.bot.cancel("nothing", "lee")).code is Code.UNKNOWN

    run(scene())


def test_events_have_names_that_a_restart_repeats(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.step(60)
            first = await one.bot.events("", 0, 0.0)
        async with life(tmp_path, PANEL) as two:
            again = await two.bot.events(first.epoch, first.events[-1].number, 0.0)
            assert again.epoch != first.epoch
            keys = {event.key for event in first.events if event.key}
            newest = [event for event in first.events if event.kind is Kind.DECISION][-1]
            assert newest.key in {event.key for event in again.events}
            repeated = [event for event in again.events if event.key in keys]
            bodies = {event.key: event.body for event in first.events}
            assert all(
                repr(event.body) == repr(bodies[event.key]) for event in repeated if event.kind is Kind.FILL
            )

    run(scene())


# --- approvals

ASKS = {"approvals": {"above": 500.0, "expires": "30m"}}


def test_an_order_above_the_limit_waits_for_a_person(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL, **ASKS) as one:
            await one.until(lambda: one.bot.approvals.waiting)
            request = (await one.bot.requests())[0]
            assert request.why == "LIMIT" and request.notional > 500.0 and len(request.opinions) == 2
            await one.step(3)
            assert not await one.bot.positions(), "it was sent though nobody said so"
            done = await one.bot.approve(request.id, "kim")
            assert done.code is Code.APPROVED
            await one.step(2)
            assert [each.id for each in await one.bot.positions()] == [request.id]
            assert (await one.bot.reject(request.id, "lee")).code is Code.APPROVED, "the first answer stands"
            ended = [
                e.body for e in (await one.bot.events("", 0, 0.0)).events if isinstance(e.body, ApprovalEnded)
            ]
            assert [each.who for each in ended if each.request == request.id] == ["kim"]

    run(scene())


def test_what_is_rejected_or_runs_out_is_denied_and_never_sent(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL, **ASKS) as one:
            await one.until(lambda: one.bot.approvals.waiting)
            request = (await one.bot.requests())[-1]
            assert (await one.bot.reject(request.id, "kim")).code is Code.REJECTED
            known = one.bot.engine.session.orders
            assert known[request.id].view.status is OrderStatus.DENIED
            await one.until(lambda: one.bot.approvals.waiting)
            late = (await one.bot.requests())[-1]
            await one.step(40)
            assert (await one.bot.approve(late.id, "kim")).code is Code.EXPIRED
            assert known[late.id].view.status is OrderStatus.DENIED
            assert not await one.bot.positions()

    run(scene())


def test_what_waited_when_the_process_ended_has_expired(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL, **ASKS) as one:
            await one.until(lambda: one.bot.approvals.waiting)
            request = (await one.bot.requests())[-1]
        async with life(tmp_path, PANEL, **ASKS) as two:
            assert request.id not in [each.id for each in await two.bot.requests()]
            assert (await two.bot.approve(request.id, "kim")).code is Code.EXPIRED
            assert two.bot.engine.session.orders[request.id].view.status is OrderStatus.DENIED
            await two.step(5)
            assert request.id not in [each.id for each in await two.bot.positions()]

    run(scene())


def test_an_approved_order_passes_the_gate_again(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL, **ASKS) as one:
            await one.until(lambda: one.bot.approvals.waiting)
            request = (await one.bot.requests())[-1]
            await one.bot.pause("kim")
            await one.bot.approve(request.id, "kim")
            await one.step(2)
            assert not await one.bot.positions()
            known = one.bot.engine.session.orders[request.id]
            assert known.view.status is OrderStatus.DENIED

    run(scene())


def test_low_agreement_among_filters_waits_too(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL, approvals={"min_agreement": 1.0}) as one:
            await one.until(lambda: one.bot.approvals.waiting)
            request = (await one.bot.requests())[-1]
            assert request.why == "AGREEMENT"

    run(scene())


def test_exits_never_wait_for_a_person(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            await one.until(lambda: one.bot.account_view().positions())
        asks = {"approvals": {"above": 1.0}}
        async with life(tmp_path, PANEL, **asks) as two:
            held = (await two.bot.positions())[0]
            await two.until(lambda: held.id not in [e.id for e in two.bot.account_view().positions()])

    run(scene())


def test_a_pause_holds_though_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            monkeypatch.setattr("live.pause.place", full)
            with pytest.raises(ConfigError, match="a restart would forget it"):
                await one.bot.pause("kim")
            before = len(one.bot.engine.session.orders.known)
            await one.step(60)
            new = list(one.bot.engine.session.orders.known.values())[before:]
            assert new and all(each.view.status.value == "denied" for each in new if not each.order.reduces)

    asyncio.run(lived())
