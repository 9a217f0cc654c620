"""Lives on paper with planted faults: what a venue, a gate, a clock or an operator may do to a bot."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from brokers.contract import OrderUpdate
from brokers.paper_venue import PaperVenue
from brokers.rows import Row
from desk.orders import Canceled, Fill, Order, Rejected
from desk.pipeline import Pipeline
from desk.rules import (
    DeskRules,
    ExecutionRules,
    FillRules,
    MonitorRules,
    SizeBy,
    SizingRules,
    StrategyRules,
    Style,
)
from live.compare import Comparison, Subject, compare
from live.reading import History, Reader
from live.risk.judgement import Judgement
from live.session import Names, Session
from live.trader import Intent, Submit, Trader
from market.bars import PRICES, Panel
from market.errors import OrderRefused
from market.instruments import Fees, Instrument
from records.inputs import Start
from records.journal import Journal
from records.journal_view import JournalView
from records.manifest import RunManifest
from strategies.load import load_strategy

HOUR = 3_600_000_000_000
TICK = 0.01
CODE, CONFIG = "this code", "these settings"


def trending(n_bars: int = 400, seed: int = 3, n: int = 1) -> Panel:
    """Hourly bars on ticks, swinging enough for a cross of means to trade every thirty bars or so."""
    rng = np.random.default_rng(seed)
    waves = 4.0 * np.sin(np.arange(n_bars)[:, None] / (9.0 + np.arange(n)[None, :]))
    close = np.round(100.0 + waves + np.cumsum(0.15 * rng.standard_normal((n_bars, n)), axis=0), 2)
    open_ = np.round(np.vstack([close[:1], close[:-1]]) + 0.02 * rng.integers(-2, 3, close.shape), 2)
    high = np.round(np.maximum(open_, close) + 0.05, 2)
    low = np.round(np.minimum(open_, close) - 0.05, 2)
    ts = np.datetime64("2024-01-01", "ns").astype(np.int64) + HOUR * np.arange(n_bars)
    fees = Fees(maker=0.0002, taker=0.0005)
    instruments = tuple(Instrument(f"S{k}@test", ticks=((0.0, TICK),), fees=fees) for k in range(n))
    volume = np.full(close.shape, 1e6)
    columns: dict[str, Any] = dict(zip(PRICES, (open_, high, low, close, volume), strict=True))
    return Panel(instruments, HOUR, ts, **columns)


def crossing(stop: float = np.nan, quantity: float = 10.0, slices: int = 1) -> Pipeline:
    """A cross of two means, long and short, of a fixed size, without filters."""
    execution = ExecutionRules(entry=Style.TWAP if slices > 1 else Style.MARKET, slices=slices)
    sizing = SizingRules(by=SizeBy.FIXED, quantity=quantity)
    rules = StrategyRules(MonitorRules(stop=stop), sizing=sizing, execution=execution)
    strategy = load_strategy("sma_cross", {"fast": 4, "slow": 10, "shorts": True})
    return Pipeline((("sma_cross", strategy),), (), DeskRules((rules,), FillRules(), cash=10_000.0))


def manifest(code: str = CODE, config: str = CONFIG) -> RunManifest:
    return RunManifest(code, config, "data", 0, {}, "cpu")


@dataclass
class Faults:
    """What goes wrong. fill: what a venue says instead of a fill. lost: orders that never fill. refused: that
    the venue refuses. cut: the quantity after which it cancels the rest. judge: the gate. gap: rows that
    closed while the bot was down. late: by row, how many ns late it comes. manifest: of what runs. before:
    called before each row."""

    fill: Callable[[Order | None, Fill], Fill] = lambda order, fill: fill
    lost: Callable[[Order], bool] = lambda order: False
    refused: Callable[[Order], bool] = lambda order: False
    cut: Callable[[Order], Decimal | None] = lambda order: None
    judge: Callable[[Order], Judgement] | None = None
    gap: range = range(0)
    late: dict[int, int] = field(default_factory=dict)
    manifest: RunManifest = field(default_factory=manifest)
    before: Callable[[Session, int, int], None] = lambda session, row, now: None


@dataclass
class Life:
    """One life, written into a journal."""

    pipeline: Pipeline
    panel: Panel
    folder: Path
    faults: Faults

    def __post_init__(self) -> None:
        panel, rules = self.panel, self.pipeline.rules
        self.path = self.folder / "journal.db"
        self.journal = Journal.open(self.path, "test")
        trader = Trader(panel.instruments, rules, "run", len(self.pipeline.filters))
        reader = Reader(self.pipeline, History(panel.instruments, panel.timeframe))
        names = Names([name for name, _ in self.pipeline.strategies], [f.name for f in self.pipeline.filters])
        self.session = Session(self.journal, trader, reader, names, judge=self.faults.judge)
        self.venue = PaperVenue(panel.instruments, rules)
        self.cut: set[str] = set()

    def lived(self) -> "Life":
        """Through the whole panel."""
        self._start(int(self.panel.ts[0]))
        missed: list[Row] = []
        for t, ts in enumerate(self.panel.ts.tolist()):
            row = Row(ts, tuple(getattr(self.panel, name)[t] for name in PRICES))
            self.venue.bar(ts, row.prices)
            now = ts + self.panel.timeframe + self.faults.late.get(t, 0)
            if t in self.faults.gap:
                missed.append(row)
                if t + 1 in self.faults.gap:
                    continue
                self._catch_up(missed, now)
            else:
                self.faults.before(self.session, t, now)
                self._hear(ts)
                self._act(self.session.row(row, now), now)
        self.journal.close()
        return self

    def _start(self, now: int) -> None:
        self.session.tell(Start("test", "paper", self.faults.manifest), now)

    def _catch_up(self, missed: list[Row], now: int) -> None:
        """What the venue did is heard, then the bars that closed, then what is still owed is sent."""
        self._start(now)
        self._hear(now)
        for row in missed:
            self._act(self.session.row(row, now, stale=True), now)

    def _hear(self, now: int) -> None:
        for update in self._told():
            self._act(self.session.update(update, now), now)

    def _told(self) -> Iterator[OrderUpdate]:
        while self.venue.updates:
            update = self.venue.updates.pop(0)
            if isinstance(update.event, Fill):
                known = self.session.orders.known.get(update.client_id)
                order = known.order if known is not None else None
                update = replace(update, event=self.faults.fill(order, update.event))
            yield update
            if update.client_id in self.cut and isinstance(update.event, Fill):
                yield replace(update, event=Canceled())

    def _act(self, intents: list[Intent], now: int) -> None:
        for intent in intents:
            order = intent.order
            if not isinstance(intent, Submit):
                with suppress(OrderRefused):
                    self.venue.cancel(order, now)
            elif self.faults.refused(order):
                self._say(order, Rejected("the venue's own reasons"), now)
            elif self.faults.lost(order):
                self._say(order, Canceled(), now)
            else:
                self._send(self.session.orders[order.client_id].order, now)

    def _send(self, order: Order, now: int) -> None:
        less = self.faults.cut(order)
        if less is not None:
            self.cut.add(order.client_id)
        self.venue.submit(order if less is None else replace(order, quantity=less), now)

    def _say(self, order: Order, event: Any, now: int) -> None:
        self._act(
            self.session.update(OrderUpdate(order.client_id, "", order.instrument, event, now), now), now
        )


def ticks_worse(order: Order | None, fill: Fill, ticks: int) -> Fill:
    """The fill, so many ticks worse for who ordered it."""
    side = order.side if order is not None else -1
    return replace(fill, price=fill.price + side * ticks * Decimal(str(TICK)))


def nth_entry(n: int) -> Callable[[Order | None], bool]:
    """True of the n-th order that opens something, from 0, whenever it is asked."""
    seen: dict[str, int] = {}

    def is_it(order: Order | None) -> bool:
        if order is None or order.reduces:
            return False
        return seen.setdefault(order.client_id, len(seen)) == n

    return is_it


def subject_of(life: Life, **changes: Any) -> Subject:
    names = [name for name, _ in life.pipeline.strategies]
    subject = Subject(life.pipeline, life.panel.instruments, names, CODE, frozenset({CONFIG}))
    return replace(subject, **changes)


def compared(life: Life, history: Panel | None = None, **changes: Any) -> Comparison:
    """The life's journal against its backtest."""
    with JournalView.read(life.path) as journal:
        return compare(journal.entries(), subject_of(life, **changes), history)
