"""The venue's streams, each in a task of its own that mends it: what they bring, and when they were down."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from brokers.candles import Candles
from brokers.contract import (
    BarEvent,
    BrokerEvent,
    Feed,
    Link,
    LinkEvent,
    MoneyEvent,
    OrderUpdate,
    QuoteEvent,
    TradeEvent,
)
from brokers.crypto.dialect import Dialect
from brokers.crypto.exact import Row
from brokers.crypto.names import Names
from brokers.crypto.reports import MS, events_of, fill_of
from brokers.crypto.wire import Ears, listen_to_account, listen_to_trades

FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 30.0
SETTLE_S = 0.2  # until a subscription holds, where the venue doesn't confirm it
CHUNK = 100  # markets in one subscription
Say = Callable[[BrokerEvent], None]
Watch = Callable[[], Awaitable[Any]]


class Ended(Exception):
    """The venue said that a stream is over."""


@dataclass(eq=False)
class Streams:
    """markets: ccxt's market by instrument. say: where events go. clock: ns UTC."""

    exchange: Any
    dialect: Dialect
    markets: dict[str, Row]
    names: Names
    say: Say
    clock: Callable[[], int]
    ears: Ears
    settle_s: float = SETTLE_S
    candles: Candles | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_symbol = {market["symbol"]: name for name, market in self.markets.items()}
        self._by_id = {market["id"]: name for name, market in self.markets.items()}
        self._opened: dict[str, asyncio.Event] = {}
        self._ended: asyncio.Event = asyncio.Event()  # of the account's stream
        self._connections = 0
        self._drops = 0  # of public connections
        self.ears.message, self.ears.opened, self.ears.lost = self._heard, self._connected, self._lost
        self.ears.order, self.ears.fill, self.ears.trade = self._order, self._fill, self._trade

    # --- life

    def begin(self, instruments: Sequence[str], feeds: set[Feed], candles: Candles | None) -> None:
        """Start what is asked for; each feed begins once."""
        symbols = [self.markets[name]["symbol"] for name in instruments]
        if Feed.ORDERS in feeds:
            listen_to_account(self.exchange, self.ears)
            self._start(self._account())
        if Feed.BARS in feeds and candles is not None:
            self.candles = candles
            self._start(self._bars(symbols, candles))
            self._start(candles.run())
        if Feed.TRADES in feeds:
            for symbol in symbols:
                listen_to_trades(self.exchange, symbol, self.ears)
            self._public(Feed.TRADES, symbols, "watchTradesForSymbols", "watch_trades")
        if Feed.QUOTES in feeds:
            self._public(Feed.QUOTES, symbols, "watchBidsAsks", "watch_order_book")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, coroutine: Any) -> None:
        self._tasks.append(asyncio.create_task(coroutine))

    # --- what listens

    def _heard(self, client: Any, message: Any) -> None:
        if self.dialect.stream_ended(message):
            self._ended.set()
        reason = self.dialect.money_moved(message)
        if reason is not None:
            self.say(MoneyEvent(reason, self.clock()))
        if self.candles is None:
            return
        found = self.dialect.closed_bar(message)
        if found is None or found[0] not in self._by_id:
            return
        _, word, row = found
        if word == self._word:
            o, h, l, c, volume = (float(row[name]) for name in ("o", "h", "l", "c", "v"))
            name, ts = self._by_id[found[0]], int(row["t"]) * MS
            length, now = self.candles.timeframe, self.clock()
            self.candles.closed(BarEvent(name, length, ts, o, h, l, c, volume, now))

    def _connected(self, url: str) -> None:
        self._connections += 1

    def _lost(self, url: str) -> None:
        """ccxt tells only those who wait at that instant; whoever doesn't learns it from here."""
        if self.dialect.is_account_stream(url):
            self._ended.set()
        else:
            self._drops += 1

    def _order(self, row: Row) -> None:
        name = self._by_symbol.get(row["symbol"])
        if name is None:
            return
        exact = self.dialect.ws_order(self.exchange, row)
        client_id = self.dialect.client_id(row["info"]) or str(exact.get("clientOrderId") or "")
        self.names.learn(row["symbol"], str(exact["id"]), client_id)
        ts = int(exact.get("lastUpdateTimestamp") or exact.get("timestamp") or 0) * MS
        for event in events_of(exact):
            self.say(OrderUpdate(client_id, str(exact["id"]), name, event, ts))

    def _fill(self, row: Row) -> None:
        name = self._by_symbol.get(row["symbol"])
        if name is None:
            return
        exact = self.dialect.ws_fill(self.exchange, row)
        known = self.names.of(row["symbol"], str(exact["order"]))
        client_id = self.dialect.client_id(row["info"]) or known or ""
        self.say(fill_of(exact, client_id, name, self.markets[name]).update)

    def _trade(self, row: Row) -> None:
        name = self._by_symbol.get(row["symbol"])
        if name is not None and row["price"] is not None:
            ts = int(row["timestamp"] or 0) * MS
            self.say(TradeEvent(name, ts, float(row["price"]), float(row["amount"] or 0.0), self.clock()))

    # --- what is watched

    async def _account(self) -> None:
        """Orders and fills. Their stream is quiet, so being open is not seen by a message."""
        await self._forever(Feed.ORDERS, self._watch_account, self._open_account)

    async def _open_account(self) -> None:
        self._ended.clear()
        await self.dialect.open_account_stream(self.exchange)

    async def _watch_account(self) -> None:
        watches: list[Watch] = [self.exchange.watch_orders]
        if self.exchange.has.get("watchMyTrades") and not self.dialect.one_account_stream:
            watches.append(self.exchange.watch_my_trades)
        ended: Watch = self._until_ended
        await _first([*watches, ended])

    async def _until_ended(self) -> None:
        await self._ended.wait()
        raise Ended("the account's stream ended")

    async def _bars(self, symbols: list[str], candles: Candles) -> None:
        """Where the stream says closed bars; elsewhere ``candles`` asks for each."""
        from market.timeframes import timeframe_text

        self._word = timeframe_text(candles.timeframe)
        if not self.dialect.streams_bars:
            self.say(LinkEvent(Feed.BARS, Link.UP, "asked for as they close", self.clock()))
            return

        async def mended() -> None:
            await asyncio.gather(*(candles.mend(self._by_symbol[symbol]) for symbol in symbols))

        chunks = [symbols[at : at + CHUNK] for at in range(0, len(symbols), CHUNK)]
        await asyncio.gather(*(self._bars_of(chunk, mended) for chunk in chunks))

    async def _bars_of(self, symbols: list[str], mended: Watch) -> None:
        pairs = [[symbol, self._word] for symbol in symbols]
        await self._forever(Feed.BARS, lambda: self.exchange.watch_ohlcv_for_symbols(pairs), None, mended)

    def _public(self, feed: Feed, symbols: list[str], several: str, single: str) -> None:
        """One subscription of many markets where the venue has it, else one each."""
        if self.exchange.has.get(several):
            method = (
                self.exchange.watch_trades_for_symbols
                if feed is Feed.TRADES
                else self.exchange.watch_bids_asks
            )
            for at in range(0, len(symbols), CHUNK):
                self._start(self._told(feed, method, symbols[at : at + CHUNK]))
        else:
            for symbol in symbols:
                self._start(self._told(feed, getattr(self.exchange, single), symbol))

    async def _told(self, feed: Feed, method: Callable[[Any], Awaitable[Any]], which: Any) -> None:
        async def watch() -> None:
            found = await method(which)
            if feed is Feed.QUOTES:
                self._quotes(found, which)

        await self._forever(feed, watch)

    def _quotes(self, found: Any, which: Any) -> None:
        """Best prices, from tickers by symbol or from one order book."""
        now = self.clock()
        if isinstance(which, str):
            if found["bids"] and found["asks"]:
                (bid, bid_size), (ask, ask_size) = found["bids"][0][:2], found["asks"][0][:2]
                self._quote(which, found.get("timestamp"), (bid, ask, bid_size, ask_size), now)
            return
        for symbol, row in found.items():
            if row.get("bid") is not None and row.get("ask") is not None:
                sides = (row["bid"], row["ask"], row.get("bidVolume"), row.get("askVolume"))
                self._quote(symbol, row.get("timestamp"), sides, now)

    def _quote(self, symbol: str, ms: Any, sides: tuple[Any, Any, Any, Any], now: int) -> None:
        name = self._by_symbol.get(symbol)
        if name is not None:
            bid, ask, bid_size, ask_size = (float(side or 0.0) for side in sides)
            self.say(QuoteEvent(name, int(ms or 0) * MS or now, bid, ask, bid_size, ask_size, now))

    # --- mending

    async def _forever(
        self, feed: Feed, watch: Watch, open_first: Watch | None = None, mended: Watch | None = None
    ) -> None:
        """Watch again whatever happens. The first connection is UP; a later one GAP, then UP.

        mended: closes the gap itself, so that none is said.
        """
        wait, was_up, down = FIRST_WAIT_S, False, False
        while True:
            watching: asyncio.Task[Any] | None = None
            try:
                if open_first is not None:
                    await open_first()
                before = self._connections
                watching = asyncio.ensure_future(watch())
                await self._settled(watching, before)
                if mended is not None and down:
                    await mended()
                if was_up and mended is None:
                    self.say(LinkEvent(feed, Link.GAP, "messages may have been lost", self.clock()))
                self.say(LinkEvent(feed, Link.UP, "", self.clock()))
                was_up, down, wait = True, False, FIRST_WAIT_S
                drops = self._drops
                await watching
                while feed is Feed.ORDERS or drops == self._drops:
                    await watch()
                reason = "the connection was dropped"
            except asyncio.CancelledError:
                if _being_cancelled():
                    raise
                reason = "the connection was dropped"  # ccxt cancels its futures when a client closes
            except Exception as error:
                reason = f"{type(error).__name__}"
            finally:
                if watching is not None and not watching.done():
                    watching.cancel()
            if not down:
                down = True
                self.say(LinkEvent(feed, Link.DOWN, reason, self.clock()))
            if feed is Feed.ORDERS:
                await self.dialect.forget_account_stream(self.exchange)
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _settled(self, watching: "asyncio.Task[Any]", before: int) -> None:
        """Until a message came, or the connection stands and the subscription had its time."""
        patience = self.exchange.timeout / 1000
        deadline = asyncio.get_running_loop().time() + patience
        while not watching.done() and self._connections == before and not self._all_open():
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"no connection within {patience:g} s")
            await asyncio.wait({watching}, timeout=0.02)
        await asyncio.wait({watching}, timeout=self.settle_s)
        if watching.done():
            watching.result()

    def _all_open(self) -> bool:
        """Whether every connection stands: a new subscription then joined one that did before."""
        clients = [
            client for client in (self.exchange.clients or {}).values() if client.connection is not None
        ]
        return bool(clients) and all(client.isConnected for client in clients)


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _first(watches: Sequence[Watch]) -> None:
    """Until the first of several ends; its error is raised."""
    tasks = [asyncio.ensure_future(watch()) for watch in watches]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
