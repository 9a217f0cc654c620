"""The access token: one issuer for an app key, renewed before it ends, and once when it is refused.

A new token kills the key's old one, whoever holds it. Two processes with one key would take it from each
other for ever: after a refused token was renewed, the next refusal within seconds is said, not mended.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from brokers.keys import Keys
from brokers.ls.answers import BAD_KEY, KEY_REMEDY, said
from brokers.ls.values import whole
from brokers.ls.wire import NoAnswer, NotSent, Reply, Wire
from market.errors import ConfigError, DataError, VenueDown
from market.timeframes import SECOND

EARLY = 60 * SECOND  # before its end a token is renewed: LS ends most at 07:00 in Seoul, whatever their age
LEAST = 10 * SECOND  # between two tokens, where one ends so soon that EARLY would ask again and again
AGAIN = 4 * SECOND  # after a refused token was renewed until another is: while an exit is tried for


@dataclass(eq=False)
class Tokens:
    """clock: ns UTC. renewed: told when a token took another's place, as streams registered with that one."""

    wire: Wire
    keys: Keys
    clock: Callable[[], int]
    renewed: Callable[[], None] = lambda: None
    _text: str = field(default="", repr=False)
    _issued: int = 0
    ends: int = 0
    _mended: int = -AGAIN  # when a refused token was last renewed
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def current(self) -> str:
        """A token that holds. Raises VenueDown or ConfigError; nothing was done then."""
        async with self._lock:
            if self._due():
                await self._issue()
            return self._text

    async def refused(self, token: str) -> str:
        """LS refused a token: a new one, unless that was just done. Raises VenueDown or ConfigError."""
        async with self._lock:
            if token != self._text:
                return self._text  # another request has renewed it already
            now = self.clock()
            if now - self._mended < AGAIN:
                raise VenueDown(
                    "ls: the token was refused right after it was renewed: another process takes tokens with "
                    "this app key. One app key, one bot: end the other, or give it a key of its own."
                )
            await self._issue()
            self._mended = now
            return self._text

    def _due(self) -> bool:
        now = self.clock()
        if not self._text or now >= self.ends:
            return True
        return now >= self.ends - EARLY and now - self._issued >= LEAST

    async def _issue(self) -> None:
        try:
            reply = await self.wire.form(
                "/oauth2/token", self._form(grant_type="client_credentials", scope="oob")
            )
        except (NotSent, NoAnswer) as error:
            raise VenueDown(
                f"ls: no token was issued ({error}). Look whether that address can be reached, and ask again."
            ) from None
        text = str(reply.body.get("access_token") or "")
        if not text:
            raise _no_token(reply)
        before, self._text = self._text, text
        self._issued = self.clock()
        self.ends = self._issued + max(_life(reply), LEAST)
        if before:
            self.renewed()

    def _form(self, **more: str) -> dict[str, str]:
        return {"appkey": self.keys.key, "appsecretkey": self.keys.secret, **more}


def _life(reply: Reply) -> int:
    """ns that a token holds; what can't be read is a minute."""
    try:
        return whole(reply.body.get("expires_in") or reply.body.get("expire_in") or 60) * SECOND
    except DataError:
        return 60 * SECOND


def _no_token(reply: Reply) -> Exception:
    words = said(reply.code, reply.message)
    if reply.code in BAD_KEY or reply.status in (401, 403):
        return ConfigError(f"ls: no token was issued: {words}. {KEY_REMEDY}")
    return VenueDown(f"ls: no token was issued: {words}, HTTP {reply.status}. Ask again later.")
