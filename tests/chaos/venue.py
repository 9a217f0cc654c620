"""A simulated Binance in a process of its own: it goes on while bots die, and says what is true."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from brokers.simulators import BinanceSim, Fault, Kind, WallClock, shifted
from market.bars import Bars
from market.instruments import Instrument
from tests.chaos.life import SECOND, SYMBOLS

HISTORY, N_BARS = 100, 20_000
STARTS = (30_000.0, 2_000.0, 50.0)


@dataclass(frozen=True)
class Truth:
    """What the venue knows. orders: client id → (units filled, rests), of those with one; twice: ids that two
    orders have. held: units by currency."""

    orders: dict[str, tuple[str, bool]]
    twice: tuple[str, ...]
    held: dict[str, str]
    faults: dict[str, int]


def walk(symbol: str, seed: int, start: float) -> Bars:
    """One-second bars that cross their own means every few bars."""
    rng = np.random.default_rng(seed)
    close = np.round(start * np.exp(np.cumsum(rng.normal(0.0, 0.0015, N_BARS))), 2)
    open_ = np.r_[close[:1], close[:-1]]
    high = np.round(np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.0005, N_BARS))), 2)
    low = np.round(np.minimum(open_, close) * (1.0 - np.abs(rng.normal(0.0, 0.0005, N_BARS))), 2)
    volume = np.round(rng.uniform(50.0, 500.0, N_BARS), 3)
    ts = np.arange(N_BARS, dtype=np.int64) * SECOND
    return Bars(Instrument(f"{symbol}@binance"), SECOND, ts, open_, high, low, close, volume)


def serve(pipe: Connection, seed: int) -> None:
    """The process: says its address, then answers until told to stop."""
    asyncio.run(_serve(pipe, seed))


async def _serve(pipe: Connection, seed: int) -> None:
    now = time.time_ns() // 1_000_000
    bars = {
        symbol: shifted(walk(symbol, seed + k, start), now, HISTORY)
        for k, (symbol, start) in enumerate(zip(SYMBOLS, STARTS, strict=True))
    }
    async with BinanceSim(spot=bars, history=HISTORY, clock=WallClock(), seed=seed) as sim:
        forgiving = asyncio.create_task(_forgive(sim))
        playing = sim.run(1.0)
        pipe.send(f"http://{sim.url}")
        armed: list[Fault] = []
        frozen = 0.0
        loop = asyncio.get_running_loop()
        while True:
            asked: tuple[str, Any] = await loop.run_in_executor(None, pipe.recv)
            if asked[0] == "stop":
                forgiving.cancel()
                return
            if asked[0] == "fault":
                kind, where, probability, value = asked[1]
                extra = {} if value is None else {"value": value}
                armed.append(sim.faults.add(Kind[kind], where, probability=probability, times=None, **extra))
                pipe.send(None)
            elif asked[0] == "calm":
                sim.faults.clear()
                pipe.send(None)
            elif asked[0] == "freeze":
                playing.cancel()
                frozen = loop.time()
                pipe.send(None)
            elif asked[0] == "thaw":
                await sim.advance(round(loop.time() - frozen))  # what others would have traded meanwhile
                playing = sim.run(1.0)
                pipe.send(None)
            else:
                pipe.send(truth(sim, armed))


async def _forgive(sim: BinanceSim) -> None:
    """Hundreds of starts in a few minutes are more than the venue allows; limits are a fault of their own."""
    while True:
        for window in (*sim.weights.values(), *sim.order_counts.values()):
            window.used = 0
        await asyncio.sleep(0.2)


def truth(sim: BinanceSim, armed: list[Fault]) -> Truth:
    """Everything about the account's orders."""
    orders: dict[str, tuple[str, bool]] = {}
    twice = []
    for order in sim.exchange.orders.values():
        name = order.ticket.client_id
        if name in orders:
            twice.append(name)
        orders[name] = (str(order.filled), order.open)
    held = {name: str(each.free + each.locked) for name, each in sim.account.balances.items()}
    hits: Counter[str] = Counter()
    for fault in armed:
        hits[fault.kind.name] += fault.hits
    return Truth(orders, tuple(twice), held, dict(hits))
