"""Buy what a broker's condition search found: from a record of its hits, or, live, as they come."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from market.bars import Bars
from market.errors import DataError
from strategies.base import BarStrategy
from strategies.inputs import read_lines, stamp_of
from strategies.signals import Signals

ENTERED = ("N", "R")
EMPTY = "000000"


@dataclass(frozen=True)
class ConditionHits(BarStrategy):
    """An entry at the first bar that closes after a stock entered the condition.

    hits: a CSV of time (ISO, with its zone), code and change (N entered, R entered again, O left), as a live
    bot with a ``[condition]`` writes it; "" = none: a live bot's entries come from the broker itself, as
    signals of the next close. Exits are the monitor's: stop, target, horizon.
    """

    inputs: ClassVar[tuple[str, ...]] = ("hits",)
    hits: str = ""

    @property
    def waits(self) -> bool:
        """Whether it says nothing of itself, and its entries are asked for from outside."""
        return not self.hits

    @property
    def warmup(self) -> int:  # type: ignore[override]
        return 1

    def __post_init__(self) -> None:
        if self.hits:
            read_hits(Path(self.hits))

    def signals(self, bars: Bars) -> Signals:
        enter = np.zeros(len(bars), bool)
        if self.hits:
            code = bars.instrument.symbol[-6:]
            times = [
                at for at, hit, change in read_hits(Path(self.hits)) if hit == code and change in ENTERED
            ]
            places = np.searchsorted(bars.ts + bars.timeframe, np.array(times, np.int64), side="left")
            enter[places[places < len(bars)]] = True
        return Signals.of(enter=enter)


def read_hits(path: Path) -> list[tuple[int, str, str]]:
    """(ns UTC, code, change) in the file's order. Raises ConfigError or DataError naming the line."""
    found = []
    for line, row in enumerate(csv.DictReader(read_lines(path)), 2):
        where = f"{path}, line {line}"
        at = stamp_of([row.get("time") or ""], where)
        code, change = (row.get("code") or "").strip()[-6:].zfill(6), (row.get("change") or "").strip()
        if change not in (*ENTERED, "O") or code == EMPTY:
            raise DataError(
                f"{where}: expected time (ISO, with its zone), code, change (N, R, O); got {row}."
            )
        found.append((at, code, change))
    return found
