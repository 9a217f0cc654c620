"""``wire`` with nothing read, judged or told: what no strategy, filter, control or view has a part in.

An order still goes from the frame's bytes through engine, compiled desk and journal to ccxt. What that takes
is the least that any pipeline can reach here.
"""

import asyncio
from collections.abc import Iterator, Sequence
from math import nan
from typing import Any

import numpy as np

from benchmarks import wire
from benchmarks.table import Row
from brokers.rows import Prices
from brokers.rows import Row as Bars
from desk.pipeline import resolve_barriers
from live.host import Hosted
from live.reading import nothing_said
from live.session import Session
from live.trader import Intent, Said
from strategies.signals import SIGNAL, SignalKind, Signals

EVENTS = 500  # bars with an order
TURNS = {0: SignalKind.ENTER, 4: SignalKind.EXIT}  # of eight bars; each leaves in three slices
PROFILE: dict[str, Any] = {**wire.PROFILE, "filters": []}


def rows() -> Iterator[Row]:
    """p50 of the whole way and of our share."""
    parts = asyncio.run(wire.measured(EVENTS + wire.WARM, PROFILE, strip)).warm()
    note = f"{len(parts.whole):,} bars with an order; p50 / p99 in us: {parts.told()}"
    for name, values, limits in (
        ("whole", parts.whole, wire.WHOLE_S),
        ("own share", parts.own, wire.OWN_S),
    ):
        found, wanted = float(np.percentile(values, 50)), limits[50]
        right = len(values) >= EVENTS
        yield Row("wire_bare p50", name, found, wanted, wanted / found, 1.0, right, nan, note=note)


def strip(hosted: Hosted) -> None:
    """Leave an order's way alone: no reading, gate, views, protection; of a bar the journal has intents."""
    engine = hosted.bot.engine
    session = engine.session
    session.judge, session.watch, engine.protection = None, lambda ts, message: None, None
    session.reader.bar = _turning(session)  # type: ignore[method-assign]
    session._step = _stepping(session)  # type: ignore[method-assign]
    assert engine.guard is not None
    engine.guard.see = lambda event: None  # type: ignore[method-assign]


def _turning(session: Session) -> Any:
    """In and out again, as if somebody had said so before."""
    history, silence = session.reader.history, nothing_said(0)
    monitor = session.trader.rules.strategies[0].monitor

    def signal(kind: SignalKind) -> Said:
        made = Signals.at([0], instrument=0, strategy=0, kind=kind, side=1)
        resolve_barriers(made.rows, monitor)
        p, status = np.zeros((1, 0)), np.zeros((1, 0), np.int8)
        return Said(made.rows.astype(SIGNAL), p, status, silence.labels)

    turns = {place: signal(kind) for place, kind in TURNS.items()}

    def bar(ts: int, prices: Prices) -> Said:
        history.append(ts, prices)
        said = turns.get(len(history) % 8, silence)
        said.signals["bar"] = len(history) - 1
        return said

    return bar


def _stepping(session: Session) -> Any:
    def step(row: Bars, said: Said, now: int, stale: bool) -> Sequence[Intent]:
        _, intents = session.trader.bar(row.ts, row.prices, said)
        session._write(now, [], intents)
        return intents

    return step
