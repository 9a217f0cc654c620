"""Time columns and the user's own dates to int64 ns UTC."""

from datetime import date, datetime
from typing import Any

import numpy as np

from market.bars import Ints
from market.errors import ConfigError, DataError
from market.reading.arrow_arrays import first_null, floats_of, ints_of
from market.reading.cells import is_text
from market.reading.dates import read_texts
from market.reading.epochs import instants_of_numbers
from market.reading.zones import localised, utc_of, zone_named

Moment = str | date | datetime | np.datetime64 | int


def instants(column: Any, source: str, timezone: str | None = None) -> Ints:
    """ns UTC of an Arrow column of times, dates, numbers or text; DataError names the row.

    Times without a zone are in ``timezone``, UTC when it isn't given. The array is the caller's own.
    """
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    _refuse_missing(column, source)
    aware = False
    if pa.types.is_timestamp(kind):
        ns, aware = _filled(column, kind.unit), kind.tz is not None
    elif pa.types.is_date(kind):
        ns = _filled(column.cast(pa.timestamp("s")), "s")
    elif pa.types.is_integer(kind):
        ns, wall = instants_of_numbers(_filled(column, "ns"), source)
        aware = not wall
    elif pa.types.is_floating(kind):
        ns, aware = _of_floats(column, source)
    elif is_text(kind):
        read = read_texts(column, source)
        ns, aware = read.ns, read.aware
    else:
        raise DataError(f"{source}: the time column holds {kind}; expected dates, times or numbers.")
    return ns if aware or timezone is None else localised(ns, timezone, source)


def _filled(column: Any, unit: str) -> Ints:
    """The column's integers, times ns per unit."""
    scale = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "ns": 1}[unit]
    values = ints_of(column)
    if scale > 1:
        values *= scale
    return values


def _of_floats(column: Any, source: str) -> tuple[Ints, bool]:
    """Whole numbers that came as floats, or seconds with a fraction."""
    values = floats_of(column)
    if (values == np.trunc(values)).all():
        ns, wall = instants_of_numbers(values.astype(np.int64), source)
        return ns, not wall
    if values.max() >= 1e11:
        raise DataError(f"{source}: times such as {values[0]!r} are neither seconds nor whole numbers.")
    return (np.rint(values * 1e6).astype(np.int64)) * 1000, True


def _refuse_missing(column: Any, source: str) -> None:
    if column.null_count == len(column) and len(column):
        raise DataError(f"{source}: the time column is empty; expected a time in every row.")
    if column.null_count:
        row = first_null(column)
        raise DataError(f"{source}: row {row + 1} has no time. Correct or remove the row.")


def moment_ns(moment: Moment | None, key: str, timezone: str | None = None) -> int | None:
    """ns UTC of what the user gave for ``key``: a day or moment; naive ones are in ``timezone`` or UTC."""
    if moment is None or isinstance(moment, int):
        return moment
    zone = zone_named(timezone or "UTC")
    try:
        if isinstance(moment, np.datetime64):
            return utc_of(datetime.fromisoformat(str(moment.astype("datetime64[us]"))), zone)
        if isinstance(moment, date) and not isinstance(moment, datetime):
            return utc_of(datetime(moment.year, moment.month, moment.day), zone)
        return utc_of(
            moment if isinstance(moment, datetime) else datetime.fromisoformat(moment.strip()), zone
        )
    except (ValueError, AttributeError):
        raise ConfigError(
            f"{key} = '{moment}': expected a day such as 2024-01-31 or a time such as 2024-01-31T09:00."
        ) from None
