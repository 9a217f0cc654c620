"""Sends to Telegram at the pace it allows. One for all messages: the limits are the bot's."""

import asyncio
import logging
import time
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from live.messages.markup import LONGEST_CAPTION, fit, plain

T = TypeVar("T")
LONGEST_DATA = 64  # bytes behind a button
_LOG = logging.getLogger(__name__)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True)
class Button:
    label: str
    data: str


@dataclass(frozen=True)
class Reply:
    """text: the markup of ``live.messages.markup``. picture: PNG. buttons: in rows."""

    text: str
    picture: bytes | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()


class Courier:
    """clean: takes secrets out of text. pause_s: between messages to one chat (Telegram asks for one second).

    Raises the library's TelegramError; RetryAfter also while an earlier one holds.
    """

    def __init__(self, bot: Bot, clean: Callable[[str], str], pause_s: float = 1.0) -> None:
        self.bot = bot
        self._clean, self._pause_s = clean, pause_s
        self._quiet_until = 0.0
        self._free: dict[int, float] = {}  # by chat: when the next message may go

    async def send(self, chat: int, reply: Reply, silent: bool = False) -> Message:
        """A new message, in its turn."""
        await self._turn(chat)
        return await self._try(lambda: self._send(chat, reply, silent))

    async def answer(self, chat: int, reply: Reply) -> Message | None:
        """An answer to a person: patient with a short flood and a hiccup, given up after that."""
        for pause in (1.0, 2.0, None):
            try:
                return await self.send(chat, reply)
            except RetryAfter as error:
                wait_s = seconds_of(error)
                if pause is None or wait_s > 30:
                    break
                await asyncio.sleep(wait_s)
            except (BadRequest, Forbidden, InvalidToken) as error:
                _LOG.error("telegram: an answer was refused: %s", error)
                return None
            except NetworkError:
                if pause is None:
                    break
                await asyncio.sleep(pause)
        _LOG.warning("telegram: an answer could not be sent")
        return None

    async def edit(self, chat: int, message: int, text: str) -> None:
        """Replace a message's text and take its buttons away. Failing to is no harm."""
        try:
            await self._try(
                lambda: self.bot.edit_message_text(
                    fit(self._clean(text)), chat_id=chat, message_id=message, parse_mode=ParseMode.HTML
                )
            )
        except TelegramError as error:
            _LOG.info("telegram: a message was not edited: %s", error)

    async def _send(self, chat: int, reply: Reply, silent: bool) -> Message:
        text, keys = self._clean(reply.text), _keyboard(reply)
        if reply.picture is None:
            return await self.bot.send_message(
                chat, fit(text), parse_mode=ParseMode.HTML, reply_markup=keys,
                disable_notification=silent, link_preview_options=_NO_PREVIEW,
            )  # fmt: skip
        return await self.bot.send_photo(
            chat, reply.picture, caption=fit(text, LONGEST_CAPTION), parse_mode=ParseMode.HTML,
            reply_markup=keys, disable_notification=silent, filename="chart.png",
        )  # fmt: skip

    async def _try(self, call: Callable[[], Awaitable[T]]) -> T:
        left = self._quiet_until - time.monotonic()
        if left > 0:
            raise RetryAfter(int(left) + 1)
        try:
            return await call()
        except RetryAfter as error:
            self._quiet_until = time.monotonic() + seconds_of(error)
            raise

    async def _turn(self, chat: int) -> None:
        now = time.monotonic()
        at = max(now, self._free.get(chat, 0.0))
        if len(self._free) > 1000:
            self._free = {each: free for each, free in self._free.items() if free > now}
        self._free[chat] = at + self._pause_s
        await asyncio.sleep(at - now)


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants to hear nothing."""
    with warnings.catch_warnings():  # the library announces that this will be a timedelta one day
        warnings.simplefilter("ignore")
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    if not reply.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(plain(key.label), callback_data=key.data) for key in row]
            for row in reply.buttons
        ]
    )
