"""The desk driven by events: inputs in, intents out. No clock, network or disk, so it can be replayed.

Backtest and live differ in who says what an order met: there the fold's own matching, here reports from a
venue. Everything else is the same compiled fold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isnan

import numpy as np
from numpy.typing import NDArray

from brokers.contract import BRACKETS, OrderUpdate
from brokers.rows import Prices
from desk.orders import Bracket, Canceled, Denied, Expired, Fill, Order, Rejected, decimal
from desk.records import ORDER, REPORT, Cause, OrderEventKind, OrderKind, Reason, ReportKind
from desk.rules import DeskRules
from desk.stepper import Desk, Step
from market.instruments import Instrument

Rows = NDArray[np.void]
_ORDER: tuple[str, ...] = ORDER.names or ()
DIGITS = tuple("0123456789")
BARRIERS = BRACKETS | {".exit": Reason.SIGNAL}  # a person's


@dataclass(frozen=True, eq=False)
class Said:
    """What market data alone says of one bar: signals, opinions on them, labels known by its close."""

    signals: Rows
    p: NDArray[np.float64]
    status: NDArray[np.int8]
    labels: Rows


@dataclass(frozen=True)
class Submit:
    """An order that the desk wants at the venue. number: the desk's own. seq: the signal behind it, or -1."""

    order: Order
    number: int
    reason: Reason = Reason.ENTRY
    seq: int = -1


@dataclass(frozen=True)
class Withdraw:
    """An order that the desk wants no more."""

    order: Order
    number: int


Intent = Submit | Withdraw


@dataclass(eq=False)
class Trader:
    """One account's desk at a venue. run: begins every client id, so that no two runs share one."""

    instruments: Sequence[Instrument]
    rules: DeskRules
    run: str
    n_filters: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.instruments, self.rules, self.n_filters, venue=True)
        self._n_strategies = len(self.rules.strategies)
        self._lots = [decimal(one.lot) for one in self.instruments]
        self._columns = {one.id: column for column, one in enumerate(self.instruments)}
        self._sent: dict[str, tuple[Order, int]] = {}  # by client id: the order and the desk's number
        self._orders: dict[int, Order] = {}
        self._trades: set[str] = set()
        self.opened: dict[int, str] = {}  # client id of the latest entry that filled, by position

    def bar(self, ts: int, prices: Prices, said: Said) -> tuple[Step, list[Intent]]:
        """One closed bar of every instrument, each price of shape (n_instruments,)."""
        step = self.desk.step(ts, prices, said.signals, said.p, said.status, said.labels)
        return step, list(self._intents(step.orders))

    def update(self, update: OrderUpdate) -> tuple[Step | None, list[Intent]]:
        """What a venue says of an order; a fill that was heard before changes nothing."""
        report = self._report(update)
        if report is None:
            return None, []
        step = self.desk.report(report)
        return step, list(self._intents(step.orders))

    def recall(self, update: OrderUpdate) -> None:
        """A fill that the desk's state has in it already: which it was, and what it opened."""
        known = self._sent.get(update.client_id)
        if isinstance(update.event, Fill):
            self._trades.add(update.event.trade_id)
            if known is not None and not known[0].reduces and known[0].instrument in self:
                column = self.column(known[0].instrument)
                if update.event.quantity >= self.lot(column):
                    self.opened[column * self._n_strategies + known[0].strategy] = update.client_id

    def __contains__(self, instrument: str) -> bool:
        return instrument in self._columns

    def column(self, instrument: str) -> int:
        return self._columns[instrument]

    def lot(self, column: int) -> Decimal:
        """Units of one lot of an instrument."""
        return self._lots[column]

    def awaits(self, number: int) -> bool:
        """True while the desk counts on an order to fill."""
        slots = self.desk.book.positions["orders"]
        return bool(((slots["id"] == number) & (slots["live"] != 0)).any())

    def traded(self, trade_id: str) -> bool:
        """Whether a fill of this name was heard, or a part of it."""
        return trade_id in self._trades

    def know(self, order: Order, number: int) -> None:
        """Remember an order by both its names: updates come by one, withdrawals by the other."""
        self._sent[order.client_id] = order, number
        self._orders[number] = order

    def _intents(self, rows: Rows) -> Iterator[Intent]:
        for row in rows:
            number = int(row["id"])
            if row["event"] == OrderEventKind.SENT:
                order = self._order(row)
                self.know(order, number)
                yield Submit(order, number, Reason(int(row["reason"])), int(row["seq"]))
            elif row["cause"] != Cause.VENUE:
                yield Withdraw(self._orders[number], number)

    def _order(self, row: np.void) -> Order:
        said = dict(zip(_ORDER, row.item(), strict=True))  # all at once: a field alone costs as much
        column, strategy, reduces = said["instrument"], said["strategy"], said["reason"] != Reason.ENTRY
        price = None if isnan(said["price"]) else decimal(said["price"])
        return Order(
            client_id=f"{self.run}-{said['id']}",
            instrument=self.instruments[column].id,
            side=said["side"],
            quantity=said["lots"] * self._lots[column],
            limit=price if said["kind"] == OrderKind.LIMIT else None,
            trigger=price if said["kind"] == OrderKind.STOP else None,
            reduces=reduces,
            strategy=strategy,
            bracket=None if reduces else self._bracket(column * self._n_strategies + strategy),
        )

    def _bracket(self, place: int) -> Bracket:
        position = self.desk.book.positions[place]
        stop, target, trail = (float(position[f"asked_{name}"]) for name in ("stop", "target", "trail"))
        return Bracket(stop, target, trail, int(position["asked_unit"]), int(position["asked_horizon"]))

    def _opens(self, order: Order, number: int, place: int) -> None:
        """An entry fills. One that the desk has ended, or never meant, brings its own barriers."""
        self.opened[place] = order.client_id
        position = self.desk.book.positions[place]
        if order.bracket is not None and position["lots"] == 0 and not self.awaits(number):
            for name in ("stop", "target", "trail", "unit", "horizon"):
                position[f"asked_{name}"] = getattr(order.bracket, name)

    def _report(self, update: OrderUpdate) -> Rows | None:
        """The update as a REPORT, or None when it tells the desk nothing."""
        name, dot, suffix = update.client_id.partition(".")
        known = self._sent.get(name)
        if known is None:
            return None
        order, number = known
        if order.instrument not in self:  # traded once
            return None
        barrier = dot + suffix.rstrip("0123456789")
        column = self._columns[order.instrument]
        row = np.zeros(1, REPORT)
        row["position"] = column * self._n_strategies + order.strategy
        row["order"], row["side"] = (-1, -order.side) if dot else (number, order.side)
        row["reason"] = BARRIERS[barrier] if dot else Reason.SIGNAL if order.reduces else Reason.ENTRY
        if isinstance(update.event, Fill):
            if update.event.trade_id in self._trades:
                return None
            self._trades.add(update.event.trade_id)
            if update.event.quantity < self.lot(column):
                return None  # no lot of the desk's; the order knows of it, and it is within what isn't drift
            if not dot and not order.reduces:
                self._opens(order, number, int(row["position"][0]))
            _describe_fill(row, update.event, self.instruments[column])
        elif isinstance(update.event, Canceled | Denied | Expired | Rejected) and not suffix.endswith(DIGITS):
            row["kind"] = ReportKind.ENDED  # with a digit: a protective order of ours, which is placed again
        else:
            return None
        return row


def _describe_fill(row: Rows, fill: Fill, instrument: Instrument) -> None:
    price, fee = float(fill.price), float(fill.fee)
    row["kind"], row["maker"], row["price"] = ReportKind.FILL, fill.maker, price
    row["lots"] = int(fill.quantity / decimal(instrument.lot))
    row["tax"] = float(fill.tax)
    if fill.fee_currency in ("", instrument.quote):
        row["fee"] = fee
    elif fill.fee_currency in ("base", instrument.base):
        row["fee"], row["base_fee"] = fee * price * instrument.multiplier, fee
    else:
        row["fee"] = fee * instrument.fees.price
