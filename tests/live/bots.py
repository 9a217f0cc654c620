"""Bots on paper for tests: a world or a plan, a journal in a folder, a venue that outlives the bot."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brokers.paper import PaperBroker
from brokers.paper_venue import PaperVenue
from brokers.replay import Replay
from brokers.rows import Rows
from desk.pipeline import Reading
from desk.rules import DeskRules
from filters.opinions import Opinions
from live.engine import Engine
from live.reading import History, Reader
from live.recovery import Recovered, recover
from live.sending import Sending
from live.session import Names, Session
from live.trader import Trader
from market.bars import Panel
from records.inputs import Start
from records.journal import Journal
from records.manifest import RunManifest
from strategies.signals import Signals
from tests.desk.markets import World

CODE = "as tested"


def unbroken(world: World) -> bool:
    """Every row has a bar of some instrument: a feed says nothing of the others."""
    return not np.isnan(world.panel.close).all(axis=1).any()


class Silent:
    """A filter that a world speaks for."""

    warmup = 10_000


class Foretold:
    """A pipeline that reads a world's signals, opinions and labels off its panel."""

    strategies: Any = ()

    def __init__(self, world: World) -> None:
        self.world, self.filters = world, [Silent()] * world.p.shape[1]

    def read(self, panel: Panel) -> Reading:
        known = self.world.head(len(panel))
        opinions = Opinions(tuple("abc"[: known.p.shape[1]]), known.p, known.status)
        return Reading(Signals(known.signals), opinions, known.labels)

    def signals(self, panel: Panel) -> Signals:
        return self.read(panel).signals

    def opinions(self, signals: Signals, panel: Panel) -> Opinions:
        """On the given signals, which are the newest."""
        known = self.read(panel)
        first = len(known.signals) - len(signals)
        return Opinions(known.opinions.names, known.opinions.p[first:], known.opinions.status[first:])

    def labels(self, signals: Signals, panel: Panel) -> NDArray[np.void]:
        """Of the given signals, which are the newest, numbered among them."""
        known = self.read(panel)
        first = len(known.signals) - len(signals)
        found: NDArray[np.void] = known.labels[known.labels["seq"] >= first].copy()
        found["seq"] -= first
        return found


@dataclass
class Bot:
    """One life of a bot. ``venue`` and the journal's file are there for the next."""

    engine: Engine
    session: Session
    venue: PaperVenue
    recovered: Recovered
    manifest: RunManifest

    async def live(self) -> None:
        """Start, and trade to the end of the feed."""
        await self.engine.start(Start("test", "paper", self.manifest), self.recovered)
        await self.engine.run()


def bot(
    pipeline: Any,
    panel: Panel,
    rules: DeskRules,
    n_filters: int,
    folder: Path,
    venue: PaperVenue | None = None,
    code: str = CODE,
    at: Callable[[PaperBroker, Callable[[], int]], Any] = lambda broker, clock: broker,
) -> Bot:
    """A bot that goes on where the journal in ``folder`` ends. at: makes another broker of the paper one."""
    journal = Journal.open(folder / "journal.db", "test")
    trader = Trader(panel.instruments, rules, "run", n_filters)
    reader = Reader(pipeline, History(panel.instruments, panel.timeframe))
    names = Names([f"s{k}" for k in range(len(rules.strategies))], [f"f{k}" for k in range(n_filters)])
    session = Session(journal, trader, reader, names)
    recovered = recover(session, code)
    venue = venue or PaperVenue(panel.instruments, rules)
    heard = len(reader.history)
    source = Replay(
        panel, int(np.searchsorted(panel.ts, reader.history.ts(heard - 1), "right")) if heard else 0
    )
    paper = PaperBroker(venue, source, panel.timeframe, patience=0)
    clock = lambda: int(panel.ts[min(len(reader.history), len(panel) - 1)])  # noqa: E731
    broker = at(paper, clock)
    sending = Sending(broker, session, clock, settle_every_s=0.0)
    source.pace = sending.idle
    engine = Engine(broker, session, sending, Rows(panel.instruments, panel.timeframe, 0), clock, beat_s=None)
    return Bot(engine, session, venue, recovered, RunManifest(code, "config", "data", 0, {}, "cpu"))
