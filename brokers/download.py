"""A venue's history into the catalog, so that it may be interrupted at any instant and goes on from there.

The catalog's file is one stretch without holes of ours, and grows at its ends only: newer bars behind the
last one, older ones in front of the first. Each growth is one whole file put in place of the other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

from brokers.candle import Candle, bars_of
from brokers.contract import Venue
from market.atomic import all_or_nothing
from market.bars import PRICES
from market.catalog import Catalog, Change
from market.errors import DataError, VenueDown
from market.instruments import Instrument
from market.loaders import fit
from market.merge import merge
from market.reading.raw import RawBars
from market.stored import Entry, entry_path, read_entry, read_raw, write_bars
from market.timeframes import timeframe_text

BLOCK = 50_000  # bars that are stored at once
TRIES, FIRST_WAIT_S = 6, 0.5  # of a page that the venue doesn't give
LOCK_TRIES = 50

Tell = Callable[[int, int, int], None]  # instant reached, from, to: ns


@dataclass(eq=False)
class Download:
    """One instrument's bars. block: bars stored at once; what an interruption loses is at most that."""

    broker: Venue
    catalog: Catalog
    instrument: Instrument
    timeframe: int
    tell: Tell = lambda reached, start, end: None
    block: int = BLOCK

    @property
    def name(self) -> str:
        return f"{self.instrument.id} {timeframe_text(self.timeframe)}"

    async def run(self, since: int, until: int) -> Change | None:
        """Have every closed bar of [since, until), ns UTC, and those between it and what is stored.

        None = the venue has none there. Raises VenueDown when the venue stops answering; what was stored
        stays, and the next run goes on.
        """
        until = min(until, self.broker.now())
        entry = self._entry()
        added = await self._forward(since if entry is None else entry.last + self.timeframe, until)
        entry = self._entry()
        if entry is not None and since < entry.first:
            added += await self._backward(since, entry.first)
        entry = self._entry()
        return None if entry is None else Change(entry, added, 0, entry.bars - added)

    async def _forward(self, start: int, end: int) -> int:
        added, waiting = 0, list[Candle]()
        async for reached, page in self._pages(start, end):
            waiting += page
            self.tell(reached, start, end)
            if len(waiting) >= self.block:
                added += await self._store(waiting)
                waiting = []
        return added + await self._store(waiting)

    async def _backward(self, start: int, end: int) -> int:
        """Block by block from ``end`` back, each touching what is stored, so that no hole is ever stored."""
        added, done = 0, end
        start = await self._first(start, end)
        while done > start:
            begin = max(done - self.block * self.timeframe, start)
            rows = [row async for _, page in self._pages(begin, done) for row in page]
            added += await self._store(rows)
            self.tell(end - done + begin, start, end)
            done = begin
        return added

    async def _first(self, start: int, end: int) -> int:
        """Where the venue's history begins, not to ask for years before it."""
        if not self.broker.forward:
            return start
        async for _, page in self._pages(start, end):
            return page[0][0] * 1_000_000 if page else end
        return end

    async def _pages(self, start: int, end: int) -> AsyncIterator[tuple[int, list[Candle]]]:
        """Pages in order; one that doesn't come is asked for again, from where it was."""
        failed, at = 0, start
        while True:
            try:
                async for reached, page in self.broker.pages(self.instrument.id, self.timeframe, at, end):
                    at, failed = reached, 0
                    yield reached, page
                return
            except VenueDown as error:
                failed += 1
                if failed == TRIES:
                    raise VenueDown(f"{error} What was stored stays; run the command again.") from error
                await asyncio.sleep(FIRST_WAIT_S * 2 ** (failed - 1))

    async def _store(self, candles: list[Candle]) -> int:
        """Put the closed ones into the catalog; how many were new."""
        bars = bars_of(self.instrument, self.timeframe, candles, self.broker.now())
        if not len(bars):
            return 0
        raw = fit(RawBars(self.name, bars.ts, *(getattr(bars, name) for name in PRICES)))
        for attempt in range(LOCK_TRIES):
            try:
                return self._write(raw)
            except DataError as error:  # another process may be writing there
                if "another process" not in str(error) or attempt == LOCK_TRIES - 1:
                    raise
                await asyncio.sleep(0.2)
        return 0

    def _write(self, raw: RawBars) -> int:
        path = entry_path(self.catalog.root, self.instrument, self.timeframe)
        with all_or_nothing(self.catalog.root) as batch:
            stored = read_raw(path) if path.exists() else None
            merged = merge(stored, raw, self.name, self.timeframe, False)
            entry = Entry.of(self.instrument, self.timeframe, merged.raw, path)
            batch.write(path, partial(write_bars, entry, merged.raw))
        return merged.added

    def _entry(self) -> Entry | None:
        path = entry_path(self.catalog.root, self.instrument, self.timeframe)
        return read_entry(path) if path.exists() else None
