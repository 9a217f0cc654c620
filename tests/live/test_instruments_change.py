"""A profile's list of instruments changes between two lives on one journal: what was held is, to the bit."""

import asyncio
from collections.abc import Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brokers.paper_venue import PaperVenue
from live.bot import RunningBot
from live.columns import staying
from live.compare import Subject, compare
from live.holdings import held_of
from live.recovery import STATE
from maemae.live_bots import read_bot
from maemae.live_engine import why_not
from market.bars import PRICES, Panel
from market.errors import ConfigError, DataError
from records.chain import Draft, Entry
from records.journal import Journal
from tests.live.lives import NAMES, PROFILE, Life, life, state, walk

A, B = NAMES
BARS, BEFORE = 260, 150
ALONE: dict[str, Any] = {"filters": [], "monitor": {"stop": "2%"}}  # nothing that instruments share


def panel(*names: str, bars: int = BARS) -> Panel:
    """Bars of some instruments, in that order."""
    whole = walk(BARS)
    places = [NAMES.index(name) for name in names]
    fields = {name: np.ascontiguousarray(getattr(whole, name)[:bars, places]) for name in PRICES}
    return Panel(tuple(whole.instruments[k] for k in places), whole.timeframe, whole.ts[:bars], **fields)


def run(scene: Awaitable[None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 120))  # type: ignore[arg-type]


@asynccontextmanager
async def killed(folder: Path, bars: Panel, **changes: Any) -> Any:
    """A life that leaves neither a checkpoint nor a last word."""
    async with life(folder, bars, **changes) as one:
        yield one
        one.bot.engine.finish = lambda reason: None  # type: ignore[method-assign]


def book_of(bot: RunningBot, name: str) -> dict[str, bytes]:
    """All that the desk knows of an instrument, and of the account, the learners and their evidence."""
    trader = bot.engine.session.trader
    column, book = trader.column(name), trader.desk.book
    found = {key: value for key, value in state(bot).items() if key.startswith(("account.", "learners."))}
    found |= {f"{key}": book.instruments[key][column].tobytes() for key in STATE["instruments"]}
    place = slice(column, column + 1)  # one strategy
    for key in book.positions.dtype.names or ():
        if key != "instrument":
            values = book.positions[key][place]
            names = values.dtype.names
            parts = [values] if names is None else [values[each] for each in names]
            found[f"position.{key}"] = b"".join(np.ascontiguousarray(each).tobytes() for each in parts)
    waiting = book.evidence[book.evidence["seq"] >= 0]
    assert (waiting["position"] == column).all() or len(trader.instruments) > 1
    mine = np.sort(waiting[waiting["position"] == column], order="seq")
    found["evidence"] = b"".join(mine[each].tobytes() for each in mine.dtype.names if each != "position")
    return found


def lots(one: Life) -> dict[str, int]:
    trader = one.bot.engine.session.trader
    found = trader.desk.book.positions["lots"].tolist()
    return {each.id: found[column] for column, each in enumerate(trader.instruments)}


def sent(one: Life, name: str) -> list[tuple[str, int]]:
    """What was meant of an instrument, in order."""
    told = [entry.value["order"] for entry in one.journal.entries(kinds=("intent",))]
    return [(order["client_id"], order["side"]) for order in told if order["instrument"] == name]


async def hold(one: Life, name: str = A) -> None:
    await one.step(BEFORE)
    await one.until(lambda: lots(one)[name])


@pytest.mark.parametrize("names", [(A, B), (B, A)])
def test_what_joins_leaves_the_book_of_the_others_as_it_was(names: tuple[str, str], tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, panel(A)) as one:
            await hold(one)
            before, orders = book_of(one.bot, A), sent(one, A)
            seen = int(one.bot.engine.session.trader.desk.book.account["signals_seen"][0])
        async with life(tmp_path, panel(*names)) as one:
            after = book_of(one.bot, A)
            assert {key for key in before if before[key] != after[key]} <= {"account.signals_seen"}
            assert int(one.bot.engine.session.trader.desk.book.account["signals_seen"][0]) >= seen
            assert lots(one)[B] == 0 and sent(one, A) == orders
            [held] = held_of(one.bot.engine.session, A)
            assert held.entry in dict(orders)
            await one.until(lambda: lots(one)[B])  # it is traded
            names_sent = [name for name, _ in (*sent(one, A), *sent(one, B))]
            assert len(set(names_sent)) == len(names_sent)

    run(scene())


@pytest.mark.parametrize("names", [(A, B), (B, A)])
def test_what_was_there_goes_on_as_if_nothing_had_joined(names: tuple[str, str], tmp_path: Path) -> None:
    async def goes_on(folder: Path, bars: Panel) -> list[int]:
        folder.mkdir()
        async with life(folder, panel(A), **ALONE) as one:
            await hold(one)
        async with life(folder, bars, **ALONE) as one:
            await one.step(BARS - len(one.bot.reader.history))
            return [side for _, side in sent(one, A)]

    async def scene() -> None:
        alone = await goes_on(tmp_path / "alone", panel(A))
        beside = await goes_on(tmp_path / "beside", panel(*names))
        assert alone == beside and len(alone) > 5

    run(scene())


def test_what_joins_is_looked_back_on_and_refolding_gives_the_same(tmp_path: Path) -> None:
    async def scene() -> None:
        async with killed(tmp_path, panel(A), warmup=40) as one:
            await hold(one)
        for bars in (0, 1, 30):  # how long it lives before it is killed
            async with killed(tmp_path, panel(B, A), warmup=40) as one:
                history, there = one.bot.reader.history, len(one.bot.reader.history)
                closes = history.panel.close[:, 0].copy()
                assert np.isnan(closes[: there - 40 - bars]).all() or bars
                await one.step(bars)
                before, heard = state(one.bot), int(np.count_nonzero(~np.isnan(closes)))
                assert heard >= 40 and np.array_equal(closes[-40:], panel(B).close[there - 40 : there, 0])
                fills = sum(1 for _ in one.journal.entries(kinds=("bar",)))
            async with killed(tmp_path, panel(B, A), warmup=40) as one:
                assert {key for key, value in state(one.bot).items() if value != before[key]} == set()
                assert sum(1 for _ in one.journal.entries(kinds=("bar",))) == fills  # asked for once
                assert np.array_equal(one.bot.reader.history.panel.close[:there, 0], closes, equal_nan=True)

    run(scene())


@pytest.mark.parametrize("bars", [3, 60, 151])
def test_a_life_that_was_killed_keeps_its_positions_when_something_joins(bars: int, tmp_path: Path) -> None:
    async def scene() -> None:
        async with killed(tmp_path, panel(A)) as one:
            await one.step(bars)
            before, orders = lots(one), sent(one, A)
            cash = float(one.bot.engine.session.trader.desk.book.account["cash"][0])
        for _ in range(2):
            async with killed(tmp_path, panel(B, A)) as one:
                assert lots(one) == {B: 0, **before} and sent(one, A) == orders
                account = one.bot.engine.session.trader.desk.book.account
                assert float(account["cash"][0]) == pytest.approx(cash, rel=1e-12)

    run(scene())


@pytest.mark.parametrize("names", [(A, B), (B, A)])
def test_what_is_flat_can_leave_and_what_is_held_can_not(names: tuple[str, str], tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, panel(*names)) as one:
            await one.step(BEFORE)
            await one.until(lambda: lots(one)[A] and not lots(one)[B] and not _open(one, B))
            before, both = book_of(one.bot, A), len(sent(one, B))
            assert both
        with pytest.raises(ConfigError, match=f"{A}: the bot holds .* Put it back into .market. instruments"):
            async with life(tmp_path, panel(B)):
                pass
        for _ in range(2):
            async with life(tmp_path, panel(A)) as one:
                after = book_of(one.bot, A)
                assert {key for key in before if before[key] != after[key]} <= {"account.signals_seen"}
                assert await one.bot.trades(1000) and len(sent(one, B)) == both
                await one.step(5)
                await one.until(lambda: not _open(one, A))
                before = book_of(one.bot, A)

    run(scene())


@pytest.mark.parametrize("cut", range(6))
def test_the_life_after_a_change_may_be_cut_off_anywhere(cut: int, tmp_path: Path) -> None:
    """Before its first entry, after it, and after each of its first bars."""

    async def scene() -> None:
        whole, left = tmp_path / "whole", tmp_path / "left"
        for folder in (whole, left):
            folder.mkdir()
        async with life(whole, panel(A), warmup=40) as one:
            await hold(one)
            before, orders, path = lots(one), sent(one, A), one.journal.path
        async with killed(whole, panel(B, A), warmup=40) as one:
            await one.step(5)
            entries = list(one.journal.entries())
        [start] = [entry.number for entry in entries if entry.kind == "start"][1:]
        steps = [entry.number for entry in entries if entry.kind == "step" and entry.number > start]
        places = [start - 1, start, *(_transaction(entries, step) - 1 for step in steps)]
        with Journal.open(left / path.relative_to(whole), f"paper-{PROFILE['name']}") as journal:
            journal.append([_again(entry) for entry in entries[: places[cut]]])
        for _ in range(2):
            async with killed(left, panel(B, A), warmup=40) as one:
                history = one.bot.reader.history.panel.close[:, 0]
                assert np.array_equal(history[-40:], panel(B).close[len(history) - 40 : len(history), 0])
                told = sent(one, A)
                assert told[: len(orders)] == orders and len(dict(told)) == len(told)
                assert lots(one)[A] == before[A] or len(told) > len(orders)
                assert not one.bot.engine.drifting

    run(scene())


def _transaction(entries: list[Entry], step: int) -> int:
    """Number of the first entry of what was written with a step: its bars."""
    while entries[step - 2].kind == "bar":
        step -= 1
    return step


def _again(entry: Entry) -> Draft:
    return Draft(entry.ts, entry.kind, entry.value, entry.key)


def _open(one: Life, name: str) -> bool:
    return any(True for _ in one.bot.engine.session.orders.resting(name))


def test_what_was_traded_in_a_life_that_was_killed_is_put_back_first(tmp_path: Path) -> None:
    async def scene() -> None:
        async with killed(tmp_path, panel(A, B)) as one:
            await one.step(BEFORE)
            await one.until(lambda: not lots(one)[B] and not _open(one, B) and sent(one, B))
        with pytest.raises(ConfigError, match=f"{B}: .*since the bot was last stopped in good order"):
            async with life(tmp_path, panel(A)):
                pass
        async with life(tmp_path, panel(A, B)):
            pass
        async with life(tmp_path, panel(A)) as one:
            await one.step()

    run(scene())


@pytest.mark.parametrize("names", [(A, B), (B, A)])
def test_a_journal_with_a_change_can_be_compared(names: tuple[str, str], tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, panel(A), **ALONE) as one:
            await hold(one)
        async with life(tmp_path, panel(*names), warmup=40, **ALONE) as one:
            await one.step(60)
            entries, manifest = list(one.journal.entries()), one.hosted.start.manifest
            pipeline, told = one.bot.reader.pipeline, one.bot.engine.session.names.strategies
        instruments = panel(*names).instruments
        configs = frozenset({manifest.config})
        found = compare(entries, Subject(pipeline, instruments, told, manifest.code, configs))
        closed = [entry.value["instrument"] for entry in entries if entry.kind == "trade"]
        lived = [names[int(row["instrument"])] for row in found.lived.trades]
        assert lived == closed and {*lived} == {A, B}
        assert found.explained and {line.instrument for line in found.lines} == {A, B}
        alone = Subject(pipeline, panel(A).instruments, told, manifest.code, configs)
        with pytest.raises(DataError, match=f"bars of {B}.* names it, too"):
            compare(entries, alone)

    run(scene())


def test_a_profile_is_not_read_again_without_what_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path))
    bot = read_bot(Path(__file__).resolve().parents[2] / "config" / "binance-paper.toml")
    [traded, *_] = bot.profile.market.instruments
    assert why_not(bot, {}) == "" and why_not(bot, {traded: "the bot holds +1 of it"}) == ""
    assert "GONE@binance: the bot holds +1 of it" in why_not(bot, {"GONE@binance": "the bot holds +1 of it"})


def test_what_must_stay_is_what_is_held_or_has_orders(tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, panel(A, B)) as one:
            assert staying(one.bot.engine.session) == {}
            await one.step(BEFORE)
            await one.until(lambda: lots(one)[A] and not lots(one)[B] and not _open(one, B))
            assert list(staying(one.bot.engine.session)) == [A]

    run(scene())


def test_coins_of_what_joins_stay_their_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with life(tmp_path, panel(A)) as one:
            await hold(one)
        bots = PaperVenue.held
        monkeypatch.setattr(PaperVenue, "held", lambda venue, name: bots(venue, name) + 7 * (name == B))
        for _ in range(2):  # they are looked at once
            async with life(tmp_path, panel(A, B)) as one:
                assert not one.bot.engine.drifting
                await one.until(lambda: lots(one)[B])
                assert not one.bot.engine.drifting
                [owned] = [entry.value["units"] for entry in one.journal.entries(kinds=("owned",))]
                assert {name: float(units) for name, units in owned.items()} == {B: 7.0}

    run(scene())
