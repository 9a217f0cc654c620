"""A venue that fills by the desk's own rules: the same fold as a backtest, fed orders instead of signals.

That is why a paper account does what the backtest did: there is no second matching engine to differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from brokers.checking import check, check_lots
from brokers.contract import BRACKETS, FillReport, OrderReport, OrderUpdate
from desk.book import Book
from desk.ledger import BASE
from desk.orders import ZERO, Accepted, Bracket, Canceled, Expired, Fill, Order, OrderEvent, decimal
from desk.placing import place, withdraw
from desk.records import REPORT, OrderEventKind, OrderKind, Reason, ReportKind
from desk.rules import DeskRules, RiskRules, StrategyRules
from desk.stepper import Desk, Step
from market.errors import OrderRefused
from market.instruments import Instrument

SUFFIXES = {reason: suffix for suffix, reason in BRACKETS.items()}
KEPT = 1_000  # of the orders that have ended, and of the fills: at least so many can still be asked for


@dataclass(eq=False)
class PaperVenue:
    """One account. ``submit`` and ``cancel`` between bars, ``bar`` to let the next one meet what rests."""

    instruments: Sequence[Instrument]
    rules: DeskRules
    updates: list[OrderUpdate] = field(init=False, default_factory=list)  # not taken yet
    filled: list[FillReport] = field(init=False, default_factory=list)

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
        self._events: dict[str, list[OrderEvent]] = {}  # by client id
        self._said: dict[int, int] = {}  # when an order was last spoken of, ns, by number
        self._trades, self._met = 0, -1

    @property
    def cash(self) -> float:
        return float(self._desk.book.account["cash"][0])

    @property
    def equity(self) -> float:
        return float(self._desk.book.account["equity"][0])

    def take_updates(self) -> list[OrderUpdate]:
        """What has happened since it was asked last."""
        taken, self.updates = self.updates, []
        return taken

    def reports(self, since: int = 0) -> Iterator[OrderReport]:
        """Every order that rests, and those that ended since, ns UTC, but for what ended long ago."""
        resting = self._resting()
        for name, order in self._orders.items():
            if name in resting or self._said.get(name, 0) >= since:
                events = self._events.get(order.client_id, [])
                filled = sum((each.quantity for each in events if isinstance(each, Fill)), ZERO)
                told = tuple(each for each in events if not isinstance(each, Fill))
                yield OrderReport(order, str(name), told, filled, 0)

    def adopt(
        self, book: Book, resting: Mapping[int, Order], opened: Mapping[int, Order], trades: int = 0
    ) -> None:
        """Go on from where a desk stands: its positions and cash, and the orders that work, by its numbers.

        opened: the entry that brought each position, by the position's number. trades: numbers of fills that
        are used up.
        """
        self._trades = trades
        mine = self._desk.book
        for name in ("cash", "equity", "bar", "ts", "orders_sent", "open"):
            mine.account[name] = book.account[name]
        mine.instruments[:] = book.instruments
        mine.positions[:] = book.positions
        for plan in ("entry", "exit"):
            mine.positions[plan]["next_bar"] = -1
            mine.positions[plan]["expires"] = -1
        mine.positions["horizon"] = mine.positions["asked_horizon"] = 0
        for number, position in enumerate(mine.positions):
            for slot in position["orders"][position["orders"]["live"] != 0]:
                if int(slot["id"]) not in resting:
                    withdraw(mine.account, mine.positions, number, slot["id"])
        mine.account["working"] = mine.positions["working"].sum()
        self._orders = dict(resting)
        self._names = {order.client_id: number for number, order in resting.items()}
        self._opened = dict(opened)

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
        if order.reduces and order.trigger is not None:
            raise OrderRefused(
                f"order {order.client_id}: a paper account protects positions by their bracket, not by stops."
            )
        instrument = self.instruments[self._column(order)]
        if order.reduces:
            check_lots(order, instrument)  # what a backtest closes, paper does
        else:
            check(order, instrument, self._last(order))
        kind, price = _kind(order)
        lots = int(order.quantity / decimal(instrument.lot))
        bracket = order.bracket or Bracket()
        name = place(
            self._desk.book.account, self._desk.book.positions, self._number(order), kind, order.side,
            order.reduces, lots, price, bracket.stop, bracket.target, bracket.trail, bracket.unit,
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
        """Let a bar of every instrument, shape (n_instruments,) each, meet what rests; once."""
        if ts <= self._met:
            return
        self._met = ts
        self._tidy()
        step = self._desk.step(ts, prices)
        touched = {*_numbers(step.fills, self._n_strategies), *_numbers(step.orders, self._n_strategies)}
        for number in sorted(touched):
            for update in self._told(step, number, ts):
                self._tell(update)
                if isinstance(update.event, Fill):
                    self.filled.append(FillReport(update, self._side(update)))

    def settle(self, now: int) -> None:
        """What has expired is settled in cash at its last price; as at a venue, no trade is told of it. now:
        ns UTC."""
        for column, one in enumerate(self.instruments):
            if 0 < one.expiry <= now:
                for number in range(column * self._n_strategies, (column + 1) * self._n_strategies):
                    self._end(number, now)
                    self._pay_out(number, float(self._desk.book.instruments["last"][column]))

    def _end(self, number: int, now: int) -> None:
        """Orders that rest for a position that can't be traded any more."""
        account, positions = self._desk.book.account, self._desk.book.positions
        slots = positions["orders"][number]
        for name in slots["id"][slots["live"] != 0].tolist():
            withdraw(account, positions, number, name)
            order = self._orders[name]
            self._tell(OrderUpdate(order.client_id, str(name), order.instrument, Expired(), now))

    def _pay_out(self, number: int, price: float) -> None:
        lots = int(self._desk.book.positions["lots"][number])
        if lots:
            said = np.zeros(1, REPORT)
            said["kind"], said["reason"], said["order"] = ReportKind.FILL, Reason.SIGNAL, -1
            said["position"], said["price"] = number, price
            said["side"], said["lots"] = -1 if lots > 0 else 1, abs(lots)
            self._desk.report(said)

    def _resting(self) -> set[int]:
        slots = self._desk.book.positions["orders"]
        return {*slots["id"][slots["live"] != 0].tolist()}

    def _tidy(self) -> None:
        """Let go of what ended long ago: an account may live for years."""
        if len(self.filled) > 2 * KEPT:
            del self.filled[:-KEPT]
        if len(self._orders) > 2 * KEPT:
            resting = self._resting()
            ended = [name for name in self._orders if name not in resting]
            for name in ended[:-KEPT]:
                gone = self._orders.pop(name).client_id
                del self._names[gone]
                self._events.pop(gone, None)
                self._said.pop(name, None)

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
        name = opened.client_id + SUFFIXES[Reason(row["reason"])]
        return OrderUpdate(name, f"{opened.client_id} barrier", opened.instrument, event, ts)

    def _say(self, order: Order, event: Accepted | Canceled, ts: int) -> None:
        name = str(self._names[order.client_id])
        self._tell(OrderUpdate(order.client_id, name, order.instrument, event, ts))

    def _tell(self, update: OrderUpdate) -> None:
        if update.client_id in self._names:
            self._said[self._names[update.client_id]] = update.ts
            self._events.setdefault(update.client_id, []).append(update.event)
        self.updates.append(update)

    def _side(self, update: OrderUpdate) -> int:
        if update.client_id in self._names:
            return self._orders[self._names[update.client_id]].side
        name = update.client_id.partition(".")[0]  # a barrier of this entry, which may be of an earlier life
        entry = next(order for order in self._opened.values() if order.client_id == name)
        return -entry.side

    def _column(self, order: Order) -> int:
        if order.instrument not in self._columns:
            raise OrderRefused(f"order {order.client_id}: {order.instrument} isn't traded here.")
        return self._columns[order.instrument]

    def _last(self, order: Order) -> Decimal | None:
        last = float(self._desk.book.instruments["last"][self._column(order)])
        return decimal(last) if last > 0.0 else None

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
