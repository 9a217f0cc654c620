"""Funding of perpetuals: profit or loss of who holds them, heard once, and no fee."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brokers.contract import OrderUpdate
from desk.orders import Fill, Order, decimal
from desk.rules import DeskRules, StrategyRules
from live.messages.answers import summary_text
from live.messages.voice import Voice
from live.trader import Trader
from live.transfers import book
from market.instruments import Instrument, Kind
from records.inputs import Funding
from records.outcomes import Trade
from tests.live.banks import Bank, account, banked, entries
from tests.live.lives import Life, life, walk

PERP = Instrument("BTCUSDT@venue", kind=Kind.FUTURE, base="BTC", quote="USDT", lot=0.01)
NEAR = pytest.approx


def trader_holding(*units: int) -> Trader:
    """A desk whose strategies hold these units, bought or sold at 100, and have seen a bar."""
    trader = Trader((PERP,), replace(DeskRules(), strategies=(StrategyRules(),) * len(units)), "run")
    for strategy, held in enumerate(units):
        if held:
            fill(trader, strategy, held, 100.0, reduces=False)
    return trader


def fill(trader: Trader, strategy: int, units: int, price: float, reduces: bool) -> list[np.void]:
    """A fill; the trades that it closes."""
    side = 1 if units > 0 else -1
    name = f"{strategy}-{reduces}"
    number = 2 * strategy + reduces
    order = Order(name, PERP.id, side, decimal(abs(units)), reduces=reduces, strategy=strategy)
    trader.know(order, number)
    event = Fill(name, decimal(abs(units)), decimal(price), fee=decimal(0.5), fee_currency="USDT", ts=1)
    step, _ = trader.update(OrderUpdate(name, "", PERP.id, event))
    assert step is not None
    return list(step.trades)


def paid(amount: str, instrument: str = PERP.id, currency: str = "USDT") -> Funding:
    return Funding("f", instrument, currency, decimal(amount), 1)


@pytest.mark.parametrize(("units", "amount"), [(5, "-1.5"), (-5, "1.5"), (5, "1.5"), (-5, "-1.5")])
def test_it_is_the_positions_own_profit_or_loss(units: int, amount: str) -> None:
    trader, plain = trader_holding(units), trader_holding(units)
    before = trader.desk.book.account[0].copy()
    book(trader, paid(amount))
    after = trader.desk.book.account[0]
    for name in ("cash", "equity"):
        assert after[name] == before[name] + float(amount)
    for name in ("fees", "taxes", "slippage", "borrow", "turnover", "day_equity", "peak"):
        assert after[name] == before[name]
    [with_it], [without] = (fill(each, 0, -units, 110.0, reduces=True) for each in (trader, plain))
    assert with_it["pnl"] == NEAR(without["pnl"] + float(amount))
    assert with_it["fees"] == without["fees"] == 1.0


def test_strategies_that_share_an_instrument_share_it_by_their_lots() -> None:
    trader = trader_holding(6, -2, 0)
    before = trader.desk.book.positions["trade_cash"].copy()
    book(trader, paid("-4"))
    moved = trader.desk.book.positions["trade_cash"] - before
    assert moved == NEAR([-6.0, 2.0, 0.0])


def test_what_is_paid_after_the_position_was_closed_moves_the_cash_alone() -> None:
    trader = trader_holding(0)
    before = trader.desk.book.account[0].copy()
    book(trader, paid("-4"))
    book(trader, paid("-1", "ETHUSDT@venue"))
    assert trader.desk.book.account["cash"][0] == before["cash"] - 5.0
    assert (trader.desk.book.positions["trade_cash"] == 0.0).all()


def test_another_currency_moves_nothing() -> None:
    trader = trader_holding(3)
    before = trader.desk.book.snapshot()
    book(trader, paid("-4", currency="BNB"))
    assert trader.desk.book.snapshot() == before


def test_it_is_heard_once_and_counts_as_profit_and_not_as_fees(tmp_path: Path) -> None:
    bank = Bank()

    async def first(one: Life) -> None:
        await one.until(lambda: one.bot.account_view().positions())
        held = one.bot.account_view().positions()[0].instrument
        before, closed = account(one.bot), len(entries(one, Trade))
        for _ in range(2):
            bank.pay(held, "-12.5", one.bot.engine.clock())
        assert await one.bot.engine.treasurer.ask() and not await one.bot.engine.treasurer.ask()
        after = account(one.bot)
        assert after["equity"] == before["equity"] - 25.0 and after["day_equity"] == before["day_equity"]
        assert [each.amount for each in entries(one, Funding)] == [decimal("-12.5")] * 2
        assert one.bot.views.results.funded == {held: -25.0}
        await one.until(lambda: [each for each in entries(one, Trade)[closed:] if each.instrument == held])
        trade = next(each for each in entries(one, Trade)[closed:] if each.instrument == held)
        gain = trade.side * trade.lots * (trade.exit - trade.entry)
        assert trade.pnl == NEAR(gain - trade.fees - 25.0)

    async def second(one: Life) -> None:
        assert not await one.bot.engine.treasurer.ask()
        summary = one.bot.views.results.summary()
        assert summary.funding == one.bot.views.results.funding == -25.0
        assert "funding: -25" in summary_text(summary, Voice("en"))
        assert "펀딩비: -25" in summary_text(summary, Voice("ko"))

    async def lives() -> None:
        for scene in (first, second):
            async with life(tmp_path, walk(300, seed=5)) as one:
                await scene(one)

    with banked(bank):
        asyncio.run(lives())
