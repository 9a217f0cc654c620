"""The desk stepped one bar at a time from Python: what live does, and what parity is checked against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.book import Book, open_book
from desk.fold import DONE, ROOM, fold
from desk.records import DECISION, FILL, ORDER, REPORT, TRADE
from desk.rules import DeskRules
from market.instruments import Instrument
from market.labels import LABEL
from strategies.signals import SIGNAL

Rows = NDArray[np.void]
_NO_SIGNALS, _NO_LABELS, _NO_DECISIONS = np.zeros(0, SIGNAL), np.zeros(0, LABEL), np.zeros(0, DECISION)
_NO_ORDERS, _NO_FILLS, _NO_TRADES = np.zeros(0, ORDER), np.zeros(0, FILL), np.zeros(0, TRADE)
_NO_REPORTS, _NO_TIME, _NO_PRICES = np.zeros(0, REPORT), np.zeros(0, np.int64), (np.zeros(0),) * 5


@dataclass(frozen=True, eq=False)
class Step:
    """What one bar, or one report, made the desk do; each is a copy. equity: of the last close."""

    decisions: Rows
    orders: Rows
    fills: Rows
    trades: Rows
    equity: float


@dataclass(eq=False)
class Desk:
    """One account's desk. ``step`` takes the next bar of every instrument and what is known at its close.

    venue: its orders rest at a venue; ``report`` takes what the venue says of them.
    """

    instruments: Sequence[Instrument]
    rules: DeskRules
    n_filters: int = 0
    cost_factor: float = 1.0
    venue: bool = False
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.book = open_book(self.instruments, self.rules, self.cost_factor, venue=self.venue)
        room = ROOM * len(self.book.positions)
        self._orders, self._fills, self._trades = (
            np.empty(room, ORDER),
            np.empty(room, FILL),
            np.empty(room, TRADE),
        )
        self._equity = np.zeros(1)
        self._ts = np.zeros(1, np.int64)
        self._no_p, self._no_status = np.zeros((0, self.n_filters)), np.zeros((0, self.n_filters), np.int8)

    def advance(
        self,
        ts: int,
        prices: tuple[NDArray[np.float64], ...],
        signals: Rows = _NO_SIGNALS,
        p: NDArray[np.float64] | None = None,
        status: NDArray[np.int8] | None = None,
        labels: Rows = _NO_LABELS,
        decisions: Rows = _NO_DECISIONS,
    ) -> Any:
        """Fold one bar and return the account record; outputs stay in the desk's arrays until the next call.

        prices: open, high, low, close, volume, each float64 of shape (n_instruments,). Signals carry
        the desk's own bar number (``book.account["bar"]``).
        """
        book = self.book
        one_bar: Any = fold  # a dispatcher has no Python signature
        self._ts[0] = ts
        while True:
            code = one_bar(
                book.account, book.instruments, book.positions, book.rules, book.learners, book.evidence,
                self._ts, *prices, signals, self._no_p if p is None else p,
                self._no_status if status is None else status, labels, _NO_REPORTS, decisions,
                self._orders, self._fills, self._trades, self._equity,
            )  # fmt: skip
            if code == DONE:
                return book.account[0]
            book.grow_evidence()

    def step(
        self,
        ts: int,
        prices: tuple[NDArray[np.float64], ...],
        signals: Rows = _NO_SIGNALS,
        p: NDArray[np.float64] | None = None,
        status: NDArray[np.int8] | None = None,
        labels: Rows = _NO_LABELS,
    ) -> Step:
        """As ``advance``, with copies of everything that left the desk."""
        decisions = np.empty(len(signals), DECISION) if len(signals) else _NO_DECISIONS
        self.advance(ts, prices, signals, p, status, labels, decisions)
        return self._taken(decisions)

    def report(self, said: Rows) -> Step:
        """Book what a venue said of one order: a REPORT, shape (1,)."""
        book = self.book
        no_bar: Any = fold
        no_bar(
            book.account, book.instruments, book.positions, book.rules, book.learners, book.evidence,
            _NO_TIME, *_NO_PRICES, _NO_SIGNALS, self._no_p, self._no_status, _NO_LABELS, said, _NO_DECISIONS,
            self._orders, self._fills, self._trades, _NO_PRICES[0],
        )  # fmt: skip
        return self._taken(_NO_DECISIONS)

    def _taken(self, decisions: Rows) -> Step:
        account = self.book.account[0]
        orders, fills, trades = account["gave_orders"], account["gave_fills"], account["gave_trades"]
        return Step(
            decisions,
            self._orders[:orders].copy() if orders else _NO_ORDERS,
            self._fills[:fills].copy() if fills else _NO_FILLS,
            self._trades[:trades].copy() if trades else _NO_TRADES,
            float(account["equity"]),
        )
