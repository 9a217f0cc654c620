"""One step of the desk from Python: what a live engine pays for a bar."""

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import ours
from benchmarks.arrays import minute_market
from benchmarks.ours import Setup
from benchmarks.table import Row, limit
from desk.book import Book
from desk.pipeline import Reading
from desk.records import DECISION
from desk.stepper import Desk
from market.bars import PRICES

N_BARS, ROUNDS = 100_000, 7
PER_CALL = ("took_bars", "took_signals", "took_labels", "gave_orders", "gave_fills", "gave_trades")


def rows() -> Iterator[Row]:
    setup = ours.w1(minute_market().head(N_BARS))
    reading = setup.bare_reading()
    calls = [step_cost(setup, reading) for _ in range(ROUNDS + 1)][1:]
    right = same_books(stepped(setup, reading), setup.bare().book)
    yield limit("step", median(calls), 5e-6, right, note=f"{N_BARS:,} bars of W1, one call from Python each")


def step_cost(setup: Setup, reading: Reading) -> float:
    """CPU seconds of one call, everything it takes having been laid out beforehand."""
    calls = Feed.of(setup, reading).calls(new_desk(setup))
    begin = resource.getrusage(resource.RUSAGE_SELF)
    for call in calls:
        call()
    now = resource.getrusage(resource.RUSAGE_SELF)
    return (now.ru_utime - begin.ru_utime + now.ru_stime - begin.ru_stime) / len(calls)


def stepped(setup: Setup, reading: Reading) -> Book:
    """The book after every bar of the setup went through its desk alone."""
    desk = new_desk(setup)
    for call in Feed.of(setup, reading).calls(desk):
        call()
    return desk.book


def new_desk(setup: Setup) -> Desk:
    return Desk(setup.panel.instruments, setup.pipeline.rules, len(setup.pipeline.filters))


def same_books(one: Book, other: Book) -> bool:
    """Every byte, but for what the account says of the last call alone."""
    names = [name for name in one.account.dtype.names or () if name not in PER_CALL]
    accounts = all(one.account[name].tobytes() == other.account[name].tobytes() for name in names)
    arrays = ("instruments", "positions", "learners", "evidence")
    return accounts and all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays)


@dataclass(frozen=True, eq=False)
class Feed:
    """What each bar brings. signal_edges, label_edges: rows [edges[t], edges[t + 1]) belong to bar t."""

    ts: list[int]
    prices: list[tuple[NDArray[np.float64], ...]]
    reading: Reading
    signal_edges: list[int]
    label_edges: list[int]

    @classmethod
    def of(cls, setup: Setup, reading: Reading) -> "Feed":
        panel = setup.panel
        bars = np.arange(len(panel) + 1)
        columns = [getattr(panel, name) for name in PRICES]
        return cls(
            panel.ts.tolist(),
            [tuple(column[t] for column in columns) for t in range(len(panel))],
            reading,
            np.searchsorted(reading.signals.rows["bar"], bars).tolist(),
            np.searchsorted(reading.labels["matured_at"], bars).tolist(),
        )

    def calls(self, desk: Desk) -> list[Callable[[], Any]]:
        """One call per bar; bars without signals and labels pass nothing but prices."""
        found: list[Callable[[], Any]] = []
        decisions = np.zeros(len(self.reading.signals), DECISION)
        rows, opinions, labels = self.reading.signals.rows, self.reading.opinions, self.reading.labels
        for t, (ts, prices) in enumerate(zip(self.ts, self.prices, strict=True)):
            said = slice(self.signal_edges[t], self.signal_edges[t + 1])
            known = slice(self.label_edges[t], self.label_edges[t + 1])
            if said.start == said.stop and known.start == known.stop:
                found.append(partial(desk.advance, ts, prices))
            else:
                heard = (rows[said], opinions.p[said], opinions.status[said], labels[known], decisions[said])
                found.append(partial(desk.advance, ts, prices, *heard))
        return found
