"""The three Korean profiles, each a whole bot on LS's simulator: what it trades there, hour by hour."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brokers.simulators import Account, Kind, LsSim, contract_of
from brokers.simulators.ls_extras import Condition
from brokers.simulators.order import Ticket
from desk.orders import Fill, Order
from live.control.answers import Code
from live.control.places import Places
from live.kill_file import read_fills
from live.supervisor.kill import KillTarget, kill_account
from maemae.settings import Profile
from market.timeframes import MINUTE
from records.latch import KillLatch
from tests.live.ls_desk import (
    CROSSES,
    SWINGS,
    alone,
    bars_of,
    broker_at,
    joined,
    living,
    profile_of,
    run,
    trading,
)


def test_the_trend_is_held_by_day_and_goes_on_in_the_next_contract(tmp_path: Path) -> None:
    friday, monday, step = (
        date(2024, 3, 8),
        date(2024, 3, 11),
        5 * MINUTE,
    )  # the roll is three days before the 14th

    def path(first: float, rises: int) -> list[float]:
        """Flat, up for twenty bars, flat again for longer than a break is remembered."""
        return [first + 0.2 * min(max(k - rises, 0), 20) for k in range(82)]

    played = {
        code: joined(
            bars_of(code, friday, 8 * 60 + 45, path(start, 45), step, 0.05),
            bars_of(code, monday, 8 * 60 + 45, path(start + 4, 12), step, 0.05),
        )
        for code, start in (("101V3000", 350.0), ("101V6000", 352.0))
    }
    change = {
        "market": {"instruments": [f"{code}@ls" for code in played], "timeframe": "5m"},
        "strategy": [
            {"use": "futures_trend", "entry": 6, "exit": 4, "memory": 10, "roll_days": 3, "overnight": False}
        ],
        "filters": [],
        "sizing": {"use": "fixed", "quantity": 1},
    }

    async def scene() -> None:
        async with trading("kospi200-trend", tmp_path, played, 40, change) as desk:
            await desk.play(42)  # the rest of Friday
            assert any(held["101V3000"] > 0 for held in desk.held)
            assert desk.lots() == {"101V3000": 0, "101V6000": 0}  # flat before the closing auction
            await desk.play(1)  # Monday, whose front contract is the next one; the weekend's token has ended
            await desk.until(lambda: any(name.startswith("O01") for name in desk.sim.streams.heard_by()))
            await desk.play(19)
            assert desk.lots()["101V3000"] == 0 and desk.lots()["101V6000"] > 0
            assert all(held["101V3000"] == 0 for held in desk.held[42:])

    run(scene())


@pytest.mark.parametrize("kind", ["day", "night"])
def test_a_session_is_traded_and_flat_before_its_auction(tmp_path: Path, kind: str) -> None:
    day = date(2026, 10, 14)
    minute, count = (8 * 60 + 45, 410) if kind == "day" else (18 * 60, 710)
    keep = 90  # bars of the session: its beginning and its end
    start = [1000.0] * 31 + [1000.0 + 0.5 * k for k in range(1, 15)]
    whole = start + [start[-1]] * (count - len(start))
    bars = bars_of("A016C000", day, minute, whole, MINUTE, 0.1)
    change = alone("A016C000")

    async def scene() -> None:
        async with trading("kospi200-daynight", tmp_path, {"A016C000": bars}, 20, change) as desk:
            await desk.play(keep - 20)
            assert desk.lots()["A016C000"] > 0
            history = desk.hosted.bot.engine.session.reader.history
            for end in range(keep + 40, count - 29, 40):  # nothing happens there
                await desk.sim.advance(40)
                await desk.until(lambda end=end: len(history) >= end - 2)  # type: ignore[misc]
            await desk.sim.advance((count - keep - 30) % 40)
            await desk.until(lambda: len(history) == count - 30)
            await desk.play(30)
            assert len(history) == count  # the last minute before the auction too
            assert desk.held[-12]["A016C000"] > 0 or kind == "night"
            assert desk.lots()["A016C000"] == 0
            streams = {entry.session.value for entry in desk.orders()}
            assert streams == {kind}

    run(scene())


ROLLED = {"use": "futures_trend", "entry": 6, "exit": 4, "memory": 10, "overnight": False, "lead_minutes": 10}


@pytest.mark.parametrize("strategy", [None, ROLLED], ids=["breakout", "trend"])
@pytest.mark.parametrize("side", [1, -1])
def test_what_a_person_entered_without_a_break_is_flat_before_the_auction(
    tmp_path: Path, strategy: dict[str, Any] | None, side: int
) -> None:
    day = date(2026, 10, 14)
    morning = bars_of("A016C000", day, 8 * 60 + 45, [1000.0] * 40, MINUTE, 0.1)
    end = bars_of("A016C000", day, 15 * 60 + 15, [1000.0] * 20, MINUTE, 0.1)
    change = alone("A016C000") | ({} if strategy is None else {"strategy": [strategy]})

    async def scene() -> None:
        played = {"A016C000": joined(morning, end)}
        async with trading("kospi200-daynight", tmp_path, played, 20, change) as desk:
            await desk.play(18)
            done = await desk.hosted.bot.force_enter("A016C000@ls", side, "kim")
            assert done.code is Code.SENT, done
            await desk.play(22)
            held = [lots["A016C000"] for lots in desk.held]
            assert side in held[19:] and not any(held[-8:])  # lead_minutes = 10, before 15:35

    run(scene())


def test_on_a_day_whose_hours_nobody_knows_it_hears_every_bar_enters_nothing_and_can_exit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before, day = date(2027, 11, 10), date(2027, 11, 11)
    rises = [1000.0] * 31 + [1000.0 + 0.5 * k for k in range(1, 15)] + [1007.0] * 10
    bars = joined(
        bars_of("A017C000", before, 8 * 60 + 45, rises, MINUTE, 0.1),
        bars_of("A017C000", day, 8 * 60 + 45, rises, MINUTE, 0.1),
    )
    change = alone("A017C000")

    async def scene() -> None:
        async with trading("kospi200-daynight", tmp_path, {"A017C000": bars}, 20, change) as desk:
            await desk.play(37)
            assert desk.lots() == {"A017C000": 1}
            bot = desk.hosted.bot
            done = await bot.force_exit("A017C000@ls", "kim")
            assert done.code is Code.SENT
            await desk.until(lambda: not any(desk.lots().values()))
            await desk.play(1)
            await bot.force_enter("A017C000@ls", 1, "kim")
            await desk.play(3)
            entry = list(bot.engine.session.orders.known.values())[-1]
            assert not entry.order.reduces and "college entrance examination" in str(entry.events)
            assert not any(desk.lots().values()) and bot.trading
            [said] = [record for record in caplog.records if "examination" in record.getMessage()]
            assert said.levelname == "WARNING" and "2027-11-11" in said.getMessage()

    run(scene())


def test_it_can_be_started_on_the_evening_on_which_a_contract_has_expired() -> None:
    day = date(2026, 12, 10)
    played = {
        code: bars_of(code, day, 15 * 60 + 15, [1000.0] * count, MINUTE, 0.1)
        for code, count in (("A016C000", 5), ("A0173000", 15))
    }
    ids = [f"{code}@ls" for code in played]
    checked = profile_of("kospi200-daynight", {"market": {"instruments": ids, "timeframe": "1m"}})

    async def scene() -> None:
        contracts = [contract_of(code) for code in played]
        async with LsSim(played, contracts=contracts, history=1, rates=False) as sim:
            await sim.advance(8)
            broker = broker_at(sim, checked)
            await broker.connect()
            old, new = await broker.instruments(ids)
            assert old.expiry < broker.now() < old.expiry + 10 * MINUTE < new.expiry
            await broker.close()

    run(scene())


def test_an_order_that_rests_until_the_closing_auction_is_filled_there_and_booked(tmp_path: Path) -> None:
    rises = [1000.0] * 400 + [1000.5 + 0.5 * k for k in range(6)]
    closes = [*rises, *(1003.0 + 0.2 * k for k in range(1, 14)), 999.0]  # 15:44, below the lower rung
    bars = bars_of("A016C000", date(2026, 10, 14), 8 * 60 + 45, closes, MINUTE, 0.1)
    change = alone(
        "A016C000",
        strategy=[{"use": "sma_cross", "fast": 5, "slow": 15}],
        execution={"entry": "ladder", "rungs": 2, "step": "0.1%", "ladder_bars": 60, "exit": "market"},
        sizing={"use": "fixed", "quantity": 2},
    )

    async def scene() -> None:
        async with trading("kospi200-daynight", tmp_path, {"A016C000": bars}, 380, change) as desk:
            await desk.play(len(bars) - 380)
            engine = desk.hosted.bot.engine
            await desk.until(lambda: not list(engine.session.orders.open()))
            assert [lots["A016C000"] for lots in desk.held[-3:]] == [1, 1, 2]
            fills = [fill.update.event for fill in await engine.broker.fills(int(bars.ts[0]))]
            assert [fill.price for fill in fills if isinstance(fill, Fill)] == [Decimal("1000.5"), 999]
            assert engine.session.trader.desk.book.positions["lots"].tolist() == [2]
            await engine.reconcile()
            assert not engine.drifting

    run(scene())


def test_what_the_condition_finds_is_bought_in_parts(tmp_path: Path) -> None:
    day = date(2024, 1, 4)
    codes = ("005930", "000660")
    prices = {"005930": 72_000.0, "000660": 130_000.0}

    def path(first: float) -> list[float]:
        return [first * (1 - 0.0015 * (k % 5)) // 100 * 100 for k in range(60)]

    played = {code: bars_of(code, day, 9 * 60, path(prices[code]), MINUTE, 100.0) for code in codes}
    change = {
        "market": {"instruments": [f"{code}@ls" for code in codes], "timeframe": "1m"},
        "filters": [],
        "monitor": {"stop": "20%"},
    }

    def saved(sim: LsSim) -> None:
        sim.extras.conditions["000000000001"] = Condition("000000000001", "단타", "돌파", ["005930"])

    async def scene() -> None:
        async with trading("krx-condition", tmp_path, played, 10, change, saved) as desk:
            record = next(iter(tmp_path.rglob("hits.csv")), None)
            for _ in range(100):
                record = record or next(iter(tmp_path.rglob("hits.csv")), None)
                if record is not None and desk.sim.extras.alerts:
                    break
                await asyncio.sleep(0.05)
            await desk.play(4)
            sides = [(entry.contract.symbol, entry.side) for entry in desk.orders()]
            assert sides == [("005930", 1)] * 3  # a ladder of three
            assert len({entry.price for entry in desk.orders()}) == 3
            desk.sim.extras.meets("000000000001", "000660")
            await desk.until(lambda: "000660" in record.read_text())  # type: ignore[union-attr]
            await desk.play(3)
            assert [entry.contract.symbol for entry in desk.orders()].count("000660") == 3
            assert desk.lots()["005930"] > 0

    run(scene())


@asynccontextmanager
async def left_long(folder: Path) -> AsyncIterator[tuple[LsSim, Profile]]:
    """A simulator where a bot has bought two lots and ended; the journal is in ``folder``. In the bars that
    come next the strategy turns."""
    checked = profile_of("kospi200-daynight", CROSSES)
    bars = bars_of("A016C000", date(2026, 10, 14), 8 * 60 + 45, SWINGS + [SWINGS[-1]] * 60, MINUTE, 0.1)
    money = Account.funded({"KRW": int(checked.cash)}, key="key", secret="secret")
    contracts = [contract_of("A016C000")]
    async with LsSim({"A016C000": bars}, contracts=contracts, account=money, history=25, rates=False) as sim:
        async with living("kospi200-daynight", checked, folder, sim) as desk:
            while desk.lots()["A016C000"] < 2:
                await desk.play(1)
            await desk.play(2)
        yield sim, checked


@pytest.mark.parametrize("missed", [2, 40])
def test_what_a_kill_has_closed_is_booked_when_the_bot_is_started_again(missed: int, tmp_path: Path) -> None:
    async def scene() -> None:
        async with left_long(tmp_path) as (sim, checked):
            places, now = Places(tmp_path).make(), sim.clock.now
            journal = places.folder / "journal.db"
            assert journal.exists()
            target = KillTarget(
                places, "demo", lambda: broker_at(sim, checked), journal, clock=lambda: now() * 10**6
            )
            report = await kill_account(target, "kim", "enough", flatten=True)
            assert report.complete and sim.account.position("A016C000").amount == 0, report
            KillLatch(places.latch).release()
            sent = len(sim.ledger.entries)
            await sim.advance(missed)
            for _ in range(2):  # a second start books nothing twice
                async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                    engine = desk.hosted.bot.engine
                    assert not engine.drifting and len(sim.ledger.entries) == sent
                    assert engine.session.trader.desk.book.positions["lots"].tolist() == [0]
                    [trade] = desk.hosted.bot.views.results.trades
                    assert trade.quantity == 2 and not read_fills(places.killed)
            assert json.loads(places.killed.read_bytes())["done"]

    run(scene())


def test_what_a_person_has_closed_is_not_closed_again_and_can_be_settled(tmp_path: Path) -> None:
    async def scene() -> None:
        async with left_long(tmp_path) as (sim, checked):
            person = broker_at(sim, checked)
            await person.connect()
            await person.submit(Order("mine", "A016C000@ls", -1, Decimal(2)))
            await person.close()
            assert sim.account.position("A016C000").amount == 0
            sent = len(sim.ledger.entries)
            await sim.advance(40)  # the strategy leaves, and turns
            async with living("kospi200-daynight", checked, tmp_path, sim) as desk:
                bot = desk.hosted.bot
                await desk.play(2)
                assert len(sim.ledger.entries) == sent and bot.engine.drifting
                done = await bot.settle("A016C000", "venue", "kim")
                assert done.code is Code.SETTLED, done
                assert not bot.engine.drifting and len(sim.ledger.entries) == sent
                assert (await bot.settle("A016C000", "venue", "kim")).code is Code.NOTHING

    run(scene())


def test_two_orders_that_fit_a_lost_answer_halt_the_instrument_until_a_person_says(tmp_path: Path) -> None:
    day = date(2026, 10, 14)
    closes = [1000.0] * 31 + [1000.0 + 0.5 * k for k in range(1, 15)] + [1007.0] * 60
    played = {"A016C000": bars_of("A016C000", day, 8 * 60 + 45, closes, MINUTE, 0.1)}
    change = alone("A016C000")

    async def scene() -> None:
        async with trading("kospi200-daynight", tmp_path, played, 25, change) as desk:
            bot, sim = desk.hosted.bot, desk.sim
            sim.faults.add(Kind.SILENT_ACCEPTED, "POST /futureoption/order CFOAT00100")
            submit = sim.exchange.submit

            def submitted_twice(account: Account, ticket: Ticket) -> Any:
                """Somebody else sends the very same at that instant."""
                sim.exchange.submit = submit  # type: ignore[method-assign]
                made = submit(account, ticket)
                submit(account, replace(ticket, extra=dict(ticket.extra)))
                return made

            sim.exchange.submit = submitted_twice  # type: ignore[method-assign]
            several = bot.engine.sending.naming.several
            for _ in range(12):
                await sim.advance(1)
                await asyncio.sleep(0.05)
                if sim.exchange.submit == submit:
                    break
            await desk.until(lambda: bool(several))
            [name] = several
            order = bot.engine.session.orders[name].order
            numbers = several[name]
            assert len(numbers) == 2
            status = await bot.status()
            assert any(all(number in each for number in numbers) for each in status.reasons), status
            before = len(desk.orders())
            await sim.advance(5)
            await asyncio.sleep(0.3)
            assert len(desk.orders()) == before  # nothing new is risked
            ours = min(numbers)
            done = await bot.settle(name, ours.partition("-")[2], "kim")
            assert done.code is Code.SETTLED, done
            await desk.until(lambda: name not in bot.engine.sending.in_flight)
            known = bot.engine.session.orders[name]
            await bot.engine.reconcile()
            assert known.venue_id == ours and known.view.filled == order.quantity

    run(scene())
