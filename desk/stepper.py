"""The desk stepped one bar at a time from Python: what live does, and what parity is checked against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.book import Book, open_book
from desk.fold import DONE, ROOM, fold
from desk.records import DECISION, FILL, ORDER, TRADE
from desk.rules import DeskRules
from market.instruments import Instrument
from market.labels import LABEL
from strategies.signals import SIGNAL

Rows = NDArray[np.void]
_NO_SIGNALS, _NO_LABELS, _NO_DECISIONS = np.zeros(0, SIGNAL), np.zeros(0, LABEL), np.zeros(0, DECISION)


@dataclass(frozen=True, eq=False)
class Step:
    """What one bar made the desk do; each is a copy."""

    decisions: Rows
    orders: Rows
    fills: Rows
    trades: Rows
    equity: float


@dataclass(eq=False)
class Desk:
    """One account's desk. ``step`` takes the next bar of every instrument and what is known at its close."""

    instruments: Sequence[Instrument]
    rules: DeskRules
    n_filters: int = 0
    cost_factor: float = 1.0
    book: Book = field(init=False)

    def __post_init__(self) -> None:
        self.book = open_book(self.instruments, self.rules, self.cost_factor)
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
                self._no_status if status is None else status, labels, decisions,
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
        decisions = np.empty(len(signals), DECISION)
        account = self.advance(ts, prices, signals, p, status, labels, decisions)
        return Step(
            decisions,
            self._orders[: account["gave_orders"]].copy(),
            self._fills[: account["gave_fills"]].copy(),
            self._trades[: account["gave_trades"]].copy(),
            float(self._equity[0]),
        )
