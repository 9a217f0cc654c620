"""The guide's own messages of orders, lists and accounts through what reads them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from brokers.contract import BrokerEvent, OrderUpdate, QuoteEvent, TradeEvent
from brokers.ls.answers import TAKEN, Answer
from brokers.ls.chains import Chains
from brokers.ls.derivatives import Derivatives
from brokers.ls.events import Account, FoEvents
from brokers.ls.executions import Executions
from brokers.ls.market_messages import BOOKS, TRADES, MarketMessages
from brokers.ls.messages import message
from brokers.ls.stock_events import StockEvents
from brokers.ls.stocks import Stocks
from brokers.ls.values import instant, number
from desk.orders import Fill
from market import krx
from tests.brokers.ls.asking import examples

NOW = instant("20230622", "131700")


class Told:
    """Answers every TR with the guide's example of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []

    async def ask(self, tr: str, blocks: Mapping[str, Any], more: str = "") -> Answer:
        self.asked.append(tr)
        return answer(self.folder, tr)

    async def all(
        self, tr: str, block: Mapping[str, Any], next_block: Callable[[Answer], Any] = lambda found: {}
    ) -> AsyncIterator[Answer]:
        yield await self.ask(tr, {})


def answer(folder: Path, tr: str) -> Answer:
    [body] = [each for each in examples(folder, tr) if isinstance(each, dict)][:1]
    blocks = {name: block for name, block in body.items() if not name.startswith("rsp_")}
    return Answer(tr, str(body.get("rsp_cd", "")), str(body.get("rsp_msg", "")), blocks)


def frame(folder: Path, tr: str) -> bytes:
    return json.dumps(examples(folder, tr)[0], ensure_ascii=False).encode()


def account(said: list[BrokerEvent], *symbols: str) -> Account:
    known = {symbol: f"{symbol}@ls" for symbol in symbols}
    return Account(
        Chains(), known, said.append, lambda name, side, fill: fill, lambda: NOW, lambda: "20230622"
    )


def test_lists_of_futures_are_read(real_data: Path) -> None:
    async def scene() -> None:
        told = Told(real_data)
        desk = Derivatives(told, real=True)  # type: ignore[arg-type]
        rows = answer(real_data, "CFOAQ00600").rows("OutBlock3")
        night = answer(real_data, "CCENQ30100").rows("OutBlock3")
        told_of = {number(row["OrdNo"]) for row in (*rows, *night)}
        today = [row for row in answer(real_data, "t0434").rows("OutBlock1")]
        assert all(number(row["ordno"]) for row in today)
        # The guide's lists are of several days: what rests today by one is not in the other.
        resting = [row for row in today if row["ordrem"]]
        if not resting:
            lines = await desk.lines(NOW, NOW, krx.calendar())
            assert {line.number for line in lines} == told_of
            assert all(line.quantity >= line.filled >= 0 and line.side in (1, -1) for line in lines)
        held = await desk.positions({"101T9000": 250_000.0})
        position = held["101T9000"]
        assert (position.quantity, position.average) == (10, pytest.approx(342.25))
        money = await desk.account(NOW)
        assert "KRW" in money.total and money.equity is not None

    asyncio.run(scene())


def test_lists_of_stocks_are_read(real_data: Path) -> None:
    async def scene() -> None:
        told = Told(real_data)
        desk = Stocks(told, real=True)  # type: ignore[arg-type]
        lines = await desk._day("20230622")
        assert len(lines) == len({line.number for line in lines})
        rows = answer(real_data, "t0424").rows("OutBlock1")
        symbols = {str(row["expcode"])[-6:]: 1.0 for row in rows}
        held = await desk.positions(symbols)
        assert held and all(each.quantity >= 0 for each in held.values())
        money = await desk.account(NOW)
        assert "KRW" in money.total and money.can_withdraw is False

    asyncio.run(scene())


@pytest.mark.parametrize(
    "tr", ["CFOAT00100", "CFOAT00200", "CFOAT00300", "CSPAT00601", "CSPAT00701", "CSPAT00801"]
)
def test_an_order_that_was_taken_has_its_number(real_data: Path, tr: str) -> None:
    found = answer(real_data, tr)
    assert bool(number(found.row("OutBlock2")["OrdNo"])) == (found.code in TAKEN)  # one is a refusal


@pytest.mark.parametrize("tr", ["O01", "C01", "H01", "O02", "C02", "H02"])
def test_events_of_futures_are_read(real_data: Path, tr: str) -> None:
    said: list[BrokerEvent] = []
    if not examples(real_data, tr):
        pytest.skip("the guide has no example of it")
    read = message(frame(real_data, tr))
    body = read.body or {}
    code = str(body.get("fnoIsuno") or str(body.get("expcode", ""))[3:11])
    FoEvents(account(said, code)).hear(read)
    updates = [each for each in said if isinstance(each, OrderUpdate)]
    assert all(update.instrument == f"{code}@ls" and update.venue_id for update in updates)
    if tr[0] == "C":
        [update] = updates
        fill = update.event
        assert isinstance(fill, Fill) and fill.quantity > 0 and fill.price > 0
        assert str(number(body["yakseq"])) in fill.trade_id


@pytest.mark.parametrize("tr", ["SC0", "SC1", "SC2", "SC3", "SC4"])
def test_events_of_stocks_are_read(real_data: Path, tr: str) -> None:
    found = examples(real_data, tr)
    if not found or not isinstance(found[0], dict) or not found[0].get("body"):
        pytest.skip("the guide has no example of it")
    said: list[BrokerEvent] = []
    read = message(frame(real_data, tr))
    body = read.body or {}
    code = str(body.get("shtcode") or body.get("shtnIsuno"))[-6:]
    StockEvents(account(said, code), Executions()).hear(read)
    assert all(each.instrument == f"{code}@ls" for each in said if isinstance(each, OrderUpdate))
    if tr == "SC1":
        [update] = said
        assert isinstance(update, OrderUpdate) and isinstance(update.event, Fill)


@pytest.mark.parametrize("tr", sorted(TRADES | BOOKS))
def test_trades_and_books_are_read(real_data: Path, tr: str) -> None:
    found = [each for each in examples(real_data, tr) if isinstance(each, dict) and each.get("body")]
    if not found:
        pytest.skip("the guide has no example of it")
    read = message(json.dumps(found[0]))
    event = MarketMessages({read.key.strip(): "X@ls"}, lambda: NOW)(read)
    if tr in TRADES:
        assert isinstance(event, TradeEvent) and event.price > 0
    else:
        assert event is None or (isinstance(event, QuoteEvent) and not event.bid >= event.ask)
