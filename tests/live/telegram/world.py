"""Telegram, a bot and its keeper, all without an engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from live.control.answers import Code, Done
from live.control.bot import Bot
from live.control.keeper import KillReport
from live.control.memory import Memory
from live.messages.voice import Voice
from live.redaction import Redactor
from live.telegram.service import TelegramService
from live.telegram.settings import TelegramSettings
from records.latch import Latched
from tests.live.telegram.scripted_api import TOKEN, ScriptedApi, scripted_api
from tests.live.telegram.strict_bot import StrictBot

OWNER, TRADER, VIEWER, STRANGER = 11, 22, 33, 99


@dataclass
class StrictKeeper:
    """Keeps what it was told."""

    up: bool = True
    latch: Latched | None = None
    given: list[tuple[object, ...]] = field(default_factory=list)
    profile: str = "demo"

    def running(self) -> bool:
        return self.up

    def latched(self) -> Latched | None:
        return self.latch

    async def start(self, by: str) -> Done:
        self.given.append(("start", by))
        return Done(Code.STARTING)

    async def stop(self, by: str) -> Done:
        self.given.append(("stop", by))
        return Done(Code.STOPPING)

    async def kill(self, by: str, why: str, flatten: bool) -> KillReport:
        self.given.append(("kill", by, flatten))
        latched = Latched(by, "now", why, flatten)
        return KillReport(latched, True, ("run-7",), ("kill-1",) if flatten else (), ("0.5 BTC",))


@dataclass
class World:
    api: ScriptedApi
    bot: StrictBot
    keeper: StrictKeeper
    memory: Memory
    service: TelegramService

    async def ask(self, user: int, text: str, **more: Any) -> str:
        """What the bot answers to one message."""
        before = len(self.api.sent)
        self.api.say(user, text, **more)
        return (await self.api.until(before + 1))[before].text


def settings(address: str, **more: Any) -> TelegramSettings:
    return TelegramSettings(owners=[OWNER], traders=[TRADER], viewers=[VIEWER], api=address, **more)


@asynccontextmanager
async def world(
    folder: Path, api: ScriptedApi, steered: Bot | None = None, bot: StrictBot | None = None, **more: Any
) -> AsyncIterator[World]:
    """Telegram at work in the block. steered: what it steers, when that isn't ``bot`` itself."""
    bot, keeper = bot or StrictBot(), StrictKeeper()
    memory = Memory.load(folder / "supervisor.json")
    service = TelegramService(
        TOKEN, settings(api.address, **more), Voice(), memory, Redactor([TOKEN]).text, 2.0, (0.02, 0.0)
    )
    running = asyncio.create_task(service.run(steered or bot, keeper))
    try:
        yield World(api, bot, keeper, memory, service)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await service.close()


@asynccontextmanager
async def whole_world(folder: Path, **more: Any) -> AsyncIterator[World]:
    async with scripted_api() as api, world(folder, api, **more) as made:
        yield made
