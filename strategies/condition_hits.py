"""Buy what a broker's condition search found: from a record of its hits, or, live, as they come."""

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from market.bars import Bars
from market.errors import ConfigError, DataError
from market.timeframes import SECOND
from strategies.base import BarStrategy
from strategies.signals import Signals

ENTERED = ("N", "R")
COLUMNS = ("time", "code", "change")


@dataclass(frozen=True)
class ConditionHits(BarStrategy):
    """An entry at the first bar that closes after a stock entered the condition.

    hits: a CSV of time (ISO, with its zone), code and change (N entered, R entered again, O left), as a live
    bot with a ``[condition]`` writes it; "" = none: a live bot's entries come from the broker itself, as
    signals of the next close. Exits are the monitor's: stop, target, horizon.
    """

    hits: str = ""

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
    try:
        with path.expanduser().open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ConfigError(f"hits = '{path}': can't be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ConfigError(f"hits = '{path}': expected text in UTF-8. Save it as 'CSV UTF-8'.") from None
    found = []
    for line, row in enumerate(rows, 2):
        try:
            at = datetime.fromisoformat(row["time"])
            code, change = row["code"].strip()[-6:].zfill(6), row["change"].strip()
            if at.tzinfo is None or change not in (*ENTERED, "O") or not code:
                raise ValueError
        except (KeyError, ValueError, TypeError, AttributeError):
            raise DataError(
                f"{path}, line {line}: expected time (ISO, with its zone), code, change (N, R, O); got {row}."
            ) from None
        found.append((int(at.timestamp()) * SECOND + at.microsecond * 1000, code, change))
    return found
