"""LS's simulator with a whole bot on it, whose market moves only when it is told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from brokers.keys import Keys
from brokers.ls.access import LsAccess
from brokers.ls.broker import LsBroker
from brokers.simulators import Account, LsSim, contract_of
from brokers.simulators.ls_ledger import NEW
from live.control.places import Places
from live.host import Hosted, host
from live.redaction import Redactor
from maemae.compose_live import Outside
from maemae.compose_live_market import streamed
from maemae.live_bot import LiveBot
from maemae.live_engine import wired
from maemae.profile import check_profile, read_tables
from maemae.settings import Profile
from market.bars import Bars
from market.instruments import Instrument
from market.krx.clock import ns_of
from records.journal import Journal

CONFIG = Path(__file__).resolve().parents[2] / "config"
SWINGS = [1000.0] * 31 + [1000.0 + 0.5 * k for k in range(1, 15)] + [1007.0 - 0.5 * k for k in range(1, 40)]


def alone(code: str, **more: Any) -> dict[str, Any]:
    """Changes to a profile: one lot of one contract, without filters and barriers."""
    return {
        "market": {"instruments": [f"{code}@ls"], "timeframe": "1m"},
        "filters": [],
        "monitor": {},
        "sizing": {"use": "fixed", "quantity": 1},
        "live": {"local_stops": True, "warmup": 20},
        **more,
    }


CROSSES = alone(
    "A016C000",
    strategy=[{"use": "sma_cross", "fast": 2, "slow": 5, "shorts": True}],
    sizing={"use": "fixed", "quantity": 2},
)


@dataclass
class Desk:
    """A bot that trades at a simulator whose market moves only when it is told to."""

    sim: LsSim
    hosted: Hosted
    life: "asyncio.Task[str]"
    held: list[dict[str, int]] = field(default_factory=list)  # lots by symbol, after each bar

    async def play(self, bars: int) -> None:
        """Bar by bar, each once the bot has done what the one before asked for."""
        history, sending = self.hosted.bot.engine.session.reader.history, self.hosted.bot.engine.sending
        for _ in range(bars):
            before = len(history)
            await self.sim.advance(1)
            await self.until(lambda before=before: len(history) > before)  # type: ignore[misc]
            await sending.idle()
            await asyncio.sleep(0.02)
            self.held.append(self.lots())

    async def until(self, true: Callable[[], bool]) -> None:
        deadline = asyncio.get_running_loop().time() + 20.0
        while not true():
            if self.life.done():
                self.life.result()
                raise AssertionError("the bot has ended")
            assert asyncio.get_running_loop().time() < deadline, self.hosted.bot.engine.sending.in_flight
            await asyncio.sleep(0.005)

    def lots(self) -> dict[str, int]:
        account = self.sim.account
        return {s: int(account.position(s).amount) for s in self.sim.exchange.listings}

    def orders(self) -> list[Any]:
        return [entry for entry in self.sim.ledger.entries.values() if entry.kind == NEW]


def bars_of(code: str, day: date, minute: int, closes: list[float], timeframe: int, spread: float) -> Bars:
    close = np.asarray(closes, float)
    open_ = np.r_[close[0], close[:-1]]
    ts = ns_of(day, minute) + timeframe * np.arange(len(close), dtype=np.int64)
    high, low = np.maximum(open_, close) + spread, np.minimum(open_, close) - spread
    return Bars(
        Instrument(f"{code}@ls"), timeframe, ts, open_, high, low, close, np.full(len(close), 4_000.0)
    )


def joined(first: Bars, second: Bars) -> Bars:
    fields = ("ts", "open", "high", "low", "close", "volume")
    columns = [np.r_[getattr(first, name), getattr(second, name)] for name in fields]
    return Bars(first.instrument, first.timeframe, *columns)


@asynccontextmanager
async def trading(
    profile: str,
    folder: Path,
    played: dict[str, Bars],
    history: int,
    change: dict[str, Any],
    before: Callable[[LsSim], None] = lambda sim: None,
) -> AsyncIterator[Desk]:
    """The profile with some of its tables changed, live at LS's simulator, from bar ``history`` on."""
    checked = profile_of(profile, change)
    money = Account.funded({"KRW": int(checked.cash)}, key="key", secret="secret")
    contracts = [contract_of(code) for code in played]
    async with LsSim(played, contracts=contracts, account=money, history=history, rates=False) as sim:
        before(sim)
        async with living(profile, checked, folder, sim) as desk:
            yield desk


def profile_of(profile: str, change: dict[str, Any]) -> Profile:
    path = CONFIG / f"{profile}.toml"
    tables = read_tables(path)
    patient = {"controls": {"max_reconcile_age": "168h"}}  # days pass in no time: the watch's are the wall's
    tables |= {"mode": "live", "risk": {**tables["risk"], **patient}} | change
    return check_profile(tables, str(path))


def broker_at(sim: LsSim, checked: Profile) -> LsBroker:
    """A connection to be."""
    now = sim.clock.now
    where = {"url": sim.rest_url, "socket_url": sim.socket_url.removesuffix("/websocket")}
    return LsBroker(
        LsAccess("KEY", "SECRET", margin=0.1, fee=checked.venue.fee, timeout_s=1.0, **where),
        Keys(sim.account.key, sim.account.secret),
        tuple(checked.market.instruments),
        clock=lambda: now() * 10**6,
        patience=0,
        tick_s=0.01,
        haste=1e4,
        result_s=0.3,
    )


@asynccontextmanager
async def living(profile: str, checked: Profile, folder: Path, sim: LsSim) -> AsyncIterator[Desk]:
    """One life there, on the journal in ``folder``."""
    path = CONFIG / f"{profile}.toml"
    async with AsyncExitStack() as stack:
        broker = broker_at(sim, checked)
        await broker.connect()
        market = await streamed(checked, broker)
        bot = LiveBot(checked, path, path.read_text(encoding="utf-8"), Places(folder).make())
        journal = stack.enter_context(Journal.open(bot.journal, bot.account))
        hosted = await wired(bot, market, journal, Outside(Redactor(())))
        life = asyncio.create_task(host(hosted))
        desk = Desk(sim, hosted, life)
        try:
            await desk.until(lambda: hosted.bot.trading)
            await asyncio.sleep(0.2)
            yield desk
        finally:
            hosted.bot.end("the test is over")
            await asyncio.gather(life, return_exceptions=True)


def run(scene: Awaitable[None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 120))  # type: ignore[arg-type]
