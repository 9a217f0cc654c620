"""What people can ask and order in Telegram, over the real client library and a strict Bot API server."""

import asyncio
from pathlib import Path

import pytest

from live.telegram.commands import COMMANDS
from live.telegram.settings import Role
from records.latch import Latched
from tests.live.telegram.scripted_api import Sent, scripted_api
from tests.live.telegram.strict_bot import BTC
from tests.live.telegram.world import OWNER, STRANGER, TRADER, VIEWER, World, whole_world, world

pytestmark = pytest.mark.asyncio
REQUIRED = [
    "start", "stop", "pause", "resume", "status", "positions", "orders", "balance", "profit", "daily",
    "weekly", "monthly", "performance", "trades", "why", "filters", "decisions", "chart", "forceexit",
    "forceenter", "cancel", "reload", "config", "logs", "health", "kill", "settle", "approve", "reject",
    "language", "help", "version",
]  # fmt: skip
ARGUMENTS = {
    "forceenter": f"{BTC} long", "forceexit": "all", "cancel": "run-7", "settle": "run-7 55",
    "approve": "ask-1", "reject": "ask-1", "language": "en", "why": "run-7",
    "decisions": f"3 {BTC}", "logs": "3", "chart": f"{BTC} 60",
}  # fmt: skip


async def test_every_command_there_must_be_is_there() -> None:
    assert sorted(each.name for each in COMMANDS) == sorted(REQUIRED)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_every_command_answers_in_markup_that_telegram_takes(tmp_path: Path, language: str) -> None:
    async with whole_world(tmp_path) as now:
        await now.ask(OWNER, f"/language {language}")
        for command in COMMANDS:
            if command.name == "language":
                continue
            said = await now.ask(OWNER, f"/{command.name} {ARGUMENTS.get(command.name, '')}")
            assert "<script>" not in said
            korean = any("가" <= sign <= "힣" for sign in said)
            assert korean == (language == "ko") or command.name in ("config", "logs", "chart"), said


async def test_status_says_what_matters(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        said = await now.ask(VIEWER, "/status")
    assert "<b>demo</b> · paper · <b>running</b>" in said
    assert "10,250.50 USDT" in said and "-12.25 USDT" in said
    assert "daily loss near its limit &lt;90 %&gt;" in said


async def test_charts_and_profit_come_as_pictures(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        for text in ("/profit", "/chart", f"/chart {BTC} 30"):
            await now.ask(VIEWER, text)
        assert all(each.photo and len(each.photo) > 5000 for each in now.api.sent)


async def test_a_role_may_do_what_it_may_and_is_told_what_it_may_not(tmp_path: Path) -> None:
    users = {Role.VIEWER: VIEWER, Role.TRADER: TRADER, Role.OWNER: OWNER}
    async with whole_world(tmp_path) as now:
        for command in COMMANDS:
            for role, user in users.items():
                said = await now.ask(user, f"/{command.name} {ARGUMENTS.get(command.name, '')}")
                assert ("needs the role" in said) == (role < command.role), (command.name, role)


async def test_help_lists_what_this_person_may(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        viewer, owner = await now.ask(VIEWER, "/help"), await now.ask(OWNER, "/help")
    assert "/status" in viewer and "/kill" not in viewer
    assert all(f"/{name}" in owner for name in REQUIRED)


async def test_strangers_get_no_answer_and_fill_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with whole_world(tmp_path) as now:
        for _ in range(200):
            now.api.say(STRANGER, "/forceexit all")
        for k in range(200):
            now.api.say(1000 + k, "/start")
        await now.ask(VIEWER, "/version")
        assert len(now.api.sent) == 1 and not now.bot.given
    lines = [each for each in caplog.messages if "stranger" in each]
    assert 1 <= len(lines) <= 20


# Dangerous things -----------------------------------------------------------------------------------

DANGEROUS = {
    "/stop": ("keeper", "stop"), "/kill": ("keeper", "kill"), "/kill flatten": ("keeper", "kill"),
    "/reload": ("bot", "reload"), "/forceexit all": ("bot", "force_exit"),
    "/forceexit BTC/USDT": ("bot", "force_exit"),
    f"/forceenter {BTC} short": ("bot", "force_enter"), "/cancel run-7": ("bot", "cancel"),
    "/approve ask-1": ("bot", "approve"), "/settle run-7 55": ("bot", "settle"),
    "/settle run-7 none": ("bot", "settle"),
}  # fmt: skip


async def question(now: World, user: int, text: str) -> Sent:
    await now.ask(user, text)
    return now.api.sent[-1]


@pytest.mark.parametrize("text", DANGEROUS)
async def test_dangerous_commands_do_nothing_until_their_button_is_pressed_once(
    tmp_path: Path, text: str
) -> None:
    who, method = DANGEROUS[text]
    async with whole_world(tmp_path) as now:
        asked = await question(now, OWNER, text)
        given = getattr(now, who).given
        assert not given and [label for label, _ in asked.buttons] == ["Yes", "No"]
        buttons = list(asked.buttons)
        now.api.press(OWNER, asked, "Yes")
        await now.api.when(lambda: len(asked.edits) == 2)
        asked.buttons = buttons  # a phone that hasn't noticed presses again
        now.api.press(OWNER, asked, "Yes")
        await now.api.when(lambda: len(asked.edits) == 3)
        assert [each[0] for each in given] == [method]
        assert "expired" in asked.shown


async def test_a_button_belongs_to_one_person(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        asked = await question(now, OWNER, "/forceexit all")
        now.api.press(TRADER, asked, "Yes")
        await now.api.when(lambda: bool(now.api.notices))
        assert "somebody else" in now.api.notices[0] and not now.bot.given
        now.api.press(STRANGER, asked, "Yes")
        now.api.press(OWNER, asked, "Yes")  # still works for whom it is
        await now.api.when(lambda: bool(now.bot.given))
        assert now.bot.given == [("force_exit", ("all", "telegram:11 User<11>"))]


async def test_no_is_no(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        asked = await question(now, OWNER, "/kill")
        now.api.press(OWNER, asked, "No")
        await now.api.when(lambda: bool(asked.edits))
        assert asked.shown == "Left as it is." and not now.keeper.given


async def test_a_button_expires(tmp_path: Path) -> None:
    async with whole_world(tmp_path, confirm_s=0.05) as now:
        asked = await question(now, OWNER, "/kill flatten")
        await now.ask(OWNER, "/status")
        await now.ask(OWNER, "/status")
        await asyncio.sleep(0.06)
        now.api.press(OWNER, asked, "Yes")
        await now.api.when(lambda: bool(asked.edits))
        assert "expired" in asked.shown and not now.keeper.given


async def test_which_position_is_chosen_by_button(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        asked = await question(now, TRADER, "/forceexit")
        assert [label for label, _ in asked.buttons] == [BTC, "ETH/USDT@binance", "all", "No"]
        now.api.press(TRADER, asked, "ETH/USDT@binance")
        await now.api.when(lambda: bool(now.bot.given))
        assert now.bot.given[0][1][0] == "ETH/USDT@binance"


async def test_kill_says_what_it_did_and_what_is_left(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        asked = await question(now, TRADER, "/kill flatten")
        now.api.press(TRADER, asked, "Yes")
        await now.api.when(lambda: len(asked.edits) == 2)
    assert "1 orders cancelled, 1 positions closed" in asked.shown and "Still held: 0.5 BTC" in asked.shown
    assert now.keeper.given == [("kill", "telegram:22 User<22>", True)]


async def test_start_greets_and_starts_only_by_button(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        assert "You are owner" in await now.ask(OWNER, "/start")
        now.keeper.up = False
        asked = await question(now, OWNER, "/start")
        assert asked.buttons and not now.keeper.given
        now.api.press(OWNER, asked, "Yes")
        await now.api.when(lambda: bool(now.keeper.given))
        assert not (await question(now, VIEWER, "/start")).buttons
        now.keeper.latch = Latched("Kim", "today", "fire")
        asked = await question(now, OWNER, "/start")
        assert not asked.buttons and "killed by Kim" in asked.text


# Words that don't fit -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/statsu", "Did you mean /status?"),
        ("/xyzzy", "/help lists"),
        ("/forceenter BTC up", "Use: /forceenter"),
        ("/cancel", "Use: /cancel"),
        ("/daily many", "many is not a number from 1 to 60"),
        ("/daily 0", "0 is not a number"),
        ("/daily ٣", "is not a number"),
        ("/decisions DOGE", "That failed: DOGE: no such instrument"),
        ("/why &lt;b&gt;", "no order, trade or decision"),
        ("/kill now", "Use: /kill [flatten]"),
        ("/language klingon", "Use: /language"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str) -> None:
    async with whole_world(tmp_path) as now:
        assert says in await now.ask(OWNER, text)
        assert not now.bot.given and not now.keeper.given


async def test_a_force_exit_of_nothing_held_says_so_after_the_button(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        asked = await question(now, OWNER, "/forceexit DOGE")
        now.api.press(OWNER, asked, "Yes")
        await now.api.when(lambda: len(asked.edits) == 2)
        assert "DOGE: nothing is held of it" in asked.shown


async def test_plain_talk_edits_and_other_bots_commands_are_left_alone(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        now.api.say(OWNER, "hello")
        now.api.say(OWNER, "please /kill")
        now.api.say(OWNER, "/pause@another_bot", chat=-5)
        now.api.say(OWNER, "/pause", edited=True)
        said = await now.ask(OWNER, "/version@Maemae_Bot", chat=-5)
        assert "0.1.0" in said and len(now.api.sent) == 1 and now.api.sent[0].chat == -5
        assert not now.bot.given and now.api.allowed == ["message", "callback_query"]


async def test_approve_without_a_name_lists_what_waits(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        for text in ("/approve", "/reject"):
            said = await now.ask(TRADER, text)
            assert "ask-1" in said and "22,500.00 USDT" in said
        assert not now.bot.given


async def test_the_language_is_each_persons_own_and_survives_a_restart(tmp_path: Path) -> None:
    async with scripted_api() as api:
        async with world(tmp_path, api) as now:
            assert "한국어" in await now.ask(OWNER, "/language ko")
            assert "equity" in await now.ask(VIEWER, "/status")
        async with world(tmp_path, api) as now:
            assert "자산" in await now.ask(OWNER, "/status")
