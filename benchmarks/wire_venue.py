"""The venue of the benchmarks of a live bot: a simulated Binance in a process of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from brokers.simulators import Account, BinanceSim, Listing, VirtualClock
from brokers.simulators.binance import binance_urls
from market.bars import Bars
from market.instruments import Instrument

MINUTE = 60 * 10**9
START = 1_700_000_040 * 10**9 // MINUTE * MINUTE
SYMBOL = "AAAUSDT"
KEY, SECRET = "k3y-of-a-benchmark", "s3cr3t-of-a-benchmark"
HISTORY = 4_000  # bars that are over when the bot comes: what the filters look back on


class SharedClock(VirtualClock):
    """The venue's time, ms UTC, for both processes; never goes back."""

    def __init__(self, shared: Any) -> None:
        super().__init__()
        self._shared = shared

    def now(self) -> int:
        return int(self._shared.value)

    def set(self, now: int) -> None:
        self._shared.value = max(self._shared.value, now)


@dataclass(frozen=True)
class Venue:
    """What the bot's process has of it."""

    url: str
    clock: SharedClock
    pipe: "Connection[int, str]"

    def point(self, exchange: Any) -> None:
        """Make an unmodified ccxt exchange talk to it."""
        exchange.urls = exchange.deep_extend(exchange.urls, binance_urls(self.url))

    async def advance(self) -> None:
        """Play a bar; its frames have left when this returns."""
        self.pipe.send(1)
        while not self.pipe.poll():
            await asyncio.sleep(0.0005)
        self.pipe.recv()


Play = Callable[[Any, SharedClock, int], Awaitable[None]]  # (pipe, clock, bars); says its address first


async def bar_by_bar(pipe: Any, clock: SharedClock, bars: int) -> None:
    """One symbol; a bar whenever it is asked for."""
    sim = opened({SYMBOL: market(HISTORY + bars)}, clock)
    async with sim:
        asked = listening(pipe)
        pipe.send(sim.url)
        while True:
            await asked.wait()
            asked.clear()
            while pipe.poll():
                pipe.recv()
                await sim.advance(1)
                pipe.send("played")


@contextmanager
def venue(bars: int, play: Play = bar_by_bar) -> Iterator[Venue]:
    """``bars`` to be played. Its process ends with the block."""
    context = get_context("spawn")
    shared, (ours, theirs) = context.Value("q", START // 10**6), context.Pipe()
    process = context.Process(target=_serve, args=(theirs, shared, bars, play), daemon=True)
    process.start()
    try:
        if not ours.poll(60):
            raise TimeoutError("the simulated venue did not start within 60 s")
        yield Venue(ours.recv(), SharedClock(shared), ours)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Any, shared: Any, bars: int, play: Play) -> None:
    asyncio.run(_played(play(pipe, SharedClock(shared), bars)))


async def _played(life: Awaitable[None]) -> None:
    await life


def opened(bars: Mapping[str, Bars], clock: SharedClock) -> BinanceSim:
    """A spot market after its history, not started."""
    lot = Decimal("0.001")
    sim = BinanceSim(
        bars,
        account=Account.funded({"USDT": 10_000_000}, key=KEY, secret=SECRET),
        listings={
            symbol: Listing(symbol, symbol[:-4], "USDT", lot=lot, min_quantity=lot, level=Decimal(100_000))
            for symbol in bars
        },
        history=HISTORY,
        clock=clock,
    )
    for window in (*sim.weights.values(), *sim.order_counts.values()):
        window.limit = 10**9  # they count real minutes, in which weeks are played
    return sim


def listening(pipe: Any) -> asyncio.Event:
    """Set when something was sent."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(pipe.fileno(), asked.set)
    return asked


def market(count: int, seed: int = 5, symbol: str = SYMBOL) -> Bars:
    """Minute bars that wander about 100 and cross their means every few bars."""
    random = np.random.default_rng(seed)
    steps = random.normal(0.0, 0.002, count)
    level = np.zeros(count)
    for bar in range(1, count):  # drawn back to 100, so that it may go on for long
        level[bar] = 0.999 * level[bar - 1] + steps[bar]
    close = np.round(100.0 * np.exp(level), 2)
    open_ = np.r_[close[0], close[:-1]]
    high, low = np.maximum(open_, close) + 0.03, np.minimum(open_, close) - 0.03
    ts = START + MINUTE * (np.arange(count, dtype=np.int64) - HISTORY)
    volume = np.exp(random.normal(6.0, 0.5, count)).round(3)
    return Bars(Instrument(f"{symbol}@binance"), MINUTE, ts, open_, high, low, close, volume)
