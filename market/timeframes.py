"""Bar lengths: text to int ns and back, read off timestamps, and one length per file."""

import re

import numpy as np

from market.bars import Ints
from market.errors import ConfigError, DataError

SECOND = 1_000_000_000
MINUTE, HOUR, DAY, WEEK = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND, 604_800 * SECOND

_UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_WORDS = {
    "week": "w", "weekly": "w", "wk": "w", "day": "d", "daily": "d", "hour": "h", "hourly": "h", "hr": "h",
    "minute": "m", "min": "m", "t": "m", "second": "s", "sec": "s",
}  # fmt: skip
_FORM = re.compile(r"(\d*)\s*([A-Za-z]+)")
_CHANCE = 0.05  # a run of equal long steps less likely than this is another timeframe, not missing bars
_LONG = 20  # equal steps running


def parse_timeframe(text: str | int) -> int:
    """ns of a bar: "1m", "5min", "4h", "1d", "daily" …; an int is ns already. Months have no fixed length."""
    if isinstance(text, int) and text > 0:
        return text
    form = _FORM.fullmatch(str(text).strip())
    if form:
        count, word = form[1] or "1", form[2]
        unit = word if word in _UNITS else _WORDS.get(word.lower().removesuffix("s"), word.lower())
        if word != "M" and unit in _UNITS and int(count) > 0:
            return int(count) * _UNITS[unit]
    month = form and form[2].startswith(("M", "mo"))
    hint = " A month has no fixed length; use days or weeks." if month else ""
    raise ConfigError(
        f"timeframe '{text}': expected a number and s, m, h, d or w, such as 1m, 5m, 4h or 1d.{hint}"
    )


def timeframe_text(timeframe: int) -> str:
    """As people write it: 1m, 4h, 1d; odd lengths in seconds."""
    unit = next((name for name, length in _UNITS.items() if timeframe % length == 0), None)
    return f"{timeframe // _UNITS[unit]}{unit}" if unit else f"{timeframe / SECOND:g}s"


def timeframe_of(ts: Ints, name: str, asked: int | None = None, rows: Ints | None = None) -> int:
    """The bar length of ascending open times ``ts`` (ns UTC); DataError with the row where it changes.

    asked: what the user says it is, and the only way to know it of a single bar. rows: the source's row of
    each time, from 0. Bars may be missing, so longer steps are fine, unless they repeat as if they were
    bars of another length.
    """
    if len(ts) < 2:
        if asked is None:
            raise DataError(f"{name}: {len(ts)} bar: its timeframe can't be told; expected at least 2 bars.")
        return asked
    steps = np.diff(ts)
    usual = usual_step(ts)
    if asked is not None and len(steps) > 1 and not (steps == asked).any():
        raise DataError(
            f"{name}: the timeframe asked for is {timeframe_text(asked)}, but the bars are "
            f"{timeframe_text(usual)} apart. Ask for {timeframe_text(usual)}, or give data of that timeframe."
        )
    found = usual if asked is None else asked
    place = mixed_at(ts, found)
    if place is not None:
        row = place if rows is None else int(rows[place])
        raise DataError(f"{name}: row {row + 1}: {mixed_text(ts, place, found)}")
    return found


def mixed_at(ts: Ints, timeframe: int) -> int | None:
    """The first bar of another timeframe: too early after the one before, or of a run too late."""
    steps = np.diff(ts)
    if (steps == timeframe).all():
        return None
    found = [early_at(ts, timeframe), _long_run(steps, timeframe)]
    return min((place for place in found if place is not None), default=None)


def early_at(ts: Ints, timeframe: int) -> int | None:
    """The first bar that comes before the one before it has closed."""
    # Local days last 23 to 25 hours and some sessions begin late, so days are told apart by a quarter.
    shortest = timeframe if timeframe < DAY else timeframe - timeframe // 4
    early = np.diff(ts) < shortest
    return int(early.argmax()) + 1 if early.any() else None


def mixed_text(ts: Ints, place: int, timeframe: int) -> str:
    """What is wrong with the bar that ``mixed_at`` found."""
    step = int(ts[place] - ts[place - 1])
    return (
        f"the bar comes {timeframe_text(step)} after the one before, where bars are "
        f"{timeframe_text(timeframe)} long: mixed timeframes. Load each timeframe from its own file."
    )


def usual_step(ts: Ints) -> int:
    """The time between bars seen most often, ns; of equals the shortest. ts: at least 2 ascending times."""
    steps = np.diff(ts)
    if (steps == steps[0]).all():
        return int(steps[0])
    lengths, counts = np.unique(steps, return_counts=True)
    return int(lengths[counts.argmax()])


def _long_run(steps: Ints, timeframe: int) -> int | None:
    """The first bar of a run of equal steps that is longer than missing bars would make it.

    A thin market skips the same number of bars several times running: Coinbase's first days of 2014 trade
    every second day. So a run counts when chance hardly makes one in the file and it is long or a good part
    of it; or when the file is little more than two such runs.
    """
    edges = np.concatenate(([0], np.flatnonzero(np.diff(steps)) + 1, [len(steps)]))
    starts, lengths = edges[:-1], np.diff(edges)
    few = len(starts) <= 4
    least = max(3, len(steps) // 4) if few else max(4, min(_LONG, len(steps) // 10))
    suspects = np.flatnonzero((lengths >= least) & (steps[starts] > timeframe))
    for start, length in zip(starts[suspects].tolist(), lengths[suspects].tolist(), strict=True):
        share = float((steps == steps[start]).mean())
        if few or len(steps) * share**length < _CHANCE:
            return int(start) + 1
    return None
