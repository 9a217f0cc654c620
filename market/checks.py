"""``check``: everything odd or wrong in bars, a panel, or columns as they were read.

Errors keep data from being loaded; warnings don't. What is which: ``findings.ERRORS`` and ``WARNINGS``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from market.bars import PRICES, Bars, Panel
from market.errors import DataError
from market.findings import Finding, runs
from market.jumps import jumps
from market.reading.raw import RawBars
from market.refusals import beyond_range, missing_bars, outside_text, refusals
from market.sessions import gaps
from market.timeframes import mixed_at, mixed_text, timeframe_text, usual_step

QUORUM = 0.5  # of the instruments that are listed: when so many have a bar, the others miss one


def check(
    data: Bars | Panel | RawBars | Mapping[str, Any], timeframe: int | None = None
) -> tuple[Finding, ...]:
    """Findings by instrument and row. timeframe: ns, for columns that don't say theirs.

    A mapping has arrays ts (ns UTC), open, high, low, close and perhaps volume.
    """
    if isinstance(data, Panel):
        return tuple(_of_panel(data))
    if isinstance(data, Bars):
        return tuple(findings(_raw_of_bars(data), data.timeframe))
    return tuple(findings(data if isinstance(data, RawBars) else _raw_of(data), timeframe))


def findings(raw: RawBars, timeframe: int | None = None) -> list[Finding]:
    """All findings of one instrument's columns."""
    present, found = without_missing(raw)
    errors = refusals(present)
    if not errors and (timeframe or len(present) > 1):
        timeframe = timeframe or usual_step(present.ts)
        errors = [*_mixed(present, timeframe)]
    found += errors
    if not errors and timeframe:
        found += [*_gaps(present, timeframe), *jumps(present), *_outside(present), *_volume(present)]
    return sorted(found, key=lambda finding: finding.row)


def _mixed(raw: RawBars, timeframe: int) -> Iterator[Finding]:
    place = mixed_at(raw.ts, timeframe)
    if place is not None:
        said = mixed_text(raw.ts, place, timeframe)
        yield Finding("timeframe", "error", raw.row(place), int(raw.ts[place]), said, raw.name)


def without_missing(raw: RawBars) -> tuple[RawBars, list[Finding]]:
    """The rows that are bars, and a warning for every stretch of rows that aren't."""
    halt, blank = missing_bars(raw)
    if blank.all() or not (halt.any() or blank.any()):
        return raw, []
    said = {
        "halt": "{n} with open, high and low 0 and no volume: trading was halted, loaded as no bar.",
        "no bar": "{n} without prices, loaded as no bar.",
    }
    found = [
        _warning(kind, raw, first, said[kind].format(n=_rows(count)))
        for kind, mask in (("halt", halt), ("no bar", blank))
        for first, count in runs(mask)
    ]
    return raw.take(np.flatnonzero(~(halt | blank))), found


def _of_panel(panel: Panel) -> Iterator[Finding]:
    missed = _missed(panel)
    for column in range(len(panel.instruments)):
        bars, rows = panel.bars(column)
        raw = replace(_raw_of_bars(bars), rows=rows)
        if len(raw) == 0:
            yield Finding("empty", "error", 0, 0, "there are no bars.", raw.name)
            continue
        found = findings(raw, panel.timeframe)
        lone = {finding.row for finding in found if finding.kind == "gap"}
        for first, count in runs(missed[:, column]):
            if first + count + 1 not in lone:
                said = f"{_rows(count)} without a bar, while most other instruments have one."
                found.append(Finding("gap", "warning", first + 1, int(panel.ts[first]), said, raw.name))
        yield from sorted(found, key=lambda finding: finding.row)


def _missed(panel: Panel) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Cells without a bar between an instrument's first and last, where a quorum of the listed has one."""
    present = ~np.isnan(panel.close)
    if panel.complete or len(panel.instruments) < 3:
        return np.zeros(present.shape, np.bool_)
    begun = np.maximum.accumulate(present, axis=0)
    lasting = np.maximum.accumulate(present[::-1], axis=0)[::-1]
    listed = begun & lasting
    quorum = present.sum(axis=1) >= np.maximum(2, QUORUM * listed.sum(axis=1))
    found: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = listed & ~present & quorum[:, None]
    return found


def _gaps(raw: RawBars, timeframe: int) -> Iterator[Finding]:
    for place in gaps(raw.ts, timeframe).tolist():
        count = int(raw.ts[place] - raw.ts[place - 1]) // timeframe - 1
        said = (
            f"no bars between {raw.moment(place - 1)} and {raw.moment(place)}: up to {count} of "
            f"{timeframe_text(timeframe)} missing."
        )
        yield _warning("gap", raw, place, said)


def _outside(raw: RawBars) -> Iterator[Finding]:
    for first, count in runs(beyond_range(raw) > 0.0):
        more = f" So are {_rows(count - 1)} after it." if count > 1 else ""
        yield _warning("outside", raw, first, f"{outside_text(raw, first)} Loaded as it is.{more}")


def _volume(raw: RawBars) -> Iterator[Finding]:
    unknown = np.isnan(raw.volume)
    if unknown.all():
        yield Finding("no volume", "warning", 0, int(raw.ts[0]), "no volume is known.", raw.name)
        return
    for first, count in runs(unknown):
        yield _warning("no volume", raw, first, f"{_rows(count)} without a volume.")
    for first, count in runs(raw.volume == 0.0):
        yield _warning("zero volume", raw, first, f"{_rows(count)} with prices and volume 0.")


def _raw_of_bars(bars: Bars) -> RawBars:
    return RawBars(bars.instrument.id, bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume)


def _raw_of(columns: Mapping[str, Any]) -> RawBars:
    missing = [name for name in ("ts", *PRICES[:4]) if name not in columns]
    if missing:
        raise DataError(f"columns {', '.join(missing)} are missing; found {', '.join(columns)}.")
    ts = np.asarray(columns["ts"], np.int64)
    volume = columns.get("volume", np.full(len(ts), np.nan))
    given = {**columns, "volume": volume}
    fields = {name: np.asarray(given[name], np.float64) for name in PRICES}
    for name, values in fields.items():
        if values.shape != ts.shape:
            raise DataError(f"column {name} has shape {values.shape}, ts {ts.shape}; expected one length.")
    return RawBars("", ts, **fields, rows=None)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _warning(kind: str, raw: RawBars, place: int, said: str) -> Finding:
    return Finding(kind, "warning", raw.row(place), int(raw.ts[place]), said, raw.name)
