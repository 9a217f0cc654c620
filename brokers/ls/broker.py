"""LS Securities as a broker: the contract's thirteen methods, each with the pieces that do it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from brokers.candle import MS, Candle
from brokers.candles import Candles
from brokers.contract import (
    AccountReport,
    BrokerEvent,
    Capabilities,
    Feed,
    FillReport,
    Link,
    LinkEvent,
    OrderReport,
    OrderUpdate,
    PositionReport,
)
from brokers.keys import Keys
from brokers.ls import status
from brokers.ls.access import LsAccess
from brokers.ls.chains import Chains
from brokers.ls.derivatives import Derivatives
from brokers.ls.events import NIGHT_STREAMS, STREAMS, Account, FoEvents, trade_id
from brokers.ls.lines import Listed, orders_of
from brokers.ls.listing import Listing
from brokers.ls.market_messages import MarketMessages, market_streams
from brokers.ls.messages import Message
from brokers.ls.mode import check_clock, clock_offset, kind_of
from brokers.ls.rest import Refused, Rest
from brokers.ls.socket import Socket
from brokers.ls.tokens import Tokens
from brokers.ls.values import SEOUL
from brokers.ls.wire import Wire
from desk.orders import Canceled, Fill, Order, decimal
from market import krx
from market.bars import Bars
from market.errors import ConfigError, DataError, OrderRefused, OutcomeUnknown, VenueDown
from market.instruments import Instrument
from market.timeframes import DAY, SECOND

PATIENCE = 2 * SECOND  # after a close until its bar is asked for
PAGE = 5 * DAY  # of history, at once
TOO_MANY_LOTS = "01442"  # more than rests
WON = Decimal(1)
CAPABILITIES = Capabilities(
    echoes_client_id=False, resting_stops=False, replaces=False, short=True, query_lag_s=2.0, orders_per_s=8.0
)
NO_KEY = "ls: LS says nothing without an app key. Name its variables as key_env and secret_env in [venue]."
Sessions = Callable[[Instrument, int, krx.Calendar], krx.Span]


@dataclass(eq=False)
class LsBroker:
    """One account of LS: futures and options. No trading state is kept here: rules, and names of orders.

    use: the instruments that orders, fills and positions are asked of; those of ``instruments`` and
    ``subscribe`` are added. clock: ns UTC. haste: by which LS's rates are multiplied, for simulators that
    don't count. result_s: until a cancellation's result, which a stream says, is looked up. sessions: when an
    instrument trades; days: KRX's. wire: of an address and a timeout.
    """

    access: LsAccess
    keys: Keys
    use: tuple[str, ...] = ()
    clock: Callable[[], int] = time.time_ns
    patience: int = PATIENCE
    tick_s: float = 0.1
    haste: float = 1.0
    result_s: float = 2.0
    sessions: Sessions = krx.session_of
    wire: Callable[[str, float], Wire] = Wire
    days: krx.Calendar = field(default_factory=krx.calendar)
    kind: str = field(init=False, default="")  # "real" or "paper" once connected

    def __post_init__(self) -> None:
        self._queue: asyncio.Queue[BrokerEvent | None] = asyncio.Queue()
        self._known: dict[str, Instrument] = {}
        self._used: set[str] = set()  # our ids that were sent
        self._way: set[tuple[object, ...]] = set()  # what orders on their way are told apart by
        self._states = krx.States()
        self._offset = 0
        self._feeds: set[Feed] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._wire: Wire | None = None
        self._socket: Socket | None = None

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

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
        self._chains = Chains()
        self._account = Account(self._chains, {}, self._queue.put_nowait, self._priced, self.now)
        self._events = FoEvents(self._account)
        self._market = MarketMessages(self._account.instruments, self.now)
        self._listing = Listing(self.rest, self.access, self._today)
        try:
            offset, doubt = await clock_offset(self.rest, self.clock())
            check_clock(offset, doubt, self.access)
            self._offset = 0 if doubt >= abs(offset) else offset
            self.kind = await kind_of(self.rest, self.access)
            self._desk = Derivatives(self.rest, self.kind == "real")
            await self.instruments(self.use)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()
        wire, self._wire = self._wire, None
        self._queue.put_nowait(None)
        if wire is not None:
            await wire.close()
            await asyncio.sleep(0)  # sessions end in the loop's next turn

    async def measure_clock(self) -> int:
        """Ask for LS's time again; ns by which this machine's is ahead of it. Raises VenueDown."""
        self._open()
        offset, doubt = await clock_offset(self.rest, self.clock())
        self._offset = 0 if doubt >= abs(offset) else offset
        return -self._offset

    # --- market data

    async def instruments(self, ids: Sequence[str]) -> tuple[Instrument, ...]:
        self._open()
        for name in dict.fromkeys(ids):
            if name not in self._known:
                found = await self._listing.instrument(name)
                self._known[name] = found
                self._account.instruments[found.symbol] = name
        return tuple(self._known[name] for name in ids)

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        from brokers.ls import charts

        [found] = await self.instruments([instrument])
        now = self.now()
        asked = (self.rest, found, timeframe, start, min(end, now), now)
        bars = await charts.bars(*asked)
        span = self.sessions(found, now, self.days)
        if self.kind == "real" and span.session is krx.Session.NIGHT and end > span.start:
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
        if self._socket is not None:
            raise ConfigError("ls: subscribe is called once, with all that is wanted.")
        if Feed.BARS in feeds and timeframe <= 0:
            raise ConfigError(f"ls: bars are subscribed to with timeframe = {timeframe}; expected ns.")
        self._feeds = set(feeds)
        self._socket = Socket(self.access.socket(self.kind), self.tokens, self._heard, self._link)
        self._socket.want(self._streams(instruments, feeds))
        if Feed.BARS in feeds:
            candles = Candles(
                tuple(instruments), timeframe, self._bars_of(timeframe), self._queue.put_nowait, self.now,
                self.patience, self.tick_s,
            )  # fmt: skip
            self._tasks.append(asyncio.create_task(candles.run()))

    def _bars_of(self, timeframe: int) -> Callable[[str, int, int], Awaitable[Bars]]:
        return lambda name, start, end: self.bars(name, timeframe, start, end)

    def _streams(self, instruments: Sequence[str], feeds: set[Feed]) -> list[tuple[str, str]]:
        streams = [("JIF", "0")]
        for name in instruments:
            streams += market_streams(self._known[name], feeds, self.kind == "real")
        if Feed.ORDERS in feeds:
            nights = NIGHT_STREAMS if self.kind == "real" else ()
            streams += [(stream, "") for stream in (*STREAMS, *nights)]
        return streams

    async def events(self) -> AsyncIterator[BrokerEvent]:
        while True:
            event = await self._queue.get()
            if event is None:
                return
            yield event

    def _heard(self, message: Message) -> None:
        if message.tr in (*STREAMS, *NIGHT_STREAMS):
            self._begin_session()
            self._events.hear(message)
        elif message.tr == "JIF" and message.body is not None:
            self._hear_status(message.body)
        else:
            self._say_market(message)

    def _hear_status(self, body: Mapping[str, object]) -> None:
        try:
            self._states = status.after(self._states, body)
        except DataError:
            assert self._socket is not None
            self._socket.unread += 1
        self._listing.widened()

    def _say_market(self, message: Message) -> None:
        try:
            event = self._market(message)
        except DataError:
            assert self._socket is not None
            self._socket.unread += 1
            return
        if event is not None:
            self._queue.put_nowait(event)

    def _link(self, link: Link, reason: str) -> None:
        if link is Link.GAP:
            self._states = krx.States()  # what the market said meanwhile isn't said again
        for feed in sorted(self._feeds, key=lambda feed: feed.value):
            if link is not Link.GAP or feed is Feed.ORDERS:
                self._queue.put_nowait(LinkEvent(feed, link, reason, self.now()))

    def _token_renewed(self) -> None:
        if self._socket is not None:
            self._socket.again()

    # --- orders

    async def submit(self, order: Order) -> None:
        instrument = self._instrument(order)
        self._begin_session()
        night = await self._allowed(order, instrument, krx.Deed.NEW)
        if order.client_id in self._used:
            raise OrderRefused(f"order {order.client_id}: this id was used before. Nothing rests twice.")
        with self._on_its_way(order):
            self._used.add(order.client_id)
            self._account.departs(order.instrument)
            root = ""
            try:
                root = await self._desk.submit(order, night, f"submit of order {order.client_id}")
            except VenueDown:
                self._used.discard(order.client_id)  # LS did nothing
                raise
            finally:
                self._account.arrived(order.instrument, order.client_id, root)

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        """Only another price for all that rests: what LS makes of a part isn't known."""
        root, instrument = self._root(order), self._instrument(order)
        what = f"change of order {order.client_id}"
        if price is None or order.limit is None or quantity != order.quantity:
            raise OrderRefused(
                f"{what}: LS changes the price of a whole limit order only. The order is as it was; cancel "
                "it and send another."
            )
        night = await self._allowed(replace(order, limit=price), instrument, krx.Deed.REPLACE)
        listed = await self._listed(order, root)
        was = self._chains.newest(root)
        asked = await self._desk.change(order, was, listed.left, price, night, what)
        self._chains.link(asked, was)
        told = await self._account.result(asked, self._result_s())
        if told is not None and told.refused:
            raise OrderRefused(f"{what}: {told.refused}. The order is as it was.")
        after = await self._listed(order, root)
        if told is None and after.newest.number == was:
            raise OutcomeUnknown(f"{what}: LS took it and hasn't done it yet. Ask LS what became of it.")
        self._chains.changed(asked, was)

    async def cancel(self, order: Order) -> None:
        root, instrument = self._root(order), self._instrument(order)
        night = await self._allowed(order, instrument, krx.Deed.CANCEL)
        what = f"cancel of order {order.client_id}"
        listed = await self._listed(order, root)
        if not listed.left:
            raise self._gone(order, listed)
        was = self._chains.newest(root)
        try:
            asked = await self._desk.cancel(order, was, listed.left, night, what)
        except Refused as error:
            await self._refused_cancel(order, root, error)
            raise
        self._chains.link(asked, was)
        self._events.cancelling.add(asked)
        told = await self._account.result(asked, self._result_s())
        if told is not None and told.refused:
            self._events.cancelling.discard(asked)
            raise self._gone(order, await self._listed(order, root), told.refused)
        if told is None:
            await self._look_up(order, root, what)
        self._account.tell(order.instrument, root, Canceled(), self.now())

    async def _refused_cancel(self, order: Order, root: str, error: Refused) -> None:
        """A refusal says that nothing more can be cancelled, or that something filled meanwhile."""
        listed = await self._listed(order, root)
        if listed.left:
            raise VenueDown(f"{error} The order is as it was, and rests with {listed.left}.") from None
        raise self._gone(order, listed) from None

    async def _look_up(self, order: Order, root: str, what: str) -> None:
        """No stream said what a cancellation came to. Raises OutcomeUnknown while it rests."""
        listed = await self._listed(order, root)
        if listed.left:
            raise OutcomeUnknown(f"{what}: LS took it, and it still rests. Ask LS what became of it.")
        if listed.filled >= listed.first.quantity:
            raise self._gone(order, listed)

    @staticmethod
    def _gone(order: Order, listed: Listed, why: str = "") -> OrderRefused:
        filled = " It had filled." if listed.filled >= listed.first.quantity else ""
        return OrderRefused(f"order {order.client_id}: nothing rests under this id.{filled} {why}".rstrip())

    def claim(self, client_id: str, venue_id: str, sent: int) -> None:
        """This number is this order, if it left today: numbers begin anew with every trading day."""
        self._used.add(client_id)
        self._begin_session()
        if krx.trading_day(sent, self.days) == krx.trading_day(self.now(), self.days):
            self._chains.name(client_id, venue_id)

    # --- lists

    async def orders(self, since: int) -> list[OrderReport]:
        listed = await self._all_listed(since)
        reports = []
        for each in listed:
            name = self._account.instruments.get(each.first.symbol)
            if name is not None:
                reports.append(each.report(name, self._ours(each)))
        return reports

    async def fills(self, since: int) -> list[FillReport]:
        found = []
        for each in await self._all_listed(since):
            name = self._account.instruments.get(each.first.symbol)
            if name is None:
                continue
            for line in each.lines:
                for trade in line.trades:
                    if trade.ts >= since:
                        made = trade_id(name, trade.ts, trade.id)
                        fill = self._priced(name, Fill(made, trade.quantity, trade.price, ts=trade.ts))
                        update = OrderUpdate(self._ours(each), each.root, name, fill, trade.ts)
                        found.append(FillReport(update, line.side))
        return sorted(found, key=lambda fill: fill.update.ts)

    async def _all_listed(self, since: int) -> list[Listed]:
        self._open()
        self._begin_session()
        now = self.now()
        lines = await self._desk.lines(since, now, self.days)
        found = orders_of(lines)
        today = krx.trading_day(now, self.days).strftime("%Y%m%d")
        for each in found:
            if each.first.day == today:
                for line in each.lines[1:]:
                    self._chains.link(line.number, line.before)
                if each.newest is not each.first:
                    self._chains.changed(each.newest.number, each.root)
        return found

    async def _listed(self, order: Order, root: str) -> Listed:
        """One order of today as LS lists it. Raises OrderRefused where it doesn't."""
        now = self.now()
        listed = {each.root: each for each in await self._all_listed(now)}
        if root not in listed:
            raise OrderRefused(f"order {order.client_id}: LS lists no order {root} today; nothing rests.")
        return listed[root]

    def _ours(self, listed: Listed) -> str:
        today = krx.trading_day(self.now(), self.days).strftime("%Y%m%d")
        return self._chains.ours(listed.root) if listed.first.day == today else ""

    # --- the account

    async def positions(self) -> list[PositionReport]:
        self._open()
        multipliers = {each.symbol: each.multiplier for each in self._known.values()}
        held = await self._desk.positions(multipliers)
        return [held.get(each.symbol, PositionReport(each.id, Decimal(0))) for each in self._known.values()]

    async def account(self) -> AccountReport:
        self._open()
        return await self._desk.account(self.now())

    # --- pieces

    def _open(self) -> None:
        if self._wire is None:
            raise VenueDown("ls isn't connected. Call connect first.")

    def _today(self) -> date:
        return datetime.fromtimestamp(self.now() // SECOND, SEOUL).date()

    def _begin_session(self) -> None:
        """Numbers begin anew with every trading day, and may with every session."""
        self._chains.begin(krx.trading_day(self.now(), self.days))

    def _instrument(self, order: Order) -> Instrument:
        self._open()
        if order.instrument not in self._known:
            raise OrderRefused(
                f"order {order.client_id}: {order.instrument} isn't among the instruments in use "
                f"({', '.join(self._known) or 'none'}). Nothing was sent."
            )
        return self._known[order.instrument]

    def _root(self, order: Order) -> str:
        self._open()
        self._begin_session()
        root = self._chains.number(order.client_id)
        if not root:
            raise OrderRefused(
                f"order {order.client_id}: no number of LS's is known for it; nothing rests under this id."
            )
        return root

    async def _allowed(self, order: Order, instrument: Instrument, deed: krx.Deed) -> bool:
        """Whether it goes to the night's TRs. Raises OrderRefused for what the exchange could only refuse."""
        if order.trigger is not None:
            raise OrderRefused(f"order {order.client_id}: LS keeps no stop orders. Nothing was sent.")
        now = self.now()
        span = self.sessions(instrument, now, self.days)
        night = span.session is krx.Session.NIGHT
        limits = None
        if deed is not krx.Deed.CANCEL and order.limit is not None:
            limits = await self._listing.limits_of(instrument)
        asked = krx.Asked(
            instrument,
            float(order.quantity),
            float(order.limit or 0),
            order.limit is None,
            night=night,
            deed=deed,
        )
        state = self._states.of(krx.Board.DERIVATIVES, night)
        if reason := krx.refusal(asked, now, span, state, limits):
            raise OrderRefused(f"order {order.client_id}: {reason}")
        if night and self.kind == "paper":
            raise OrderRefused(
                f"order {order.client_id}: paper accounts have no night session (01900). Nothing was sent."
            )
        return night

    @contextmanager
    def _on_its_way(self, order: Order) -> Iterator[None]:
        """One order of an instrument, side and price at a time: two couldn't be told apart."""
        terms = (order.instrument, order.side, order.limit)
        if terms in self._way:
            raise VenueDown(
                f"order {order.client_id}: another of this side and price is on its way. Nothing was sent."
            )
        self._way.add(terms)
        try:
            yield
        finally:
            self._way.discard(terms)

    def _priced(self, name: str, fill: Fill) -> Fill:
        """A fill with its fee: LS says none of them, so it is the profile's rate, in whole won."""
        instrument = self._known[name]
        worth = fill.price * fill.quantity * decimal(instrument.multiplier)
        return replace(fill, fee=(worth * decimal(instrument.fees.taker)).quantize(WON, ROUND_DOWN))

    def _result_s(self) -> float:
        """How long a result is waited for: not at all where no stream would say it."""
        return self.result_s if Feed.ORDERS in self._feeds else 0.0
