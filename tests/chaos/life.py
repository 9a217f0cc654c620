"""One life of a bot on a simulated Binance: started by the harness, and mostly killed by it."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brokers.contract import Broker, Feed
from brokers.registry import open_venue
from brokers.rows import Rows
from desk.orders import Order
from desk.pipeline import Pipeline
from desk.rules import DeskRules, MonitorRules, SizeBy, SizingRules, StrategyRules
from live.engine import Engine
from live.guard import Guard
from live.protection import Protection
from live.reading import History, Reader
from live.recovery import recover
from live.risk.gate import RiskGate
from live.risk.limits import RiskLimits
from live.sending import Sending
from live.session import Names, Session
from live.trader import Trader
from market.instruments import Instrument
from records.inputs import Start
from records.journal import Journal
from records.manifest import RunManifest
from strategies.sma_cross import SmaCross

SECOND = 1_000_000_000
SYMBOLS = ("BTCUSDT", "ETHUSDT", "XRPUSDT")
IDS = tuple(f"{symbol}@binance" for symbol in SYMBOLS)
MANIFEST = RunManifest("chaos", "chaos", "chaos", 0, {}, "cpu")
RULES = DeskRules(
    (
        StrategyRules(
            monitor=MonitorRules(stop=0.002, target=0.004),
            sizing=SizingRules(by=SizeBy.FRACTIONAL, notional=0.05, risk=0.0005),
        ),
    ),
    cash=100_000.0,
)
LIMITS = RiskLimits(
    max_executions=10**9,
    max_losses_in_row=10**9,
    max_daily_loss=0.9,
    max_drawdown=0.9,
    max_strategy_daily_loss=0.9,
)


@dataclass(eq=False)
class Life:
    """The engine and what it is made of."""

    engine: Engine
    session: Session
    broker: Broker


async def born(folder: Path, url: str) -> Life:
    """Connect, recover the journal and be ready to start."""
    os.environ.setdefault("CHAOS_KEY", "key")
    os.environ.setdefault("CHAOS_SECRET", "secret")
    settings = {"key_env": "CHAOS_KEY", "secret_env": "CHAOS_SECRET", "url": url, "timeout_s": 1.0}
    broker = open_venue("binance", settings, use=IDS)
    await broker.connect()
    instruments = await broker.instruments(IDS)
    return assembled(folder, broker, instruments)


def assembled(folder: Path, broker: Broker, instruments: tuple[Instrument, ...]) -> Life:
    """Put an engine together over a journal."""
    journal = Journal.open(folder / "journal.db", "chaos")
    trader = Trader(instruments, RULES, "chaos")
    pipeline = Pipeline((("sma_cross", SmaCross(fast=2, slow=3)),), (), RULES)
    session = Session(journal, trader, Reader(pipeline, History(instruments, SECOND)), Names(["sma"], []))
    gate = RiskGate(LIMITS, instruments, ["sma"])
    guard = Guard(gate, trader, time.time_ns, shorts=False, session=session, clock_offset=0)
    session.watch = guard.heard
    session.judge = guard.judge
    sending = Sending(
        broker, session, time.time_ns, judge=guard.judge, halted=guard.halted, settle_every_s=0.2, tell=_tell
    )
    guard.sending = sending
    protection = Protection(session, sending)
    sending.before_exit = protection.free
    engine = Engine(
        broker,
        session,
        sending,
        Rows(instruments, SECOND, 500_000_000),
        time.time_ns,
        guard=guard,
        protection=protection,
        warmup=40,
        feeds=frozenset({Feed.BARS, Feed.ORDERS, Feed.TRADES}),
        reconcile_every=5 * SECOND,
    )
    return Life(engine, session, broker)


def _tell(code: str, order: Order, text: str) -> None:
    if os.environ.get("CHAOS_TALK"):
        print(code, order.client_id, text[:150], flush=True)


async def live(
    folder: Path, url: str, seconds: float | None = None, told: Callable[[], None] = lambda: None
) -> Life:
    """Trade until killed, or for so long. told: of every row."""
    one = await born(folder, url)
    one.engine.after = lambda row: told()
    found = recover(one.session, MANIFEST.code)
    await one.engine.start(Start("chaos", "live", MANIFEST), found)
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, one.engine.stop)
    await one.engine.run()
    await one.broker.close()
    return one
