"""A source of bars as named Arrow columns: CSV, Parquet or DataFrame, read one role at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from market.errors import DataError
from market.reading.columns import Columns, match_columns
from market.reading.csv_files import read_csv

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".csv.gz", ".txt", ".tsv", ".parquet", ".pq")


@dataclass(frozen=True, eq=False)
class Table:
    """name: what messages call it. stem: the symbol its file name suggests. column: reads one column."""

    name: str
    stem: str
    columns: Columns
    column: Callable[[str], Any]


def open_file(path: Path) -> Table:
    """A CSV (plain or .gz) or Parquet file; DataError says why it can't be read."""
    lower = path.name.lower()
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Give the path of a CSV or Parquet file.")
    if not lower.endswith(SUFFIXES):
        raise DataError(f"{path}: expected a file that ends in .csv, .csv.gz or .parquet.")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: the file is empty. Give one with a header and at least 2 bars.")
    opened = _open_parquet if lower.endswith((".parquet", ".pq")) else _open_csv
    try:
        return opened(path)
    except UnicodeDecodeError:
        raise DataError(
            f"{path}: expected text in UTF-8 or CP949. Is it a compressed or other file?"
        ) from None
    except (OSError, EOFError) as error:
        raise DataError(f"{path}: can't be read ({_flat(error)}). Is the file whole?") from error


def _open_csv(path: Path) -> Table:
    columns, table = read_csv(path)
    return Table(str(path), _stem(path), columns, table.column)


def _open_parquet(path: Path) -> Table:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
    except pa.ArrowException as error:
        raise DataError(
            f"{path}: isn't a whole Parquet file ({_flat(error)}). Copy or download it again."
        ) from error

    def column(name: str) -> Any:
        pa.default_memory_pool().release_unused()  # what the column before took
        try:
            return file.read(columns=[name], use_threads=False).column(name)
        except (pa.ArrowException, OSError) as error:
            raise DataError(
                f"{path}: column '{name}' can't be read ({_flat(error)}). Is the file whole?"
            ) from error

    return Table(str(path), _stem(path), match_columns(file.schema_arrow.names, str(path)), column)


def open_frames(frame: "pd.DataFrame", name: str = "DataFrame") -> Iterator[Table]:
    """A DataFrame; one whose columns have two levels (field and symbol) gives a table per symbol."""
    if frame.columns.nlevels == 1:
        yield _open_frame(frame, name, "frame")
        return
    if frame.columns.nlevels > 2:
        raise DataError(
            f"{name}: {frame.columns.nlevels} levels of columns; expected one, or field and symbol."
        )
    levels = [{str(each).lower() for each in frame.columns.get_level_values(level)} for level in (0, 1)]
    symbols = 1 if "close" in levels[0] else 0
    for symbol in frame.columns.get_level_values(symbols).unique():
        place = frame.columns.get_level_values(symbols) == symbol
        part = frame.loc[:, place].droplevel(symbols, axis=1).dropna(how="all")
        yield _open_frame(part, f"{name} {symbol}", str(symbol))


def _open_frame(frame: "pd.DataFrame", name: str, stem: str) -> Table:
    import pandas as pd

    if not isinstance(frame.index, pd.RangeIndex):
        timed = isinstance(frame.index, pd.DatetimeIndex | pd.PeriodIndex)
        label = "ts" if timed else str(frame.index.name or "index")
        index = frame.index.to_timestamp() if isinstance(frame.index, pd.PeriodIndex) else frame.index
        kept = frame.drop(columns=label, errors="ignore") if timed else frame
        frame = kept.set_axis(index).rename_axis(label).reset_index()
    names = [str(each) for each in frame.columns]
    columns = match_columns(names, name)

    def column(wanted: str) -> Any:
        return _arrow(frame.iloc[:, names.index(wanted)])

    return Table(name, stem, columns, column)


def _arrow(series: "pd.Series[Any]") -> Any:
    """The series for Arrow; mixed objects as text, so that the reader can say which row is wrong."""
    import pandas as pd
    import pyarrow as pa

    if series.dtype != object:
        array = pa.array(series, from_pandas=True)
    else:
        array = pa.array([None if pd.isna(each) else str(each) for each in series], pa.string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _stem(path: Path) -> str:
    suffix = next(each for each in (".gz", path.suffix) if path.name.endswith(each))
    return Path(path.name.removesuffix(suffix)).stem if suffix == ".gz" else path.stem


def _flat(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
