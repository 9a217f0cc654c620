"""History through the desk: fold all bars, growing outputs as needed, and gather what left it."""

from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.book import Book, open_book
from desk.fold import DONE, EVIDENCE_FULL, ROOM, fold
from desk.pipeline import Reading
from desk.records import DECISION, FILL, ORDER, REPORT, TRADE
from desk.rules import DeskRules
from market.bars import Panel

Rows = NDArray[np.void]
NO_REPORTS = np.zeros(0, REPORT)


@dataclass(frozen=True, eq=False)
class DeskRun:
    """What left the desk, and the Book at the end.

    decisions: DECISION, one per signal. orders: ORDER events. fills: FILL. trades: TRADE, closed ones.
    equity: float64 at each close, shape (n_bars,).
    """

    decisions: Rows
    orders: Rows
    fills: Rows
    trades: Rows
    equity: NDArray[np.float64]
    book: Book = field(repr=False)
    seconds: float = 0.0

    @property
    def account(self) -> dict[str, Any]:
        """The account at the end, by field name."""
        record = self.book.account[0]
        names = (name for name in record.dtype.names or () if record.dtype[name].shape == ())
        return {name: record[name].item() for name in names}


def run_desk(panel: Panel, reading: Reading, rules: DeskRules, cost_factor: float = 1.0) -> DeskRun:
    """Fold the whole panel. cost_factor multiplies fees, taxes, slippage and borrow."""
    began = perf_counter()
    book = open_book(panel.instruments, rules, cost_factor)
    whole: Any = fold  # a dispatcher has no Python signature
    flat = [getattr(panel, name).reshape(-1) for name in ("open", "high", "low", "close", "volume")]
    signals, opinions, labels = reading.signals.rows, reading.opinions, reading.labels
    decisions = np.empty(len(signals), DECISION)
    equity = np.empty(len(panel))
    parts: list[tuple[Rows, Rows, Rows]] = []
    least = ROOM * len(book.positions)
    size = 2 * least + 2 * min(len(signals), 50_000)
    bar = signal = label = 0
    width = len(panel.instruments)
    while True:
        orders, fills, trades = np.empty(2 * size, ORDER), np.empty(size, FILL), np.empty(size, TRADE)
        code = whole(
            book.account, book.instruments, book.positions, book.rules, book.learners, book.evidence,
            panel.ts[bar:], *(column[bar * width :] for column in flat),
            signals[signal:], opinions.p[signal:], opinions.status[signal:], labels[label:], NO_REPORTS,
            decisions[signal:], orders, fills, trades, equity[bar:],
        )  # fmt: skip
        account = book.account[0]
        parts.append(
            (
                orders[: account["gave_orders"]],
                fills[: account["gave_fills"]],
                trades[: account["gave_trades"]],
            )
        )
        bar += int(account["took_bars"])
        signal += int(account["took_signals"])
        label += int(account["took_labels"])
        if code == DONE:
            break
        if code == EVIDENCE_FULL:
            book.grow_evidence()
        size *= 2
    orders, fills, trades = (
        column[0] if len(column) == 1 else np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return DeskRun(decisions, orders, fills, trades, equity, book, perf_counter() - began)
