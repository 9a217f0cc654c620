"""What ccxt.pro swallows, and what the broker makes of it: streams that end in silence come back."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from brokers.candles import Candles
from brokers.contract import BarEvent, Feed, Link, LinkEvent, MoneyEvent, QuoteEvent, TimeEvent, TradeEvent
from desk.orders import OrderStatus
from market.bars import Bars
from market.errors import ConfigError, MaemaeError, VenueDown
from market.instruments import Instrument
from tests.brokers.stages import BINANCE, MINUTE, START, UPBIT, USDM, Adapter, Stage, stage

WIRED = pytest.mark.parametrize("adapter", (BINANCE, USDM, UPBIT), ids=str)


def play(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 30))


async def hears_again(at: Stage) -> None:
    """The account's stream goes down and comes back, and then it hears."""
    await at.until(lambda: at.links(Feed.ORDERS)[-2:] == ["GAP", "UP"])
    assert "DOWN" in at.links(Feed.ORDERS)
    order = at.order("later")
    await at.broker.submit(order)
    await at.until(lambda: at.view(order).status is OrderStatus.FILLED)


def test_a_listen_key_that_expires_is_renewed() -> None:
    async def scene() -> None:
        async with stage(USDM, feeds=(Feed.ORDERS,)) as at:
            at.sim.usdm_user.expire(at.sim.account.name)
            await hears_again(at)

    play(scene())


def test_an_account_stream_that_the_venue_ends_is_opened_anew() -> None:
    async def scene() -> None:
        async with stage(BINANCE, feeds=(Feed.ORDERS,)) as at:
            at.sim.spot_user.terminate(at.sim.account.name, at.sim.clock.now())
            await hears_again(at)

    play(scene())


@WIRED
def test_a_message_that_ccxt_stumbles_over_does_not_make_it_deaf(adapter: Adapter) -> None:
    async def scene() -> None:
        async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
            exchange = at.broker._exchange
            handle = exchange.handle_order

            def stumble(*args: Any) -> None:
                exchange.handle_order = handle
                raise KeyError("a field that isn't there")

            exchange.handle_order = stumble
            await at.broker.submit(at.order(limit=0.98))
            await hears_again(at)

    play(scene())


@WIRED
def test_trades_and_quotes_are_the_markets(adapter: Adapter) -> None:
    async def scene() -> None:
        async with stage(adapter, (1.0, 0.99) * 6, feeds=(Feed.TRADES, Feed.QUOTES)) as at:
            await at.advance(2)
            await at.until(lambda: any(isinstance(one, QuoteEvent) for one in at.heard))
            trades = [one for one in at.heard if isinstance(one, TradeEvent)]
            assert trades[-1].price == at.bars.close[1] and trades[-1].ts < START + 2 * MINUTE
            quote = next(one for one in reversed(at.heard) if isinstance(one, QuoteEvent))
            assert 0 < quote.bid < quote.ask and quote.bid_size > 0

    play(scene())


def test_it_is_subscribed_to_once_and_with_a_bar_length() -> None:
    async def scene() -> None:
        async with stage(BINANCE, feeds=(Feed.ORDERS,)) as at:
            with pytest.raises(ConfigError, match="once"):
                await at.broker.subscribe([at.instrument], {Feed.QUOTES})
        async with stage(BINANCE) as at:
            with pytest.raises(ConfigError, match="timeframe = 0"):
                await at.broker.subscribe([at.instrument], {Feed.BARS})

    play(scene())


# --- bars put in order, by themselves


class Market:
    """A venue's candles; asking fails now and then."""

    def __init__(self, chance: random.Random, sparse: bool) -> None:
        self.chance = chance
        self.now = START
        self.instrument = Instrument("A@x")
        self.has = [number for number in range(60) if not sparse or chance.random() < 0.7]

    def clock(self) -> int:
        return self.now

    async def ask(self, name: str, start: int, end: int) -> Bars:
        if self.chance.random() < 0.2:
            raise VenueDown("away")
        ts = np.array([START + number * MINUTE for number in self.has], np.int64)
        ts = ts[(ts >= start) & (ts < end) & (ts + MINUTE <= self.now)]
        columns = [np.full(len(ts), 1.0) for _ in range(5)]
        return Bars(self.instrument, MINUTE, ts, *columns)


@pytest.mark.parametrize("sparse", (False, True))
@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_stream_does_each_bar_is_said_once_and_in_order(
    seed: int, sparse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brokers.candles.RETRY_S", 0.0)
    chance = random.Random(seed)
    market, said = Market(chance, sparse), list[Any]()

    async def scene() -> None:
        candles = Candles(("A@x",), MINUTE, market.ask, said.append, market.clock, patience=2 * 10**9)
        messages: list[BarEvent] = []
        for number in range(60):
            market.now = START + (number + 1) * MINUTE
            if number in market.has:
                messages += [BarEvent("A@x", MINUTE, START + number * MINUTE, 1, 1, 1, 1, 1)] * chance.choice(
                    (0, 1, 1, 2)
                )
            chance.shuffle(messages)
            while messages and chance.random() < 0.6:
                candles.closed(messages.pop())
                await candles.tick()
            market.now += chance.choice((1, 3, 30)) * 10**9
            await candles.tick()
        market.now = START + 60 * MINUTE + 3 * 10**9
        for _ in range(60):
            await candles.tick()

    play(scene())
    bars = [one.ts for one in said if isinstance(one, BarEvent)]
    assert bars == [START + number * MINUTE for number in market.has]
    closed = START
    for event in said:
        if isinstance(event, BarEvent):
            closed = event.ts + MINUTE
        elif isinstance(event, TimeEvent):
            later = [ts for ts in bars if ts >= closed and ts + MINUTE <= event.now]
            assert not later, "a bar that had closed came after the time was said"


@pytest.mark.parametrize("patience", (MINUTE, MINUTE + 1, 5 * MINUTE // 2))
def test_a_patience_longer_than_a_bar_delays_bars_and_loses_none(patience: int) -> None:
    market, said = Market(random.Random(0), sparse=False), list[Any]()
    market.chance.random = lambda: 1.0  # type: ignore[method-assign]  # it always answers

    async def scene() -> None:
        candles = Candles(("A@x",), MINUTE, market.ask, said.append, market.clock, patience)
        for second in range(40 * 60):
            market.now = START + second * 10**9
            await candles.tick()

    play(scene())
    bars = [one.ts for one in said if isinstance(one, BarEvent)]
    assert bars == [START + number * MINUTE for number in range((40 * MINUTE - 10**9 - patience) // MINUTE)]
    told = [one.now for one in said if isinstance(one, TimeEvent)]
    assert told[-1] == bars[-1] + MINUTE and told == sorted(set(told))


@pytest.mark.parametrize(("error", "asked"), [(VenueDown("away"), 3), (ConfigError("no such chart"), 1)])
def test_bars_that_cannot_be_had_are_said_once_and_so_is_their_return(
    error: MaemaeError, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A venue that doesn't answer has its time; what asking again won't mend is said at once."""
    monkeypatch.setattr("brokers.candles.RETRY_S", 0.0)
    monkeypatch.setattr("brokers.candles.MISSED_S", 0.05)
    market, said, fails = Market(random.Random(0), sparse=False), list[Any](), True
    market.chance.random = lambda: 1.0  # type: ignore[method-assign]

    async def ask(name: str, start: int, end: int) -> Bars:
        if fails:
            raise error
        return await market.ask(name, start, end)

    def links() -> list[tuple[Link, str]]:
        return [(one.link, one.reason) for one in said if isinstance(one, LinkEvent)]

    async def scene() -> None:
        nonlocal fails
        candles = Candles(("A@x", "B@x"), MINUTE, ask, said.append, market.clock, patience=0)
        for number in range(1, 4):
            market.now = START + number * MINUTE
            await candles.tick()
            assert bool(links()) is (number >= asked)
            await asyncio.sleep(0.03)
        assert links() == [(Link.DOWN, f"no bars of A@x: {error}")]
        fails = False
        await candles.tick()
        assert [link for link, _ in links()] == [Link.DOWN, Link.UP]
        assert sum(isinstance(one, BarEvent) for one in said) == 6

    play(scene())


@pytest.mark.parametrize("adapter", [BINANCE, USDM], ids=str)
def test_money_that_moves_without_an_order_is_told_at_once(adapter: Adapter) -> None:
    async def scene() -> None:
        async with stage(adapter, feeds=(Feed.ORDERS,)) as at:
            venue = at.sim.futures if adapter is USDM else at.sim.exchange
            [who] = venue.accounts.values()
            await at.broker.submit(at.order())
            assert not [each for each in at.heard if isinstance(each, MoneyEvent)]
            venue.deposit(who, "USDT", Decimal(5))
            await at.until(lambda: any(isinstance(each, MoneyEvent) for each in at.heard))
            if adapter is USDM:
                at.sim.usdm_api.settle_funding()
                told = [MoneyEvent("DEPOSIT"), MoneyEvent("FUNDING_FEE")]
                await at.until(
                    lambda: [replace(one, ts=0) for one in at.heard if isinstance(one, MoneyEvent)] == told
                )

    play(scene())
