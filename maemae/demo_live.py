"""``maemae demo live``: the whole bot, offline, against a simulated Binance that speaks the real protocol.

Unmodified ccxt connects over loopback. The bars are real: days of US stocks, each played as a minute. What
goes wrong on the way is planted, shown, and survived.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from brokers.crypto.access import Access
from brokers.crypto.binance_spot import BinanceSpot
from brokers.crypto.broker import CcxtBroker
from brokers.keys import Keys
from brokers.simulators import Account, BinanceSim, Kind, Listing
from desk.orders import OrderStatus
from live.control.events import Event, Said
from live.control.places import Places
from live.host import Hosted, host
from live.redaction import Redactor
from maemae.compose_live import Outside, assemble
from maemae.compose_live_market import streamed
from maemae.live_bot import LiveBot
from maemae.profile import check_profile, read_tables
from maemae.settings import Profile
from market import demo_data
from market.bars import Bars
from market.instruments import Instrument
from records.journal import Journal

PROFILE = Path(__file__).resolve().parent.parent / "config" / "demo-live.toml"
MINUTE = 60 * 10**9
START = 1_700_000_040 * 10**9 // MINUTE * MINUTE
STOCKS = ("AAPL", "IBM", "MSFT")
HISTORY = 120  # bars that are over when the bot comes
ANSWER_S = 0.6  # what a lost answer costs
KEPT = 8  # events on the screen
COMPARED_EVERY = 8  # bars


@dataclass(frozen=True)
class Planted:
    """A fault: at which bar, and what a person would call it."""

    bar: int
    kind: Kind
    where: str
    words: str


FAULTS = (
    Planted(30, Kind.SILENT_ACCEPTED, "POST /api/v3/order", "the answer to the next order gets lost"),
    Planted(60, Kind.DISCONNECTED, "user", "the account's stream breaks"),
    Planted(
        90, Kind.ERROR_ACCEPTED, "POST /api/v3/order", "the next order is accepted, yet answered by a 503"
    ),
    Planted(120, Kind.DUPLICATED, "user", "the venue says a thing twice"),
    Planted(
        150, Kind.DROPPED_ACCEPTED, "POST /api/v3/order", "the connection drops in the middle of an answer"
    ),
    Planted(
        180, Kind.ERROR, "POST /api/v3/order", "the next order is answered by a 503 and was not accepted"
    ),
    Planted(210, Kind.GAP, "*kline*", "three messages of the market's are lost"),
)


@dataclass(eq=False)
class Scene:
    """What the screen shows. bar: of ``bars``. told: the newest events; faults: what was planted so far."""

    bars: int
    hosted: Hosted
    bar: int = 0
    told: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT))
    faults: list[tuple[Planted, bool]] = field(default_factory=list)
    epoch: str = ""
    number: int = 0


@dataclass(frozen=True)
class Ended:
    """drift: instruments that aren't as booked. appended: entries that a second comparison with the venue
    wrote; 0 = nothing was lost or doubled. struck: faults that happened."""

    scene: Scene
    orders: int
    at_venue: int
    drift: dict[str, str]
    appended: int
    struck: int


Show = Callable[[Scene], None]


async def play(bars: int, pace_s: float, show: Show, folder: Path) -> Ended:
    """Trade ``bars`` bars; ``show`` is called at each."""
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(_venue(bars))
        profile = check_profile(read_tables(PROFILE), str(PROFILE))
        hosted = await _bot(profile, sim, folder, stack)
        scene = Scene(bars, hosted)
        life = asyncio.create_task(host(hosted))
        try:
            await _until_trading(hosted, life)
            await _trade(scene, sim, pace_s, show, life)
            ended = None if life.done() else await _compare(scene, sim)
        finally:
            hosted.bot.end("the demo is over")
            await asyncio.gather(life, return_exceptions=True)
        if ended is None:  # it ended before its time: by a signal, or by what it died of
            life.result()
            raise KeyboardInterrupt
        return ended


def _venue(bars: int) -> BinanceSim:
    """A Binance that lists three stocks for USDT."""
    played = {f"{name}USDT": _minutes(name, HISTORY + bars) for name in STOCKS}
    listings = {symbol: _listing(symbol) for symbol in played}
    return BinanceSim(played, account=Account.funded({"USDT": 100_000}), listings=listings, history=HISTORY)


def _listing(symbol: str) -> Listing:
    """Deep enough that an order of the demo's fills at once, as the stock itself would let it."""
    lot = Decimal("0.001")
    return Listing(
        symbol, symbol.removesuffix("USDT"), "USDT", lot=lot, min_quantity=lot, level=Decimal(5000)
    )


def _minutes(name: str, count: int) -> Bars:
    """The newest days of a stock as consecutive minutes."""
    panel = demo_data.load()
    column = [one.symbol for one in panel.instruments].index(name)
    bars, _ = panel.bars(column)
    newest = slice(-count, None)
    ts = START + MINUTE * np.arange(count, dtype=np.int64)
    prices = {field: getattr(bars, field)[newest] for field in ("open", "high", "low", "close")}
    volume = bars.volume[newest] / 100.0
    return replace(
        bars, instrument=Instrument(f"{name}USDT@binance"), timeframe=MINUTE, ts=ts, volume=volume, **prices
    )


class Hurried(BinanceSpot):
    """The venue's limits count its own minutes, of which the demo plays several in a second."""

    burst_s = 600.0


async def _bot(profile: Profile, sim: BinanceSim, folder: Path, stack: AsyncExitStack) -> Hosted:
    """The bot of the demo's profile, connected to the simulator as to the venue itself."""
    now = sim.clock.now
    broker = CcxtBroker(
        Access("binance", "DEMO_KEY", "DEMO_SECRET", timeout_s=ANSWER_S),
        Keys(sim.account.key, sim.account.secret),
        Hurried(),
        tuple(profile.market.instruments),
        point=sim.point,
        clock=lambda: now() * 10**6,
        tick_s=0.02,
        settle_s=0.03,
    )
    await broker.connect()
    market = await streamed(profile, broker)
    bot = LiveBot(profile, PROFILE, PROFILE.read_text(encoding="utf-8"), Places(folder).make())
    journal = stack.enter_context(Journal.open(bot.journal, bot.account))
    redactor = Redactor((sim.account.key * 4, sim.account.secret * 4))
    return assemble(bot, market, journal, Outside(redactor))


async def _until_trading(hosted: Hosted, life: "asyncio.Task[str]") -> None:
    """And hears everything: the market doesn't wait for a stream that is only being opened."""
    wanted, up = {feed.value for feed in hosted.bot.engine.feeds}, set[str]()
    while not wanted <= up and not life.done():
        page = await hosted.bot.events("", 0, 0.0)
        up |= {
            event.body.text.partition(":")[0]
            for event in page.events
            if isinstance(event.body, Said) and event.body.code == "LINK_UP"
        }
        await asyncio.sleep(0.02)


async def _trade(scene: Scene, sim: BinanceSim, pace_s: float, show: Show, life: "asyncio.Task[str]") -> None:
    loop = asyncio.get_running_loop()
    for bar in range(1, scene.bars + 1):
        scene.bar, began = bar, loop.time()
        for each in FAULTS:
            if each.bar == scene.bar:
                sim.faults.add(each.kind, each.where)
                scene.faults.append((each, False))
        await sim.advance(1)
        await _caught_up(scene, life)
        struck = [fault for fault in sim.faults.armed]
        scene.faults = [(each, struck[place].hits > 0) for place, (each, _) in enumerate(scene.faults)]
        await _listen(scene)
        show(scene)
        if life.done():
            return
        await asyncio.sleep(max(pace_s - (loop.time() - began), 0.0))


async def _caught_up(scene: Scene, life: "asyncio.Task[str]") -> None:
    """Until the bot has seen the bar and done what it means; a lost answer takes its time."""
    bot = scene.hosted.bot
    history, first = bot.reader.history, bot.reader.start
    deadline = asyncio.get_running_loop().time() + 20.0
    # a stream is back within seconds, of which the demo's minutes have few
    while (len(history) - first < scene.bar or bot.guard.deaf_since is not None) and not life.done():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"bar {scene.bar} was not seen")
        await asyncio.sleep(0.005)
    await bot.engine.sending.idle()
    await bot.engine.sending.settled()
    if scene.bar % COMPARED_EVERY == 0:  # minutes pass too fast for the engine's own clockwork
        await bot.engine.reconcile()


async def _listen(scene: Scene) -> None:
    page = await scene.hosted.bot.events(scene.epoch, scene.number, 0.0)
    scene.epoch = page.epoch
    for event in page.events:
        scene.number = event.number
        scene.told.append(event)


async def _compare(scene: Scene, sim: BinanceSim) -> Ended:
    """Orders and positions of both sides, and a second look that must find nothing."""
    bot = scene.hosted.bot
    engine, journal = bot.engine, bot.engine.session.journal
    await engine.reconcile()
    await engine.sending.settled()
    await engine.sending.idle()
    before = journal.last
    await engine.reconcile()
    known = engine.session.orders.known.values()
    ours = [each for each in known if each.view.status not in (OrderStatus.DENIED, OrderStatus.REJECTED)]
    return Ended(
        scene,
        orders=len(ours),
        at_venue=len(sim.exchange.orders_of(sim.account.name)),
        drift=dict(engine.drifting),
        appended=journal.last - before,
        struck=sum(hit for _, hit in scene.faults),
    )


def run(bars: int, pace_s: float, show: Show) -> Ended:
    """The demo in a folder of its own, which goes with it."""
    with TemporaryDirectory(prefix="maemae-demo-") as folder:
        return asyncio.run(play(bars, pace_s, show, Path(folder)))
