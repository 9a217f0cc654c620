"""Bars as they close: each said once, in order, none before it is closed for good, none missing.

A stream may say that a bar closed; whatever it didn't say is asked of the venue's own candles. Where streams
don't say it at all, every bar is asked for once it must be final.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from brokers.contract import BarEvent, BrokerEvent, Feed, Link, LinkEvent, TimeEvent
from market.bars import Bars
from market.errors import ConfigError, DataError, MaemaeError
from market.timeframes import SECOND

Ask = Callable[[str, int, int], Awaitable[Bars]]  # (instrument, start, end) ns -> closed bars
Say = Callable[[BrokerEvent], None]
Clock = Callable[[], int]
RETRY_S = 1.0  # after the venue didn't answer
MISSED_S = 10.0  # without an answer until it is said


@dataclass(eq=False)
class Candles:
    """patience: ns after a close until a bar that no stream said is asked for. tick_s: of the timer.

    streams: a stream says closed bars to ``closed``. clock: the venue's time, ns UTC.
    """

    instruments: Sequence[str]
    timeframe: int
    ask: Ask
    say: Say
    clock: Clock
    patience: int = 2 * SECOND
    tick_s: float = 0.1
    tell_every: int = SECOND
    said: dict[str, int] = field(init=False)  # by instrument: open of the newest bar that was said
    _sure: dict[str, int] = field(init=False)  # by instrument: every bar that closed by then has been said
    _held: dict[str, dict[int, BarEvent]] = field(init=False)
    _locks: dict[str, asyncio.Lock] = field(init=False)

    def __post_init__(self) -> None:
        now = self.clock()
        opened = now - now % self.timeframe
        self.said = dict.fromkeys(self.instruments, opened - self.timeframe)
        self._sure = dict.fromkeys(self.instruments, opened)
        self._held = {name: {} for name in self.instruments}
        self._locks = {name: asyncio.Lock() for name in self.instruments}
        self._again = dict.fromkeys(self.instruments, 0.0)  # by instrument: when to ask again after a failure
        self._told = 0
        self._failing: dict[str, float] = {}  # by instrument: since when the venue gives no bars
        self._missed = False  # it was said

    def closed(self, bar: BarEvent) -> None:
        """A stream says that this bar is closed. One that comes too early waits for those before it."""
        if bar.instrument not in self.said or bar.ts <= self.said[bar.instrument]:
            return
        if bar.ts == self.said[bar.instrument] + self.timeframe and not self._held[bar.instrument]:
            self._give(bar)
        else:
            self._held[bar.instrument][bar.ts] = bar

    async def run(self) -> None:
        """Look after the bars until cancelled."""
        while True:
            await self.tick()
            await asyncio.sleep(self.tick_s)

    async def tick(self) -> None:
        """Ask for bars that are overdue or out of order; say the time when none is missing."""
        now = self.clock()
        late = [name for name in self.instruments if self._needs(name, self._final(now))]
        await asyncio.gather(*(self.mend(name) for name in late))
        sure = min(self._sure.values(), default=now)
        until = now if sure >= now - now % self.timeframe else sure
        if until >= self._told + self.tell_every:
            self._told = until
            self.say(TimeEvent(until))

    async def mend(self, name: str) -> None:
        """Say what the venue has and was not said. A venue that doesn't answer is asked again later."""
        async with self._locks[name]:
            final = self._final(self.clock())
            try:
                found = await self.ask(name, self.said[name] + self.timeframe, final)
            except MaemaeError as error:
                self._miss(name, error)
                return
            self._have(name)
            for bar in _events(name, found, self.clock()):
                if bar.ts > self.said[name]:
                    self._give(bar)
            for ts in sorted(ts for ts in self._held[name] if ts > self.said[name]):
                self._give(self._held[name][ts])
            self._held[name].clear()
            self._sure[name] = max(self._sure[name], final)

    def _miss(self, name: str, error: MaemaeError) -> None:
        """Ask again; say so once it has lasted, at once what asking again won't mend."""
        now = time.monotonic()
        self._again[name] = now + RETRY_S
        lasts = now - self._failing.setdefault(name, now) >= MISSED_S
        if not self._missed and (lasts or isinstance(error, ConfigError | DataError)):
            self._missed = True
            self.say(LinkEvent(Feed.BARS, Link.DOWN, f"no bars of {name}: {error}", self.clock()))

    def _have(self, name: str) -> None:
        self._failing.pop(name, None)
        if self._missed and not self._failing:
            self._missed = False
            self.say(LinkEvent(Feed.BARS, Link.UP, "bars come again", self.clock()))

    def _final(self, now: int) -> int:
        """The newest close after which a bar that no stream said is asked for."""
        return (now - self.patience) // self.timeframe * self.timeframe

    def _needs(self, name: str, final: int) -> bool:
        if time.monotonic() < self._again[name]:
            return False
        return bool(self._held[name]) or self._sure[name] < final

    def _give(self, bar: BarEvent) -> None:
        self.said[bar.instrument] = bar.ts
        self._sure[bar.instrument] = max(self._sure[bar.instrument], bar.ts + self.timeframe)
        self.say(bar)


def _events(name: str, bars: Bars, known: int) -> list[BarEvent]:
    columns = (bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [BarEvent(name, bars.timeframe, ts, o, h, l, c, volume, known) for ts, o, h, l, c, volume in rows]
