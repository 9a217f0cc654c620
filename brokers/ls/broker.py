"""LS Securities as a broker: the contract's thirteen methods, each with the pieces that do it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from brokers.candle import MS, Candle
from brokers.candles import Candles
from brokers.contract import (
    AccountReport,
    BrokerEvent,
    Capabilities,
    Feed,
    FillReport,
    OrderReport,
    PositionReport,
)
from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.ls.chains import Chains
from brokers.ls.derivatives import Derivatives
from brokers.ls.events import Account, FoEvents
from brokers.ls.gate import Gate, Sessions
from brokers.ls.listing import Listing
from brokers.ls.market_messages import MarketMessages
from brokers.ls.masters import front
from brokers.ls.messages import Message
from brokers.ls.mode import check_clock, clock_offset, kind_of
from brokers.ls.rest import Rest
from brokers.ls.socket import Stream
from brokers.ls.stock_events import StockEvents
from brokers.ls.stocks import Stocks
from brokers.ls.streams import Streams
from brokers.ls.tokens import Tokens
from brokers.ls.trading import Trading, priced, readable
from brokers.ls.values import session_day
from brokers.ls.wire import Wire
from desk.orders import Fill, Order
from market import krx
from market.bars import Bars
from market.errors import ConfigError, VenueDown
from market.instruments import Instrument
from market.krx.clock import clock_of, day_of
from market.timeframes import DAY, HOUR, SECOND

_LOG = logging.getLogger(__name__)

SHARE = 6  # characters of a share's code
PATIENCE = 2 * SECOND  # after a close until its bar is asked for
PAGE = 5 * DAY  # of history, at once
NIGHT = 12 * HOUR  # the session of a night, its auctions included
DERIVATIVES = Capabilities(
    echoes_client_id=False, resting_stops=False, replaces=False, short=True, query_lag_s=2.0, orders_per_s=8.0
)
NO_KEY = "ls: LS says nothing without an app key. Name its variables as key_env and secret_env in [venue]."
NOT_CONNECTED = "ls isn't connected. Call connect first."
STOCKS = replace(DERIVATIVES, short=False)


@dataclass(eq=False)
class LsBroker:
    """One account of LS: futures and options, or stocks, as LS has an account and a key for each. No trading
    state is kept here: rules, and names of orders.

    use: the instruments that orders, fills and positions are asked of; those of ``instruments`` and
    ``subscribe`` are added. clock: ns UTC. haste: by which LS's rates are multiplied, for simulators that
    don't count. result_s: until a cancellation's result, which a stream says, is looked up. quiet_s: that the
    stream may say nothing while prices are subscribed to and traded. sessions: when an instrument trades;
    days: KRX's. wire: of an address and a timeout.
    """

    access: LsAccess
    keys: Keys
    use: tuple[str, ...] = ()
    clock: Callable[[], int] = time.time_ns
    patience: int = PATIENCE
    tick_s: float = 0.1
    haste: float = 1.0
    result_s: float = 2.0
    quiet_s: float = 60.0
    sessions: Sessions = krx.session_of
    wire: Callable[[str, float], Wire] = Wire
    days: krx.Calendar = field(default_factory=krx.calendar)
    kind: str = field(init=False, default="")  # "real" or "paper" once connected

    def __post_init__(self) -> None:
        self._queue: asyncio.Queue[BrokerEvent | None] = asyncio.Queue()
        self._stocks = bool(self.use) and len(self.use[0].partition("@")[0]) == SHARE
        self._known: dict[str, Instrument] = {}
        self._doubted: set[date] = set()
        self._offset = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._wire: Wire | None = None
        self._trading: Trading | None = None
        self._streams: Streams | None = None

    @property
    def capabilities(self) -> Capabilities:
        return STOCKS if self._stocks else DERIVATIVES

    @property
    def venue(self) -> str:
        return "ls"

    @property
    def forward(self) -> bool:
        return False

    def now(self) -> int:
        """LS's time, ns UTC."""
        return self.clock() + self._offset

    # --- life

    async def connect(self) -> None:
        if self._wire is not None:
            return
        if not self.keys:
            raise ConfigError(NO_KEY)
        self._wire = self.wire(self.access.rest, self.access.timeout_s)
        self.tokens = Tokens(self._wire, self.keys, self.now, self._token_renewed)
        self.rest = Rest(self._wire, self.tokens, self.haste)
        self._listing = Listing(self.rest, self.access, self.now, self.days)
        try:
            offset, doubt = await clock_offset(self.rest, self.clock())
            check_clock(offset, doubt, self.access)
            self._offset = 0 if doubt >= abs(offset) else offset
            self.kind = await kind_of(self.rest, self.access)
            self._begin_account()
            await self.instruments(self.use)
        except BaseException:
            await self.close()
            raise

    def _begin_account(self) -> None:
        """What the account's kind needs: its TRs, its events, what KRX would refuse of it."""
        symbols: dict[str, str] = {}
        account = Account(
            Chains(), symbols, self._queue.put_nowait, priced(self._known), self.now, self._session_day
        )
        desk: Derivatives | Stocks
        events: FoEvents | StockEvents
        if self._stocks:
            desk = Stocks(self.rest, self.kind == "real", self.access.life)
            events = StockEvents(account, desk.executions)
        else:
            desk = Derivatives(self.rest, self.kind == "real", self.access.life)
            events = FoEvents(account)
        at_once = self.access.life != "day"
        gate = Gate(self._listing, self.kind == "paper", self.now, self.days, self.sessions, at_once)
        self._trading = Trading(
            account, desk, events, gate, self._known, self.now, self.days, self._until_looked_up
        )
        self._streams = Streams(
            self._stocks, self.kind == "real", self._trading, MarketMessages(symbols, self.now),
            self._listing, self._known, self.sessions, self.days, self.now, self._queue.put_nowait,
        )  # fmt: skip

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._streams is not None:
            await self._streams.close()
        wire, self._wire = self._wire, None
        self._queue.put_nowait(None)
        if wire is not None:
            await wire.close()
            await asyncio.sleep(0)  # sessions end in the loop's next turn

    async def measure_clock(self) -> int:
        """Ask for LS's time again; ns by which this machine's is ahead of it. Raises VenueDown."""
        assert self._orders
        offset, doubt = await clock_offset(self.rest, self.clock())
        self._offset = 0 if doubt >= abs(offset) else offset
        return -self._offset

    # --- market data

    async def instruments(self, ids: Sequence[str]) -> tuple[Instrument, ...]:
        orders = self._orders
        new = [name for name in dict.fromkeys(ids) if name not in self._known]
        for name in new:
            self._check_kind(name)
            found = await self._listing.instrument(name)
            self._known[name] = found
            orders.account.instruments[found.symbol] = name
        over = self._listing.expired & set(ids)
        if new and over == set(ids):
            nearest = await front(self.rest)
            raise ConfigError(
                f"{', '.join(sorted(over))}: expired. Name a contract that is listed, such as {nearest}@ls."
            )
        return tuple(self._known[name] for name in ids)

    def _check_kind(self, name: str) -> None:
        if (len(name.partition("@")[0]) == SHARE) != self._stocks and (self._known or self.use):
            raise ConfigError(
                f"{name}: LS has an account and an app key for stocks, and others for futures and options. "
                "Trade them by two bots, each with its key."
            )

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        from brokers.ls import charts

        [found] = await self.instruments([instrument])
        now = self.now()
        asked = (self.rest, found, timeframe, start, min(end, now), now)
        bars = await charts.bars(*asked)
        span = self.sessions(found, now, self.days)
        self._say_doubt(span)
        if self.kind == "real" and span.session is krx.Session.NIGHT and end > now - NIGHT:
            bars = charts.joined(bars, await charts.night(*asked))
        return bars

    async def pages(
        self, instrument: str, timeframe: int, start: int, end: int
    ) -> AsyncIterator[tuple[int, list[Candle]]]:
        """(ns up to which it has been asked, candles), a few days at a time. Of nights LS keeps none."""
        end = min(end, self.now())
        while start < end:
            until = min(start + PAGE, end)
            bars = await self.bars(instrument, timeframe, start, until)
            columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
            rows = zip((bars.ts // MS).tolist(), *(column.tolist() for column in columns), strict=True)
            start = until
            yield start, [list(row) for row in rows]

    # --- streams

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None:
        await self.instruments(instruments)
        assert self._streams is not None
        if self._streams.socket is not None:
            raise ConfigError("ls: subscribe is called once, with all that is wanted.")
        if Feed.BARS in feeds and timeframe <= 0:
            raise ConfigError(f"ls: bars are subscribed to with timeframe = {timeframe}; expected ns.")
        url = self.access.socket(self.kind)
        self._streams.begin(url, self.tokens, self.quiet_s, instruments, feeds)
        if Feed.BARS in feeds:
            candles = Candles(
                tuple(instruments), timeframe, self._bars_of(timeframe), self._queue.put_nowait, self.now,
                self.patience, self.tick_s,
            )  # fmt: skip
            self._tasks.append(asyncio.create_task(candles.run()))

    def _bars_of(self, timeframe: int) -> Callable[[str, int, int], Awaitable[Bars]]:
        return lambda name, start, end: self.bars(name, timeframe, start, end)

    async def events(self) -> AsyncIterator[BrokerEvent]:
        while True:
            event = await self._queue.get()
            if event is None:
                return
            yield event

    async def listen(self, stream: Stream, hear: Callable[[Message], None]) -> None:
        """Hear one more stream (TR, key) that isn't of the contract: news, hits of a condition. After
        ``subscribe``. Raises VenueDown or ConfigError."""
        if self._streams is None:
            raise VenueDown(NOT_CONNECTED)
        await self._streams.listen(stream, hear)

    @property
    def connections(self) -> int:
        """How often the stream has come up: what ``listen`` asked for before isn't heard any more."""
        return self._streams.connections if self._streams is not None else 0

    def _token_renewed(self) -> None:
        if self._streams is not None:
            self._streams.again()

    # --- orders

    async def submit(self, order: Order) -> None:
        await self._orders.submit(order)

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        await self._orders.replace(order, quantity, price)

    async def cancel(self, order: Order) -> None:
        await self._orders.cancel(order)

    def claim(self, client_id: str, venue_id: str, sent: int, fills: Sequence[Fill] = ()) -> None:
        self._orders.claim(client_id, venue_id, sent, fills)

    async def orders(self, since: int) -> list[OrderReport]:
        return await self._orders.orders(since)

    async def fills(self, since: int) -> list[FillReport]:
        return await self._orders.fills(since)

    # --- the account

    async def positions(self) -> list[PositionReport]:
        multipliers = {each.symbol: each.multiplier for each in self._known.values()}
        with readable("positions"):
            held = await self._orders.desk.positions(multipliers)
        return [held.get(each.symbol, PositionReport(each.id, Decimal(0))) for each in self._known.values()]

    async def orderable(self, instrument: str, side: int, price: Decimal | None = None) -> int:
        """Lots or shares that the account could order now. price: None = at the market. Raises VenueDown."""
        [found] = await self.instruments([instrument])
        span = self.sessions(found, self.now(), self.days)
        night = span.session is krx.Session.NIGHT
        return await self._orders.desk.orderable(found.symbol, side, price, night)

    async def account(self) -> AccountReport:
        with readable("money"):
            return await self._orders.desk.account(self.now())

    # --- pieces

    @property
    def _orders(self) -> Trading:
        if self._wire is None or self._trading is None:
            raise VenueDown(NOT_CONNECTED)
        return self._trading

    def _until_looked_up(self) -> float:
        """Seconds that a result is waited for: none where no stream would say it."""
        listening = self._streams is not None and Feed.ORDERS in self._streams.feeds
        return self.result_s if listening else 0.0

    def _say_doubt(self, span: krx.Span) -> None:
        """Once a day: that its hours aren't known."""
        day = day_of(span.start)
        if span.phase.unsure and day not in self._doubted:
            self._doubted.add(day)
            _LOG.warning(
                "ls: %s may be the day of the college entrance examination, on which everything is an hour "
                "later: nothing is entered until %s, nor in other hours that would differ. Name that day in "
                "[krx] of the profile",
                day,
                clock_of(span.end),
            )

    def _session_day(self) -> str:
        return session_day(self.now(), self.days)
