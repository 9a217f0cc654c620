"""From a closed bar to the order at the adapter: our own share of a live bot's latency, with its parts.

The socket, ccxt's parsing and signing are not in it; the flush of the journal is measured and shown apart.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ours
from benchmarks.arrays import minute_market
from benchmarks.table import Row
from brokers.paper import PaperBroker
from brokers.paper_venue import PaperVenue
from brokers.replay import Replay
from brokers.rows import Rows
from live.engine import Engine
from live.reading import History, Reader
from live.recovery import recover
from live.sending import Sending
from live.session import Names, Session
from live.trader import Trader
from records.inputs import Start
from records.journal import Journal
from records.manifest import RunManifest

N_BARS, WARM = 24_000, 2_000
WANTED_S = {50: 150e-6, 99: 1e-3}


@dataclass
class Clocked:
    """Seconds of each part, one entry for every bar that sent an order."""

    parts: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        self.parts.setdefault(name, []).append(seconds)


def rows() -> Iterator[Row]:
    """p50 and p99 of what we add between a bar and its order, the disk's flush left out."""
    clocked = asyncio.run(measured())
    events = len(clocked.parts["own"])
    told = ", ".join(
        f"{name} {np.percentile(values, 50) * 1e6:.0f} / {np.percentile(values, 99) * 1e6:.0f} us"
        for name, values in clocked.parts.items()
    )
    for percent, wanted in WANTED_S.items():
        found = float(np.percentile(clocked.parts["own"], percent))
        yield Row(f"latency p{percent}", "own share", found, wanted, wanted / found, 1.0, events >= 300, nan,
                  f"{events:,} bars with an order; p50 / p99: {told}")  # fmt: skip


async def measured() -> Clocked:
    """Trade W1-full's pipeline bar by bar through the engine, taking the time of its parts."""
    setup, clocked = ours.w1_full(minute_market().head(N_BARS)), Clocked()
    panel, pipeline = setup.panel, setup.pipeline
    with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / "j.db", "bench") as journal:
        trader = Trader(panel.instruments, pipeline.rules, "bench", len(pipeline.filters))
        reader = Reader(pipeline, History(panel.instruments, panel.timeframe))
        session = Session(journal, trader, reader, Names(["s"], ["technical", "regime"]))
        venue = PaperVenue(panel.instruments, pipeline.rules)
        source = Replay(panel.head(N_BARS))
        broker = PaperBroker(venue, source, panel.timeframe, patience=0)
        sending = Sending(broker, session, time.time_ns)
        source.pace = between(sending, reader)
        engine = Engine(
            broker, session, sending, Rows(panel.instruments, panel.timeframe, 0), time.time_ns, beat_s=None
        )
        watch(engine, clocked)
        manifest = RunManifest("bench", "bench", "bench", 0, {}, "cpu")
        await engine.start(Start("bench", "paper", manifest), recover(session, "bench"))
        await engine.run()
    return clocked


def between(sending: Sending, reader: Reader) -> Callable[[], Awaitable[None]]:
    """What a bot does between two bars, which are seconds apart."""

    async def pace() -> None:
        await sending.idle()
        reader.rest()

    return pace


def watch(engine: Engine, clocked: Clocked) -> None:
    """Put clocks around the parts of a step."""
    session, seen = engine.session, {"began": 0.0, "flush": 0.0, "read": 0.0, "sent": False}
    read, append, step, submit = (
        session.reader.bar,
        session.journal.append,
        engine.step_all,
        engine.broker.submit,
    )

    def reading(*given: Any) -> Any:
        begin = time.perf_counter()
        found = read(*given)
        seen["read"] = time.perf_counter() - begin
        return found

    def flushing(drafts: Any) -> Any:
        begin = time.perf_counter()
        found = append(drafts)
        seen["flush"] += time.perf_counter() - begin
        return found

    def stepping(given: Any) -> None:
        seen.update(began=time.perf_counter(), flush=0.0, sent=False)
        step(given)

    async def submitting(order: Any) -> None:
        whole = time.perf_counter() - seen["began"]
        if not seen["sent"] and len(session.reader.history) > WARM:
            clocked.add("own", whole - seen["flush"])
            clocked.add("read", seen["read"])
            clocked.add("journal with flush", seen["flush"])
            clocked.add("whole", whole)
        seen["sent"] = True
        await submit(order)

    session.reader.bar, session.journal.append = reading, flushing  # type: ignore[method-assign,assignment]
    engine.step_all, engine.broker.submit = stepping, submitting  # type: ignore[method-assign,assignment]
