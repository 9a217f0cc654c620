"""LS's own condition search as a source of entries of a live bot: hits become signals of the next close.

They go the way of an entry that a person asks for: journaled as an input of the desk, judged by every filter
and control. What came is kept as a CSV that ``condition_hits`` reads in a backtest.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast

from brokers.contract import Venue
from brokers.ls import conditions
from brokers.ls.broker import LsBroker
from brokers.ls.conditions import Change, Condition, Hit
from brokers.ls.messages import Message
from brokers.ls.values import SEOUL
from live.bot import RunningBot
from live.control.answers import Code
from maemae.settings_live import ConditionSettings
from market import krx
from market.errors import ConfigError, DataError, MaemaeError
from market.timeframes import SECOND

EVERY_S = 60.0  # between questions for who meets it: what a broken stream didn't say
SOON_S, AGAIN_S = 2.0, 10.0  # until a new connection is noticed, a failure tried again
HEAD = "time,code,change\n"
FILE = "hits.csv"
_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class ConditionSource:
    """broker: connected. folder: where the record is kept. meets: codes that meet the condition now."""

    settings: ConditionSettings
    broker: LsBroker
    folder: Path
    meets: set[str] = field(default_factory=set)
    _number: str = ""  # of the watch
    _refused: set[str] = field(default_factory=set)  # of those that are asked about again: it was said

    async def run(self, bot: RunningBot) -> None:
        """Until cancelled. A source that fails is told of, and tried again: trading goes on without it."""
        while not bot.trading:
            await asyncio.sleep(0.1)
        self.meets = _recorded(self.folder / FILE)
        watched, compared = 0, -EVERY_S  # the connection it was begun on; when LS was last asked
        condition: Condition | None = None
        while True:
            try:
                condition = condition or await self._found()
                if watched != (up := self.broker.connections):
                    await self._watch(bot, condition)
                    watched, compared = up, -EVERY_S  # what was missed meanwhile
                if time.monotonic() - compared >= EVERY_S:
                    compared = time.monotonic()
                    await self._compare(bot, condition)
            except MaemaeError as error:
                _LOG.warning("the condition couldn't be asked: %s", error)
                bot.views.publisher.trouble(bot.engine.clock(), "condition", None, str(error))
                await asyncio.sleep(min(AGAIN_S, EVERY_S))
            await asyncio.sleep(min(SOON_S, EVERY_S))

    async def _watch(self, bot: RunningBot, condition: Condition) -> None:
        """By a new number: whether one outlives its connection isn't documented."""
        if self._number:
            with suppress(MaemaeError):
                await conditions.unwatch(self.broker.rest, self._number, condition)
        self._number = await conditions.watch(self.broker.rest, condition)
        stream = (conditions.STREAM, self._number)
        await self.broker.listen(stream, lambda message: self._heard(bot, message))

    async def _found(self) -> Condition:
        found = await conditions.named(self.broker.rest, self.settings.user, self.settings.name)
        _LOG.info("condition '%s' (%s) is watched", found.name, found.index)
        return found

    async def _compare(self, bot: RunningBot, condition: Condition) -> None:
        """Who meets it now, as the stream may have missed some."""
        there = await conditions.matching(self.broker.rest, condition)
        for hit in there:
            if hit.code not in self.meets:
                await self._take(bot, hit)
        for code in self.meets - {hit.code for hit in there}:
            await self._take(bot, Hit(code, "", 0.0, Change.LEFT))

    def _heard(self, bot: RunningBot, message: Message) -> None:
        try:
            hit = conditions.hit(message)
        except DataError as error:
            _LOG.warning("a hit can't be read: %s", error)
            return
        if hit is not None:
            asyncio.get_running_loop().create_task(self._take(bot, hit))

    async def _take(self, bot: RunningBot, hit: Hit) -> None:
        known = hit.code in self.meets
        if not known and hit.change is not Change.LEFT and not self._open(hit.code):
            return  # nothing could be bought before the next session, which looks who meets it then
        (self.meets.discard if hit.change is Change.LEFT else self.meets.add)(hit.code)
        if known and hit.change is not Change.LEFT:
            return
        if hit.change is not Change.LEFT and not await self._enter(bot, hit):
            self.meets.discard(hit.code)  # it is asked about again while it meets the condition
            return
        self._record(hit)

    async def _enter(self, bot: RunningBot, hit: Hit) -> bool:
        """Whether the hit was used up; not while the bot takes no entries."""
        wanted = f"{hit.code}@ls"
        if wanted not in bot.engine.instruments:
            _LOG.info("%s meets the condition and isn't among the instruments", hit.code)
            return True
        done = await bot.force_enter(wanted, 1, f"condition {self.settings.name}")
        refused = done.code is Code.REFUSED
        if not refused or hit.code not in self._refused:
            _LOG.info("%s (%s) meets the condition: %s %s", hit.code, hit.name, done.code.value, done.detail)
        (self._refused.add if refused else self._refused.discard)(hit.code)
        return not refused

    def _open(self, code: str) -> bool:
        """Whether a signal of the next close is one of now."""
        span = self.broker.sessions(krx.instrument(code), self.broker.now(), self.broker.days)
        return span.phase is krx.Phase.CONTINUOUS

    def _record(self, hit: Hit) -> None:
        path = self.folder / FILE
        at = datetime.fromtimestamp(self.broker.now() / SECOND, SEOUL).isoformat()
        with path.open("a", encoding="utf-8") as file:
            if not file.tell():
                file.write(HEAD)
            file.write(f"{at},{hit.code},{hit.change.value}\n")


def _recorded(path: Path) -> set[str]:
    """Who met it when a life before this one ended: they were taken, or left, then."""
    meets: set[str] = set()
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for line in lines[1:]:
        _, code, change, *_ = [*line.split(","), "", ""]
        (meets.discard if change == Change.LEFT.value else meets.add)(code)
    return meets


def condition_source(
    settings: ConditionSettings | None, venue: Venue | None, folder: Path
) -> Callable[[RunningBot], Coroutine[None, None, None]] | None:
    """What goes on beside trading, None where the profile has no condition. Raises ConfigError for one at
    another venue."""
    if settings is None:
        return None
    if venue is None or venue.venue != "ls":
        raise ConfigError("[condition] is LS's own search: it needs [venue] use = 'ls'.")
    return ConditionSource(settings, cast(LsBroker, venue), folder).run
