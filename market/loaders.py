"""Bars from CSV, Parquet and DataFrames, or the sentence that says which row is wrong and why.

Any usual column names, ways of writing time and number formats are understood (``market/reading``). A
source with an error is refused as a whole; what only deserves a word loads, and ``examine`` says it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from market.align import align
from market.bars import Bars, Panel
from market.checks import findings, without_missing
from market.errors import ConfigError, DataError
from market.findings import Finding
from market.instruments import Instrument
from market.reading.choice import choose, read_parts
from market.reading.clock import Moment, moment_ns
from market.reading.raw import RawBars, moment_text
from market.reading.sources import Sources, Wanted, source_text
from market.refusals import refusals
from market.timeframes import parse_timeframe, timeframe_of, timeframe_text


def load_panel(
    source: Sources,
    *,
    instruments: Sequence[Wanted] = (),
    symbol: str | None = None,
    timeframe: str | int | None = None,
    timezone: str | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> Panel:
    """The bars of ``source`` on one time axis; NaN where an instrument has no bar.

    source: a path, a folder, a DataFrame, several of them, or a mapping from instrument to one of them.
    instruments: which of the source's to load, in this order, by SYMBOL, SYMBOL@venue or ``Instrument``;
    all without it. symbol: the same for one. A source without a symbol column takes the name asked for,
    else its file's. timeframe: "1m" … or ns; told from the times when left out, refused when they
    disagree. timezone: IANA zone of times written without one; UTC without it. since, until: from
    ``since`` on, before ``until``; days or moments.
    Raises DataError (nothing usable: which row, why) or ConfigError (an argument is wrong).
    """
    first, last = window(since, until, timezone)
    asked = None if timeframe is None else parse_timeframe(timeframe)
    chosen = choose(read_parts(source, timezone), _wanted(instruments, symbol), source_text(source))
    series = [fit(raw) for _, raw in chosen]
    panel = align([instrument for instrument, _ in chosen], series, _common_timeframe(series, asked))
    return between(panel, first, last, source_text(source))


def load_bars(
    source: Sources,
    *,
    instrument: Wanted | None = None,
    timeframe: str | int | None = None,
    timezone: str | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> Bars:
    """One instrument's bars; as ``load_panel``, and refused when the source has several and none is named."""
    panel = load_panel(
        source, instruments=() if instrument is None else (instrument,), timeframe=timeframe,
        timezone=timezone, since=since, until=until,
    )  # fmt: skip
    if len(panel.instruments) > 1:
        names = ", ".join(each.symbol for each in panel.instruments)
        raise DataError(f"{source_text(source)} has several instruments; name one of {names}.")
    return panel.bars(0)[0]


def examine(
    source: Sources,
    *,
    instruments: Sequence[Wanted] = (),
    symbol: str | None = None,
    timeframe: str | int | None = None,
    timezone: str | None = None,
) -> tuple[Finding, ...]:
    """Everything odd or wrong in the source, errors too, by instrument and row. Raises only for what keeps
    it from being read at all: no file, no such column, text that is no number or time."""
    asked = None if timeframe is None else parse_timeframe(timeframe)
    found: list[Finding] = []
    chosen = choose(read_parts(source, timezone), _wanted(instruments, symbol), source_text(source))
    for instrument, raw in chosen:
        ordered, turned = oldest_first(raw)
        own = [*turned, *findings(ordered, asked)]
        found += [replace(each, instrument=instrument.id, source=raw.name) for each in own]
    return tuple(found)


def fit(raw: RawBars) -> RawBars:
    """The bars in order of time, without rows that are none; DataError names the first error."""
    ordered, _ = oldest_first(raw)
    present, _ = without_missing(ordered)
    errors = refusals(present)
    if errors:
        more = f" ({len(errors) - 1:,} more errors after it.)" if len(errors) > 1 else ""
        raise DataError(f"{errors[0]}{more}")
    return present


def oldest_first(raw: RawBars) -> tuple[RawBars, list[Finding]]:
    """Sources that list the newest bar first are turned around; any other disorder is left as it is."""
    if len(raw) < 2 or raw.ts[0] < raw.ts[1] or not (raw.ts[1:] < raw.ts[:-1]).all():
        return raw, []
    said = "the newest bar comes first; loaded oldest first."
    turned = raw.take(np.arange(len(raw))[::-1].copy())
    return turned, [Finding("newest first", "warning", 0, int(raw.ts[0]), said, raw.name)]


def between(panel: Panel, first: int | None, last: int | None, source: str) -> Panel:
    """Rows with ``first`` <= ts < ``last`` (ns UTC); DataError says the range when there are none."""
    start = 0 if first is None else int(np.searchsorted(panel.ts, first))
    stop = len(panel) if last is None else int(np.searchsorted(panel.ts, last))
    if start < stop:
        return panel if stop - start == len(panel) else panel.rows(start, stop)
    asked = " ".join(
        f"{word} {moment_text(ns)}" for word, ns in (("since", first), ("until", last)) if ns is not None
    )
    raise DataError(
        f"{source}: no bars {asked}: the data cover {moment_text(int(panel.ts[0]))} to "
        f"{moment_text(int(panel.ts[-1]))} UTC. Choose dates inside."
    )


def window(since: Moment | None, until: Moment | None, timezone: str | None) -> tuple[int | None, int | None]:
    """Both ends as ns UTC; ConfigError when one is no date or they are the wrong way round."""
    first, last = moment_ns(since, "since", timezone), moment_ns(until, "until", timezone)
    if first is not None and last is not None and first >= last:
        raise ConfigError(f"since = '{since}' isn't before until = '{until}'; swap or change them.")
    return first, last


def _wanted(instruments: Sequence[Wanted], symbol: str | None) -> tuple[Wanted, ...]:
    if isinstance(instruments, str | Instrument):
        instruments = (instruments,)
    if instruments and symbol:
        raise ConfigError(f"give instruments or symbol, not both: got {len(instruments)} and '{symbol}'.")
    return (symbol,) if symbol else tuple(instruments)


def _common_timeframe(series: Sequence[RawBars], asked: int | None) -> int:
    """The one bar length of all series; a series of one bar takes the others'."""
    telling = [raw for raw in series if len(raw) > 1] or series[:1]
    lengths = [timeframe_of(raw.ts, raw.name, asked, raw.rows) for raw in telling]
    other = next((place for place, length in enumerate(lengths) if length != lengths[0]), None)
    if other is not None:
        raise DataError(
            f"mixed timeframes: {telling[0].name} has {timeframe_text(lengths[0])}, "
            f"{telling[other].name} has {timeframe_text(lengths[other])}. Load each timeframe on its own."
        )
    return lengths[0]
