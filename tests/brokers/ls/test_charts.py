"""Bars of LS's charts: stamped by their opening, ascending, each once, and closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brokers.keys import Keys
from brokers.ls import charts
from brokers.ls.rest import Rest
from brokers.ls.tokens import Tokens
from brokers.ls.wire import Wire
from brokers.simulators import Doubts, LsSim
from brokers.simulators.ls_words import ms_of
from market import krx
from market.errors import ConfigError, DataError
from market.instruments import Instrument
from market.timeframes import DAY, HOUR, MINUTE, SECOND
from tests.brokers.ls.asking import examples
from tests.brokers.simulators.ls_scenes import CALL, FUTURE, STOCK, bars_at, flat, market
from tests.brokers.simulators.ls_scenes import DAY as THE_DAY
from tests.brokers.simulators.scenes import run

NINE = ms_of(THE_DAY, "090000") * 10**6
TRADED = {code: krx.instrument(code, margin=0.1) for code in (FUTURE, CALL, STOCK)}


@asynccontextmanager
async def rest(sim: LsSim) -> AsyncIterator[Rest]:
    wire = Wire(sim.rest_url, 5.0)
    keys = Keys(sim.account.key, sim.account.secret)
    try:
        yield Rest(wire, Tokens(wire, keys, lambda: sim.clock.now() * 10**6), haste=1_000.0)
    finally:
        await wire.close()


async def asked(sim: LsSim, instrument: Instrument, timeframe: int, **span: int) -> Any:
    now = sim.clock.now() * 10**6
    start, end = span.get("start", NINE - DAY), span.get("end", NINE + DAY)
    async with rest(sim) as asks:
        return await charts.bars(asks, instrument, timeframe, start, end, now)


@pytest.mark.parametrize("code", [FUTURE, CALL, STOCK])
def test_a_minute_is_stamped_by_its_opening(code: str) -> None:
    async def scene() -> None:
        async with market(count=31, history=30) as sim:
            found = await asked(sim, TRADED[code], MINUTE)
            assert found.ts.tolist() == [NINE + n * MINUTE for n in range(30)]
            assert found.volume.sum() == 30 * (4_000 if code == STOCK else 40)

    run(scene())


@pytest.mark.parametrize("overlap", [0, 3, 7])
def test_pages_join_to_bars_that_ascend_each_once(monkeypatch: pytest.MonkeyPatch, overlap: int) -> None:
    monkeypatch.setattr(charts, "ROWS", 20)

    async def scene() -> None:
        closes = list(345 + np.cumsum(np.random.default_rng(1).integers(-3, 4, 91)) * 0.05)
        bars = bars_at(FUTURE, closes)
        async with LsSim({FUTURE: bars}, history=90, rates=False, doubts=Doubts(overlap=overlap)) as sim:
            found = await asked(sim, TRADED[FUTURE], MINUTE)
            assert found.ts.tolist() == bars.ts.tolist()[:90]
            assert found.close == pytest.approx(np.round(np.array(closes[:90]), 2))

    run(scene())


def test_only_what_was_asked_for_and_is_over_comes() -> None:
    async def scene() -> None:
        async with market(count=30, history=12) as sim:
            assert (await asked(sim, TRADED[FUTURE], MINUTE)).ts[-1] == NINE + 11 * MINUTE
            part = await asked(sim, TRADED[FUTURE], MINUTE, start=NINE + 2 * MINUTE, end=NINE + 5 * MINUTE)
            assert part.ts.tolist() == [NINE + n * MINUTE for n in (2, 3, 4)]
            assert len(await asked(sim, TRADED[FUTURE], HOUR)) == 0

    run(scene())


@pytest.mark.parametrize("count", [5, 10, 15, 30])
def test_a_bar_cut_short_is_named_by_its_opening_and_isnt_over_early(count: int) -> None:
    """Minutes from 15:20 on: the session's last bar, and the one under way."""
    opens = ms_of(THE_DAY, "152000") * 10**6

    async def scene() -> None:
        async with market(clock="152000", count=25, history=22) as sim:
            found = await asked(sim, TRADED[FUTURE], count * MINUTE)
            whole = [opens // (count * MINUTE) * count * MINUTE + n * count * MINUTE for n in range(25)]
            now = sim.clock.now() * 10**6
            assert found.ts.tolist() == [ts for ts in whole if ts + count * MINUTE <= now]

    run(scene())


def test_bars_that_dont_lie_on_the_clock_are_refused() -> None:
    half, quarter = 30 * MINUTE, 15 * MINUTE
    with pytest.raises(DataError, match="15 minutes off"):
        charts._check_clock([NINE + quarter + n * half for n in range(4)], half)
    charts._check_clock([NINE + n * half for n in range(12)] + [NINE + 12 * half + quarter], half)


def test_of_a_night_the_bars_that_are_over_come_in_order() -> None:
    at = ms_of(THE_DAY, "235000") * 10**6

    async def scene() -> None:
        async with market(clock="235000", count=25, history=22) as sim, rest(sim) as asks:
            now = sim.clock.now() * 10**6
            ones = await charts.night(asks, TRADED[FUTURE], MINUTE, at - HOUR, at + HOUR, now)
            assert ones.ts.tolist() == [at + n * MINUTE for n in range(22)], "over midnight"
            fives = await charts.night(asks, TRADED[FUTURE], 5 * MINUTE, at - HOUR, at + HOUR, now)
            assert fives.ts.tolist() == [at + n * 5 * MINUTE for n in range(4)]
            assert fives.volume.tolist() == [200.0] * 4

    run(scene())


def test_today_is_no_day_until_it_is_over() -> None:
    async def scene() -> None:
        days = bars_at(FUTURE, [*flat(5, 340.0), *flat(5, 350.0)])
        days.ts[5:] += DAY
        async with LsSim({FUTURE: days}, history=8, rates=False) as sim:
            found = await asked(sim, TRADED[FUTURE], DAY, start=NINE - 5 * DAY, end=NINE + 5 * DAY)
            assert found.close.tolist() == [340.0]
            assert found.ts[0] % DAY == 0 and found.ts[0] == NINE // DAY * DAY

    run(scene())


def test_seconds_are_the_trades() -> None:
    async def scene() -> None:
        async with market(count=10, history=5) as sim:
            seconds = await asked(sim, TRADED[FUTURE], SECOND)
            minutes = await asked(sim, TRADED[FUTURE], MINUTE)
            assert seconds.volume.sum() == minutes.volume.sum()
            assert seconds.high.max() == minutes.high.max()

    run(scene())


def test_a_code_without_rows_has_no_bars() -> None:
    async def scene() -> None:
        async with market() as sim:
            assert len(await asked(sim, krx.instrument("101V6000", margin=0.1), MINUTE)) == 0

    run(scene())


def test_a_timeframe_that_ls_lacks_is_named_with_those_it_has() -> None:
    async def scene() -> None:
        async with market() as sim:
            with pytest.raises(ConfigError, match=r"timeframe '7m'.*5m"):
                await asked(sim, TRADED[FUTURE], 7 * MINUTE)

    run(scene())


@pytest.mark.parametrize("tr", ["t8465", "t8415", "t8412"])
def test_the_guides_rows_are_candles_of_positive_prices(real_data: Path, tr: str) -> None:
    for body in examples(real_data, tr):
        for row in body[f"{tr}OutBlock1"]:
            _, o, h, l, c, volume = charts._candle(0, row)
            assert 0 < l <= min(o, c) <= max(o, c) <= h and volume >= 0
