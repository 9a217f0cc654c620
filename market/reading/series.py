"""A table's bars, split by its symbol column, as ``RawBars`` with their row numbers."""

from dataclasses import replace
from typing import Any

import numpy as np

from market.bars import PRICES, Ints
from market.errors import DataError
from market.reading.arrow_arrays import first_null, ints_of
from market.reading.cells import is_text, to_floats
from market.reading.clock import instants
from market.reading.raw import RawBars
from market.reading.tables import Table


def read_series(table: Table, timezone: str | None = None) -> dict[str, RawBars]:
    """Bars by symbol; a table without a symbol column has one symbol, "".

    Columns are read one at a time, so that the peak of memory is the arrays and one column.
    """
    columns = table.columns
    ts = instants(_moments(table), table.name, timezone)
    if len(ts) == 0:
        raise DataError(
            f"{table.name}: there are no rows below the header. Give a file with at least 2 bars."
        )
    fields = {name: _prices(table, name, len(ts)) for name in PRICES}
    whole = RawBars(table.name, ts, **fields)
    if columns.symbol is None:
        return {"": whole}
    symbols, codes = _symbols(table.column(columns.symbol), table.name)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(symbols)))
    parts = zip(symbols, np.split(order, ends[:-1]), strict=True)
    return {symbol: replace(whole.take(rows), name=f"{table.name}: {symbol}") for symbol, rows in parts}


def _moments(table: Table) -> Any:
    """The time column; a date and a time of day in two columns become one text."""
    column = table.column(table.columns.moment)
    if table.columns.time_of_day is None:
        return column
    import pyarrow as pa
    from pyarrow import compute as pc

    day, clock = column, table.column(table.columns.time_of_day)
    if pa.types.is_timestamp(day.type) or pa.types.is_date(day.type):
        day = pc.strftime(day, format="%Y-%m-%d")
    day = pc.utf8_trim_whitespace(day.cast(pa.string()))
    day = pc.replace_substring_regex(day, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")
    clock = pc.utf8_trim_whitespace(clock.cast(pa.string()))
    digits = pc.match_substring_regex(clock, r"^\d{1,6}$")
    if pc.all(digits).as_py():  # 901, 0901 or 090100
        width = 4 if pc.max(pc.utf8_length(clock)).as_py() <= 4 else 6
        padded = pc.utf8_rpad(pc.utf8_lpad(clock, width, "0"), 6, "0")
        clock = pc.replace_substring_regex(padded, r"^(\d\d)(\d\d)(\d\d)$", r"\1:\2:\3")
    return pc.binary_join_element_wise(day, clock, " ")


def _prices(table: Table, name: str, n_rows: int) -> Any:
    column = getattr(table.columns, name)
    if column is None:  # volume: an index has none
        return np.full(n_rows, np.nan)
    return to_floats(table.column(column), column, table.name)


def _symbols(column: Any, source: str) -> tuple[list[str], Ints]:
    """The symbols in order of appearance, and each row's place among them."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.null_count:
        raise DataError(f"{source}: row {first_null(column) + 1} has no symbol. Correct or remove the row.")
    text = column if is_text(column.type) else column.cast(pa.string())
    encoded = text.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), ints_of(encoded.indices)
