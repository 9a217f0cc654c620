"""Deposits and withdrawals: heard once, whenever and however often they are told, and never a profit."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.contract import AccountReport, MoneyEvent, TransferReport
from live.control.answers import Period
from live.control.events import Said
from live.reading import History, Reader
from live.recovery import recover
from live.risk.codes import Code
from live.session import Session
from live.trader import Trader
from live.transfers import Purse, carried
from live.treasurer import RETRY, Treasurer
from market.instruments import Instrument, Kind
from records.inputs import Owned, Transfer
from records.outcomes import Equity, Trade
from tests.live.banks import Bank, account, banked, entries
from tests.live.lives import START, Life, life, state, walk

PANEL = walk(300, seed=5)
NEAR = pytest.approx
Scene = Callable[[Life, Bank], Awaitable[None]]


def play(folder: Path, *scenes: Scene, bank: Bank | None = None) -> None:
    """One life after the other on the same journal."""
    bank = bank or Bank()

    async def lived() -> None:
        for scene in scenes:
            async with life(folder, PANEL) as one:
                await scene(one, bank)

    with banked(bank):
        asyncio.run(lived())


def now(one: Life) -> int:
    return one.bot.engine.clock()


async def holding(one: Life) -> None:
    await one.until(lambda: one.bot.account_view().positions())


# --- one life


@pytest.mark.parametrize("amount", [50_000.0, -40_000.0], ids=["deposit", "withdrawal"])
def test_money_moves_the_cash_while_a_position_is_held_and_nothing_that_is_earned(
    amount: float, tmp_path: Path
) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        await holding(one)
        bot = one.bot
        before, summary, held = account(bot), await bot.summary(), bot.account_view().positions()
        days, performance = await bot.profit(Period.DAY, 3), await bot.performance()
        bank.move(amount, now(one))
        assert await bot.engine.treasurer.ask()
        after = account(bot)
        for name in ("cash", "equity", "min_cash"):
            assert after[name] == before[name] + amount
        share = after["equity"] / before["equity"]
        for name in ("day_equity", "peak"):
            assert after[name] == NEAR(before[name] * share)
        assert after["fees"] == before["fees"] and bot.account_view().positions() == held
        assert repr(await bot.summary()) == repr(summary)
        assert (await bot.profit(Period.DAY, 3), await bot.performance()) == (days, performance)
        curve = await bot.curve(30)
        await one.step()
        step = abs((await bot.curve(30)).equity[-1] - curve.equity[-1])
        assert step < 100.0  # what one bar moves, not what came
        assert float((await bot.status()).equity) == account(bot)["equity"]

    play(tmp_path, scene)


def test_a_withdrawal_trips_no_limit_of_losses(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        await holding(one)
        await one.step(20)
        bank.move(-90_000, now(one))
        await one.bot.engine.treasurer.ask()
        await one.step(5)
        facts = one.bot.guard.facts().account
        told = one.bot.guard.gate.memory.told
        assert facts.equity < 15_000 and facts.equity > 0.97 * facts.peak > 0.9 * facts.day_equity
        assert not [key for key in told if key[0] in (Code.DAILY_LOSS, Code.DRAWDOWN)]

    play(tmp_path, scene)


def test_the_same_money_told_twice_is_heard_once(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        await holding(one)
        report = bank.move(1_000, now(one))
        bank.transfers.append(report)
        assert await one.bot.engine.treasurer.ask()
        once = account(one.bot)
        assert not await one.bot.engine.treasurer.ask()
        assert account(one.bot) == once and len(entries(one, Transfer)) == 1

    play(tmp_path, scene)


def test_a_venue_that_cannot_list_transfers_is_told_once_and_asked_again(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        bank.down = "it sleeps"
        said: list[str] = []
        one.bot.engine.treasurer.alarm = lambda code, text: said.append(text)
        for _ in range(3):
            assert not await one.bot.engine.treasurer.ask()
        assert len(said) == 1 and "it sleeps" in said[0]
        traded = len(entries(one, Equity))
        bank.move(700, now(one))
        await one.step(3)
        assert len(entries(one, Equity)) == traded + 3
        bank.down = ""
        assert await one.bot.engine.treasurer.ask()

    play(tmp_path, scene)


def test_it_asks_when_its_time_has_come_or_the_venue_says_that_money_moved(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        engine = one.bot.engine

        async def asked(before: int) -> None:
            while bank.asked == before:
                await asyncio.sleep(0.002)

        before = bank.asked
        engine.treasurer.tick(now(one) + engine.transfers_every)
        await asyncio.wait_for(asked(before), 10)
        before = bank.asked
        await engine.hear(MoneyEvent("balanceUpdate"))
        await asyncio.wait_for(asked(before), 10)

    play(tmp_path, scene)


def test_what_the_stream_says_before_the_venue_lists_it_is_asked_for_again_soon(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        engine, moment = one.bot.engine, [0]
        treasurer = Treasurer(engine.broker, engine.session, lambda: moment[0])
        treasurer.moved()
        assert not await treasurer.ask()
        for passed, wanted in ((RETRY - 1, False), (RETRY, True)):
            moment[0], treasurer.wanted = passed, False
            treasurer.tick(passed)
            assert treasurer.wanted == wanted
        assert not await treasurer.ask()  # once: else it would go on for ever
        treasurer.wanted = False
        treasurer.tick(2 * RETRY)
        assert not treasurer.wanted

    play(tmp_path, scene)


def test_cash_that_moves_without_a_fill_is_asked_about_and_told_when_nothing_explains_it(
    tmp_path: Path,
) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        engine, extra = one.bot.engine, Decimal(0)
        said: list[str] = []
        alarm = lambda code, text: said.append(f"{code}: {text}")  # noqa: E731
        treasurer = Treasurer(engine.broker, engine.session, engine.clock, alarm=alarm)
        plain = engine.broker.account

        async def more() -> AccountReport:
            found = await plain()
            return replace(found, total={"USD": found.total["USD"] + extra})

        engine.broker.account = more  # type: ignore[method-assign]
        await treasurer.compare()
        await treasurer.compare()
        assert not treasurer.wanted
        extra = Decimal(300)
        bank.move(300, now(one))
        await treasurer.compare()
        assert treasurer.wanted and await treasurer.ask() and not said
        extra = Decimal(250)
        await treasurer.compare()
        await treasurer.ask()
        assert not said  # it may be listed in a moment
        await treasurer.ask()
        assert len(said) == 1 and said[0].startswith("cash: USD moved by -50 ")

    play(tmp_path, scene)


def test_people_are_told_in_both_languages(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        bank.move("2500.50", now(one))
        bank.pay("AAA@test", "-0.25", now(one))
        await one.bot.engine.treasurer.ask()
        page = await one.bot.events("", 0, 0.0)
        said = {each.body.code: each.body for each in page.events if isinstance(each.body, Said)}
        assert "+2,500.5 USD, neither gain nor loss" in said["TRANSFER"].text
        assert "+2,500.5 USD, 손익이 아님" in said["TRANSFER"].korean
        assert "-0.25 USD" in said["FUNDING"].text and said["FUNDING"].instrument == "AAA@test"

    play(tmp_path, scene)


def test_other_currencies_are_written_down_and_move_no_cash(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        before = account(one.bot)
        bank.move(5, now(one), "DOGE")
        assert await one.bot.engine.treasurer.ask()
        assert account(one.bot) == before
        assert [each.booked for each in entries(one, Transfer)] == [0]

    play(tmp_path, scene)


# --- several lives


def test_a_restart_gives_the_same_book_to_the_bit_and_hears_nothing_again(tmp_path: Path) -> None:
    left: dict[str, bytes] = {}
    told: list[object] = []

    async def first(one: Life, bank: Bank) -> None:
        await holding(one)
        for amount in ("1234.567", "-0.1", "33333.3333333"):
            bank.move(amount, now(one))
            await one.bot.engine.treasurer.ask()
            await one.step(7)
        bank.pay("AAA@test", "-1.25", now(one))
        await one.bot.engine.treasurer.ask()
        await one.step(11)
        left.update(state(one.bot))
        told.extend([await one.bot.summary(), await one.bot.profit(Period.DAY, 3), one.bot.guard._peak])

    async def second(one: Life, bank: Bank) -> None:
        assert state(one.bot) == left
        assert repr([await one.bot.summary(), await one.bot.profit(Period.DAY, 3)]) == repr(told[:2])
        assert one.bot.guard._peak == told[2]
        assert len(entries(one, Transfer)) == 3
        assert not await one.bot.engine.treasurer.ask()

    play(tmp_path, first, second)


def test_money_that_came_while_the_bot_was_down_is_there_at_its_start(tmp_path: Path) -> None:
    kept: dict[str, float] = {}
    gained: list[float] = []

    async def first(one: Life, bank: Bank) -> None:
        await holding(one)
        kept.update(account(one.bot))
        gained.append((await one.bot.summary()).pnl)
        bank.move(2_000, now(one) + 1)

    async def second(one: Life, bank: Bank) -> None:
        assert account(one.bot)["cash"] == kept["cash"] + 2_000
        assert (await one.bot.summary()).pnl == NEAR(gained[0])

    play(tmp_path, first, second)


def test_what_came_before_the_bot_is_not_its_own_and_what_was_on_its_way_is(tmp_path: Path) -> None:
    bank = Bank()
    bank.move(9_999, START)

    async def first(one: Life, bank: Bank) -> None:
        assert not entries(one, Transfer)
        [owned] = entries(one, Owned)
        assert owned.settled == ("m0",) and owned.beside == 0
        bank.move(50, START)  # begun before, arrived now
        assert await one.bot.engine.treasurer.ask()

    async def second(one: Life, bank: Bank) -> None:
        assert len(entries(one, Owned)) == len(entries(one, Transfer)) == 1

    play(tmp_path, first, second, bank=bank)


def test_a_first_start_while_the_venue_cannot_list_counts_what_begins_from_then_on(tmp_path: Path) -> None:
    bank = Bank(down="it sleeps")
    bank.move(9_999, START - 1)

    async def scene(one: Life, bank: Bank) -> None:
        bank.down = ""
        assert not await one.bot.engine.treasurer.ask()
        bank.move(70, now(one))
        assert await one.bot.engine.treasurer.ask()

    play(tmp_path, scene, bank=bank)


def test_newer_code_takes_transfers_over_as_facts(tmp_path: Path) -> None:
    async def scene(one: Life, bank: Bank) -> None:
        await holding(one)
        bank.move("0.3", now(one))
        await one.bot.engine.treasurer.ask()
        await one.step(3)
        session, cash = one.bot.engine.session, account(one.bot)["cash"]
        trader = Trader(session.trader.instruments, session.trader.rules, "newer", session.trader.n_filters)
        reader = Reader(session.reader.pipeline, History(trader.instruments, PANEL.timeframe))
        other = Session(session.journal, trader, reader, session.names)
        assert recover(other, "newer code").facts_only
        assert float(trader.desk.book.account["cash"][0]) == cash
        assert other.purse.known == {"m0"}

    play(tmp_path, scene)


# --- laws


@pytest.mark.parametrize("seed", range(4))
def test_profit_is_the_same_whatever_comes_and_goes_meanwhile(seed: int, tmp_path: Path) -> None:
    """Sizes are fixed, so that the same is traded; equity less what came and went is the same at each bar."""
    chance = random.Random(seed)
    made: list[list[float]] = []
    trades: list[list[object]] = []

    async def quiet(one: Life, bank: Bank) -> None:
        await one.step(120)
        made.append([each.equity for each in entries(one, Equity)])
        trades.append(entries(one, Trade))

    async def busy(one: Life, bank: Bank) -> None:
        moved, curve = 0.0, []
        for _ in range(120):
            for _ in range(chance.choice((0, 0, 0, 1, 2))):
                amount = round(chance.uniform(-20_000, 40_000), chance.randint(0, 8))
                bank.move(amount, now(one))
                moved += amount
            await one.bot.engine.treasurer.ask()
            await one.step()
            curve.append(account(one.bot)["equity"] - moved)
        made.append(curve)
        trades.append(entries(one, Trade))
        assert one.bot.views.results.equity == NEAR(curve[-1], abs=1e-6)

    for name, scene in (("quiet", quiet), ("busy", busy)):
        (tmp_path / name).mkdir()
        play(tmp_path / name, scene)
    assert made[1] == NEAR(made[0], abs=1e-6) and len(trades[0]) > 3
    assert trades[1] == trades[0]


SPOT = Instrument("BTCUSDT@binance", kind=Kind.SPOT, base="BTC", quote="USDT")
MOVES = st.lists(
    st.tuples(st.sampled_from(("USDT", "BTC", "BNB")), st.decimals(-100, 100, places=2)), max_size=8
)


def booked(purse: Purse, moves: list[tuple[int, tuple[str, Decimal]]]) -> Decimal:
    total = Decimal(0)
    for number, (currency, amount) in moves:
        found = purse.transfer(TransferReport(f"m{number}", currency, amount, 2))
        assert found is not None
        purse.heard(found)
        total += found.booked
    return total


def purse_with(beside: int, units: int) -> Purse:
    purse = Purse((SPOT,))
    purse.heard(Owned({SPOT.id: Decimal(units)}, Decimal(beside), (), 1))
    return purse


@given(MOVES, st.integers(0, 100), st.integers(0, 3), st.randoms())
def test_the_order_of_transfers_never_matters(
    moves: list[tuple[str, Decimal]], beside: int, units: int, chance: object
) -> None:
    numbered = list(enumerate(moves))
    shuffled = list(numbered)
    chance.shuffle(shuffled)
    one, other = purse_with(beside, units), purse_with(beside, units)
    total = booked(one, numbered)
    assert booked(other, shuffled) == total
    assert one.net == other.net and one.not_ours(SPOT) == other.not_ours(SPOT) >= 0
    net = one.net.get("USDT", Decimal(0))
    assert total == (net if net > 0 else min(net + beside, Decimal(0)))


@given(MOVES, st.integers(0, 100))
def test_money_that_comes_and_goes_again_leaves_the_cash_as_it_was(
    moves: list[tuple[str, Decimal]], beside: int
) -> None:
    purse = purse_with(beside, 0)
    back = [(currency, -amount) for currency, amount in moves]
    assert booked(purse, list(enumerate([*moves, *back]))) == 0


@given(st.floats(1, 1e9), st.floats(0.1, 1), st.floats(-0.99, 50))
def test_a_level_stays_as_far_away_as_it_was(peak: float, rest: float, part: float) -> None:
    equity = peak * rest
    assert (equity + part * equity) / carried(peak, equity, part * equity) == NEAR(rest)


def test_coins_brought_and_taken_are_not_the_bots() -> None:
    purse = purse_with(0, 2)
    booked(purse, [(0, ("BTC", Decimal(3))), (1, ("BTC", Decimal(-4)))])
    assert purse.not_ours(SPOT) == 1
    booked(purse, [(2, ("BTC", Decimal(-5)))])
    assert purse.not_ours(SPOT) == 0  # four more were the bot's: it misses them
