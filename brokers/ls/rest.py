"""TRs over REST: queries, which may be asked again, and orders, which leave once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from brokers.bucket import PATIENCE_S, Bucket
from brokers.ls.answers import (
    BAD_KEY,
    BAD_TYPE,
    DEAD_TOKEN,
    DONE,
    KEY_REMEDY,
    NOT_IN_PAPER,
    TAKEN,
    TOO_MANY,
    Answer,
    said,
)
from brokers.ls.tokens import Tokens
from brokers.ls.trs import Tr, tr
from brokers.ls.wire import NoAnswer, NotSent, Reply, Wire
from market.errors import ConfigError, MaemaeError, OrderRefused, OutcomeUnknown, VenueDown

SHARE = 0.9  # of a TR's rate that is used: its counting window isn't documented
MOST_PAGES = 200
RATE_PAUSE_S = 1.1  # after a request too many


class Refused(OrderRefused):
    """LS refused it in definitive words. code: rsp_cd."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(eq=False)
class Rest:
    """haste: by which a TR's rate is multiplied, for simulators that don't count."""

    wire: Wire
    tokens: Tokens
    haste: float = 1.0
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _paused_until: float = 0.0

    # --- what changes nothing

    async def ask(self, code: str, blocks: Mapping[str, Mapping[str, object]], more: str = "") -> Answer:
        """One page. Raises VenueDown (it may be asked again) or ConfigError (the key, what paper lacks)."""
        asked = tr(code)
        reply = await self._asked(asked, blocks, more)
        if reply.code in DEAD_TOKEN:
            reply = await self._asked(asked, blocks, more)
        if reply.code == TOO_MANY or reply.status == 429:
            await asyncio.sleep(RATE_PAUSE_S / self.haste)
            reply = await self._asked(asked, blocks, more)
        return _answer(asked, reply)

    async def all(
        self,
        code: str,
        block: Mapping[str, object],
        next_block: Callable[[Answer], Mapping[str, object]] = lambda answer: {},
    ) -> AsyncIterator[Answer]:
        """Every page. next_block: the fields that ask for the one behind an answer. A cursor that comes again
        ends it: LS is known to repeat its last page without end."""
        name, more, seen = tr(code).block, "", set()
        fields = dict(block)
        for _ in range(MOST_PAGES):
            answer = await self.ask(code, {name: fields}, more)
            yield answer
            cursor = (answer.key, tuple(next_block(answer).items()))
            if not answer.more or cursor in seen:
                return
            seen.add(cursor)
            fields, more = {**block, **next_block(answer)}, answer.key
        raise VenueDown(f"ls: {code} has more than {MOST_PAGES} pages. Nothing was taken of it.")

    async def _asked(self, asked: Tr, blocks: Mapping[str, Any], more: str) -> Reply:
        """A token that was refused is renewed; the reply with the refusal is the caller's."""
        async with self._locks.setdefault(asked.code, asyncio.Lock()):
            bucket = self._bucket(asked)
            await asyncio.sleep(bucket.wait(1))
            bucket.take(1)
        token = await self.tokens.current()
        try:
            reply = await self.wire.tr(asked, blocks, token, more)
        except (NotSent, NoAnswer) as error:
            raise VenueDown(f"ls: {asked.code}: no whole answer ({error}). Ask again later.") from None
        if reply.code in DEAD_TOKEN:
            await self.tokens.refused(token)
        return reply

    # --- what changes something

    async def order(self, code: str, block: Mapping[str, object], what: str) -> Answer:
        """Send once. what: "submit of order run-1", for messages.

        Raises OrderRefused (definitive: nothing rests by it), OutcomeUnknown, or VenueDown (LS did nothing).
        """
        asked = tr(code)
        await self._turn(asked, what)
        try:
            token = await self.tokens.current()
        except ConfigError as error:
            raise OrderRefused(f"ls: {what}: {error} Nothing was sent.") from None
        except VenueDown as error:
            raise VenueDown(f"ls: {what}: {error} Nothing was sent.") from None
        try:
            reply = await self.wire.tr(asked, {asked.block: block}, token)
        except NotSent as error:
            raise VenueDown(f"ls: {what}: no connection ({error}). Nothing was sent.") from None
        except NoAnswer as error:
            raise OutcomeUnknown(
                f"ls: {what}: no whole answer ({error}). Ask LS what became of it."
            ) from None
        if reply.code in DEAD_TOKEN:
            raise await self._token_gone(what, reply, token)
        return self._taken(asked, reply, what)

    async def _turn(self, asked: Tr, what: str) -> None:
        """A turn now or soon. Raises VenueDown: nothing was sent."""
        loop, bucket = asyncio.get_running_loop(), self._bucket(asked)
        wait = max(bucket.wait(1), self._paused_until - loop.time())
        if wait > PATIENCE_S:
            raise VenueDown(f"ls: {what}: the limit of orders is used up for {wait:.1f} s. Nothing was sent.")
        bucket.take(1)
        if wait > 0:
            await asyncio.sleep(wait)

    async def _token_gone(self, what: str, reply: Reply, token: str) -> MaemaeError:
        """The gateway refused the token, so no order was made. Takes another; the caller may send again."""
        words = said(reply.code, reply.message)
        try:
            await self.tokens.refused(token)
        except ConfigError as error:
            return OrderRefused(f"ls: {what}: {words}. {error} Nothing rests.")
        except VenueDown as error:
            return VenueDown(f"ls: {what}: {words}. {error} LS did nothing.")
        return VenueDown(
            f"ls: {what}: {words}: the token had ended, or another process took one with this app key. "
            "A new one was taken; LS did nothing."
        )

    def _taken(self, asked: Tr, reply: Reply, what: str) -> Answer:
        words = said(reply.code, reply.message)
        if reply.code == TOO_MANY or reply.status == 429:
            self._paused_until = asyncio.get_running_loop().time() + RATE_PAUSE_S
            raise VenueDown(f"ls: {what}: too many requests: {words}. LS did nothing.")
        if reply.code == BAD_TYPE or reply.code in BAD_KEY:
            raise Refused(f"ls: {what}: {words}. LS did nothing.", reply.code)
        answer = _parsed(asked, reply)
        if reply.status != 200 or not reply.code or reply.code.startswith("IGW"):
            raise OutcomeUnknown(f"ls: {what}: {words}, HTTP {reply.status}. Ask LS what became of it.")
        if reply.code in TAKEN and _ordered(answer):
            return answer
        if reply.code in TAKEN or _ordered(answer) != "":
            raise OutcomeUnknown(f"ls: {what}: {words}, order number {_ordered(answer)!r}. Ask LS about it.")
        remedy = ""
        if reply.code in NOT_IN_PAPER:
            remedy = " A paper account can't do this: use a real one, or another market."
        raise Refused(f"ls: {what}: {words}. LS did nothing.{remedy}", reply.code)

    def _bucket(self, asked: Tr) -> Bucket:
        if asked.code not in self._buckets:
            self._buckets[asked.code] = Bucket(asked.rate * SHARE * self.haste, 1.0)
        return self._buckets[asked.code]


def _ordered(answer: Answer) -> str | None:
    """The number that LS gave an order, "" = none; None = it can't be read."""
    said = str(answer.row("OutBlock2").get("OrdNo") or "").strip().lstrip("0")
    return said if said.isdigit() or not said else None


def _answer(asked: Tr, reply: Reply) -> Answer:
    words = said(reply.code, reply.message)
    if reply.code in BAD_KEY or reply.code in DEAD_TOKEN:
        raise ConfigError(f"ls: {asked.code}: {words}. {KEY_REMEDY}")
    if reply.code in NOT_IN_PAPER:
        raise ConfigError(f"ls: {asked.code}: {words}. A paper account can't ask this; use a real one.")
    if reply.status != 200 or reply.code not in DONE:
        raise VenueDown(f"ls: {asked.code}: {words}, HTTP {reply.status}. Ask again later.")
    return _parsed(asked, reply)


def _parsed(asked: Tr, reply: Reply) -> Answer:
    blocks = {name: found for name, found in reply.body.items() if name not in ("rsp_cd", "rsp_msg")}
    headers = {name.lower(): value for name, value in reply.headers.items()}
    more, key = headers.get("tr_cont", "") == "Y", headers.get("tr_cont_key", "")
    return Answer(asked.code, reply.code, reply.message, blocks, more, key)
