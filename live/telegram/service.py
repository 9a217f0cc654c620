"""Telegram as one thing to run: it connects when it can, and trading never waits for it."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import cache

import httpx
from telegram import Bot, BotCommand
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from live.control.bot import Bot as TradingBot
from live.control.keeper import Keeper
from live.control.memory import Memory
from live.messages.voice import Voice
from live.telegram.chat import Chat
from live.telegram.commands import COMMANDS
from live.telegram.courier import Courier, seconds_of
from live.telegram.poller import FIRST_PAUSE_S, LONGEST_PAUSE_S, Poller
from live.telegram.settings import TelegramSettings
from live.telegram.sink import TelegramSink

REFUSED_PAUSE_S = 300.0
_LOG = logging.getLogger(__name__)


class TelegramService:
    """``run`` answers commands, ``sink`` takes alerts; both may be used before Telegram can be reached.

    clean: takes secrets out of text. wait_s: of one long poll. pauses_s: the first after a failure, and
    between two messages to one chat.
    """

    def __init__(
        self,
        token: str,
        settings: TelegramSettings,
        voice: Voice,
        memory: Memory,
        clean: Callable[[str], str],
        wait_s: float = 25.0,
        pauses_s: tuple[float, float] = (FIRST_PAUSE_S, 1.0),
    ) -> None:
        base = f"{settings.api.rstrip('/')}/bot"
        self._bot = _client(token, base, 8, 10.0)
        self._line = _client(token, base, 1, wait_s + 5.0)
        self._settings, self._voice, self._memory = settings, voice, memory
        self._wait_s, self._first_pause_s = wait_s, pauses_s[0]
        self._courier = Courier(self._bot, clean, pauses_s[1])
        chosen = memory.languages.get(str(settings.alerts_chat))
        language = voice.speaking("ko" if chosen == "ko" else "en") if chosen else voice
        self.sink = TelegramSink(self._courier, settings.alerts_chat, language)

    async def run(self, bot: TradingBot, keeper: Keeper) -> None:
        """Until cancelled. A refused token is said in the log, and tried again later: outages look alike."""
        chat = Chat(self._settings, self._courier, bot, keeper, self._memory, self._voice)
        poller = Poller(self._bot, self._line, self._memory, chat.handle, self._wait_s, self._first_pause_s)
        while True:
            try:
                chat.me = await self._introduce()
                await poller.run()
            except InvalidToken:
                _LOG.critical(
                    "telegram: the token was refused. Ask @BotFather for the right one, put it into "
                    "MAEMAE_TELEGRAM_TOKEN and start the supervisor again."
                )
                await asyncio.sleep(REFUSED_PAUSE_S)

    async def close(self) -> None:
        """Give back the connections."""
        async with AsyncExitStack() as stack:
            for bot in (self._bot, self._line):
                stack.push_async_callback(bot.request.shutdown)

    async def _introduce(self) -> str:
        """The bot's own name; waits until Telegram can be reached. Raises InvalidToken."""
        pause = self._first_pause_s
        while True:
            try:
                me = await self._bot.get_me()
                break
            except InvalidToken:
                raise
            except RetryAfter as error:
                await asyncio.sleep(seconds_of(error))
            except TelegramError as error:
                _LOG.warning("telegram: can't be reached (%s); trying again", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        await self._offer_commands()
        return me.username or ""

    async def _offer_commands(self) -> None:
        """The list that Telegram shows while typing. Without it everything still works."""
        korean = self._voice.speaking("ko")
        try:
            await self._bot.set_my_commands([BotCommand(each.name, each.does) for each in COMMANDS])
            await self._bot.set_my_commands(
                [BotCommand(each.name, korean.say(each.does)) for each in COMMANDS], language_code="ko"
            )
        except TelegramError as error:
            _LOG.info("telegram: the list of commands was not set: %s", error)


def _client(token: str, base: str, size: int, read_s: float) -> Bot:
    connection = HTTPXRequest(
        connection_pool_size=size,
        read_timeout=read_s,
        connect_timeout=10.0,
        pool_timeout=5.0,
        httpx_kwargs={"verify": _trusted()},
    )
    return Bot(token, base_url=base, request=connection, get_updates_request=connection)


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the system's certificates takes longer than all the rest: once is enough."""
    return httpx.create_ssl_context()
