"""Fetches updates: each is begun at most once, over restarts too; a malformed one holds nothing up."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from live.control.memory import Memory
from live.telegram.courier import seconds_of

WANTED = ["message", "callback_query"]  # edited messages are no new commands
BATCH = 100
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
EMPTY_PAUSE_S = 0.1
AT_ONCE = 64  # updates being worked on
_LOG = logging.getLogger(__name__)


class Poller:
    """bot: makes objects of what ``line``, a connection of its own, fetches. wait_s: of one long poll.

    Updates are handled side by side: a command that waits for a hung engine doesn't hold up a kill.
    """

    def __init__(
        self,
        bot: Bot,
        line: Bot,
        memory: Memory,
        handle: Callable[[Update], Awaitable[None]],
        wait_s: float = 25.0,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self._bot, self._line, self._memory, self._handle = bot, line, memory, handle
        self._wait_s, self._first_pause_s = wait_s, first_pause_s
        self._working: set[asyncio.Task[None]] = set()
        self._offset: int | None = memory.update + 1 if memory.holds() else None
        self.failing = False

    async def run(self) -> None:
        """Until cancelled. Raises InvalidToken: then nothing but another token helps."""
        pause = self._first_pause_s
        try:
            while True:
                wait_s = await self._once(pause)
                if wait_s is None:
                    pause = self._first_pause_s
                    continue
                await asyncio.sleep(wait_s)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        finally:
            for task in self._working:
                task.cancel()
            await asyncio.gather(*self._working, return_exceptions=True)

    async def _once(self, pause: float) -> float | None:
        """One fetch. None: it went well; else how long to wait."""
        began = time.monotonic()
        try:
            found = await self._fetch()
        except InvalidToken:
            raise
        except RetryAfter as error:
            return seconds_of(error)
        except Conflict:
            self._fail("another program polls with this bot's token: stop one of them")
            return pause
        except TelegramError as error:
            self._fail(str(error))
            return pause
        if not isinstance(found, list):
            self._fail("an answer that isn't a list of updates")
            return pause
        if self.failing:
            _LOG.warning("telegram: back again")
            self.failing = False
        await self._take(found)
        if not found and time.monotonic() - began < EMPTY_PAUSE_S:  # a server that doesn't do long polls
            await asyncio.sleep(EMPTY_PAUSE_S)
        return None

    async def _fetch(self) -> Any:
        """The raw answer: the library's own method throws a whole batch away for one malformed update, and
        then fetches that batch for ever."""
        asked = {"timeout": int(self._wait_s), "allowed_updates": json.dumps(WANTED), "limit": BATCH}
        if self._offset is not None:
            asked["offset"] = self._offset
        address = f"{self._line.base_url}/getUpdates?{urlencode(asked)}"
        return await self._line.request.post(address, read_timeout=self._wait_s + 5.0)

    async def _take(self, found: list[Any]) -> None:
        """Note the batch as begun, on disk, then begin it."""
        numbered = [(item["update_id"], item) for item in found if _has_id(item)]
        if len(numbered) < len(found):
            _LOG.error("telegram: %d updates without an id were skipped", len(found) - len(numbered))
            if not numbered:
                await asyncio.sleep(self._first_pause_s)
        fresh = [(number, item) for number, item in numbered if self._memory.is_new(number)]
        if numbered:
            last = max(number for number, _ in numbered)
            self._offset = last + 1
            if fresh:
                self._memory.begin(last)
        for number, item in fresh:
            await self._begin(number, item)

    async def _begin(self, number: int, item: Any) -> None:
        try:
            update = Update.de_json(item, self._bot)
        except Exception as error:
            _LOG.error("telegram: update %d is malformed (%s) and was skipped", number, type(error).__name__)
            return
        while len(self._working) >= AT_ONCE:
            await asyncio.wait(self._working, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.ensure_future(self._handle(update))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _fail(self, reason: str) -> None:
        """Said once for each outage."""
        if not self.failing:
            _LOG.warning("telegram: %s; trying again", reason)
        self.failing = True


def _has_id(item: Any) -> bool:
    return isinstance(item, dict) and type(item.get("update_id")) is int
