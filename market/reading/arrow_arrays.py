"""Arrow columns of numbers and times to numpy arrays of our own, without pandas.

Arrow's own ``to_numpy`` imports pandas, which costs more time than reading a million bars.
"""

from typing import Any

import numpy as np

from market.bars import Floats, Ints


def ints_of(column: Any) -> Ints:
    """A writable int64 copy of a column of integers or timestamps without nulls."""
    import pyarrow as pa

    values = np.empty(len(column), np.int64)
    _copy(column, values, pa.int64())
    return values


def floats_of(column: Any) -> Floats:
    """A writable float64 copy of a column of numbers, NaN for nulls."""
    import pyarrow as pa

    values = np.empty(len(column))
    _copy(column, values, pa.float64())
    return values


def first_null(column: Any) -> int:
    """The place of the first null; there must be one."""
    from pyarrow import compute as pc

    return int(pc.index(pc.is_null(column, nan_is_null=True), True).as_py())


def _copy(column: Any, values: Any, kind: Any) -> None:
    """Fill ``values`` chunk by chunk, so that no second whole copy exists."""
    import pyarrow as pa

    place = 0
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        plain = chunk.view("int64") if pa.types.is_timestamp(chunk.type) else chunk
        if plain.null_count:
            plain = plain.cast(kind, safe=False).fill_null(float("nan"))
        stop = place + len(plain)
        values[place:stop] = np.from_dlpack(plain) if len(plain) else ()
        place = stop
