"""The lines of LS's order lists, and the orders that they tell of.

A list has a line for each new order, change and cancellation, and for some a line for each execution. What
began with one number is one order, whatever it was called later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from brokers.contract import OrderReport
from brokers.ls.values import Row, dated, decimal, number
from desk.orders import Accepted, Canceled, Expired, Order, OrderEvent, Rejected
from market import krx
from market.errors import VenueDown

ZERO = Decimal(0)


class Deed(Enum):
    NEW = "new"
    CHANGE = "change"
    CANCEL = "cancel"


class Part(NamedTuple):
    """What rests under a number; before: the number that it changed, "" = none."""

    number: str
    before: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class Trade:
    """One execution. ts: ns UTC."""

    id: str
    quantity: Decimal
    price: Decimal
    ts: int


@dataclass(frozen=True, slots=True)
class Line:
    """day: the trading day, YYYYMMDD. number, before: its own and the one it changed ("" = none).

    price: None = market. left: what still rests by this line. ts: when LS took it, ns UTC.
    """

    day: str
    number: str
    before: str
    deed: Deed
    symbol: str
    side: int
    quantity: Decimal
    price: Decimal | None
    left: Decimal
    refused: bool
    ts: int
    trades: tuple[Trade, ...] = ()

    @property
    def filled(self) -> Decimal:
        return sum((trade.quantity for trade in self.trades), ZERO)


@dataclass(frozen=True, slots=True)
class Listed:
    """One order as its lines tell it, oldest line first."""

    root: str
    lines: tuple[Line, ...]

    @property
    def venue_id(self) -> str:
        return dated(self.first.day, self.root)

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def newest(self) -> Line:
        """The line that says what rests, or rested last."""
        return [line for line in self.lines if line.deed is not Deed.CANCEL][-1]

    @property
    def filled(self) -> Decimal:
        return sum((line.filled for line in self.lines), ZERO)

    @property
    def resting(self) -> list[Line]:
        """The lines by which something rests."""
        return [line for line in self.lines if line.left and line.deed is not Deed.CANCEL]

    @property
    def left(self) -> Decimal:
        """What rests. Lists that were asked one after another may disagree: what filled doesn't rest."""
        resting = sum((line.left for line in self.resting), ZERO)
        return min(resting, max(self.first.quantity - self.filled, ZERO))

    def events(self) -> tuple[OrderEvent, ...]:
        """What is known of it without its fills."""
        accepted = Accepted(self.venue_id)
        if self.left or self.filled >= self.first.quantity:
            return (accepted,)
        if self.first.refused:
            return (Rejected("the exchange refused it"),)
        cancelled = any(line.deed is Deed.CANCEL and not line.refused for line in self.lines)
        return (accepted, Canceled() if cancelled else Expired())

    def report(self, instrument: str, client_id: str) -> OrderReport:
        """client_id: "" = it is looked for yet, by the price that it was sent with."""
        first = self.first
        price = self.newest.price if client_id else first.price
        order = Order(client_id, instrument, first.side, first.quantity, price)
        return OrderReport(order, self.venue_id, self.events(), self.filled, first.ts)


def in_order(rows: Iterable[tuple[object, object, object]]) -> list[Part]:
    """Rows of (number, number before, what rests), oldest number first: what is changed comes before its
    changes."""
    found = (Part(number(own), number(before), decimal(left)) for own, before, left in rows)
    return sorted(found, key=lambda part: int(part.number))


def orders_of(lines: Iterable[Line]) -> list[Listed]:
    """Orders by the days and numbers that they began with, oldest first."""
    known = {(line.day, line.number): line for line in lines}
    chains: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(known.values(), key=lambda line: (line.day, int(line.number))):
        chains.setdefault((line.day, _root(line, known)), []).append(line)
    return [Listed(root, tuple(found)) for (_, root), found in chains.items() if _whole(found)]


def with_rest(
    lines: Iterable[Line], resting: Mapping[str, Row], today: str, list_: str, history: str
) -> list[Line]:
    """What rests, by the list of the day, a row for each number. Raises VenueDown for an order that this list
    has and the history doesn't: then neither is complete."""
    lines = list(lines)
    known = {line.number for line in lines if line.day == today}
    unknown = [key for key, row in resting.items() if key not in known and decimal(row["ordrem"])]
    if unknown:
        raise VenueDown(
            f"ls: {list_} lists order {', '.join(unknown)}, which {history} lacks yet. Ask again."
        )
    return [
        replace(line, left=decimal(resting[line.number]["ordrem"]))
        if line.day == today and line.number in resting
        else line
        for line in lines
    ]


def ended(lines: Iterable[Line], now: int, days: krx.Calendar, board: krx.Board) -> list[Line]:
    """Orders end with the session they were sent in, whatever a list says of what wasn't executed."""
    current = krx.session_at(now, days, board)

    def over(line: Line) -> bool:
        then = krx.session_at(line.ts, days, board)
        return (then.session, then.trading_day) != (current.session, current.trading_day)

    return [replace(line, left=ZERO) if line.left and over(line) else line for line in lines]


def _root(line: Line, known: Mapping[tuple[str, str], Line]) -> str:
    """A cancellation of a change leads to the change, and that to the order."""
    while line.before and (line.day, line.before) in known and line.before != line.number:
        line = known[line.day, line.before]
    return line.before or line.number


def _whole(found: list[Line]) -> bool:
    """Whether there is more of it than a cancellation."""
    return any(line.deed is not Deed.CANCEL for line in found)
