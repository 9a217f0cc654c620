"""The replayed market: what a bar becomes, how candles add up, how time runs."""

import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.simulators import BinanceSim, Exchange, Faults, Listing, Ticket, WallClock
from brokers.simulators.account import Account
from brokers.simulators.clock import VirtualClock
from brokers.simulators.events import BookMoved, CandleMoved, Event, Printed
from brokers.simulators.market import MS, Replay, Track, candled, recorded, shifted
from market.errors import DataError
from tests.brokers.simulators.scenes import MINUTE, START, bars_of, client, flat, run, spot

SYMBOL = "BTCUSDT"


def venue(bars: Any, history: int = 0) -> tuple[Exchange, Replay, list[Event]]:
    clock = VirtualClock()
    exchange, told = Exchange(clock, Faults()), []  # type: ignore[var-annotated]
    exchange.enlist(Listing(SYMBOL, "BTC", "USDT"))
    exchange.join(Account.funded({"USDT": 1_000_000, "BTC": 100}))
    replay = Replay([Track(exchange, SYMBOL, bars)], clock, history)
    exchange.listeners.append(told.append)
    return exchange, replay, told


prices = st.lists(st.floats(100, 200).map(lambda price: round(price, 2)), min_size=2, max_size=12)


@settings(max_examples=60, deadline=None)
@given(prices)
def test_a_bars_trades_make_the_bar(closes: list[float]) -> None:
    bars = bars_of(closes, spread=1.0)
    _, replay, told = venue(bars)
    while replay.advance():
        pass
    prints = [event for event in told if isinstance(event, Printed)]
    for index in range(len(bars)):
        mine = [float(event.price) for event in prints[4 * index : 4 * index + 4]]
        assert mine[0] == bars.open[index] and mine[-1] == bars.close[index]
        assert (max(mine), min(mine)) == pytest.approx((bars.high[index], bars.low[index]), abs=0.006)
        volume = sum(event.quantity for event in prints[4 * index : 4 * index + 4])
        assert float(volume) == pytest.approx(bars.volume[index])
    assert [event.ms for event in prints] == sorted(event.ms for event in prints)


@settings(max_examples=40, deadline=None)
@given(prices, st.sampled_from([1, 3, 5]), st.integers(0, 12), st.integers(1, 5))
def test_longer_candles_are_shorter_ones_joined(
    closes: list[float], minutes: int, first: int, limit: int
) -> None:
    bars = bars_of(closes, spread=1.0)
    exchange, replay, _ = venue(bars, len(bars))
    track, step = replay.track(exchange, SYMBOL), minutes * 60_000
    start = int(bars.ts[0]) // MS + first * 60_000
    for candle in track.candles(step, start, None, limit):
        inside = (bars.ts // MS >= candle.start) & (bars.ts // MS < candle.start + step)
        assert candle.start % step == 0 and candle.start >= start and inside.any()
        assert candle.open == bars.open[inside][0] and candle.close == bars.close[inside][-1]
        assert candle.high == bars.high[inside].max() and candle.low == bars.low[inside].min()
        assert candle.volume == pytest.approx(bars.volume[inside].sum())
    every = track.candles(step, None, None, 10**6)
    assert track.candles(step, None, None, limit) == every[-limit:]
    assert track.candles(step, start, None, limit) == [c for c in every if c.start >= start][:limit]


def test_a_candle_closes_once_and_after_its_trades() -> None:
    _, replay, told = venue(bars_of(flat(3)))
    replay.advance()
    replay.advance()
    closes = [event for event in told if isinstance(event, CandleMoved) and event.closed]
    assert [event.ms for event in closes] == [START // MS + 60_000, START // MS + 120_000]
    assert isinstance(told[-1], CandleMoved) and told[-1].closed


def test_steps_are_the_same_market_as_bars() -> None:
    _, by_bar, one = venue(bars_of([100.0, 101.0, 99.0]))
    _, by_step, two = venue(bars_of([100.0, 101.0, 99.0]))
    while by_bar.advance():
        pass
    while by_step.step():
        pass
    assert one == two and by_step.over


def test_a_bar_under_way_is_finished_by_an_advance() -> None:
    exchange, replay, told = venue(bars_of(flat(4)))
    replay.step()
    replay.step()
    assert replay.advance()
    assert replay.track(exchange, SYMBOL).done == 1
    assert sum(isinstance(event, Printed) for event in told) == 4


def test_triggers_on_the_way_are_met_in_order_at_their_prices() -> None:
    exchange, replay, _ = venue(bars_of([100.0, 100.0, 90.0], spread=0.5), 1)
    account = exchange.accounts["trader"]
    replay.advance()
    stops = [
        exchange.submit(account, Ticket(SYMBOL, -1, Decimal("0.1"), trigger=Decimal(price), label="STOP"))
        for price in (92, 97, 95)
    ]
    replay.advance()
    assert [stop.average for stop in stops] == [Decimal("91.99"), Decimal("96.99"), Decimal("94.99")]
    assert [stop.executions[0].id for stop in (stops[1], stops[2], stops[0])] == sorted(
        stop.executions[0].id for stop in stops
    )


def test_recorded_trades_and_quotes_are_replayed_as_they_were() -> None:
    ts = START + np.array([0, 10, 20, 61, 62], dtype=np.int64) * 10**9
    price = np.array([100.0, 101.0, 100.5, 99.0, 99.5])
    quantity = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    maker = np.array([False, True, False, True, False])
    bars = candled(bars_of([1.0]), ts, price, quantity)
    assert list(bars.close) == [100.5, 99.5] and list(bars.volume) == [6, 9]
    clock = VirtualClock()
    exchange = Exchange(clock, Faults())
    exchange.enlist(Listing(SYMBOL, "BTC", "USDT"))
    exchange.join(Account.funded({"USDT": 1_000_000}))
    quotes = np.array([[99.9, 1.0, 100.1, 1.5], [98.9, 2.0, 99.1, 2.5]])
    track = recorded(exchange, SYMBOL, bars, (ts, price, quantity, maker), quotes, ts[[0, 3]])
    replay = Replay([track], clock)
    told: list[Event] = []
    exchange.listeners.append(told.append)
    order = exchange.submit(
        exchange.accounts["trader"], Ticket(SYMBOL, 1, Decimal("0.5"), limit=Decimal("99.5"), label="LIMIT")
    )
    replay.advance()
    shown = exchange.show(SYMBOL)
    assert (shown.bids[0], shown.asks) == (
        (Decimal("99.9"), Decimal(1)),
        [(Decimal("100.1"), Decimal("1.5"))],
    )
    assert not order.filled
    replay.advance()
    assert (order.average, order.filled) == (Decimal("99.5"), Decimal("0.5"))
    prints = [event for event in told if isinstance(event, Printed)]
    assert [float(event.price) for event in prints] == list(price)
    assert [event.buyer_maker for event in prints] == list(maker)


def test_real_trades_and_quotes_are_replayed(real_data: Path) -> None:
    folder = real_data / "crypto" / "trades"
    trades = pd.read_parquet(folder / "binance_BTCUSDT_2021-01-08.parquet").head(3000)
    quotes = pd.read_parquet(folder / "binance_BTCUSDT_quotes_2021-01-08.parquet").head(3000)
    ts, quote_ts = (table["timestamp"].astype("int64").to_numpy() * MS for table in (trades, quotes))
    price, quantity = trades["price"].to_numpy(), trades["quantity"].to_numpy()
    bars = candled(bars_of([1.0]), ts, price, quantity)
    inside = (quote_ts >= bars.ts[0]) & (quote_ts < bars.ts[-1] + MINUTE)
    rows = quotes[["bid", "bid_size", "ask", "ask_size"]].to_numpy()[inside]
    clock = VirtualClock()
    exchange = Exchange(clock, Faults())
    exchange.enlist(Listing(SYMBOL, "BTC", "USDT"))
    maker = (trades["buyer_maker"] == "True").to_numpy()
    track = recorded(exchange, SYMBOL, bars, (ts, price, quantity, maker), rows, quote_ts[inside])
    replay, told = Replay([track], clock), []  # type: ignore[var-annotated]
    exchange.listeners.append(told.append)
    while replay.advance():
        pass
    prints = [event for event in told if isinstance(event, Printed)]
    assert [float(event.price) for event in prints] == pytest.approx(list(price), abs=0.006)
    moves = sum(isinstance(event, BookMoved) for event in told)
    assert moves == inside.sum() > 100


def test_several_symbols_share_one_clock() -> None:
    async def scene() -> None:
        bars = {name: bars_of(flat(4), name) for name in ("BTCUSDT", "ETHUSDT")}
        async with BinanceSim(spot=bars, usdm={"BTCUSDT": bars_of(flat(3))}, history=1) as sim:
            await sim.advance(2)
            assert {track.done for track in sim.replay.tracks} == {3}
            await sim.advance(5)
            assert sim.replay.over
            assert sim.clock.now() == START // MS + 4 * 60_000

    run(scene())


def test_bars_of_two_timeframes_or_none_are_refused() -> None:
    bars = bars_of(flat(3))
    longer = replace(bars, timeframe=5 * MINUTE)
    with pytest.raises(DataError, match="one timeframe"):
        BinanceSim(spot={"BTCUSDT": bars, "ETHUSDT": longer})
    none = {name: getattr(bars, name)[:0] for name in ("ts", "open", "high", "low", "close", "volume")}
    with pytest.raises(DataError, match="no bars"):
        BinanceSim(spot={"BTCUSDT": replace(bars, **none)})


def test_time_can_run_fast_and_real() -> None:
    async def scene() -> None:
        async with spot(flat(3)) as sim:
            began = time.monotonic()
            await sim.run(speed=600)
            assert 0.2 < time.monotonic() - began < 2  # three minutes
            assert sim.replay.over

    run(scene())


def test_on_the_wall_clock_bars_are_moved_to_now() -> None:
    async def scene() -> None:
        clock = WallClock()
        bars = shifted(bars_of(flat(9)), clock.now(), 5)
        assert 0 <= int(bars.ts[5]) // MS - clock.now() <= 60_000
        async with BinanceSim(spot={SYMBOL: bars}, history=5, clock=clock) as sim, client(sim) as ccxt_:
            order = await ccxt_.create_order("BTC/USDT", "market", "buy", 0.1)
            assert abs(order["timestamp"] - time.time() * 1000) < 1000

    run(scene())
