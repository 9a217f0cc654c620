"""Prices that jump as no market does: splits left in raw data, tickers given to another company, errors.

A jump is an open far from the last close: 10 times the usual overnight move (the median of its size,
scaled to a standard deviation) and at least ``SMALLEST``. It looks like a split when the ratio is within
3 % of 2:1, 3:1 … 100:1, 3:2 or their inverses. AAPL's fall of 47 % on 2000-09-29 is near 2:1 too, and
is not called a split at that width.
"""

from collections.abc import Iterator

import numpy as np

from market.bars import Floats
from market.findings import Finding
from market.reading.raw import RawBars
from market.timeframes import DAY

SMALLEST = 0.25  # log of the ratio
USUAL = 10.0  # standard deviations of the usual move
SPLITS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0)
WIDTH = 0.03
LONG_SILENCE = 30 * DAY  # with a jump: another company
LONGEST_SILENCE = 365 * DAY  # alone: nothing listed rests this long


def jumps(raw: RawBars) -> Iterator[Finding]:
    """Warnings "split", "reuse" and "jump", by row. Prices must be above 0 and times ascending."""
    if len(raw) < 2:
        return
    moves = np.log(raw.open[1:] / raw.close[:-1])
    silence = np.diff(raw.ts)
    big = np.abs(moves) > max(SMALLEST, USUAL * 1.4826 * float(np.median(np.abs(moves))))
    for before in np.flatnonzero(big | (silence > LONGEST_SILENCE)).tolist():
        yield _named(raw, before, float(moves[before]), bool(big[before]), int(silence[before]))


def _named(raw: RawBars, before: int, move: float, big: bool, silence: int) -> Finding:
    opened, closed, days = raw.open[before + 1], raw.close[before], silence // DAY
    facts = f"{raw.moment(before + 1)} opens at {opened:.10g}, the last close was {closed:.10g}"
    ratio = split_ratio(move)
    if silence > LONGEST_SILENCE or (big and silence > LONG_SILENCE):
        kind, said = "reuse", f"{facts}, {days} days later: is it another company under the same ticker?"
    elif ratio is not None:
        shown = f"{ratio:g}:1" if ratio != 1.5 else "3:2"
        reverse = "a reverse split of " if move > 0 else "a split of "
        kind, said = "split", f"{facts}: it looks like {reverse}{shown}; adjust with adjust_splits."
    else:
        kind, said = "jump", f"{facts}: is the price right?"
    place = before + 1
    return Finding(kind, "warning", raw.row(place), int(raw.ts[place]), said, raw.name)


def split_ratio(move: float) -> float | None:
    """The split that a log move looks like, as new shares per old (of a reverse split: old per new)."""
    away: Floats = np.abs(abs(move) - np.log(SPLITS))
    nearest = int(away.argmin())
    return SPLITS[nearest] if away[nearest] < WIDTH else None
