"""Rounds: positions from their first fill to flat, of a life lived and of the same life in a backtest."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desk.book import Book
from desk.pipeline import Pipeline, Reading
from desk.records import Reason
from desk.run import DeskRun, run_desk
from filters.opinions import Opinions
from market.bars import Panel
from strategies.signals import Signals

Rows = NDArray[np.void]


@dataclass(frozen=True, order=True)
class Key:
    """What opened a round: the ``nth`` signal of that bar, strategy and instrument. ts: the bar's open.
    again: the how manieth round that signal opened."""

    ts: int
    strategy: int
    instrument: int
    nth: int = 0
    again: int = 0


@dataclass(frozen=True)
class Round:
    """entry, exit: average prices; of one that is open, exit and ``pnl`` are by the last close. lots: entered
    in total. exit_bar: -1 = open. pnl, fees: account currency, taxes among them. reason: of the exit."""

    key: Key
    seq: int
    side: int
    lots: int
    entry_bar: int
    exit_bar: int
    entry: float
    exit: float
    pnl: float
    fees: float
    reason: str

    @property
    def open(self) -> bool:
        return self.exit_bar < 0


@dataclass(frozen=True, eq=False)
class Replayed:
    """The backtest over a panel, of which the first ``start`` rows are only history."""

    panel: Panel
    reading: Reading
    run: DeskRun
    keys: dict[int, Key]  # by signal
    rounds: dict[Key, Round]

    @property
    def places(self) -> dict[Key, int]:
        return {key: seq for seq, key in self.keys.items()}


def replay(pipeline: Pipeline, panel: Panel, start: int) -> Replayed:
    """Fold the panel through the desk; signals of rows before ``start`` never were the desk's."""
    whole = pipeline.read(panel)
    rows = whole.signals.rows
    first = int(np.searchsorted(rows["bar"], start))
    labels = whole.labels[whole.labels["seq"] >= first].copy()
    labels["seq"] -= first
    opinions = Opinions(whole.opinions.names, whole.opinions.p[first:], whole.opinions.status[first:])
    reading = Reading(Signals(rows[first:].copy()), opinions, labels)
    run = run_desk(panel, reading, pipeline.rules)
    keys = keys_of(reading.signals.rows, panel)
    return Replayed(panel, reading, run, keys, rounds_of(run.trades, run.book, keys, panel))


def keys_of(signals: Rows, panel: Panel) -> dict[int, Key]:
    """What names each signal, by its place."""
    seen: dict[tuple[int, int, int], int] = defaultdict(int)
    keys: dict[int, Key] = {}
    for seq, row in enumerate(signals):
        who = int(panel.ts[int(row["bar"])]), int(row["strategy"]), int(row["instrument"])
        keys[seq] = Key(*who, seen[who])
        seen[who] += 1
    return keys


def rounds_of(trades: Rows, book: Book, keys: dict[int, Key], panel: Panel) -> dict[Key, Round]:
    """All rounds, the open ones included."""
    seen: dict[Key, int] = defaultdict(int)
    found: dict[Key, Round] = {}
    for seq, told in [*_closed(trades, panel), *_open(book)]:
        key = keys.get(seq, Key(int(panel.ts[told[2]]), -1, -1))
        named = Key(key.ts, key.strategy, key.instrument, key.nth, seen[key])
        seen[key] += 1
        found[named] = Round(named, seq, *told)
    return found


Told = tuple[int, int, int, int, float, float, float, float, str]


def _closed(trades: Rows, panel: Panel) -> Iterator[tuple[int, Told]]:
    last = len(panel) - 1
    for row in trades:
        entry_bar, exit_bar = (min(int(row[name]), last) for name in ("entry_bar", "exit_bar"))
        entry, leaves, pnl, fees = (float(row[name]) for name in ("entry", "exit", "pnl", "fees"))
        reason = Reason(int(row["reason"])).name.lower()
        yield (
            int(row["seq"]),
            (int(row["side"]), int(row["lots"]), entry_bar, exit_bar, entry, leaves, pnl, fees, reason),
        )


def _open(book: Book) -> Iterator[tuple[int, Told]]:
    """Positions by the last close, as if they were left there for nothing."""
    for pos in book.positions[book.positions["lots"] != 0]:
        instrument = book.instruments[int(pos["instrument"])]
        lots, last = int(pos["lots"]), float(instrument["last"])
        held = abs(lots)
        leaves = (float(pos["trade_out"]) + held * last) / (int(pos["trade_closed"]) + held)
        pnl = float(pos["trade_cash"]) + lots * float(instrument["size"]) * last
        side, entered, fees = 1 if lots > 0 else -1, int(pos["trade_lots"]), float(pos["trade_fees"])
        entry_bar, entry = int(pos["entry_bar"]), float(pos["avg"])
        yield int(pos["seq"]), (side, entered, entry_bar, -1, entry, leaves, pnl, fees, "open")
