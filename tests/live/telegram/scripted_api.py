"""A Bot API server on loopback that keeps Telegram's rules and fails on command.

Offsets confirm, long polls wait, markup must parse, texts and buttons have their lengths: what Telegram would
refuse is refused with 400. ``faults`` are taken one by one by the next calls of a method.
"""

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from aiohttp import web

TOKEN = "123456789:AAF-planted_token_for_tests_0123456789"
ME = {"id": 123456789, "is_bot": True, "first_name": "Maemae", "username": "maemae_bot"}


@dataclass(frozen=True)
class Fault:
    """status 0 cuts the connection. hang_s: how long it waits before that."""

    status: int = 502
    body: str = "<html>bad gateway</html>"
    hang_s: float = 0.0


def flood(seconds: int) -> Fault:
    parameters = {"retry_after": seconds}
    told = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}
    return Fault(429, json.dumps(told))


CUT = Fault(status=0)
GARBLED = Fault(200, '{"ok": true, "result": [{"upda')
NO_LIST = Fault(200, '{"ok": true, "result": {"not": "a list"}}')
CONFLICT = Fault(409, '{"ok": false, "error_code": 409, "description": "terminated by other getUpdates"}')
UNAUTHORIZED = Fault(401, '{"ok": false, "error_code": 401, "description": "Unauthorized"}')


@dataclass
class Sent:
    """A message of the bot's. edits: texts it was replaced by."""

    number: int
    chat: int
    text: str
    silent: bool = False
    photo: bytes | None = None
    buttons: list[tuple[str, str]] = field(default_factory=list)  # label, data
    edits: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return self.edits[-1] if self.edits else self.text


@dataclass
class ScriptedApi:
    """updates: not confirmed yet. sent: in order. down: every call is cut."""

    port: int = 0
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[tuple[float, str]] = field(default_factory=list)
    down: bool = False
    allowed: list[str] = field(default_factory=list)
    _update: int = 1000
    _message: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What people do --------------------------------------------------------------------------------

    def say(
        self, user: int, text: str, chat: int | None = None, age_s: float = 0.0, edited: bool = False
    ) -> int:
        """A person types; returns the update's id."""
        head = text.split()[0] if text else ""
        entities = [{"type": "bot_command", "offset": 0, "length": len(head)}] if head.startswith("/") else []
        message = {
            "message_id": self._next_message(), "date": int(time.time() - age_s), "text": text,
            "chat": {"id": chat or user, "type": "private" if chat in (None, user) else "group"},
            "from": person(user), "entities": entities,
        }  # fmt: skip
        return self.push({"edited_message" if edited else "message": message})

    def press(self, user: int, sent: Sent, label: str) -> int:
        """A person presses a button under a message."""
        data = next(data for name, data in sent.buttons if name == label)
        message = {
            "message_id": sent.number, "date": int(time.time()), "from": ME, "text": unescape(sent.text),
            "chat": {"id": sent.chat, "type": "private"},
        }  # fmt: skip
        query = {"id": str(self._update), "from": person(user), "chat_instance": "1", "data": data}
        return self.push({"callback_query": {**query, "message": message}})

    def push(self, update: dict[str, Any]) -> int:
        self._update += 1
        self.updates.append({"update_id": self._update, **update})
        self._news.set()
        self._news = asyncio.Event()
        return self._update

    async def until(self, count: int, within_s: float = 5.0) -> list[Sent]:
        """Wait for that many messages in all."""
        await self.when(lambda: len(self.sent) >= count, within_s)
        return self.sent

    async def when(self, true: Any, within_s: float = 5.0) -> None:
        deadline = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < deadline, f"sent: {[each.shown for each in self.sent]}"
            await asyncio.sleep(0.005)

    # What Telegram does -----------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append((time.monotonic(), method))
        if request.match_info["token"] != TOKEN:
            return _no(401, "Unauthorized")
        queue = self.faults[method] or self.faults["*"]
        fault = CUT if self.down else queue.popleft() if queue else None
        if fault is not None:
            await asyncio.sleep(fault.hang_s)
            if fault.status == 0:
                assert request.transport is not None
                request.transport.abort()
                raise web.HTTPInternalServerError
            return web.Response(status=fault.status, text=fault.body, content_type="application/json")
        fields = await _fields(request)
        answer = getattr(self, f"_{method}", None)
        return _no(404, "Not Found") if answer is None else await answer(fields)

    async def _getMe(self, fields: dict[str, Any]) -> web.Response:
        return _yes(ME)

    async def _setMyCommands(self, fields: dict[str, Any]) -> web.Response:
        for each in json.loads(fields["commands"]):
            if (
                not re.fullmatch(r"[a-z0-9_]{1,32}", each["command"])
                or not 1 <= len(each["description"]) <= 256
            ):
                return _no(400, "BOT_COMMAND_INVALID")
        return _yes(True)

    async def _getUpdates(self, fields: dict[str, Any]) -> web.Response:
        offset, wait_s = int(fields.get("offset", 0)), float(fields.get("timeout", 0))
        self.allowed = json.loads(fields.get("allowed_updates", "[]"))
        self.updates = [each for each in self.updates if each.get("update_id", offset) >= offset]
        deadline = time.monotonic() + wait_s
        while not self.updates and (left := deadline - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                break
        wanted = [each for each in self.updates if not self.allowed or set(each) & {*self.allowed, "poison"}]
        return _yes(wanted[: int(fields.get("limit", 100))])

    async def _sendMessage(self, fields: dict[str, Any]) -> web.Response:
        return self._placed(fields, str(fields["text"]), 4096)

    async def _sendPhoto(self, fields: dict[str, Any]) -> web.Response:
        return self._placed(fields, str(fields.get("caption", "")), 1024, fields["photo"])

    async def _editMessageText(self, fields: dict[str, Any]) -> web.Response:
        wrong = markup_error(fields["text"], 4096)
        found = next((each for each in self.sent if each.number == int(fields["message_id"])), None)
        if wrong or found is None or found.shown == fields["text"]:
            return _no(400, wrong or "message is not modified")
        found.edits.append(fields["text"])
        found.buttons = []
        return _yes(_message(found))

    async def _answerCallbackQuery(self, fields: dict[str, Any]) -> web.Response:
        self.notices.append(str(fields.get("text", "")))
        return _yes(True)

    def _placed(self, fields: dict[str, Any], text: str, longest: int, photo: Any = None) -> web.Response:
        buttons = [
            (key["text"], key["callback_data"])
            for row in json.loads(fields.get("reply_markup", "{}")).get("inline_keyboard", [])
            for key in row
        ]
        wrong = markup_error(text, longest) if fields.get("parse_mode") == "HTML" else "no parse mode"
        if any(len(data.encode()) > 64 for _, data in buttons):
            wrong = "BUTTON_DATA_INVALID"
        if photo is not None and not bytes(photo).startswith(b"\x89PNG"):
            wrong = "PHOTO_INVALID"
        if wrong:
            return _no(400, wrong)
        silent = str(fields.get("disable_notification", "")).lower() == "true"
        number = self._next_message()
        self.sent.append(Sent(number, int(fields["chat_id"]), text, silent, photo, buttons))
        return _yes(_message(self.sent[-1]))

    def _next_message(self) -> int:
        self._message += 1
        return self._message


@asynccontextmanager
async def scripted_api() -> AsyncIterator[ScriptedApi]:
    api = ScriptedApi()
    app = web.Application(client_max_size=20 * 2**20)
    app.router.add_route("*", "/bot{token}/{method}", api.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        api.port = runner.addresses[0][1]
        yield api
    finally:
        await runner.cleanup()


def person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": f"User<{user}>"}


def markup_error(text: str, longest: int) -> str:
    """What Telegram would say of it; "" when it parses. Lengths count without markup."""
    open_tags: list[str] = []
    for tag in re.findall(r"<[^>]*>?", text):
        if re.fullmatch(r"<(b|i|code|pre)>", tag):
            open_tags.append(tag[1:-1])
        elif not open_tags or tag != f"</{open_tags.pop()}>":
            return f"can't parse entities: {tag}"
    if open_tags or re.search(r"&(?!(lt|gt|amp|quot|#\d+);)", text):
        return "can't parse entities"
    shown = unescape(re.sub(r"<[^>]*>", "", text))
    return "" if shown.strip() and len(shown) <= longest else f"text is empty or too long: {len(shown)}"


def _message(sent: Sent) -> dict[str, Any]:
    chat = {"id": sent.chat, "type": "private"}
    return {"message_id": sent.number, "date": int(time.time()), "chat": chat, "from": ME, "text": sent.text}


async def _fields(request: web.Request) -> dict[str, Any]:
    found: dict[str, Any] = dict(request.query)
    for name, value in (await request.post()).items():
        found[name] = value.file.read() if isinstance(value, web.FileField) else value
    for name, value in found.items():  # attach://name stands for another part
        if isinstance(value, str) and value.startswith("attach://"):
            found[name] = found[value.removeprefix("attach://")]
    return found


def _yes(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _no(status: int, why: str) -> web.Response:
    told = {"ok": False, "error_code": status, "description": f"Bad Request: {why}"}
    return web.json_response(told, status=status)
