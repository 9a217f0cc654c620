"""LS's WebSocket: what was registered for, kept registered whatever happens to the connection.

After a reconnect LS knows of no registration, and nothing of the time between is sent again: who listens is
told DOWN, then GAP and UP, and asks for what may be missing.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brokers.contract import Link
from brokers.ls.answers import DEAD_TOKEN, said
from brokers.ls.messages import Message, message
from brokers.ls.tokens import Tokens
from market.errors import ConfigError, DataError, MaemaeError, VenueDown

if TYPE_CHECKING:
    import aiohttp

FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 30.0
ACCOUNT = frozenset({"O01", "C01", "H01", "O02", "C02", "H02", "SC0", "SC1", "SC2", "SC3", "SC4"})
REGISTER, REGISTER_ACCOUNT = "3", "1"
BAD_KEY = "10009"
Stream = tuple[str, str]  # (TR, key); the account's have no key


class Ended(Exception):
    """The connection is over. Its text says why."""


@dataclass(eq=False)
class Socket:
    """url: with its path. hear: told every message. said: told the connection's state and the reason.

    answer_s: until a registration must have been answered. heartbeat_s: between pings; a connection whose
    pong doesn't come is dropped. expected: whether something should come now: a connection that says nothing
    for ``quiet_s`` then is dropped, too; LS's are known to die without a word.
    """

    url: str
    tokens: Tokens
    hear: Callable[[Message], None]
    said: Callable[[Link, str], None]
    answer_s: float = 10.0
    quiet_s: float = 60.0
    expected: Callable[[], bool] = lambda: False
    heartbeat_s: float = 20.0
    unread: int = 0  # frames that couldn't be read
    heard: int = 0  # frames
    connections: int = 0  # that came up
    _wanted: dict[Stream, None] = field(default_factory=dict)
    _answers: "dict[Stream, asyncio.Future[Message]]" = field(default_factory=dict)
    _ws: "aiohttp.ClientWebSocketResponse | None" = None
    _life: "asyncio.Task[None] | None" = None
    _said_down: bool = False
    _closing: "asyncio.Future[bool] | None" = None  # kept, lest it be collected

    # --- what is listened to

    def want(self, streams: Iterable[Stream]) -> None:
        """Listen to these from the next connection on. The first call begins the socket's life."""
        self._wanted |= dict.fromkeys(streams)
        if self._life is None:
            self._life = asyncio.create_task(self._forever())

    async def add(self, stream: Stream) -> None:
        """Listen to one more for as long as this connection stands: the next one is up without it. Raises
        VenueDown or ConfigError."""
        if self._ws is None:
            raise VenueDown("ls: the stream isn't connected. Ask again later.")
        await self._register(self._ws, stream)

    def again(self) -> None:
        """Connect anew: registrations carry a token that is another's now."""
        ws = self._ws
        if ws is not None and not ws.closed:
            self._closing = asyncio.ensure_future(ws.close())

    async def close(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    # --- one connection after another

    async def _forever(self) -> None:
        import aiohttp

        wait, was_up = FIRST_WAIT_S, False
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.answer_s)) as session:
            while True:
                reason = ""
                try:
                    async with session.ws_connect(
                        self.url, heartbeat=self.heartbeat_s, max_msg_size=0, autoping=True
                    ) as ws:
                        reading = asyncio.create_task(self._read(ws))
                        watching = asyncio.create_task(self._watch(ws))
                        try:
                            await self._registered(ws, reading)
                            if was_up:
                                self.said(Link.GAP, "messages may have been lost")
                            self.said(Link.UP, "")
                            was_up, wait = True, FIRST_WAIT_S
                            self.connections += 1
                            self._said_down = False
                            await reading
                        finally:
                            for task in (reading, watching):
                                task.cancel()
                            await asyncio.gather(reading, watching, return_exceptions=True)
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    reason = type(error).__name__
                except (Ended, MaemaeError) as error:
                    reason = str(error)
                self._down(reason)
                await asyncio.sleep(wait * random.uniform(0.8, 1.2))
                wait = min(wait * 2, LONGEST_WAIT_S)

    def _down(self, reason: str) -> None:
        self._ws = None
        for (code, key), answer in self._answers.items():
            if not answer.done():
                why = f"ls: the connection was dropped before the registration for {code} {key} was answered"
                answer.set_exception(VenueDown(f"{why}. It is asked for again."))
        self._answers.clear()
        if not self._said_down:
            self._said_down = True
            self.said(Link.DOWN, reason)

    async def _registered(self, ws: "aiohttp.ClientWebSocketResponse", reading: "asyncio.Task[None]") -> None:
        """Register for all that is wanted. Raises what ended the connection meanwhile."""
        self._ws = ws
        every = asyncio.create_task(self._register_all(ws))
        await asyncio.wait({every, reading}, return_when=asyncio.FIRST_COMPLETED)
        if not every.done():
            every.cancel()
            await asyncio.gather(every, return_exceptions=True)
            reading.result()
        every.result()

    async def _register_all(self, ws: "aiohttp.ClientWebSocketResponse") -> None:
        """All, or the connection isn't up: who is deaf to a part of the account must not believe he hears.
        Streams of codes that LS doesn't know are left out."""
        asked = (self._register(ws, stream) for stream in list(self._wanted))
        for found in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(found, BaseException) and not isinstance(found, ConfigError):
                raise found

    async def _register(self, ws: "aiohttp.ClientWebSocketResponse", stream: Stream) -> None:
        token = await self.tokens.current()
        code, key = stream
        kind = REGISTER_ACCOUNT if code in ACCOUNT else REGISTER
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[stream] = answer
        header = {"token": token, "tr_type": kind}
        await ws.send_str(json.dumps({"header": header, "body": {"tr_cd": code, "tr_key": key}}))
        try:
            found = await asyncio.wait_for(answer, self.answer_s)
        except TimeoutError:
            raise VenueDown(
                f"ls: no answer to the registration for {code} {key} in {self.answer_s:g} s."
            ) from None
        finally:
            self._answers.pop(stream, None)
        if found.code in DEAD_TOKEN:
            await self.tokens.refused(token)
            raise VenueDown(f"ls: registration for {code} {key}: {said(found.code, found.text)}.")
        if found.code in ("", "00000"):
            return
        words = f"ls: registration for {code} {key}: {said(found.code, found.text)}"
        if found.code == BAD_KEY and code not in ACCOUNT:
            self._wanted.pop(stream, None)  # it would never be taken; the others are
            raise ConfigError(f"{words}. Check the code.")
        raise VenueDown(f"{words}. It is asked for again.")

    async def _watch(self, ws: "aiohttp.ClientWebSocketResponse") -> None:
        """Drop a connection that is silent while the market speaks."""
        heard, since = self.heard, time.monotonic()
        while True:
            await asyncio.sleep(min(self.quiet_s / 4, 5.0))
            if self.heard != heard or not self.expected():
                heard, since = self.heard, time.monotonic()
            elif time.monotonic() - since > self.quiet_s:
                await ws.close()
                return

    async def _read(self, ws: "aiohttp.ClientWebSocketResponse") -> None:
        async for frame in ws:
            if frame.type.name not in ("TEXT", "BINARY"):
                continue
            self.heard += 1
            try:
                found = message(frame.data)
            except DataError:
                self.unread += 1
                continue
            if found.body is not None:
                self.hear(found)
            else:
                answer = self._answers.get((found.tr, found.key)) or self._answers.get((found.tr, ""))
                if answer is not None and not answer.done():
                    answer.set_result(found)
        raise Ended("the connection was dropped")
