"""CSV as people have it: any separator, UTF-8 or CP949, plain or gzip."""

import csv
import gzip
import io
from pathlib import Path
from typing import Any

from market.errors import DataError
from market.reading.cells import NULLS
from market.reading.columns import Columns, match_columns

_SEPARATORS = ",;\t|"
_SAMPLE = 1 << 16  # bytes that tell the encoding and the header


def read_csv(path: Path) -> tuple[Columns, Any]:
    """The file's roles and an Arrow table of their columns; a row of another width is refused by number."""
    encoding, separator, names = _header(path)
    columns = match_columns(names, str(path))
    table, odd = _read(path, encoding, separator, names, columns, True)
    if odd:  # only one thread counts rows
        first = _read(path, encoding, separator, names, columns, False)[1][0]
        raise DataError(
            f"{path}: row {first.number - 1} has {first.actual_columns} cells where the header has "
            f"{first.expected_columns}: '{first.text[:60]}'. Correct or remove the row."
        )
    return columns, table


def _read(
    path: Path, encoding: str, separator: str, names: list[str], columns: Columns, threads: bool
) -> tuple[Any, list[Any]]:
    """The columns that have a role, and the rows of another width than the header."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    text = (columns.moment, columns.symbol, columns.time_of_day)  # 005930 and 0901 aren't numbers
    odd: list[Any] = []

    def refused(row: Any) -> str:
        odd.append(row)
        return "skip"

    read = arrow.ReadOptions(encoding=encoding, use_threads=threads, column_names=names, skip_rows=1)
    parse = arrow.ParseOptions(delimiter=separator, invalid_row_handler=refused)
    convert = arrow.ConvertOptions(
        include_columns=[each for each in vars(columns).values() if each is not None],
        column_types={name: pa.string() for name in text if name is not None},
        null_values=NULLS,
        strings_can_be_null=True,
    )
    try:
        with _opened(path) as stream:
            return arrow.read_csv(stream, read, parse, convert), odd
    except pa.ArrowException as error:
        raise DataError(f"{path}: can't be read ({' '.join(str(error).split())[:200]}).") from error


def _opened(path: Path) -> io.BufferedIOBase:
    raw = path.open("rb")
    zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if zipped else raw


def _header(path: Path) -> tuple[str, str, list[str]]:
    """Encoding, separator and column names."""
    with _opened(path) as stream:
        sample = stream.read(_SAMPLE)
    sample, encoding = sample.removeprefix(b"\xef\xbb\xbf"), "utf8"
    try:
        sample.decode("utf8")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:  # a letter may be cut at the end of the sample
            encoding = "cp949"
    first = (
        sample.decode(encoding, "ignore" if encoding == "utf8" else "strict").split("\n", 1)[0].strip("\r")
    )
    separator = max(_SEPARATORS, key=first.count)
    names = next(csv.reader([first], delimiter=separator), [])
    if not any(name.strip() for name in names):
        raise DataError(
            f"{path}: the first line is empty; expected names such as date, open, high, low, close."
        )
    if all(_numeric(name) for name in names):
        raise DataError(
            f"{path}: the first line holds numbers, not column names: '{first[:60]}'. Add a header such as "
            "ts,open,high,low,close,volume."
        )
    return encoding, separator, names


def _numeric(text: str) -> bool:
    return text.strip().lstrip("+-").replace(".", "", 1).isdigit()
