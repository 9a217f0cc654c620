"""The same small market on every adapter: what the conformance cases play on.

A stage has one instrument, a broker connected to it, everything the broker said, and the market, which moves
only when it is told to.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np

from brokers.contract import Broker, BrokerEvent, Capabilities, Feed, LinkEvent, OrderUpdate
from brokers.crypto.access import Access
from brokers.crypto.broker import CcxtBroker
from brokers.crypto.dialect import Dialect
from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.ls.broker import DERIVATIVES, STOCKS, LsBroker
from brokers.paper import PaperBroker
from brokers.paper_venue import PaperVenue
from brokers.replay import Replay
from brokers.simulators import Account, BinanceSim, LsSim
from brokers.simulators.server import Simulator
from brokers.simulators.upbit import UpbitSim
from desk.orders import Order, OrderEvent, OrderView, decimal, status_of
from desk.rules import DeskRules
from market.bars import Bars, Panel
from market.instruments import Fees, Instrument
from tests.brokers.named import Named

MINUTE = 60 * 10**9
START = 1_700_008_200 * 10**9  # a Wednesday, 09:30 in Seoul
FLAT = (1.0,) * 12
FALLS = (1.0, 0.97, *(0.97,) * 10)  # the second bar closes 3 % below
RISES = (1.0, 1.03, *(1.03,) * 10)
ANSWER_S = 8.0  # a busy machine is no silent venue
SILENCE_S = 1.0  # where a venue is silent
MARGIN = 0.0002  # extremes beyond open and close


@dataclass(frozen=True)
class Adapter:
    """wire: the paths that faults are armed at; none = there is no network. stream: of the account; candle:
    of the bars. listing: of what lists orders. funds: of the account, in prices. retry_after: the venue says
    for how long it wants to be left alone; withdraws: keys exist that may move money out. coin: money's
    smallest. minutes: of trading in a row from ``START`` on.
    """

    name: str
    price: Decimal
    tick: Decimal
    quantity: Decimal
    capabilities: Capabilities
    submit: str = ""
    cancel: str = ""
    query: str = ""
    stream: str = ""
    candle: str = ""
    listing: str = "GET *"
    funds: int = 100
    retry_after: bool = True
    withdraws: bool = True
    coin: Decimal = Decimal(0)
    minutes: int = 1300

    @property
    def wire(self) -> bool:
        return bool(self.submit)

    def at(self, share: float) -> Decimal:
        """A price on the tick near ``share`` of the first."""
        return (self.price * decimal(share) / self.tick).to_integral_value() * self.tick

    def __str__(self) -> str:
        return self.name


def bars(adapter: Adapter, instrument: Instrument, shares: Sequence[float], volume: float = 40.0) -> Bars:
    """One-minute bars through ``shares`` of the price: each opens at the last close."""
    close = np.array([float(adapter.at(share)) for share in shares])
    open_ = np.r_[close[0], close[:-1]]
    tick = float(adapter.tick)
    beyond = np.ceil(close * MARGIN / tick) * tick
    ts = START + MINUTE * np.arange(len(close), dtype=np.int64)
    high = np.round(np.maximum(open_, close) + beyond, 6)
    low = np.round(np.minimum(open_, close) - beyond, 6)
    return Bars(instrument, MINUTE, ts, open_, high, low, close, np.full(len(close), volume))


@dataclass(eq=False)
class Stage:
    adapter: Adapter
    instrument: str
    broker: Broker
    sim: Any = None  # a Simulator, or None
    bars: Bars | None = None
    heard: list[BrokerEvent] = field(default_factory=list)
    steps: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)  # rows that the paper replay may give
    taken: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)  # rows that it gave

    # --- orders

    def order(
        self,
        name: str = "run-1",
        side: int = 1,
        size: float = 1.0,
        limit: float | Decimal | None = None,
        trigger: float | Decimal | None = None,
        reduces: bool = False,
        instrument: str = "",
    ) -> Order:
        """limit, trigger: shares of the first price, or prices as Decimal. size: of the usual quantity."""
        quantity = self.adapter.quantity * decimal(size)
        price, stop = self._price(limit), self._price(trigger)
        return Order(name, instrument or self.instrument, side, quantity, price, stop, reduces)

    def _price(self, share: float | Decimal | None) -> Decimal | None:
        return share if share is None or isinstance(share, Decimal) else self.adapter.at(share)

    # --- what is known

    def updates(self, name: str) -> list[OrderEvent]:
        found = [each for each in self.heard if isinstance(each, OrderUpdate) and each.client_id == name]
        return [each.event for each in found]

    def view(self, order: Order) -> OrderView:
        """By what was heard alone."""
        return status_of(order, self.updates(order.client_id))

    async def asked(self, order: Order, since: int = START) -> OrderView | None:
        """By what the venue lists alone; None = it has no such order."""
        reports = [
            each for each in await self.broker.orders(since) if each.order.client_id == order.client_id
        ]
        assert len(reports) <= 1, reports
        if not reports:
            return None
        events: list[OrderEvent] = list(reports[0].events)
        for fill in await self.broker.fills(since):
            if fill.update.client_id == order.client_id:
                events.append(fill.update.event)
        return status_of(order, events)

    async def resting(self) -> set[str]:
        """Client ids that rest, as the venue lists them."""
        return {report.order.client_id for report in await self.broker.orders(START) if report.rests}

    def links(self, feed: Feed) -> list[str]:
        return [each.link.name for each in self.heard if isinstance(each, LinkEvent) and each.feed is feed]

    # --- the market and time

    async def advance(self, bars: int = 1) -> None:
        """Play bars, and let the broker say what they brought."""
        if self.sim is not None:
            await self.sim.advance(bars)
            await asyncio.sleep(0.02)
            return
        for _ in range(bars):
            self.steps.put_nowait(None)
            await asyncio.wait_for(self.taken.get(), 5)

    async def until(self, what: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait for something to be heard."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not what():
            assert asyncio.get_running_loop().time() < deadline, f"not heard in {timeout} s: {self.heard}"
            await asyncio.sleep(0.01)

    async def listen(self) -> None:
        async for event in self.broker.events():
            self.heard.append(event)


# --- Binance and Upbit over their simulators


def account(adapter: Adapter, **more: Any) -> Account:
    quote = "KRW" if adapter.name in ("upbit", *LIKE_LS) else "USDT"
    return Account.funded({quote: adapter.price * adapter.funds}, **more)


def simulator(
    adapter: Adapter, shares: Sequence[float], who: Account, history: int, **more: Any
) -> Simulator:
    """more: of LS's simulator."""
    name = SYMBOLS[adapter.name]
    played = {name: bars(adapter, Instrument(f"{name}@{adapter.name}"), shares)}
    if adapter.name == "upbit":
        return UpbitSim(played, account=who, history=history)
    if adapter.name == "binance":
        return BinanceSim(played, account=who, history=history)
    if adapter.name in LIKE_LS:
        return LsSim(played, account=who, history=history, rates=False, **more)
    twin = account(adapter, key=who.key, secret=who.secret)
    return BinanceSim(usdm=played, account=who, futures_account=twin, history=history)


def broker_of(adapter: Adapter, sim: Any, **more: Any) -> Any:
    """A broker of the simulated venue, not connected. more: of ``Access``."""
    who = sim.account
    keys = Keys(more.pop("key", who.key), more.pop("secret", who.secret))
    if adapter.name in LIKE_LS:
        return ls_broker_of(sim, keys, SYMBOLS[adapter.name], **more)
    access = Access(adapter.name, "KEY", "SECRET", timeout_s=more.pop("timeout_s", ANSWER_S), **more)
    use = (f"{SYMBOLS[adapter.name]}@{adapter.name}",)
    now = sim.clock.now
    return CcxtBroker(
        access, keys, dialect(adapter.name), use, point=sim.point, clock=lambda: now() * 10**6,
        patience=0, tick_s=0.01, settle_s=0.03,
    )  # fmt: skip


def ls_broker_of(
    sim: Any, keys: Keys, symbol: str, timeout_s: float = ANSWER_S, quiet_s: float = 60.0, **more: Any
) -> Named:
    """LS's, under our names. more: of ``LsAccess``."""
    where = {"url": sim.rest_url, "socket_url": sim.socket_url.removesuffix("/websocket")}
    fee = 0.00015 if len(symbol) == 6 else 0.00003
    access = LsAccess("KEY", "SECRET", margin=0.1, fee=fee, timeout_s=timeout_s, **where, **more)
    now = sim.clock.now
    return Named(
        LsBroker(
            access, keys, (f"{symbol}@ls",), clock=lambda: now() * 10**6, patience=0, tick_s=0.01,
            haste=1_000.0, result_s=0.3, quiet_s=quiet_s,
        )
    )  # fmt: skip


def told_of(broker: Any, before: Any) -> None:
    """Tell a broker what the keeper of orders knows from one before it, where the venue knows no ids."""
    if isinstance(broker, Named):
        for number, name in before.names.items():
            broker.names[number] = name
            broker.claim(name, number, START)


def dialect(name: str) -> Dialect:
    from brokers.registry import _dialect

    found: Dialect = _dialect(name)
    return found


@asynccontextmanager
async def venue(
    adapter: Adapter,
    shares: Sequence[float] = FLAT,
    feeds: Sequence[Feed] = (),
    history: int = 0,
    **more: Any,
) -> AsyncIterator[Stage]:
    """A stage on a simulator, connected and, with ``feeds``, subscribed."""
    who: Account = more.pop("who", None) or account(adapter)
    of_sim = {name: more.pop(name) for name in ("doubts", "paper", "products") if name in more}
    async with simulator(adapter, shares, who, history, **of_sim) as sim:
        broker = broker_of(adapter, sim, **more)
        name = broker.use[0]
        await broker.connect()
        stage = Stage(adapter, name, broker, sim, sim.replay.tracks[0].bars)
        listening = asyncio.create_task(stage.listen())
        if feeds:
            await broker.subscribe([name], set(feeds), MINUTE)
            await stage.until(lambda: all("UP" in stage.links(feed) for feed in feeds))
        try:
            yield stage
        finally:
            await broker.close()
            await asyncio.wait_for(listening, 5)


# --- paper


@asynccontextmanager
async def paper(
    adapter: Adapter,
    shares: Sequence[float] = FLAT,
    feeds: Sequence[Feed] = (),
    history: int = 0,
    **more: Any,
) -> AsyncIterator[Stage]:
    """A stage on the paper broker, fed by a replay that waits to be told."""
    instrument = Instrument(
        "BTCUSDT@paper", base="BTC", quote="USDT", ticks=((0.0, float(adapter.tick)),), lot=1e-5,
        min_quantity=1e-5, max_quantity=9000.0, min_notional=5.0, fees=Fees(0.001, 0.001, "base"),
    )  # fmt: skip
    played = bars(adapter, instrument, shares)
    columns = {
        name: getattr(played, name).reshape(-1, 1) for name in ("open", "high", "low", "close", "volume")
    }
    panel = Panel((instrument,), MINUTE, played.ts, **columns)
    stage = Stage(adapter, instrument.id, None, None, played)  # type: ignore[arg-type]
    first = True

    async def pace() -> None:
        nonlocal first
        if not first:
            stage.taken.put_nowait(None)
        first = False
        await stage.steps.get()

    rules = replace(DeskRules(), cash=float(adapter.price) * 100)
    source = Gated(Replay(panel, pace=pace), pace)
    stage.broker = PaperBroker(PaperVenue((instrument,), rules), source, MINUTE)
    await stage.broker.connect()
    listening = asyncio.create_task(stage.listen())
    try:
        yield stage
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


@dataclass(eq=False)
class Gated:
    """A replay whose first row waits as well."""

    replay: Replay
    pace: Callable[[], Any]

    async def events(self) -> AsyncIterator[Any]:
        await self.pace()
        async for event in self.replay.events():
            yield event


LIKE_LS = ("ls", "ls_stocks")
SYMBOLS = {
    "binance": "BTCUSDT",
    "binanceusdm": "BTCUSDT",
    "upbit": "KRW-BTC",
    "ls": "101TC000",
    "ls_stocks": "005930",
}
PAPER = Adapter(
    "paper",
    Decimal(30_000),
    Decimal("0.01"),
    Decimal("0.01"),
    Capabilities(brackets=True, short=True, resting_stops=False),
)
BINANCE = Adapter(
    "binance", Decimal(30_000), Decimal("0.01"), Decimal("0.01"), dialect("binance").capabilities,
    "POST /api/v3/order", "DELETE /api/v3/order", "GET /api/v3/openOrders", "user", "btcusdt@kline_1m",
)  # fmt: skip
USDM = Adapter(
    "binanceusdm", Decimal(30_000), Decimal("0.1"), Decimal("0.01"), dialect("binanceusdm").capabilities,
    "POST /fapi/v1/order", "DELETE /fapi/v1/order", "GET /fapi/v1/openOrders", "user", "btcusdt@kline_1m",
)  # fmt: skip
UPBIT = Adapter(
    "upbit", Decimal(30_000_000), Decimal(1000), Decimal("0.01"), dialect("upbit").capabilities,
    "POST /v1/orders", "DELETE /v1/order", "GET /v1/orders/open", "myOrder",
)  # fmt: skip
LS = Adapter(
    "ls", Decimal("330.00"), Decimal("0.05"), Decimal(10), DERIVATIVES,
    "POST /futureoption/order CFOAT00100", "POST /futureoption/order CFOAT00300",
    "POST /futureoption/accno t0434", "?01", coin=Decimal(1), minutes=360,
    listing="POST /futureoption/accno *", funds=10_000_000, retry_after=False, withdraws=False,
)  # fmt: skip
LS_STOCKS = replace(
    LS, name="ls_stocks", price=Decimal(60_000), tick=Decimal(100), capabilities=STOCKS,
    submit="POST /stock/order CSPAT00601", cancel="POST /stock/order CSPAT00801",
    query="POST /stock/accno t0425", stream="SC?", listing="POST /stock/accno *", funds=100_000,
)  # fmt: skip
ADAPTERS = (PAPER, BINANCE, USDM, UPBIT, LS, LS_STOCKS)


def stage(adapter: Adapter, shares: Sequence[float] = FLAT, feeds: Sequence[Feed] = (), **more: Any) -> Any:
    """The adapter's stage, an async context manager."""
    return (
        paper(adapter, shares, feeds, **more) if adapter is PAPER else venue(adapter, shares, feeds, **more)
    )
