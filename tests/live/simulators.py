"""A simulated Binance in a thread of its own, in real time: for bots that run as processes do."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from brokers.simulators import Account, BinanceSim, UpbitSim, WallClock, shifted
from market.bars import Bars
from market.instruments import Instrument

SECOND = 10**9
KEY, SECRET = "k3y-of-a-test", "s3cr3t-of-a-test"


def seconds(name: str, bars: int = 4000, seed: int = 3) -> Bars:
    """One-second bars that wander about 100 and cross their means often."""
    random = np.random.default_rng(seed)
    close = np.round(100.0 * np.exp(np.cumsum(random.normal(0.0, 0.0015, bars))), 2)
    open_ = np.r_[close[0], close[:-1]]
    high, low = np.maximum(open_, close) + 0.01, np.minimum(open_, close) - 0.01
    ts = 1_700_000_000 * SECOND + SECOND * np.arange(bars, dtype=np.int64)
    return Bars(Instrument(name), SECOND, ts, open_, high, low, close, np.full(bars, 50.0))


@contextmanager
def simulated(account: Account | None = None, skew_ms: int = 0, upbit: bool = False) -> Iterator[Any]:
    """A venue that plays a bar a second. skew_ms: how wrong its clock is."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    made: list[Any] = []

    async def play() -> None:
        symbol = "KRW-BTC" if upbit else "AAAUSDT"
        bars = shifted(seconds(f"{symbol}@sim"), time.time_ns() // 10**6, 1000)
        clock = WallClock(skew_ms)
        money = account or Account.funded({"KRW" if upbit else "USDT": 100_000}, key=KEY, secret=SECRET)
        kind: Any = UpbitSim if upbit else BinanceSim
        sim = kind({symbol: bars}, account=money, history=1000, clock=clock)
        async with sim:
            sim.soon = loop.call_soon_threadsafe  # what happens at the venue happens in its thread
            made.append(sim)
            sim.run()
            ready.set()
            await stopped.wait()

    stopped = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(play()), daemon=True)
    thread.start()
    assert ready.wait(20), "the simulator did not start"
    try:
        yield made[0]
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(10)
        loop.close()


def within(seconds: float, what: Callable[[], Any]) -> Any:
    """The first true answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:g} s")
