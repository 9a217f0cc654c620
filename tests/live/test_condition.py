"""LS's own search as a source of entries: each hit is taken once, when it can be traded on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.ls.broker import LsBroker
from brokers.simulators import Account, LsSim, contract_of
from brokers.simulators.ls_extras import Condition
from desk.orders import Order
from maemae import compose_condition
from market.bars import Bars
from market.errors import ConfigError, OrderRefused
from market.timeframes import MINUTE
from tests.live.ls_desk import Desk, bars_of, joined, living, profile_of, run, trading

CODE, INDEX = "005930", "000000000001"
DAY, NEXT = date(2024, 1, 4), date(2024, 1, 5)
CHANGE: dict[str, Any] = {
    "market": {"instruments": [f"{CODE}@ls"], "timeframe": "1m"},
    "filters": [],
    "monitor": {"stop": "2%"},
    "live": {"local_stops": True, "warmup": 0},
}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose_condition, "EVERY_S", 0.1)


def bars(day: date, minute: int, closes: list[float]) -> Bars:
    return bars_of(CODE, day, minute, closes, MINUTE, 100.0)


def search(sim: LsSim, hits: list[str]) -> None:
    sim.extras.conditions[INDEX] = Condition(INDEX, "단타", "돌파", hits)


def nobody(sim: LsSim) -> None:
    search(sim, [])


def bought(sim: LsSim) -> int:
    return sum(entry.side > 0 for entry in sim.ledger.entries.values())


async def watched(desk: Desk) -> None:
    await desk.until(lambda: any(name.startswith("AFR") for name in desk.sim.streams.heard_by()))


@asynccontextmanager
async def searching(folder: Path, before: Callable[[LsSim], None] = nobody) -> AsyncIterator[Desk]:
    """A bot whose search is watched, an hour that stands still before it."""
    played = {CODE: bars(DAY, 9 * 60, [72_000.0] * 60)}
    async with trading("krx-condition", folder, played, 10, CHANGE, before) as desk:
        await watched(desk)
        yield desk


def test_a_connection_that_breaks_while_the_watch_begins_does_not_end_it(tmp_path: Path) -> None:
    def breaks(sim: LsSim) -> None:
        search(sim, [])
        heard, broken = sim.streams._heard, []

        def hear(socket: Any, text: str) -> None:
            if '"AFR"' in text and not broken:
                broken.append(True)
                socket.abort()  # before it is answered
            else:
                heard(socket, text)

        sim.streams._heard = hear  # type: ignore[method-assign]

    async def scene() -> None:
        async with searching(tmp_path, breaks) as desk:
            desk.sim.extras.meets(INDEX, CODE)
            await desk.until(lambda: bool(desk.hosted.bot.reader.wishes))  # type: ignore[attr-defined]
            await desk.play(3)
            assert bought(desk.sim)

    run(scene())


def test_a_hit_after_the_close_is_taken_the_next_morning_if_it_still_is_one(tmp_path: Path) -> None:
    closing = joined(bars(DAY, 15 * 60, [72_000.0] * 20), bars(DAY, 15 * 60 + 29, [72_000.0]))
    played = {CODE: joined(closing, bars(NEXT, 9 * 60, [72_000.0] * 30))}

    async def scene(leaves: bool) -> None:
        folder = tmp_path / str(leaves)
        async with trading("krx-condition", folder, played, 10, CHANGE, nobody) as desk:
            await watched(desk)
            await desk.play(11)
            desk.sim.extras.meets(INDEX, CODE)
            await asyncio.sleep(0.5)
            assert not desk.hosted.bot.reader.wishes  # type: ignore[attr-defined]
            if leaves:
                desk.sim.extras.conditions[INDEX].hits.clear()
            await desk.play(1)
            await asyncio.sleep(0.5)
            await desk.play(6)
            assert bool(bought(desk.sim)) is not leaves

    for leaves in (True, False):
        run(scene(leaves))


def test_what_was_taken_before_a_restart_is_not_taken_again(tmp_path: Path) -> None:
    """Also where it was sold meanwhile: it has never left the search."""
    falls = [72_000.0] * 16 + [69_000.0] * 60

    @asynccontextmanager
    async def lives(sim: LsSim) -> AsyncIterator[Desk]:
        checked = profile_of("krx-condition", CHANGE)
        async with living("krx-condition", checked, tmp_path, sim) as desk:
            await watched(desk)
            await asyncio.sleep(0.5)
            yield desk

    async def scene() -> None:
        money = Account.funded({"KRW": 100_000_000}, key="key", secret="secret")
        played = {CODE: bars(DAY, 9 * 60, falls)}
        async with LsSim(
            played, contracts=[contract_of(CODE)], account=money, history=10, rates=False
        ) as sim:
            search(sim, [CODE])
            async with lives(sim) as desk:
                await desk.play(12)
                first = bought(sim)
                assert first and not desk.lots()[CODE]  # bought, and stopped out
            async with lives(sim) as desk:
                await desk.play(5)
                assert bought(sim) == first
                sim.extras.conditions[INDEX].hits.clear()
                await asyncio.sleep(0.5)
                sim.extras.meets(INDEX, CODE)
                await desk.until(lambda: bool(desk.hosted.bot.reader.wishes))  # type: ignore[attr-defined]
                await desk.play(3)
                assert bought(sim) > first

    run(scene())


def test_a_hit_that_nobody_may_enter_on_is_taken_once_entries_are_allowed(tmp_path: Path) -> None:
    async def scene() -> None:
        async with searching(tmp_path) as desk:
            bot: Any = desk.hosted.bot
            await bot.pause("kim")
            desk.sim.extras.meets(INDEX, CODE)
            await asyncio.sleep(0.5)
            assert not bot.reader.wishes
            await bot.resume("kim")
            await desk.until(lambda: bool(bot.reader.wishes))
            await asyncio.sleep(0.3)
            assert len(bot.reader.wishes) == 1

    run(scene())


def test_a_number_that_died_with_its_connection_keeps_nobody_deaf(tmp_path: Path) -> None:
    """LS answers nothing for the old one: the account is heard all the same, and another is taken."""

    async def scene() -> None:
        async with searching(tmp_path) as desk:
            broker: Any = desk.hosted.bot.engine.broker
            await desk.until(lambda: broker.connections == 1)
            await asyncio.sleep(0.5)
            heard, asked = desk.sim.streams._heard, list[str]()
            broker._streams.socket.answer_s = 1.0

            def hear(socket: Any, text: str) -> None:
                asked.extend([text] if '"AFR"' in text else [])
                if asked != [text]:  # the first is never answered
                    heard(socket, text)

            desk.sim.streams._heard = hear  # type: ignore[method-assign]
            await desk.sim.disconnect()
            await desk.until(lambda: broker.connections == 2)
            await watched(desk)
            assert len(asked) == 2
            desk.sim.extras.meets(INDEX, CODE)
            await desk.until(lambda: bool(desk.hosted.bot.reader.wishes))  # type: ignore[attr-defined]

    run(scene())


def test_a_stock_that_was_delisted_stops_nobody_when_the_profile_says_so(tmp_path: Path) -> None:
    """A code that LS lacks may be a mistake: it is refused until a person says what it is."""

    async def scene() -> None:
        played = {CODE: bars(DAY, 9 * 60, [72_000.0] * 30)}
        money = Account.funded({"KRW": 100_000_000}, key="key", secret="secret")
        async with LsSim(
            played, contracts=[contract_of(CODE)], account=money, history=10, rates=False
        ) as sim:
            for delisted in ((), ("000660",)):
                access = LsAccess("KEY", "SECRET", url=sim.rest_url, delisted=delisted, fee=0.0, margin=0.1)
                broker = LsBroker(
                    access, Keys("key", "secret"), (f"{CODE}@ls", "000660@ls"),
                    clock=lambda: sim.clock.now() * 10**6, haste=1e4,
                )  # fmt: skip
                if not delisted:
                    with pytest.raises(ConfigError, match=r"000660@ls: LS lists no such code.* delisted"):
                        await broker.connect()
                    continue
                await broker.connect()
                assert [one.symbol for one in await broker.instruments(broker.use)] == [CODE, "000660"]
                with pytest.raises(OrderRefused, match="run-1"):
                    await broker.submit(Order("run-1", "000660@ls", -1, Decimal(1), reduces=True))
                await broker.close()

    run(scene())
