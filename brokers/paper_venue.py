"""A venue that fills by the desk's own rules: the same fold as a backtest, fed orders instead of signals.

That is why a paper account does what the backtest did: there is no second matching engine to differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from brokers.contract import OrderUpdate
from desk.ledger import BASE
from desk.orders import Accepted, Bracket, Canceled, Expired, Fill, Order, decimal
from desk.placing import place, withdraw
from desk.records import OrderEventKind, OrderKind, Reason
from desk.rules import DeskRules, RiskRules, StrategyRules
from desk.stepper import Desk, Step
from market.errors import OrderRefused
from market.instruments import Instrument

BARRIERS = {Reason.STOP: ".stop", Reason.TRAIL: ".trail", Reason.TARGET: ".target"}


@dataclass(eq=False)
class PaperVenue:
    """One account. ``submit`` and ``cancel`` between bars, ``bar`` to let the next one meet what rests."""

    instruments: Sequence[Instrument]
    rules: DeskRules
    updates: list[OrderUpdate] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Only the fill rules and the cash count here: decisions and limits are the desk's own."""
        self._n_strategies = len(self.rules.strategies)
        plain = (StrategyRules(),) * self._n_strategies
        self._desk = Desk(self.instruments, replace(self.rules, strategies=plain, risk=RiskRules()))
        self._desk.book.account["watch_margin"] = False  # margin calls, too
        self._opened: dict[int, Order] = {}  # the latest entry that filled, by position
        self._columns = {one.id: column for column, one in enumerate(self.instruments)}
        self._names: dict[str, int] = {}  # client id → number in the book
        self._orders: dict[int, Order] = {}
        self._trades = 0

    @property
    def cash(self) -> float:
        return float(self._desk.book.account["cash"][0])

    def held(self, instrument: str) -> Decimal:
        """Signed units of an instrument, all strategies."""
        column = self._columns[instrument]
        first = column * self._n_strategies
        lots = self._desk.book.positions["lots"][first : first + self._n_strategies].sum()
        return int(lots) * decimal(self.instruments[column].lot)

    def submit(self, order: Order, ts: int) -> None:
        """Rest it. The same client id a second time is refused, as everything that can't rest."""
        if order.client_id in self._names:
            raise OrderRefused(f"order {order.client_id}: this id was used before. Nothing rests twice.")
        column = self._column(order)
        kind, price = _kind(order)
        lots = order.quantity / decimal(self.instruments[column].lot)
        if lots != int(lots):
            raise OrderRefused(
                f"order {order.client_id}: {order.quantity} is no multiple of the lot, "
                f"{self.instruments[column].lot:g}."
            )
        bracket = order.bracket or Bracket()
        name = place(
            self._desk.book.account, self._desk.book.positions, self._number(order), kind, order.side,
            order.reduces, int(lots), price, bracket.stop, bracket.target, bracket.trail, bracket.unit,
        )  # fmt: skip
        if name < 0:
            raise OrderRefused(f"order {order.client_id}: too many orders rest for {order.instrument}.")
        self._names[order.client_id], self._orders[name] = name, order
        self._say(order, Accepted(str(name)), ts)

    def cancel(self, order: Order, ts: int) -> None:
        name = self._names.get(order.client_id, -1)
        book = self._desk.book
        if name < 0 or not withdraw(book.account, book.positions, self._number(order), name):
            raise OrderRefused(f"order {order.client_id}: nothing rests under this id.")
        self._say(order, Canceled(), ts)

    def bar(self, ts: int, prices: tuple[NDArray[np.float64], ...]) -> None:
        """Let a bar of every instrument, shape (n_instruments,) each, meet what rests."""
        step = self._desk.step(ts, prices)
        touched = {*_numbers(step.fills, self._n_strategies), *_numbers(step.orders, self._n_strategies)}
        for number in sorted(touched):
            self.updates.extend(self._told(step, number, ts))

    def _told(self, step: Step, number: int, ts: int) -> Iterator[OrderUpdate]:
        """What happened to one position's orders: its fills, then what ended without one."""
        instrument, strategy = divmod(number, self._n_strategies)
        for row in _of(step.fills, instrument, strategy):
            yield self._filled(row, number, ts)
        orders = _of(step.orders, instrument, strategy)
        rest = orders["event"] == OrderEventKind.SENT
        for row in orders[rest]:  # what a barrier left: the owner's to send
            withdraw(self._desk.book.account, self._desk.book.positions, number, row["id"])
            yield self._barrier(row, number, Expired(), ts)
        for row in orders[~rest]:
            order = self._orders[int(row["id"])]
            yield OrderUpdate(order.client_id, str(row["id"]), order.instrument, Canceled(), ts)

    def _filled(self, row: np.void, number: int, ts: int) -> OrderUpdate:
        column = int(row["instrument"])
        instrument = self.instruments[column]
        order = self._orders.get(int(row["order"]))  # None: a barrier
        enters = order is not None and not order.reduces
        in_base = enters and row["side"] > 0 and self._desk.book.instruments["fee_in"][column] == BASE
        rate = instrument.fees.maker if row["maker"] else instrument.fees.taker
        quantity = int(row["lots"]) * decimal(instrument.lot)
        self._trades += 1
        fill = Fill(
            trade_id=f"paper-{self._trades}",
            quantity=quantity,
            price=decimal(row["price"]),
            fee=decimal(rate * row["lots"] * instrument.lot if in_base else row["fee"]),
            fee_currency=instrument.base or "base" if in_base else "",
            tax=decimal(row["tax"]),
            maker=bool(row["maker"]),
            ts=ts,
        )
        if order is None:
            return self._barrier(row, number, fill, ts)
        if enters:
            self._opened[number] = order
        return OrderUpdate(order.client_id, str(row["order"]), order.instrument, fill, ts)

    def _barrier(self, row: np.void, number: int, event: Fill | Expired, ts: int) -> OrderUpdate:
        """An update under the id of the entry that was protected."""
        opened = self._opened[number]
        name = opened.client_id + BARRIERS[Reason(row["reason"])]
        return OrderUpdate(name, f"{opened.client_id} barrier", opened.instrument, event, ts)

    def _say(self, order: Order, event: Accepted | Canceled, ts: int) -> None:
        name = str(self._names[order.client_id])
        self.updates.append(OrderUpdate(order.client_id, name, order.instrument, event, ts))

    def _column(self, order: Order) -> int:
        if order.instrument not in self._columns:
            raise OrderRefused(f"order {order.client_id}: {order.instrument} isn't traded here.")
        return self._columns[order.instrument]

    def _number(self, order: Order) -> int:
        return self._column(order) * self._n_strategies + order.strategy


def _kind(order: Order) -> tuple[OrderKind, float]:
    if order.limit is not None:
        return OrderKind.LIMIT, float(order.limit)
    if order.trigger is not None:
        return OrderKind.STOP, float(order.trigger)
    return OrderKind.MARKET, np.nan


def _numbers(rows: NDArray[np.void], n_strategies: int) -> list[int]:
    return [int(row["instrument"]) * n_strategies + int(row["strategy"]) for row in rows]


def _of(rows: NDArray[np.void], instrument: int, strategy: int) -> NDArray[np.void]:
    mine: NDArray[np.void] = rows[(rows["instrument"] == instrument) & (rows["strategy"] == strategy)]
    return mine
