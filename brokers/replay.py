"""History as a feed: the bars of a panel, one row at a time, as if they happened now."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

from brokers.contract import BarEvent, TimeEvent
from market.bars import PRICES, Panel


async def at_once() -> None:
    """No pause between rows but a turn for everyone who waits."""
    await asyncio.sleep(0)


@dataclass(eq=False)
class Replay:
    """Gives each row's bars, then waits for ``pace`` before the next. start: the first row to give."""

    panel: Panel
    start: int = 0
    pace: Callable[[], Awaitable[None]] = at_once

    async def events(self) -> AsyncIterator[BarEvent | TimeEvent]:
        for t in range(self.start, len(self.panel)):
            for bar in bars_of(self.panel, t):
                yield bar
            yield TimeEvent(int(self.panel.ts[t]) + self.panel.timeframe)
            await self.pace()


def bars_of(panel: Panel, row: int) -> Iterator[BarEvent]:
    """The bars of one row, known at their close; instruments without one are left out."""
    ts = int(panel.ts[row])
    for column, instrument in enumerate(panel.instruments):
        o, h, l, c, volume = (float(getattr(panel, name)[row, column]) for name in PRICES)
        if c == c:
            known = ts + panel.timeframe
            yield BarEvent(instrument.id, panel.timeframe, ts, o, h, l, c, volume, known)
