"""Telegram down, flooded, garbled, repeated, late; the engine hung. Nothing is done twice, nobody waits."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from live.control.client import ControlClient
from live.control.server import serving
from tests.live.telegram.scripted_api import (
    CONFLICT,
    CUT,
    GARBLED,
    NO_LIST,
    UNAUTHORIZED,
    Fault,
    flood,
    scripted_api,
)
from tests.live.telegram.strict_bot import StrictBot
from tests.live.telegram.world import OWNER, TRADER, VIEWER, whole_world, world

pytestmark = pytest.mark.asyncio
PAUSES = [("pause", ("telegram:22 User<22>",))]


async def test_a_restart_does_not_do_a_command_again(tmp_path: Path) -> None:
    """Killed before the next fetch could confirm it: Telegram sends the update once more."""
    async with scripted_api() as api:
        async with world(tmp_path, api) as now:
            await now.ask(TRADER, "/pause")
            first = list(now.bot.given)
        delivered = api.updates[:]
        async with world(tmp_path, api) as now:
            api.updates = [*delivered, *api.updates]
            await now.ask(VIEWER, "/status")
            assert first == PAUSES and now.bot.given == []


async def test_an_update_that_comes_twice_is_done_once(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        now.api.say(TRADER, "/pause")
        repeated = now.api.updates[0]
        await now.api.until(1)
        now.api.updates.insert(0, repeated)
        await now.ask(VIEWER, "/status")
        assert now.bot.given == PAUSES


async def test_a_week_later_telegram_may_count_anew(tmp_path: Path) -> None:
    async with scripted_api() as api:
        async with world(tmp_path, api) as now:
            await now.ask(TRADER, "/status")
            now.memory.update_at -= 7 * 86_400
            now.memory.save()
        api._update = 5
        async with world(tmp_path, api) as now:
            assert "demo" in await now.ask(VIEWER, "/status")


async def test_old_commands_are_refused_with_a_word(tmp_path: Path) -> None:
    async with whole_world(tmp_path, commands_s=30.0) as now:
        said = await now.ask(OWNER, "/forceexit all", age_s=125)
        assert "/forceexit was sent 2 min ago and was not done" in said
        await now.ask(TRADER, "/pause", age_s=10)
        assert now.bot.given == PAUSES


@pytest.mark.parametrize(
    "poison",
    [
        {"message": {"message_id": "x"}, "poison": 1},
        {"message": {"date": -(10**18)}, "poison": 1},
        {"callback_query": {"id": 3}, "poison": 1},
        {"message": 7, "poison": 1},
        {"poison": 1},
    ],
)
async def test_a_malformed_update_is_skipped_and_holds_nothing_up(
    tmp_path: Path, poison: dict[str, Any]
) -> None:
    async with whole_world(tmp_path) as now:
        now.api.push(poison)
        now.api.updates.append({"poison": "without an id"})
        assert "demo" in await now.ask(VIEWER, "/status")
        await now.api.when(lambda: sum(method == "getUpdates" for _, method in now.api.calls) < 40)


OUTAGES = {
    "cut": [CUT] * 3,
    "bad gateway": [Fault()] * 3,
    "garbled": [GARBLED] * 3,
    "no list": [NO_LIST] * 3,
    "no json": [Fault(200, "<html>")] * 3,
    "conflict": [CONFLICT] * 3,
    "flood": [flood(1)],
}


@pytest.mark.parametrize("outage", OUTAGES)
async def test_after_an_outage_commands_are_answered(tmp_path: Path, outage: str) -> None:
    async with whole_world(tmp_path) as now:
        await now.ask(VIEWER, "/status")
        now.api.faults["getUpdates"].extend(OUTAGES[outage])
        now.api.say(VIEWER, "/status")  # ends the poll that waits; the next ones fail
        now.api.say(TRADER, "/pause")
        await now.api.until(3)
        await now.ask(VIEWER, "/status")
        assert now.bot.given == PAUSES and not now.api.faults["getUpdates"]


async def test_it_waits_for_telegram_to_come_up_at_all(tmp_path: Path) -> None:
    async with scripted_api() as api:
        api.down = True
        async with world(tmp_path, api) as now:
            await asyncio.sleep(0.2)
            api.down = False
            assert "demo" in await now.ask(VIEWER, "/status")


async def test_a_refused_token_is_said_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with scripted_api() as api:
        api.faults["getMe"].append(UNAUTHORIZED)
        async with world(tmp_path, api):
            await api.when(lambda: any("token was refused" in each for each in caplog.messages))


async def test_an_answer_waits_for_a_flood_to_end(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        now.api.faults["sendMessage"].append(flood(1))
        began = time.monotonic()
        assert "demo" in await now.ask(VIEWER, "/status")
        assert 0.9 < time.monotonic() - began < 3


async def test_an_answer_survives_a_hiccup(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        now.api.faults["sendMessage"].append(CUT)
        assert "demo" in await now.ask(VIEWER, "/status")


async def test_a_press_works_though_telegram_refuses_to_hear_of_it(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        await now.ask(OWNER, "/forceexit all")
        asked = now.api.sent[-1]
        now.api.faults["answerCallbackQuery"].append(
            Fault(400, '{"ok": false, "description": "query is too old"}')
        )
        now.api.faults["editMessageText"].extend(
            [Fault(400, '{"ok": false, "description": "not modified"}')] * 2
        )
        now.api.press(OWNER, asked, "Yes")
        await now.api.when(lambda: bool(now.bot.given))
        assert now.bot.given[0][0] == "force_exit"


async def test_a_hung_engine_holds_up_neither_its_question_nor_the_kill(tmp_path: Path) -> None:
    bot = StrictBot()
    path = tmp_path / "c.sock"
    async with serving(bot, path), ControlClient(path, 1.0) as client:  # noqa: SIM117
        async with whole_world(tmp_path, steered=client, bot=bot) as now:
            assert "demo" in await now.ask(VIEWER, "/status")
            bot.hang = True
            for _ in range(20):
                now.api.say(VIEWER, "/status")
            began = time.monotonic()
            now.api.say(OWNER, "/kill flatten")
            await now.api.when(lambda: any(each.buttons for each in now.api.sent))
            asked = next(each for each in now.api.sent if each.buttons)
            now.api.press(OWNER, asked, "Yes")
            await now.api.when(lambda: bool(now.keeper.given))
            assert time.monotonic() - began < 0.9  # before a single question has timed out
            await now.api.until(22)
            said = [each.text for each in now.api.sent if "does not answer" in each.text]
            assert len(said) == 20 and "may have been done" in said[0]
            bot.hang = False


async def test_without_an_engine_orders_say_so(tmp_path: Path) -> None:
    client = ControlClient(tmp_path / "none.sock")
    async with client, whole_world(tmp_path, steered=client) as now:
        said = await now.ask(TRADER, "/pause")
        assert "does not answer" in said and "may have been done" not in said
