"""A venue over ccxt: the contract's thirteen methods, each a few lines that say which piece does it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from brokers.bucket import Bucket
from brokers.candle import Candle, bars_of
from brokers.candles import Candles
from brokers.checking import check, check_cost
from brokers.contract import (
    AccountReport,
    BrokerEvent,
    Capabilities,
    Feed,
    FillReport,
    FundingReport,
    OrderReport,
    OrderUpdate,
    PositionReport,
    TransferReport,
)
from brokers.crypto import answers, connecting, money
from brokers.crypto.access import Access
from brokers.crypto.dialect import Dialect
from brokers.crypto.exact import Row, exactly, number
from brokers.crypto.history import pages
from brokers.crypto.listings import instrument_of, market_of
from brokers.crypto.lists import Lists
from brokers.crypto.names import Names
from brokers.crypto.pace import Pace
from brokers.crypto.reports import MS, events_of, merged, venue_id_of
from brokers.crypto.streams import SETTLE_S, Streams
from brokers.crypto.wire import Ears, open_exchange
from brokers.keys import Keys
from desk.orders import Canceled, Order
from market.bars import Bars
from market.errors import ConfigError, OrderRefused, VenueDown
from market.instruments import Instrument, Kind

T = TypeVar("T")
PATIENCE = 2_000_000_000  # ns after a close until a bar is asked for


@dataclass(eq=False)
class CcxtBroker:
    """One account of one venue. No trading state is kept here: only the venue's rules and names of orders.

    use: the instruments that orders, fills and positions are asked of; those of ``instruments`` and
    ``subscribe`` are added. point: told the exchange before its first request (a simulator's addresses).
    clock: ns UTC. patience: ns after a close until a bar that no stream said is asked for. settle_s: until
    a subscription holds, where the venue doesn't confirm it.
    """

    access: Access
    keys: Keys
    dialect: Dialect
    use: tuple[str, ...] = ()
    point: Callable[[Any], None] | None = None
    clock: Callable[[], int] = time.time_ns
    patience: int = PATIENCE
    tick_s: float = 0.1
    settle_s: float = SETTLE_S
    markets: dict[str, Row] = field(init=False, default_factory=dict)  # by instrument

    def __post_init__(self) -> None:
        self._exchange: Any = None
        self._ears = Ears()
        self._names = Names()
        self._known: dict[str, Instrument] = {}
        self._queue: asyncio.Queue[BrokerEvent | None] = asyncio.Queue()
        self._streams: Streams | None = None
        self._can_withdraw: bool | None = None
        self._offset = 0  # ns by which the venue's clock is ahead

    @property
    def capabilities(self) -> Capabilities:
        return self.dialect.capabilities

    @property
    def venue(self) -> str:
        return self.access.venue

    @property
    def forward(self) -> bool:
        return self.dialect.forward

    # --- life

    async def connect(self) -> None:
        if self._exchange is not None:
            return
        exchange = open_exchange(self.access, self.keys, self.dialect.options, self._ears)
        self._ears.pool = self.dialect.pool
        self._lists = Lists(exchange, self.dialect, self._names, self._ask, self.now)
        self._ears.pace = self._pace = _pace(exchange, self.dialect)
        self._exchange = exchange
        if self.point is not None:
            self.point(exchange)
        try:
            self._offset = await connecting.clock_offset(self._ask, exchange, self.access)
            await self._ask("markets", exchange.load_markets)
            if self.keys:
                self._can_withdraw = await connecting.check_key(
                    self._ask, exchange, self.dialect, self.access
                )
            await self.instruments(self.use)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        exchange, self._exchange = self._exchange, None
        if self._streams is not None:
            await self._streams.close()
            self._streams = None
        self._queue.put_nowait(None)
        if exchange is not None:
            await exchange.close()
            await asyncio.sleep(0)  # sessions end in the loop's next turn

    # --- market data

    async def instruments(self, ids: Sequence[str]) -> tuple[Instrument, ...]:
        new = [name for name in dict.fromkeys(ids) if name not in self._known]
        found = {name: market_of(self._open, name) for name in new}
        if found and self.keys:
            await self._ask(
                "the account's settings",
                lambda: self.dialect.prepare(self._open, list(found.values()), self.access),
            )
        for name, market in found.items():
            self._known[name] = await self._described(name, market)
            self.markets[name] = market
        return tuple(self._known[name] for name in ids)

    async def _described(self, name: str, market: Row) -> Instrument:
        plain = instrument_of(name, market)
        signed = bool(self.keys)
        return await self._ask(
            f"{name}'s rules", lambda: self.dialect.describe(self._open, market, plain, signed)
        )

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        rows: list[Candle] = []
        async for _, page in self.pages(instrument, timeframe, start, end):
            rows += page
        return bars_of(self._known[instrument], timeframe, rows, self.now())

    async def pages(
        self, instrument: str, timeframe: int, start: int, end: int
    ) -> AsyncIterator[tuple[int, list[Candle]]]:
        """(ns up to which it has been asked, candles) page by page, as long histories are fetched."""
        await self.instruments([instrument])
        market = self.markets[instrument]

        async def ask(fetch: Callable[[], Awaitable[list[Candle]]]) -> list[Candle]:
            return await self._ask(f"{instrument}'s candles", fetch)

        end = min(end, self.now())
        async for page in pages(self._open, self.dialect, market, timeframe, start, end, ask):
            yield page

    def now(self) -> int:
        """The venue's time, ns UTC."""
        return self.clock() + self._offset

    async def measure_clock(self) -> int:
        """Ask for the venue's time again; ns by which this machine's is ahead of it. Raises VenueDown."""
        self._offset = await connecting.clock_offset_now(self._ask, self._open)
        return -self._offset

    # --- streams

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None:
        await self.instruments(instruments)
        if Feed.ORDERS in feeds and not self.keys:
            raise ConfigError(f"{self.venue}: orders can't be heard without a key. {NO_KEY}")
        if Feed.BARS in feeds and timeframe <= 0:
            raise ConfigError(
                f"{self.venue}: bars are subscribed to with timeframe = {timeframe}; expected ns."
            )
        if self._streams is not None:
            raise ConfigError(f"{self.venue}: subscribe is called once, with all that is wanted.")
        self._streams = Streams(
            self._open, self.dialect, self.markets, self._names, self._queue.put_nowait, self.now, self._ears,
            self.settle_s,
        )  # fmt: skip
        candles = Candles(
            tuple(instruments), timeframe, self._bars_between(timeframe), self._queue.put_nowait,
            self.now, self.patience, self.tick_s,
        ) if Feed.BARS in feeds else None  # fmt: skip
        self._streams.begin(instruments, feeds, candles)

    def _bars_between(self, timeframe: int) -> Callable[[str, int, int], Awaitable[Bars]]:
        return lambda name, start, end: self.bars(name, timeframe, start, end)

    async def events(self) -> AsyncIterator[BrokerEvent]:
        while True:
            event = await self._queue.get()
            if event is None:
                return
            yield event

    # --- orders

    async def submit(self, order: Order) -> None:
        market = self._market(order)
        check(order, self._known[order.instrument])
        reference = await self._reference(order, market)
        if not self._names.use(order.client_id):
            raise OrderRefused(f"order {order.client_id}: this id was used before. Nothing rests twice.")
        request = self.dialect.request(order, market, reference)
        exchange = self._open

        async def ask() -> Row:
            found: Row = await exchange.create_order(
                market["symbol"], request.type, request.side, request.amount, request.price, request.params
            )
            return exactly(exchange, exchange.parse_order, found["info"], market)

        try:
            row = await self._command("submit", order, ask)
        except VenueDown:
            self._names.free(order.client_id)  # it wasn't sent, or the venue did nothing
            raise
        self._tell(order, market, row)

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        market = self._market(order)
        if not self.capabilities.replaces or order.limit is None or order.trigger is not None:
            raise OrderRefused(
                f"order {order.client_id}: {self.venue} changes resting limit orders only, if any. "
                "The order is as it was; cancel it and send another."
            )
        limit = order.limit if price is None else price
        changed = Order(order.client_id, order.instrument, order.side, quantity, limit, reduces=order.reduces)
        check(changed, self._known[order.instrument])
        await self._command(
            "replace", order, lambda: self.dialect.replace(self._open, market, order, quantity, limit)
        )

    async def cancel(self, order: Order) -> None:
        market = self._market(order)
        venue_id = venue_id_of(order.client_id)
        row = await self._command(
            "cancel", order, lambda: self.dialect.cancel(self._open, market, order, venue_id)
        )
        if row["status"] == "closed":
            raise OrderRefused(f"order {order.client_id}: it had filled; nothing rests under this id.")
        self._say(order, str(row["id"] or ""), Canceled())

    async def orders(self, since: int) -> list[OrderReport]:
        asked = [self._lists.orders(name, market, since // MS) for name, market in self._listed()]
        return merged([report for found in await asyncio.gather(*asked) for report in found])

    async def fills(self, since: int) -> list[FillReport]:
        asked = [self._lists.fills(name, market, since // MS) for name, market in self._listed()]
        found = [fill for each in await asyncio.gather(*asked) for fill in each]
        return sorted(found, key=lambda fill: fill.update.ts)

    # --- the account

    async def positions(self) -> list[PositionReport]:
        self._signed()
        if all(self._known[name].kind is Kind.SPOT for name in self.markets):
            total = (await self.account()).total
            return [
                PositionReport(name, total.get(market["base"], Decimal(0)))
                for name, market in self.markets.items()
            ]
        symbols = [market["symbol"] for market in self.markets.values()]
        rows = await self._ask("positions", lambda: self._open.fetch_positions(symbols))
        held = {row["symbol"]: row for row in rows}
        return [
            connecting.position_of(name, held.get(market["symbol"])) for name, market in self.markets.items()
        ]

    async def account(self) -> AccountReport:
        self._signed()
        found = await self._ask("balances", lambda: self.dialect.balances(self._open))
        return AccountReport(found.total, found.free, found.equity, self._can_withdraw, self.now())

    async def transfers(self, since: int) -> list[TransferReport]:
        start, until = self._asked_since(since)
        found = await self._ask("transfers", lambda: self.dialect.transfers(self._open, start, until))
        return money.oldest_first(found)

    async def funding(self, since: int) -> list[FundingReport]:
        start, until = self._asked_since(since)
        found = await self._ask(
            "funding", lambda: self.dialect.funding(self._open, self.markets, start, until)
        )
        return sorted(found, key=lambda each: (each.ts, each.id))

    def _asked_since(self, since: int) -> tuple[int, int]:
        """From when until when money's movements are asked for, ms: beyond now, which we know roughly."""
        self._signed()
        until = self.now() // MS + money.MINUTE
        return max(since // MS, until - money.REACH), until

    # --- pieces

    @property
    def _open(self) -> Any:
        if self._exchange is None:
            raise VenueDown(f"{self.venue} isn't connected. Call connect first.")
        return self._exchange

    def _signed(self) -> None:
        if not self.keys:
            raise ConfigError(f"{self.venue}: the account can't be asked without a key. {NO_KEY}")

    def _listed(self) -> list[tuple[str, Row]]:
        self._signed()
        return list(self.markets.items())

    def _market(self, order: Order) -> Row:
        self._signed()
        self._open  # noqa: B018 - raises when closed
        if order.instrument not in self.markets:
            raise OrderRefused(
                f"order {order.client_id}: {order.instrument} isn't among the instruments in use "
                f"({', '.join(self.markets) or 'none'}). Nothing was sent."
            )
        return self.markets[order.instrument]

    async def _reference(self, order: Order, market: Row) -> Decimal | None:
        """The price that sizes a market buy by cost: the best offer now."""
        if not self.capabilities.market_buy_by_cost or order.side < 0:
            return None
        if order.limit is not None or order.trigger is not None:
            return None
        book = await self._ask("the best offer", lambda: self._open.fetch_order_book(market["symbol"], 5))
        if not book["asks"]:
            raise OrderRefused(
                f"order {order.client_id}: nobody offers {order.instrument}. Nothing was sent."
            )
        price = number(book["asks"][0][0])
        check_cost(order, order.quantity * price, self._known[order.instrument])
        return price

    def _tell(self, order: Order, market: Row, row: Row) -> None:
        """The answer is news as well: streams may be down."""
        self._names.learn(market["symbol"], str(row["id"]), order.client_id)
        for event in events_of(row):
            self._say(order, str(row["id"]), event)

    def _say(self, order: Order, venue_id: str, event: Any) -> None:
        self._queue.put_nowait(OrderUpdate(order.client_id, venue_id, order.instrument, event, self.now()))

    async def _ask(self, what: str, ask: Callable[[], Awaitable[T]]) -> T:
        return await answers.query(self.venue, self.dialect, what, ask)

    async def _command(self, what: str, order: Order, ask: Callable[[], Awaitable[T]]) -> T:
        return await answers.command(self.venue, self.dialect, self._pace, what, order, ask)


NO_KEY = "Name its variables as key_env and secret_env in [venue]."


def _pace(exchange: Any, dialect: Dialect) -> Pace:
    """ccxt weighs requests; ``rateLimit`` ms are one unit. A fifth is left for what we don't see."""
    rate = dialect.rate or 0.8 * 1000.0 / max(float(exchange.rateLimit), 1.0)
    orders = dialect.capabilities.orders_per_s
    return Pace(rate, max(dialect.burst_s * rate, 1.0), Bucket(orders, max(orders, 1.0)))
