"""A simulated venue in a process of its own: it goes on while bots die, and says what is true."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brokers.simulators import Account, BinanceSim, Exchange, Fault, Kind, UpbitSim, WallClock, shifted
from market.bars import Bars
from market.instruments import Instrument
from tests.chaos.marked import MarkedSim
from tests.chaos.worlds import SECOND, World

HISTORY, N_BARS = 100, 20_000
Sim = BinanceSim | UpbitSim | MarkedSim


@dataclass(frozen=True)
class Truth:
    """What the venue knows. orders: client id → (units filled, rests), of those with one; twice: ids that two
    orders have. afford: ids of orders that were sized in money and spent no more. held: signed units by
    instrument."""

    orders: dict[str, tuple[str, bool]]
    twice: tuple[str, ...]
    afford: frozenset[str]
    held: dict[str, str]
    faults: dict[str, int]


def walk(symbol: str, seed: int, start: float, tick: float = 0.0) -> Bars:
    """One-second bars that cross their own means every few bars. tick: of prices, which then stay near."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, 0.0015, N_BARS)
    close = np.round(start * np.exp(np.cumsum(steps)), 2)
    if tick:
        return _near(symbol, start, tick, steps)
    open_ = np.r_[close[:1], close[:-1]]
    high = np.round(np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.0005, N_BARS))), 2)
    low = np.round(np.minimum(open_, close) * (1.0 - np.abs(rng.normal(0.0, 0.0005, N_BARS))), 2)
    volume = np.round(rng.uniform(50.0, 500.0, N_BARS), 3)
    ts = np.arange(N_BARS, dtype=np.int64) * SECOND
    return Bars(Instrument(f"{symbol}@binance"), SECOND, ts, open_, high, low, close, volume)


def _near(symbol: str, start: float, tick: float, steps: NDArray[np.float64]) -> Bars:
    """Bars that are drawn back to their start: a day's limits hold them."""
    place, places = 0.0, []
    for step in steps.tolist():
        place = 0.98 * place + step
        places.append(place)
    close = np.round(start * np.exp(np.array(places)) / tick) * tick
    open_ = np.r_[close[:1], close[:-1]]
    high, low = np.maximum(open_, close) + tick, np.minimum(open_, close) - tick
    ts = np.arange(N_BARS, dtype=np.int64) * SECOND
    prices = [np.round(each, 4) for each in (open_, high, low, close)]
    return Bars(Instrument(f"{symbol}@ls"), SECOND, ts, *prices, np.full(N_BARS, 400.0))


def simulator(world: World, seed: int) -> Sim:
    """The venue, whose history ends now."""
    now = time.time_ns() // 1_000_000 + world.ahead
    bars = {
        symbol: shifted(walk(symbol, seed + k, start, world.tick), now, HISTORY)
        for k, (symbol, start) in enumerate(zip(world.symbols, world.starts, strict=True))
    }
    clock = WallClock(world.ahead)
    if world.name == "ls":
        rich = Account.funded({"KRW": world.money}, key="key", secret="secret")
        return MarkedSim(bars, account=rich, history=HISTORY, clock=clock, seed=seed, rates=False)
    if world.name == "upbit":
        money = Account.funded({"KRW": world.money})
        return UpbitSim(bars, account=money, history=HISTORY, clock=clock, seed=seed)
    if world.name == "binance_usdm":
        return BinanceSim(usdm=bars, history=HISTORY, clock=clock, seed=seed)
    return BinanceSim(spot=bars, history=HISTORY, clock=clock, seed=seed)


def serve(pipe: Connection, seed: int, world: World) -> None:
    """The process: says its address, then answers until told to stop."""
    asyncio.run(_serve(pipe, seed, world))


async def _serve(pipe: Connection, seed: int, world: World) -> None:
    async with simulator(world, seed) as sim:
        _forgive(sim)
        market = Market(sim)
        playing = asyncio.create_task(market.play())
        pipe.send(f"http://{sim.url}")
        armed: list[Fault] = []
        loop = asyncio.get_running_loop()
        while True:
            asked: tuple[str, Any] = await loop.run_in_executor(None, pipe.recv)
            if asked[0] == "stop":
                playing.cancel()
                return
            if asked[0] == "fault":
                kind, where, probability, value = asked[1]
                extra = {} if value is None else {"value": value}
                armed.append(sim.faults.add(Kind[kind], where, probability=probability, times=None, **extra))
            elif asked[0] == "calm":
                sim.faults.clear()
            elif asked[0] == "freeze":
                await market.freeze()
            elif asked[0] == "thaw":
                market.moving.set()
            pipe.send(truth(sim, world, armed) if asked[0] == "truth" else None)


@dataclass(eq=False)
class Market:
    """Plays bars when the clock says so; after it stood still, what was missed at once."""

    sim: Sim
    moving: asyncio.Event = field(default_factory=asyncio.Event)
    _still: asyncio.Event = field(default_factory=asyncio.Event)

    async def play(self) -> None:
        self.moving.set()
        while not self.sim.replay.over:
            if not self.moving.is_set():
                self._still.set()
                await self.moving.wait()
            self._still.clear()
            for ms in self.sim.replay.frame():
                await asyncio.sleep(max(ms - self.sim.clock.now(), 0) / 1000)

    async def freeze(self) -> None:
        """Return when the bar under way has closed and nothing moves any more."""
        self.moving.clear()
        await self._still.wait()


def _forgive(sim: Sim) -> None:
    """Hundreds of starts in a few minutes are more than the venue allows; limits are a fault of their own."""
    if isinstance(sim, UpbitSim):
        windows = list(sim.windows.values())
    elif isinstance(sim, MarkedSim):
        return
    else:
        windows = [*sim.weights.values(), *sim.order_counts.values()]
    for window in windows:
        window.limit = 10**9


def truth(sim: Sim, world: World, armed: list[Fault]) -> Truth:
    """Everything about the account's orders."""
    if isinstance(sim, MarkedSim):
        return _of_marks(sim, world, armed)
    exchange = sim.futures if isinstance(sim, BinanceSim) and world.short else sim.exchange
    orders: dict[str, tuple[str, bool]] = {}
    twice = []
    for order in exchange.orders.values():
        name = order.ticket.client_id
        if name in orders:
            twice.append(name)
        orders[name] = (str(order.filled), order.open)
    by_cost = [order for order in exchange.orders.values() if order.ticket.cost is not None]
    afford = frozenset(order.ticket.client_id for order in by_cost if order.spent <= (order.ticket.cost or 0))
    return Truth(orders, tuple(twice), afford, _held(exchange, world), _hits(armed))


def _of_marks(sim: MarkedSim, world: World, armed: list[Fault]) -> Truth:
    """The same where the venue knows no ids of ours, and the witness's header said them."""
    found = sim.orders()
    assert not sim.unmarked(), f"orders {sim.unmarked()} have no mark"
    seen = Counter(name for name, _, _ in found)
    orders = {name: (filled, rests) for name, filled, rests in found}
    twice = tuple(name for name, count in seen.items() if count > 1)
    return Truth(orders, twice, frozenset(), _held(sim.exchange, world), _hits(armed))


def _hits(armed: list[Fault]) -> dict[str, int]:
    hits: Counter[str] = Counter()
    for fault in armed:
        hits[fault.kind.name] += fault.hits
    return dict(hits)


def _held(exchange: Exchange, world: World) -> dict[str, str]:
    """Positions; where there are none, what is owned of each base currency."""
    (account,) = exchange.accounts.values()
    held = {}
    for symbol, name in zip(world.symbols, world.ids, strict=True):
        listing = exchange.listings[symbol]
        units = account.position(symbol).amount if listing.margin else account.balance(listing.base).total
        held[name] = str(units)
    return held
