"""One life of a bot on a simulated venue: started by the harness, and mostly killed by it."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from brokers.contract import Feed, Venue
from brokers.registry import open_venue
from brokers.rows import Rows
from desk.orders import Order
from desk.pipeline import Pipeline
from desk.rules import DeskRules, MonitorRules, RiskRules, SizeBy, SizingRules, StrategyRules
from live.clock import ClockWatch
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
from tests.chaos.marked import MarkedWire, sending
from tests.chaos.witness import Witness
from tests.chaos.worlds import SECOND, World
from tests.live.nameless import Nameless

ROW_PATIENCE = 500_000_000  # ns that a row waits for a bar after the others came
MANIFEST = RunManifest("chaos", "chaos", "chaos", 0, {}, "cpu")
LIMITS = RiskLimits(
    max_executions=10**9,
    max_losses_in_row=10**9,
    max_daily_loss=0.9,
    max_drawdown=0.9,
    max_strategy_daily_loss=0.9,
    max_quote_age=2 * SECOND,
    max_last_age=600_000_000,  # trades come four times a second
)
CLOCK_EVERY_S = 2.0
RATE = 1000.0  # requests a second: limits are a fault of their own, as at the venue
MAX_OFFSET_S = 5.0  # a clock that is further off ends the start; R10 speaks from 2 s on


@dataclass(eq=False)
class Life:
    """The engine and what it is made of."""

    engine: Engine
    session: Session
    broker: Venue
    watch: ClockWatch


def rules_of(world: World) -> DeskRules:
    """A small share of the money at a time, with stops and targets near enough to be reached."""
    strategy = StrategyRules(
        monitor=MonitorRules(stop=0.002, target=0.004),
        sizing=SizingRules(by=SizeBy.FRACTIONAL, notional=0.05, risk=0.0005),
    )
    return DeskRules((strategy,), cash=world.money, risk=RiskRules(long_only=not world.short))


def notes_of(folder: Path) -> Path:
    """Where the witness writes, outside of what a cut of the power touches."""
    return folder.parent / "unfit.txt"


async def born(folder: Path, url: str, world: World) -> Life:
    """Connect, recover the journal and be ready to start."""
    os.environ.setdefault("CHAOS_KEY", "key")
    os.environ.setdefault("CHAOS_SECRET", "secret")
    broker = opened(url, world)
    if world.veiled:
        broker = cast(Venue, Nameless(broker))
    try:
        await broker.connect()
        instruments = await broker.instruments(world.ids)
    except BaseException:
        await broker.close()
        raise
    return assembled(folder, broker, instruments, world)


def opened(url: str, world: World) -> Venue:
    """The venue's adapter, not connected and in no need to spare the venue."""
    settings = {"key_env": "CHAOS_KEY", "secret_env": "CHAOS_SECRET", "url": url, "timeout_s": 1.0}
    settings["max_clock_offset_s"] = MAX_OFFSET_S
    if world.use != "ls":
        broker = open_venue(world.use, settings, use=world.ids, patience=world.patience)
        broker.dialect.rate = RATE  # type: ignore[attr-defined]
        return broker
    settings |= {"socket_url": url.replace("http", "ws"), "margin": 0.1, "fee": 0.00003}
    return open_venue(
        "ls", settings, use=world.ids, patience=world.patience, haste=RATE, wire=MarkedWire, result_s=0.5,
        clock=lambda: time.time_ns() + world.ahead * 1_000_000,
    )  # fmt: skip


def assembled(folder: Path, broker: Venue, instruments: tuple[Instrument, ...], world: World) -> Life:
    """Put an engine together over a journal, as ``maemae live`` does; a witness stands before the wire."""
    rules, clock = rules_of(world), broker.now
    journal = Journal.open(folder / "journal.db", "chaos")
    trader = Trader(instruments, rules, "chaos")
    pipeline = Pipeline((("sma_cross", SmaCross(fast=2, slow=3)),), (), rules)
    session = Session(journal, trader, Reader(pipeline, History(instruments, SECOND)), Names(["sma"], []))
    guard = Guard(
        RiskGate(LIMITS, instruments, ["sma"]), trader, clock, shorts=world.short, session=session,
        venue_reduces=broker.capabilities.reduce_only, clock_offset=broker.clock() - broker.now(),
    )  # fmt: skip
    session.watch = guard.heard
    session.judge = guard.judge
    witness = Witness(notes_of(folder), LIMITS, broker.now, broker.clock)
    sending = Sending(
        witnessed(broker, witness), session, clock, judge=guard.judge, halted=guard.halted,
        settle_every_s=0.2, tell=_tell,
    )  # fmt: skip
    guard.sending = sending
    protection = Protection(session, sending, broker.capabilities.resting_stops, guard.held)
    sending.before_exit = protection.free
    engine = Engine(
        broker,
        session,
        sending,
        Rows(instruments, SECOND, ROW_PATIENCE + (0 if streams_bars(broker) else world.patience)),
        clock,
        guard=guard,
        protection=protection,
        warmup=40,
        feeds=frozenset({Feed.BARS, Feed.ORDERS, Feed.TRADES, Feed.QUOTES}),
        listen=witness.hear,
        reconcile_every=5 * SECOND,
    )
    return Life(engine, session, broker, ClockWatch(guard, broker.measure_clock, CLOCK_EVERY_S))


def streams_bars(broker: Venue) -> bool:
    """Whether a stream says closed bars; else each is asked for."""
    return bool(getattr(getattr(broker, "dialect", None), "streams_bars", False))


def witnessed(broker: Venue, witness: Witness) -> Venue:
    """The same broker, whose orders are seen as they leave."""
    send: Any = broker.submit

    async def submit(order: Order) -> None:
        witness.sent(order)
        sending.set(order.client_id)
        await send(order)

    broker.submit = submit  # type: ignore[method-assign]
    return broker


def _tell(code: str, order: Order, text: str) -> None:
    if os.environ.get("CHAOS_TALK"):
        print(code, order.client_id, text[:150], flush=True)


async def live(
    folder: Path,
    url: str,
    world: World,
    seconds: float | None = None,
    told: Callable[[], None] = lambda: None,
) -> Life:
    """Trade until killed, or for so long. told: of every row."""
    one = await born(folder, url, world)
    one.engine.after = lambda row: told()
    found = recover(one.session, MANIFEST.code)
    await one.engine.start(Start("chaos", "live", MANIFEST), found)
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, one.engine.stop)
    watching = asyncio.create_task(one.watch.run())
    await one.engine.run()
    watching.cancel()
    await one.broker.close()
    return one
