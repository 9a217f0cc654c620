"""History as a feed: the bars of a panel, one row at a time, as if they happened now."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from brokers.contract import BarEvent, TimeEvent
from market.bars import PRICES, Bars, Panel


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

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        """Bars that open in [start, end), of those before the first row to be given."""
        column = [one.id for one in self.panel.instruments].index(instrument)
        bars, rows = self.panel.bars(column)
        given = rows if rows is not None else self.panel.every_row
        wanted = (bars.ts >= start) & (bars.ts < end) & (given < self.start)
        fields = {name: getattr(bars, name)[wanted] for name in ("ts", *PRICES)}
        return replace(bars, **fields)


def bars_of(panel: Panel, row: int) -> Iterator[BarEvent]:
    """The bars of one row, known at their close; instruments without one are left out."""
    ts = int(panel.ts[row])
    for column, instrument in enumerate(panel.instruments):
        o, h, l, c, volume = (float(getattr(panel, name)[row, column]) for name in PRICES)
        if c == c:
            known = ts + panel.timeframe
            yield BarEvent(instrument.id, panel.timeframe, ts, o, h, l, c, volume, known)
