"""200 symbols live, each told of every second: the share of a core that a bot takes.

The venue plays in a process of its own at its true speed: a trade and a quote a second for every symbol,
their klines, closed bars each minute, and the answers to the bot's orders.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import numpy as np

from benchmarks.table import Row, limit
from benchmarks.wire import PROFILE, bot
from benchmarks.wire_venue import HISTORY, MINUTE, SharedClock, listening, market, opened, venue
from brokers.crypto.binance_spot import BinanceSpot
from brokers.simulators.market import MS, Print, Track
from live.host import Hosted, host
from market.bars import Bars

SYMBOLS, WARM, BARS = 200, 1, 3  # bars that don't count, and that do; one lasts a minute
WANTED = 0.5  # of a core
READY_S = 300.0  # at most until the bot trades
NAMES = tuple(f"A{a}{b}USDT" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQRST")[:SYMBOLS]
SETTINGS: dict[str, Any] = PROFILE | {
    "market": {"instruments": [f"{name}@binance" for name in NAMES], "timeframe": "1m"},
    "strategy": [{"use": "sma_cross", "fast": 20, "slow": 50}],
}


class Ready(BinanceSpot):
    """History is asked for at once; afterwards requests are few."""

    rate = 1_000.0


@dataclass(frozen=True)
class Used:
    """cpu, wall: seconds. klines, messages: that came. bars, orders: that were seen and sent."""

    cpu: float
    wall: float
    klines: int
    messages: int
    bars: int
    orders: int


def rows() -> Iterator[Row]:
    """The share of a core, as CPU seconds of a second; wrong if the venue was too slow to say all."""
    used = asyncio.run(measured())
    told = used.klines / (SYMBOLS * used.wall)
    note = (
        f"{SYMBOLS} symbols, {used.wall:.0f} s: {used.messages / used.wall:,.0f} messages a second, "
        f"{told:.2f} klines of each symbol; {used.bars} rows, {used.orders} orders"
    )
    right = told >= 0.98 and used.bars >= BARS and used.orders > 0
    yield limit("wide", used.cpu / used.wall, WANTED, right, "limit, of one core", note=note)


async def measured() -> Used:
    with (
        tempfile.TemporaryDirectory() as folder,
        venue(WARM + BARS + 2, at_its_speed) as place,
        ExitStack() as stack,
    ):
        hosted, broker, _ = await bot(SETTINGS, Ready(), place, Path(folder), stack)
        heard = _counted(broker._open)
        life = asyncio.create_task(host(hosted))
        try:
            await _trading(hosted, life)
            place.pipe.send(1)
            await asyncio.sleep(60.0 * WARM)
            return await _used(hosted, heard)
        finally:
            hosted.bot.end("measured")
            await asyncio.gather(life, return_exceptions=True)


async def _trading(hosted: Hosted, life: "asyncio.Task[str]") -> None:
    deadline = time.monotonic() + READY_S
    while not hosted.bot.trading:
        if life.done() or time.monotonic() > deadline:
            raise RuntimeError(f"the bot did not trade within {READY_S:g} s: {life}")
        await asyncio.sleep(0.1)
    await asyncio.sleep(2.0)  # until every stream is open


async def _used(hosted: Hosted, heard: dict[str, int]) -> Used:
    def now() -> tuple[float, float, int, int, int, int]:
        spent, session = getrusage(RUSAGE_SELF), hosted.bot.engine.session
        orders = len(session.orders.known)
        counts = (heard["klines"], heard["messages"], len(session.reader.history), orders)
        return spent.ru_utime + spent.ru_stime, time.monotonic(), *counts

    before = now()
    await asyncio.sleep(60.0 * BARS)
    return Used(*(b - a for a, b in zip(before, now(), strict=True)))  # type: ignore[arg-type]


def _counted(exchange: Any) -> dict[str, int]:
    """What ccxt is given to handle from now on."""
    heard, handle = {"messages": 0, "klines": 0}, exchange.handle_message

    def handle_message(client: Any, message: Any) -> None:
        heard["messages"] += 1
        said = message.get("data", message) if isinstance(message, dict) else {}
        heard["klines"] += isinstance(said, dict) and said.get("e") == "kline"
        handle(client, message)

    exchange.handle_message = handle_message
    return heard


async def at_its_speed(pipe: Any, clock: SharedClock, bars: int) -> None:
    """The venue's life: it stands still until it is told to go, then a second is a second."""
    sim = opened({name: market(HISTORY + bars, k, name) for k, name in enumerate(NAMES)}, clock)
    for k, track in enumerate(sim.replay.tracks):
        _every_second(track, bars, k * 1_000 // SYMBOLS)
    async with sim:
        asked = listening(pipe)
        pipe.send(sim.url)
        await asked.wait()
        await sim.run()
        await asyncio.Event().wait()


def _every_second(track: Track, bars: int, offset: int) -> None:
    """A quote and a trade a second, ``offset`` ms into it."""
    for index in range(HISTORY, HISTORY + bars):
        track.prints[index] = [
            each
            for second, price in enumerate(_walk(track.bars, index))
            for each in _moment(track.start(index) + 1_000 * second + offset, price, second)
        ]


def _walk(bars: Bars, index: int) -> list[float]:
    """From open to close over high and low, a price a second."""
    o, h, l, c = (float(each[index]) for each in (bars.open, bars.high, bars.low, bars.close))
    seconds = MINUTE // (1_000 * MS)
    prices = np.interp(np.linspace(0, 3, seconds), [0, 1, 2, 3], [o, h, l, c])
    return [round(price, 2) for price in prices.tolist()]


def _moment(ms: int, price: float, second: int) -> list[Print]:
    bid, ask = (round(price - 0.01, 2), 1_000.0), (round(price + 0.01, 2), 1_000.0)
    return [Print(ms, bid=bid, ask=ask), Print(ms, price, 1.0 + second % 7, buyer_maker=second % 2 == 0)]
