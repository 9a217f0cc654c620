"""(c) Parity of the live engine: driven input by input on a paper account, it trades as the backtest does."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from brokers.paper import PaperBroker
from brokers.paper_venue import PaperVenue
from brokers.replay import Replay
from brokers.rows import Prices, Rows
from desk.orders import decimal
from desk.pipeline import Pipeline
from desk.records import OrderEventKind, OrderKind
from desk.run import DeskRun, run_desk
from desk.stepper import Step
from live.engine import Engine
from live.reading import History, Reader
from live.sending import Sending
from live.session import Names, Session
from live.trader import Intent, Said, Trader
from maemae.verify.difference import utc
from maemae.verify.lookahead import Subject
from maemae.verify.parity import OUTPUTS, Stepped, differences, prefix
from maemae.verify.report import Check, Count
from market.bars import PRICES, Panel
from market.errors import MaemaeError
from records.entries import message_of
from records.inputs import Intent as IntentMessage
from records.journal import Journal
from records.outcomes import Equity

NAME = "engine parity"
WANTED = 20_000  # bars that make a proof of size
EVERY = 250  # bars between two words of progress
ULP = 4e-16  # a fee taken in base currency is turned into money once more on its way through a venue
Told = Callable[[int, int], None]  # bars done, of how many


@dataclass(eq=False)
class Watched(Trader):
    """A trader whose steps are kept as they happen. told: how far it is, of ``of`` bars."""

    of: int = 0
    told: Told = lambda done, of: None
    steps: list[Step] = field(init=False, default_factory=list)
    equity: list[float] = field(init=False, default_factory=list)

    def bar(self, ts: int, prices: Prices, said: Said) -> tuple[Step, list[Intent]]:
        step, intents = super().bar(ts, prices, said)
        self._keep(step)
        self.equity.append(step.equity)
        if len(self.equity) % EVERY == 0:
            self.told(len(self.equity), self.of)
        return step, intents

    def update(self, update: Any) -> tuple[Step | None, list[Intent]]:
        step, intents = super().update(update)
        if step is not None:
            self._keep(step)
        return step, intents

    def _keep(self, step: Step) -> None:
        if any(len(getattr(step, name)) for name in OUTPUTS):
            self.steps.append(step)


def check_engine(subject: Subject, n_bars: int, told: Told = lambda done, of: None) -> Check:
    """Trade the first ``n_bars`` rows that have a bar, and compare with one fold over them."""
    whole = feedable(subject.panel)
    panel = whole.head(n_bars)
    empty = len(subject.panel) - len(whole)
    try:
        full = subject.pipeline.read(whole) if empty else subject.full
        reading = prefix(full, len(panel))
        batch = run_desk(panel, reading, subject.pipeline.rules)
        with folder_in_memory() as folder:
            live, journaled = drive(subject.pipeline, panel, folder, told, len(subject.names.filters))
    except MaemaeError as error:
        return Check(NAME, False, (f"the live engine can't trade it: {error}",), {"bars": 0})
    lines = differences(panel, *as_venues_tell(batch, live), ("in the backtest", "live"))
    lines += journal_differences(panel, batch, journaled)
    counts: dict[str, Count] = {"bars": len(panel), "empty_rows": empty, "wanted_bars": WANTED}
    counts |= {name: len(getattr(batch, name)) for name in OUTPUTS}
    return Check(NAME, False, tuple(lines), counts) if lines else _passed(counts)


def _passed(counts: dict[str, Count]) -> Check:
    few = ", which are all there are" if counts["bars"] < WANTED else ""  # type: ignore[operator]
    made = ", ".join(f"{counts[name]:,} {name}" for name in OUTPUTS)
    empty = (
        f" {counts['empty_rows']:,} rows without any bar are none for a feed." if counts["empty_rows"] else ""
    )
    line = (
        f"the live engine on a paper account, input by input over {counts['bars']:,} bars{few}, with its "
        f"journal, makes the identical {made} and equity as the backtest; only a fill's slippage is unknown "
        f"to it.{empty}"
    )
    return Check(NAME, True, (line,), counts)


def feedable(panel: Panel) -> Panel:
    """The rows in which some instrument has a bar: of the others no feed says anything."""
    said = ~np.isnan(panel.close).all(axis=1)
    if said.all():
        return panel
    rows: dict[str, Any] = {
        name: np.ascontiguousarray(getattr(panel, name)[said]) for name in ("ts", *PRICES)
    }
    return replace(panel, **rows)


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder for a journal that nobody needs afterwards: without a disk beneath it where there is one."""
    memory = "/dev/shm"
    with TemporaryDirectory(prefix="maemae-", dir=memory if Path(memory).is_dir() else None) as folder:
        yield Path(folder)


@dataclass(frozen=True)
class Journaled:
    """What the engine's journal says: orders as (number, instrument, side, kind, lots, price), equity."""

    orders: list[tuple[object, ...]]
    equity: list[float]


def drive(
    pipeline: Pipeline, panel: Panel, folder: Path, told: Told, n_filters: int
) -> tuple[Stepped, Journaled]:
    """Run the engine over a replay of the panel until it ends."""
    rules, instruments = pipeline.rules, panel.instruments
    trader = Watched(instruments, rules, "verify", n_filters, of=len(panel), told=told)
    names = Names([name for name, _ in pipeline.strategies], [agent.name for agent in pipeline.filters])
    with Journal.open(folder / "journal.db", "verify") as journal:
        session = Session(journal, trader, Reader(pipeline, History(instruments, panel.timeframe)), names)
        asyncio.run(_trade(session, panel))
        journaled = _read(journal, panel)
    rows = {name: _gather([getattr(step, name) for step in trader.steps]) for name in OUTPUTS}
    return Stepped(rows, np.array(trader.equity)), journaled


async def _trade(session: Session, panel: Panel) -> None:
    trader, history = session.trader, session.reader.history
    source = Replay(panel)
    broker = PaperBroker(PaperVenue(panel.instruments, trader.rules), source, panel.timeframe, patience=0)
    clock = lambda: int(panel.ts[min(len(history), len(panel) - 1)])  # noqa: E731
    sending = Sending(broker, session, clock, settle_every_s=0.0)
    source.pace = sending.idle
    rows = Rows(panel.instruments, panel.timeframe, 0)
    await Engine(broker, session, sending, rows, clock, beat_s=None).run()


def _read(journal: Journal, panel: Panel) -> Journaled:
    lots = {one.id: decimal(one.lot) for one in panel.instruments}
    orders: list[tuple[object, ...]] = []
    equity: list[float] = []
    for entry in journal.entries(kinds=("intent", "equity")):
        message = message_of(entry)
        if isinstance(message, Equity):
            equity.append(message.equity)
        elif isinstance(message, IntentMessage) and message.desk_id >= 0:
            order = message.order
            kind = OrderKind.MARKET
            if order.limit is not None or order.trigger is not None:
                kind = OrderKind.STOP if order.limit is None else OrderKind.LIMIT
            price = float(order.limit or order.trigger or 0)
            units = int(order.quantity / lots[order.instrument])
            orders.append((message.desk_id, order.instrument, order.side, int(kind), units, price))
    return Journaled(orders, equity)


def journal_differences(panel: Panel, batch: DeskRun, journaled: Journaled) -> list[str]:
    """Orders and equity that aren't in the journal as the backtest has them."""
    sent = batch.orders[batch.orders["event"] == OrderEventKind.SENT]
    wanted = [
        (
            int(row["id"]), panel.instruments[int(row["instrument"])].id, int(row["side"]), int(row["kind"]),
            int(row["lots"]), 0.0 if np.isnan(row["price"]) else float(row["price"]),
        )
        for row in sent
    ]  # fmt: skip
    for place, (mine, theirs) in enumerate(zip(journaled.orders, wanted, strict=False)):
        if mine != theirs:
            bar = int(sent[place]["bar"])
            return [
                f"order {place}, bar {bar} ({utc(panel, bar)}): {theirs} in the backtest, {mine} journaled."
            ]
    lines = []
    if len(journaled.orders) != len(wanted):
        lines.append(f"orders: {len(wanted):,} in the backtest, {len(journaled.orders):,} journaled.")
    if journaled.equity != batch.equity.tolist():
        lines.append("equity: the journal's isn't the backtest's.")
    return lines


def as_venues_tell(batch: DeskRun, live: Stepped) -> tuple[DeskRun, Stepped]:
    """Both without what no venue says: slippage. A fee that passed through the base currency counts as equal
    when it is to the last bit but one."""
    fills = batch.fills.copy()
    fills["slippage"] = 0.0
    rows = dict(live.rows)
    for name, column in (("fills", "fee"), ("trades", "fees")):
        mine, theirs = rows[name].copy(), getattr(batch, name)
        if len(mine) == len(theirs) and len(mine):
            close = np.abs(mine[column] - theirs[column]) <= ULP * np.abs(theirs[column])
            mine[column] = np.where(close, theirs[column], mine[column])
            rows[name] = mine
    return replace(batch, fills=fills), Stepped(rows, live.equity)


def _gather(parts: list[Any]) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0, np.dtype([]))
