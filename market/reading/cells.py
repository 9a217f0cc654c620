"""Columns of prices and volumes to float64, also where they came as text: 1,234.5, $181.18, 231.10M, -."""

from typing import Any

import numpy as np

from market.bars import Floats
from market.errors import DataError
from market.reading.arrow_arrays import floats_of

NULLS = ("", "-", "--", "NaN", "nan", "NAN", "null", "NULL", "None", "N/A", "n/a", "NA", "#N/A", "<NA>")
_SCALES = (("K", 1e3), ("M", 1e6), ("B", 1e9), ("T", 1e12))
_SIGNS = "$€£¥₩"
# Commas only between thousands: 1.234,56 and 1234,56 must not become other numbers.
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+|\d{1,3}(,\d{3})+(\.\d*)?)([eE][+-]?\d+)?[KMBTkmbt]?$"


def to_floats(column: Any, name: str, source: str) -> Floats:
    """A writable float64 copy of an Arrow column, NaN where it has nothing; DataError names the row."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif is_text(kind):
        column = _parsed(column, name, source)
    elif pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    elif not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise DataError(f"{source}: column '{name}' holds {kind}; expected numbers.")
    return floats_of(column)


def is_text(kind: Any) -> bool:
    """True of Arrow's kinds of string."""
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _parsed(column: Any, name: str, source: str) -> Any:
    """Text to numbers; the first cell that is neither a number nor a usual sign for none is refused."""
    import pyarrow as pa
    from pyarrow import compute as pc

    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    text = pc.if_else(pc.is_in(text, pa.array(NULLS)), None, text)
    bare = pc.utf8_ltrim(text, _SIGNS)
    wrong = pc.fill_null(pc.invert(pc.match_substring_regex(bare, _NUMBER)), False)
    if pc.any(wrong).as_py():
        row = pc.index(wrong, True).as_py()
        raise DataError(
            f"{source}: row {row + 1}: {name} = '{text[row]}': expected a number such as 1234.5 or 1,234.5. "
            "Correct or remove the row."
        )
    values = pc.utf8_rtrim(pc.replace_substring(bare, ",", ""), "KMBTkmbt").cast(pa.float64())
    for letter, factor in _SCALES:
        scaled = pc.fill_null(pc.ends_with(bare, letter, ignore_case=True), False)
        values = pc.if_else(scaled, pc.multiply(values, factor), values)
    return values
