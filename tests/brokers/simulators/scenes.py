"""Small markets and clients for the simulators' tests."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import ccxt.async_support
import ccxt.pro
import numpy as np

from brokers.simulators import Account, BinanceSim, point_at
from market.bars import Bars
from market.instruments import Instrument

MINUTE = 60 * 10**9
START = 1_700_000_040 * 10**9 // MINUTE * MINUTE
T = TypeVar("T")


def bars_of(
    closes: list[float], symbol: str = "BTCUSDT", venue: str = "binance", spread: float = 5.0
) -> Bars:
    """One-minute bars through given closes: each opens at the last close, its extremes ``spread`` beyond."""
    close = np.asarray(closes, float)
    open_ = np.r_[close[0], close[:-1]]
    ts = START + MINUTE * np.arange(len(close), dtype=np.int64)
    high, low = np.maximum(open_, close) + spread, np.minimum(open_, close) - spread
    instrument = Instrument(f"{symbol}@{venue}", base="BTC", quote="USDT", lot=1e-5)
    return Bars(instrument, MINUTE, ts, open_, high, low, close, np.full(len(close), 40.0))


def flat(count: int = 20, price: float = 30_000.0) -> list[float]:
    return [price] * count


def run(scene: Coroutine[Any, Any, T], timeout: float = 20.0) -> T:
    """One scene, to its end or failure in time."""

    async def timed() -> T:
        return await asyncio.wait_for(scene, timeout)

    return asyncio.run(timed())


@asynccontextmanager
async def client(sim: Any, kind: str = "binance", pro: bool = False, **options: Any) -> AsyncIterator[Any]:
    """An unmodified ccxt (or ccxt.pro) exchange, pointed at the simulator."""
    library = ccxt.pro if pro else ccxt.async_support
    account: Account = sim.account
    told = {"timeout": 2000, "enableRateLimit": False, "timeout_on_exit": 0, **options}
    exchange = getattr(library, kind)({"apiKey": account.key, "secret": account.secret, **told})
    point_at(exchange, sim)
    try:
        yield exchange
    finally:
        await exchange.close()


def spot(closes: list[float] | None = None, **more: Any) -> BinanceSim:
    return BinanceSim(spot={"BTCUSDT": bars_of(closes or flat())}, **more)


async def listening(sim: Any, streams: int = 1) -> None:
    """Until clients hear at least so many streams; a user stream counts as one."""
    while len(heard_by(sim)) < streams:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)


def heard_by(sim: Any) -> list[str]:
    """Names of the streams that somebody hears."""
    if not isinstance(sim, BinanceSim):
        return [kind for wanted in sim.public.wanted.values() for kind in wanted.codes] + [
            kind for _, wanted in sim.private.wanted.values() for kind in wanted.codes
        ]
    tables = (
        sim.spot_streams.listeners,
        sim.usdm_streams.listeners,
        sim.spot_user.listeners,
        sim.usdm_user.listeners,
    )
    return [name for table in tables for name, found in table.items() if found]
