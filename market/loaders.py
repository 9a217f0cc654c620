"""Bars from a CSV or Parquet file, or the sentence that says which row is wrong."""

from pathlib import Path
from typing import Any

import numpy as np

from market.bars import PRICES, Floats, Ints, Panel
from market.errors import DataError
from market.instruments import Instrument

TIME_NAMES = ("ts", "timestamp", "time", "date", "datetime")


def load_panel(path: Path, instrument: Instrument | None = None, timeframe: int | None = None) -> Panel:
    """One instrument's bars. timeframe: ns; without it, the most frequent distance between bars.

    Times are the bars' opens: dates, ISO text or numbers of s, ms, us or ns since 1970; naive ones are UTC.
    """
    table = _read(path)
    columns = {str(name).strip().lower(): name for name in table.column_names}
    time_name = next((columns[name] for name in TIME_NAMES if name in columns), None)
    missing = [name for name in PRICES if name not in columns]
    if time_name is None or missing:
        wanted = ([] if time_name is not None else ["a time"]) + missing
        raise DataError(
            f"{path}: column {', '.join(wanted)} is missing; found {', '.join(table.column_names)}."
        )
    if table.num_rows == 0:
        raise DataError(f"{path}: the file has no rows. Give one with at least 2 bars.")
    ts = _instants(path, table.column(time_name))
    arrays = {name: _numbers(path, name, table.column(columns[name])) for name in PRICES}
    _check(path, ts, arrays)
    found = timeframe or (
        int(np.bincount(np.diff(ts) // 1_000_000_000).argmax()) * 1_000_000_000 if len(ts) > 1 else 1
    )
    name = path.name.split(".")[0].replace("@", "-")
    fields: dict[str, Any] = {
        key: np.ascontiguousarray(value).reshape(-1, 1) for key, value in arrays.items()
    }
    return Panel((instrument or Instrument(f"{name}@file"),), found, ts, **fields)


def _read(path: Path) -> Any:
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Give the path of a CSV or Parquet file.")
    import pyarrow as pa

    try:
        if ".parquet" in path.suffixes:
            from pyarrow import parquet

            return parquet.read_table(path)
        if ".csv" in path.suffixes:
            from pyarrow import csv

            return csv.read_csv(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path}: can't be read ({' '.join(str(error).split())}).") from error
    raise DataError(f"{path}: expected a file that ends in .csv, .csv.gz or .parquet.")


def _instants(path: Path, column: Any) -> Ints:
    """int64 ns UTC."""
    import pyarrow as pa

    kind = column.type
    try:
        if pa.types.is_integer(kind):
            values = np.asarray(column.to_numpy(), np.int64)
            size = int(np.abs(values[0]))
            return values * next(step for limit, step in _EPOCHS if size < limit)
        if pa.types.is_string(kind):
            column = column.cast(pa.timestamp("ns"))
        return np.asarray(column.cast(pa.timestamp("ns")).to_numpy().astype("datetime64[ns]"), np.int64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{path}: times can't be read ({error}); expected ISO times or epoch numbers."
        ) from error


_EPOCHS = ((10**11, 1_000_000_000), (10**14, 1_000_000), (10**17, 1_000), (10**20, 1))


def _numbers(path: Path, name: str, column: Any) -> Floats:
    import pyarrow as pa

    try:
        return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(f"{path}: column {name} isn't numbers ({error}).") from error


def _check(path: Path, ts: Ints, arrays: dict[str, Floats]) -> None:
    """Refuse the first row that can't be a bar; rows count from 1 below the header."""
    steps = np.diff(ts)
    for wrong, why in (
        (steps == 0, "repeats the time of the row before"),
        (steps < 0, "is earlier than the row before"),
    ):
        if wrong.any():
            raise DataError(
                f"{path}: row {int(np.flatnonzero(wrong)[0]) + 2} {why}. Sort and deduplicate by time."
            )
    for name, values in arrays.items():
        if np.isnan(values).all():
            raise DataError(f"{path}: column {name} has no numbers at all.")
        wrong = np.isnan(values) if name == "volume" else ~(values > 0)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(
                f"{path}: row {row + 1}: {name} = {values[row]}; expected a number above 0. Remove the row."
            )
    wrong = arrays["high"] < arrays["low"]
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{path}: row {row + 1}: high {arrays['high'][row]} is below low {arrays['low'][row]}."
        )
