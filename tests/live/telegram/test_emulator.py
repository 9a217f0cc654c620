"""The bot against a Bot API emulator that isn't ours: the npm package telegram-test-api 4.2.1.

Needs Node.js and npm; the package is installed once into build/. ``emulator/serve.js`` says which answers are
the wrapper's. It has no photos, no offsets and no long poll: those are proved on the scripted server.
"""

import asyncio
import fcntl
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from live.control.memory import Memory
from live.messages.voice import Voice
from live.telegram.service import TelegramService
from tests.conftest import ROOT
from tests.live.telegram.strict_bot import StrictBot
from tests.live.telegram.world import OWNER, STRANGER, TRADER, StrictKeeper, settings

pytestmark = pytest.mark.asyncio
HERE = Path(__file__).parent / "emulator"
FOLDER = ROOT / "build" / "telegram-test-api"
TOKEN = "123:ABC"


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder with the emulator; skipped where it can't be installed."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js and npm are needed for the Bot API emulator")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes run side by side
        if not (FOLDER / "node_modules" / "telegram-test-api" / "package.json").is_file():
            shutil.copy(HERE / "package.json", FOLDER)
            command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
            done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=300)
            if done.returncode:
                pytest.skip(f"npm could not install the Bot API emulator: {done.stderr[-200:]}")
    return FOLDER


class Phone:
    """A person at the emulator's other side."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address, self._session = address, session

    async def say(self, user: int, text: str) -> None:
        head = text.split()[0]
        entities = [{"offset": 0, "length": len(head), "type": "bot_command"}]
        await self._post("sendCommand", {**self._from(user), "text": text, "entities": entities})

    async def press(self, user: int, message: dict[str, Any], label: str) -> None:
        keys = [key for row in message["message"]["reply_markup"]["inline_keyboard"] for key in row]
        data = next(key["callback_data"] for key in keys if key["text"] == label)
        under = {**self._from(user), "message_id": message["messageId"], "text": message["message"]["text"]}
        await self._post(
            "sendCallback", {"botToken": TOKEN, "from": under["from"], "data": data, "message": under}
        )

    async def shown(self, user: int) -> list[dict[str, Any]]:
        """The bot's messages in a chat, as they stand now."""
        found = await self._post("getUpdatesHistory", {"token": TOKEN})
        messages = [each for each in found if "updateId" in each and "chat_id" in each.get("message", {})]
        return [each for each in messages if str(each["message"]["chat_id"]) == str(user)]

    async def until(self, user: int, count: int, holds: str = "") -> dict[str, Any]:
        """The newest message once there are so many and it says so."""
        deadline = time.monotonic() + 10
        while True:
            shown = await self.shown(user)
            if len(shown) >= count and holds in shown[-1]["message"]["text"]:
                return shown[-1]
            assert time.monotonic() < deadline, [each["message"]["text"] for each in shown]
            await asyncio.sleep(0.05)

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._session.post(f"{self.address}/{path}", json=body) as reply:
            return (await reply.json())["result"]

    def _from(self, user: int) -> dict[str, Any]:
        person = {"id": user, "is_bot": False, "first_name": "Kim"}
        chat = {"id": user, "type": "private", "first_name": "Kim"}
        return {"botToken": TOKEN, "from": person, "chat": chat, "date": int(time.time())}


@pytest_asyncio.fixture
async def phone(installed: Path) -> AsyncIterator[Phone]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    node = await asyncio.create_subprocess_exec(
        "node", str(HERE / "serve.js"), str(installed), str(port),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert node.stdout is not None
    try:
        assert await asyncio.wait_for(node.stdout.readline(), 20) == b"ready\n"
        async with aiohttp.ClientSession() as session:
            yield Phone(f"http://127.0.0.1:{port}", session)
    finally:
        node.kill()
        await node.communicate()


@pytest_asyncio.fixture
async def bot(phone: Phone, tmp_path: Path) -> AsyncIterator[tuple[StrictBot, StrictKeeper]]:
    memory = Memory.load(tmp_path / "supervisor.json")
    made, keeper = StrictBot(), StrictKeeper()
    service = TelegramService(
        TOKEN, settings(phone.address), Voice(), memory, lambda text: text, 0.0, (0.05, 0.0)
    )
    running = asyncio.create_task(service.run(made, keeper))
    yield made, keeper
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await service.close()


async def test_status_positions_and_language(phone: Phone, bot: tuple[StrictBot, StrictKeeper]) -> None:
    await phone.say(OWNER, "/status")
    said = await phone.until(OWNER, 1, "10,250.50 USDT")
    assert said["message"]["parse_mode"] == "HTML"
    await phone.say(OWNER, "/language ko")
    await phone.until(OWNER, 2, "한국어")
    await phone.say(OWNER, "/positions")
    await phone.until(OWNER, 3, "거래소에 걸려 있음")


async def test_a_dangerous_command_through_its_button(
    phone: Phone, bot: tuple[StrictBot, StrictKeeper]
) -> None:
    await phone.say(TRADER, "/forceexit all")
    asked = await phone.until(TRADER, 1, "Close everything")
    assert not bot[0].given
    await phone.press(STRANGER, asked, "Yes")
    await phone.press(TRADER, asked, "Yes")
    await phone.until(TRADER, 1, "Sent: run-8")
    await phone.press(TRADER, asked, "Yes")
    await phone.until(TRADER, 1, "expired")
    assert [each[0] for each in bot[0].given] == ["force_exit"]


async def test_kill_and_roles_and_strangers(phone: Phone, bot: tuple[StrictBot, StrictKeeper]) -> None:
    await phone.say(STRANGER, "/kill")
    await phone.say(TRADER, "/stop")
    await phone.until(TRADER, 1, "needs the role owner")
    await phone.say(TRADER, "/kill flatten")
    asked = await phone.until(TRADER, 2, "Kill, and close")
    await phone.press(TRADER, asked, "Yes")
    await phone.until(TRADER, 2, "Killed.")
    assert [each[0] for each in bot[1].given] == ["kill"] and not await phone.shown(STRANGER)
