"""Histories fetched into the catalog: whole, each bar once, whatever interrupted the fetching."""

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brokers.download import Download
from brokers.simulators import Kind
from market.bars import PRICES, Bars
from market.catalog import Catalog
from market.errors import VenueDown
from tests.brokers.stages import BINANCE, MINUTE, START, UPBIT, USDM, Adapter, Stage, venue

COUNT = 1500
SHARES = tuple(1.0 + 0.001 * (number % 11) for number in range(COUNT + 5))
WIRED = pytest.mark.parametrize("adapter", (BINANCE, USDM, UPBIT), ids=str)


class Killed(BaseException):
    """What ends a process without a word."""


def play(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 60))


async def download(at: Stage, catalog: Catalog, block: int = 300) -> Download:
    [instrument] = await at.broker.instruments([at.instrument])
    return Download(at.broker, catalog, instrument, MINUTE, block=block)  # type: ignore[arg-type]


def stored(catalog: Catalog) -> Bars:
    return catalog.load().bars(0)[0]


def same(found: Bars, whole: Bars, first: int = 0, last: int = COUNT) -> None:
    for name in ("ts", *PRICES):
        assert np.array_equal(getattr(found, name), getattr(whole, name)[first:last]), name


@WIRED
def test_a_history_is_stored_as_the_venue_has_it(adapter: Adapter, tmp_path: Path) -> None:
    async def scene() -> None:
        async with venue(adapter, SHARES, history=COUNT) as at:
            catalog = Catalog(tmp_path)
            change = await (await download(at, catalog)).run(START, START + 9 * COUNT * MINUTE)
            assert change is not None and (change.added, change.entry.bars) == (COUNT, COUNT)
            same(stored(catalog), at.bars)
            assert catalog.entries()[0].instrument == (await at.broker.instruments([at.instrument]))[0]
            again = await (await download(at, catalog)).run(START, START + COUNT * MINUTE)
            assert again is not None and (again.added, again.unchanged) == (0, COUNT)

    play(scene())


@WIRED
def test_what_is_stored_grows_at_both_ends_and_has_no_hole(adapter: Adapter, tmp_path: Path) -> None:
    async def scene() -> None:
        async with venue(adapter, SHARES, history=COUNT) as at:
            catalog = Catalog(tmp_path)
            for first, last, now in (
                (700, 800, (700, 800)),
                (400, 500, (400, 800)),
                (1000, 1100, (400, 1100)),
            ):
                await (await download(at, catalog)).run(START + first * MINUTE, START + last * MINUTE)
                same(stored(catalog), at.bars, *now)
            await (await download(at, catalog)).run(START - 5000 * MINUTE, START + 2 * COUNT * MINUTE)
            same(stored(catalog), at.bars)

    play(scene())


def test_a_bar_that_is_not_over_is_not_stored(tmp_path: Path) -> None:
    async def scene() -> None:
        async with venue(BINANCE, SHARES, history=100) as at:
            catalog = Catalog(tmp_path)
            await at.sim.step()
            await (await download(at, catalog)).run(START, START + COUNT * MINUTE)
            same(stored(catalog), at.bars, 0, 100)
            await at.advance(3)
            await (await download(at, catalog)).run(START, START + COUNT * MINUTE)
            same(stored(catalog), at.bars, 0, 103)

    play(scene())


def test_pages_that_fail_are_asked_for_again(tmp_path: Path) -> None:
    async def scene() -> None:
        async with venue(BINANCE, SHARES, history=COUNT) as at:
            catalog = Catalog(tmp_path)
            path = "GET /api/v3/klines"
            for kind in (Kind.ERROR, Kind.DROPPED_ACCEPTED, Kind.THROTTLED):
                at.sim.faults.add(kind, path, value=1 if kind is Kind.THROTTLED else 502)
            await (await download(at, catalog)).run(START, START + COUNT * MINUTE)
            same(stored(catalog), at.bars)

    play(scene())


def test_a_venue_that_stays_away_is_said_and_what_was_stored_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brokers.download.FIRST_WAIT_S", 0.001)

    async def scene() -> None:
        async with venue(BINANCE, SHARES, history=COUNT) as at:
            catalog = Catalog(tmp_path)
            at.broker.dialect.candles, kept = 200, at.broker.dialect.candles  # type: ignore[attr-defined]
            at.sim.faults.add(Kind.ERROR, "GET /api/v3/klines", nth=5, times=None)
            with pytest.raises(VenueDown, match="run the command again"):
                await (await download(at, catalog, 200)).run(START, START + COUNT * MINUTE)
            same(stored(catalog), at.bars, 0, 800)
            at.sim.faults.clear()
            at.broker.dialect.candles = kept  # type: ignore[attr-defined]
            await (await download(at, catalog, 200)).run(START, START + COUNT * MINUTE)
            same(stored(catalog), at.bars)

    play(scene())


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_page_or_write_it_goes_on_and_ends_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beginnings in the middle, so that it grows both ways; after every kill what is stored has no hole."""
    chance = random.Random(seed)
    import market.atomic as atomic

    async def scene() -> None:
        async with venue(BINANCE, SHARES, history=COUNT) as at:
            at.broker.dialect.candles = 100  # type: ignore[attr-defined]
            catalog = Catalog(tmp_path)
            await (await download(at, catalog)).run(START + 600 * MINUTE, START + 650 * MINUTE)
            kills = 0
            while True:
                left = chance.randint(1, 12)

                def perhaps(*args: object) -> None:
                    nonlocal left
                    left -= 1
                    if left == 0:
                        raise Killed

                task = await download(at, catalog, 150)
                task.tell = perhaps
                with monkeypatch.context() as patch:
                    patch.setattr(atomic, "_flush", perhaps)
                    patch.setattr(atomic, "_sweep", lambda folder: None)  # a killed process sweeps nothing
                    try:
                        await task.run(START, START + COUNT * MINUTE)
                        break
                    except Killed:
                        kills += 1
                found = stored(catalog)
                first = int((found.ts[0] - START) // MINUTE)
                same(found, at.bars, first, first + len(found))
            assert kills > 0
            same(stored(catalog), at.bars)
            await (await download(at, catalog)).run(START, START + COUNT * MINUTE)  # sweeps what kills left
            assert not list(tmp_path.glob(".part-*"))

    play(scene())
    at_once = Catalog(tmp_path / "at-once")

    async def whole() -> None:
        async with venue(BINANCE, SHARES, history=COUNT) as at:
            await (await download(at, at_once, 10_000)).run(START, START + COUNT * MINUTE)

    play(whole())
    killed, fresh = (next(root.glob("binance/*/*.parquet")) for root in (tmp_path, at_once.root))
    assert killed.read_bytes() == fresh.read_bytes()
