"""Lives of a whole bot on paper, bar by bar: assembled from a profile, served, stopped, begun again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from brokers.contract import TimeEvent
from brokers.paper import PaperBroker
from brokers.replay import Replay
from live.bot import RunningBot
from live.control.places import Places
from live.host import Hosted, host
from live.recovery import STATE
from live.redaction import Redactor
from maemae.compose_live import Outside, assemble
from maemae.compose_live_market import replayed
from maemae.live_bot import LiveBot
from maemae.profile import check_profile
from market.bars import Panel
from market.instruments import Instrument
from records.journal import Journal

MINUTE = 60 * 10**9
START = 1_700_000_040 * 10**9 // MINUTE * MINUTE
NAMES = ("AAA@test", "BBB@test")
PROFILE: dict[str, Any] = {
    "name": "lives",
    "mode": "paper",
    "cash": 100_000.0,
    "strategy": [{"use": "sma_cross", "fast": 3, "slow": 8}],
    "filters": [{"use": "technical"}, {"use": "regime"}],
    "sizing": {"use": "fixed", "quantity": 10.0},
    "monitor": {"stop": "2%", "target": "3%"},
    "fills": {"participation": 0.0},
    "risk": {"controls": {"max_losses_in_row": 1000, "max_executions": 1000}},
}


def walk(bars: int = 400, seed: int = 1) -> Panel:
    """Two instruments that wander about 100."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.004, (bars, 2)), axis=0))
    open_ = np.vstack([close[:1], close[:-1]])
    high = np.maximum(open_, close) * 1.001
    low = np.minimum(open_, close) * 0.999
    ts = START + MINUTE * np.arange(bars, dtype=np.int64)
    instruments = tuple(Instrument(name, lot=1.0) for name in NAMES)
    return Panel(instruments, MINUTE, ts, open_, high, low, close, np.full((bars, 2), 1e6))


def state(bot: RunningBot) -> dict[str, bytes]:
    """Everything of the desk that counts, by name."""
    book = bot.engine.session.trader.desk.book
    found = {f"account.{name}": book.account[name].tobytes() for name in STATE["account"]}
    found |= {f"instruments.{name}": book.instruments[name].tobytes() for name in STATE["instruments"]}
    for array in ("positions", "learners", "evidence"):
        found |= {
            f"{array}.{name}": _bytes(getattr(book, array)[name]) for name in getattr(book, array).dtype.names
        }
    return found


def _bytes(column: "np.ndarray[Any, Any]") -> bytes:
    """Without what fills the gaps between fields."""
    names = column.dtype.names
    return column.tobytes() if names is None else b"".join(column[name].tobytes() for name in names)


@dataclass(eq=False)
class Life:
    """One life. ``step`` lets bars happen; nothing moves between."""

    hosted: Hosted
    journal: Journal
    task: "asyncio.Task[str]"
    go: "asyncio.Queue[None]"
    gone: "asyncio.Queue[None]"

    @property
    def bot(self) -> RunningBot:
        return self.hosted.bot

    async def step(self, bars: int = 1) -> None:
        """Let bars happen, and all that follows from them."""
        for _ in range(bars):
            self.go.put_nowait(None)
            taken = asyncio.ensure_future(self.gone.get())
            await asyncio.wait({taken, self.task}, return_when=asyncio.FIRST_COMPLETED, timeout=120)
            if self.task.done():
                self.task.result()
            assert taken.done(), "the bar did not pass"
        await self.bot.engine.sending.idle()

    async def until(self, what: Any, most: int = 300) -> None:
        """Bar by bar until ``what()`` is true."""
        for _ in range(most):
            if what():
                return
            await self.step()
        raise AssertionError(f"not within {most} bars")


@asynccontextmanager
async def life(folder: Path, panel: Panel, warmup: int = 0, **changes: Any) -> AsyncIterator[Life]:
    """A life on the journal in ``folder``, stopped in good order at the end. warmup: bars of before."""
    profile = check_profile({**PROFILE, **changes}, "test")
    bot = LiveBot(profile, folder / "profile.toml", 'name = "lives"', Places(folder).make())
    with Journal.open(bot.journal, bot.account) as journal:
        market = replace(replayed(profile, panel), warmup=warmup)
        hosted = assemble(bot, market, journal, Outside(Redactor()))
        broker = hosted.bot.engine.broker
        assert isinstance(broker, PaperBroker) and isinstance(broker.source, Replay)
        go: asyncio.Queue[None] = asyncio.Queue()
        gone: asyncio.Queue[None] = asyncio.Queue()
        broker.source = Gated(broker.source, go, gone, hosted.bot)
        task = asyncio.create_task(host(hosted))
        try:
            while not hosted.bot.trading and not task.done():
                await asyncio.sleep(0.002)
            yield Life(hosted, journal, task, go, gone)
        finally:
            hosted.bot.end("the test is over")
            await task


@dataclass(eq=False)
class Gated:
    """A replay whose rows wait to be let through."""

    source: Replay
    go: "asyncio.Queue[None]"
    gone: "asyncio.Queue[None]"
    bot: RunningBot

    async def events(self) -> AsyncIterator[Any]:
        first = True
        stream = self.source.events()
        async for event in stream:
            if first:
                await self.go.get()
                first = False
            yield event
            if isinstance(event, TimeEvent):
                await self.bot.engine.sending.idle()
                self.gone.put_nowait(None)
                first = True

    async def bars(self, *arguments: Any) -> Any:
        return await self.source.bars(*arguments)
