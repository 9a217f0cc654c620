"""An account's life as its journal holds it, folded once more: what the desk saw, meant and got.

Everything is in the rows that leave a backtest's desk, so that both lives can be laid side by side.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brokers.contract import BarEvent
from desk.book import Book
from desk.orders import Denied, Order, OrderEvent, OrderView, status_of
from desk.records import DECISION, TRADE, Action
from desk.rules import DeskRules
from filters.opinions import Status
from live.columns import Columns
from live.recovery import LIVE
from live.trader import Said, Trader
from live.transfers import book
from market.bars import PRICES, Floats, Ints, Panel
from market.errors import DataError
from market.instruments import Instrument
from records.chain import Entry
from records.entries import message_of
from records.inputs import EXTERNAL, Bar, Funding, Intent, Start, Timer, Transfer, Update
from records.message import Message
from records.outcomes import Decision, Equity, Risk, Verdict
from records.steps import Step
from strategies.signals import SIGNAL

Rows = NDArray[np.void]


@dataclass(eq=False)
class Meant:
    """An order and all that became of it. seq: the signal behind it, -1 = none. row: the newest bar when it
    was meant. ts: when that was, ns UTC. risk: what the gate said, if it changed or stopped it."""

    order: Order
    number: int
    seq: int
    reason: str
    row: int
    ts: int
    risk: Risk | None = None
    events: list[OrderEvent] = field(default_factory=list)

    @property
    def view(self) -> OrderView:
        return status_of(self.order, self.events)

    @property
    def denied(self) -> str:
        """Why it was never sent; "" = it was."""
        return next((each.reason or "denied" for each in self.events if isinstance(each, Denied)), "")


@dataclass(frozen=True)
class Run:
    """A start of the bot. row: the newest bar then, -1 = none."""

    row: int
    ts: int
    start: Start


@dataclass(eq=False)
class Lived:
    """What a journal holds.

    known: when each row was, ns UTC. start: the first row whose signals counted. signals, p, status: as the
    desk was given them; given: which of them by row (first, last + 1). strange: places of signals whose
    journaled decision isn't what the journal's own inputs fold to. equity: without what came and went.
    """

    panel: Panel
    known: Ints
    start: int
    signals: Rows
    p: Floats
    status: NDArray[np.int8]
    decisions: Rows
    trades: Rows
    book: Book
    equity: Floats
    orders: Sequence[Meant]
    runs: Sequence[Run]
    conditions: Sequence[tuple[int, Risk]]
    transfers: Sequence[tuple[int, Transfer]]
    payments: Sequence[tuple[int, int, float]]  # funding: row, position, what it brought
    external: Sequence[Order]
    strange: frozenset[int]

    @cached_property
    def entries(self) -> dict[int, list[Meant]]:
        """Orders that were to open something, by the signal behind them."""
        found: dict[int, list[Meant]] = defaultdict(list)
        for each in self.orders:
            if each.seq >= 0 and not each.order.reduces:
                found[each.seq].append(each)
        return found

    @cached_property
    def exits(self) -> dict[tuple[str, int], list[Meant]]:
        """Orders that were to close something, by instrument and strategy, oldest first."""
        found: dict[tuple[str, int], list[Meant]] = defaultdict(list)
        for each in self.orders:
            if each.order.reduces:
                found[each.order.instrument, each.order.strategy].append(each)
        return found


@dataclass(eq=False)
class Fold:
    """Carries a journal's messages through a desk, and keeps what leaves it."""

    instruments: Sequence[Instrument]
    rules: DeskRules
    n_filters: int
    timeframe: int = 0

    def __post_init__(self) -> None:
        self.trader = Trader(self.instruments, self.rules, "folded", self.n_filters)
        self.pending: dict[int, list[BarEvent]] = {}
        self.ts: list[int] = []
        self.known: list[int] = []
        self.prices: list[tuple[Floats, ...]] = []
        self.equity: list[float] = []
        self.moved = 0.0  # by transfers, net
        self.start = 0
        self.steps: list[Step] = []
        self.decisions: list[Rows] = []
        self.trades: list[Rows] = []
        self.orders: dict[str, Meant] = {}
        self.runs: list[Run] = []
        self.conditions: list[tuple[int, Risk]] = []
        self.transfers: list[tuple[int, Transfer]] = []
        self.payments: list[tuple[int, int, float]] = []
        self.external: list[Order] = []
        self.told: dict[int, Decision] = {}
        self.opener: dict[int, int] = {}  # by position
        self._columns = {one.id: column for column, one in enumerate(self.instruments)}

    def take(self, ts: int, message: Message) -> None:
        """The next entry of the journal."""
        if isinstance(message, Bar):
            self._bar(message.event)
        elif isinstance(message, Step):
            self._step(ts, message)
        elif isinstance(message, Intent):
            self._meant(ts, message)
        elif isinstance(message, Update):
            self._heard(message)
        elif isinstance(message, Decision):
            self.told[message.seq] = message
        elif isinstance(message, Equity) and self.equity:
            self.equity[-1] = message.equity - self.moved
        else:
            self._aside(ts, message)

    def _bar(self, bar: BarEvent) -> None:
        """Of the row that comes next, or of an old one: then its instrument joined later."""
        self.timeframe = bar.timeframe
        row = bisect_left(self.ts, bar.ts)
        if row < len(self.ts) and self.ts[row] == bar.ts:
            self._put(bar, self.prices[row])
        else:
            self.pending.setdefault(bar.ts, []).append(bar)

    def _put(self, bar: BarEvent, prices: tuple[Floats, ...]) -> None:
        column = self._columns.get(bar.instrument)
        if column is None:
            raise DataError(
                f"the journal has bars of {bar.instrument}, which the profile doesn't trade. Compare with a "
                "profile that names it, too: a copy of this one, and --journal with the journal's file."
            )
        for values, name in zip(prices, PRICES, strict=True):
            values[column] = getattr(bar, name)

    def _aside(self, ts: int, message: Message) -> None:
        """What the desk isn't folded over."""
        row = len(self.ts) - 1
        if isinstance(message, Start):
            self.runs.append(Run(row, ts, message))
        elif isinstance(message, Timer) and message.name == LIVE:
            self.start = len(self.ts)
        elif isinstance(message, Transfer):
            book(self.trader, message)
            self.transfers.append((row, message))
            self.moved += float(message.booked)
        elif isinstance(message, Funding):
            self._paid(message)
        elif isinstance(message, Risk) and message.client_id in self.orders:
            if message.verdict is not Verdict.ALLOW:
                self.orders[message.client_id].risk = message
        elif isinstance(message, Risk):
            self.conditions.append((row, message))

    def _paid(self, message: Funding) -> None:
        """Funding, and which positions it concerned."""
        book_ = self.trader.desk.book
        before = book_.positions["trade_cash"].copy()
        book(self.trader, message)
        moved = book_.positions["trade_cash"] - before
        for number in np.flatnonzero(moved).tolist():
            self.payments.append((int(book_.account["bar"][0]), number, float(moved[number])))

    def _step(self, ts: int, step: Step) -> None:
        prices = tuple(np.full(len(self.instruments), np.nan) for _ in PRICES)
        for bar in self.pending.pop(step.ts, []):
            self._put(bar, prices)
        p, status = _of_width(step, self.n_filters)
        found, _ = self.trader.bar(step.ts, prices, Said(step.signals, p, status, step.labels))
        self.ts.append(step.ts)
        self.known.append(ts)
        self.prices.append(prices)
        self.equity.append(found.equity - self.moved)
        self.steps.append(Step(step.ts, step.signals, p, status, step.labels))
        self.decisions.append(found.decisions)
        self._closed(found.trades)

    def _meant(self, ts: int, intent: Intent) -> None:
        if intent.strategy == EXTERNAL:
            self.external.append(intent.order)
            return
        if intent.desk_id >= 0:
            self.trader.know(intent.order, intent.desk_id)
        meant = Meant(intent.order, intent.desk_id, intent.seq, intent.reason, len(self.ts) - 1, ts)
        self.orders.setdefault(intent.order.client_id, meant)

    def _heard(self, message: Update) -> None:
        update = message.update
        if update.client_id in self.orders:
            self.orders[update.client_id].events.append(update.event)
        held = self.trader.desk.book.positions["lots"].copy()
        step, _ = self.trader.update(update)
        if step is not None:
            self._opened(update.client_id, held)
            self._closed(step.trades)

    def _opened(self, client_id: str, held: Ints) -> None:
        """Whose fill opened a position: a late one, of an order that had ended, brings no signal's number."""
        positions = self.trader.desk.book.positions
        for number in np.flatnonzero((held == 0) & (positions["lots"] != 0)).tolist():
            meant = self.orders.get(client_id)
            self.opener[number] = meant.seq if meant is not None else -1

    def _closed(self, trades: Rows) -> None:
        n = len(self.rules.strategies)
        for row in trades:
            if row["seq"] < 0:
                row["seq"] = self.opener.get(int(row["instrument"]) * n + int(row["strategy"]), -1)
        self.trades.append(trades)

    def name_open(self) -> None:
        """Positions that are still held, by the signal whose order opened them."""
        positions = self.trader.desk.book.positions
        for number in np.flatnonzero((positions["lots"] != 0) & (positions["seq"] < 0)).tolist():
            positions["seq"][number] = self.opener.get(number, -1)

    def panel(self) -> Panel:
        columns = [np.array([row[k] for row in self.prices]) for k in range(len(PRICES))]
        fields = {name: np.ascontiguousarray(each) for name, each in zip(PRICES, columns, strict=True)}
        return Panel(tuple(self.instruments), self.timeframe, np.array(self.ts, np.int64), **fields)

    def strange(self) -> Iterator[int]:
        """Signals whose journaled decision is another than the folded one."""
        for seq, row in enumerate(_joined(self.decisions, DECISION)):
            told = self.told.get(seq)
            if told is None or (Action[told.action], told.side, told.lots) != (
                Action(int(row["action"])), int(row["side"]), int(row["lots"]),
            ):  # fmt: skip
                yield seq


def life_of(entries: Iterable[Entry], instruments: Sequence[Instrument], rules: DeskRules, n: int) -> Lived:
    """Fold a journal. n: how many filters. Raises DataError when it holds no closed bar."""
    fold = Fold(instruments, rules, n)
    told = [(entry.ts, message_of(entry)) for entry in entries]
    columns = Columns.of([message for _, message in told], [one.id for one in instruments])
    for place, (ts, message) in enumerate(told):
        fold.take(ts, columns.step(place, message) if isinstance(message, Step) else message)
    fold.name_open()
    if not fold.steps:
        raise DataError("the journal holds no bar yet: there is nothing to compare. Let the bot trade first.")
    return Lived(
        panel=fold.panel(),
        known=np.array(fold.known, np.int64),
        start=fold.start,
        signals=_joined([step.signals for step in fold.steps], SIGNAL),
        p=np.concatenate([step.p for step in fold.steps]),
        status=np.concatenate([step.status for step in fold.steps]),
        decisions=_joined(fold.decisions, DECISION),
        trades=_joined(fold.trades, TRADE),
        book=fold.trader.desk.book,
        equity=np.array(fold.equity),
        orders=list(fold.orders.values()),
        runs=fold.runs,
        conditions=fold.conditions,
        transfers=fold.transfers,
        payments=fold.payments,
        external=fold.external,
        strange=frozenset(fold.strange()),
    )


def _of_width(step: Step, n: int) -> tuple[Floats, NDArray[np.int8]]:
    """The answers of the filters, as many as the desk has now: who isn't there any more isn't heard."""
    count = len(step.signals)
    p, status = np.full((count, n), np.nan), np.full((count, n), Status.ABSTAINED, np.int8)
    had = min(n, step.p.shape[1]) if count else 0
    p[:, :had], status[:, :had] = step.p[:, :had], step.status[:, :had]
    return p, status


def _joined(parts: Sequence[Rows], dtype: "np.dtype[np.void]") -> Rows:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)
