"""A bad source is refused as a whole, in one sentence that names the row, the value and the remedy."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.checks import check
from market.errors import DataError
from market.findings import ERRORS
from market.loaders import examine, load_panel
from tests.market.bars_world import csv, frame, ns_of, parquet

Change = Callable[[pd.DataFrame], pd.DataFrame]


def put(row: int, column: str, value: object) -> Change:
    """The table with one cell replaced; rows count from 1."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        changed = table.copy()
        changed.loc[row - 1, column] = value
        return changed

    return change


def rows(*order: int) -> Change:
    return lambda table: table.iloc[[each - 1 for each in order] + list(range(max(order), len(table)))]


BAD_ROWS: dict[str, tuple[Change, str, int, list[str]]] = {
    "zero price": (put(7, "low", 0.0), "price", 7, ["low = 0", "above 0"]),
    "negative price": (put(7, "open", -3.5), "price", 7, ["open = -3.5", "above 0"]),
    "infinite price": (put(7, "high", np.inf), "price", 7, ["high = inf"]),
    "a missing price": (put(7, "close", np.nan), "missing", 7, ["close is missing"]),
    "negative volume": (put(7, "volume", -1.0), "volume", 7, ["volume = -1", "0 or more"]),
    "high below low": (put(7, "high", 1.0), "high<low", 7, ["high 1 is below low"]),
    "close far outside": (put(7, "close", 500.0), "outside", 7, ["close 500 is outside low"]),
    "unsorted": (rows(1, 2, 4, 3), "disorder", 4, ["earlier than 2024-01-01T03:00 in row 3"]),
    "a repeated row": (rows(1, 2, 3, 3), "duplicate", 4, ["2024-01-01T02:00", "in row 3", "same values"]),
    "two rows of one time": (
        lambda table: pd.concat([table[:3], table[2:3].assign(volume=7.7), table[3:]]),
        "duplicate", 4, ["2024-01-01T02:00", "in row 3", "other values"],
    ),
    "mixed timeframes": (
        lambda table: pd.concat([table[:30], frame(30, "1min", "2024-01-02T05:01")]),
        "timeframe", 0, ["mixed timeframes"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ROWS)
@pytest.mark.parametrize(
    "write", [csv, parquet, lambda table, folder: table], ids=["csv", "parquet", "frame"]
)
def test_a_bad_row_is_refused_by_number(
    case: str, write: Callable[[pd.DataFrame, Path], object], tmp_path: Path
) -> None:
    change, kind, row, words = BAD_ROWS[case]
    source = write(change(frame()).reset_index(drop=True), tmp_path)
    with pytest.raises(DataError) as caught:
        load_panel(source)  # type: ignore[arg-type]
    for each in words:
        assert each in str(caught.value)
    errors = [each for each in examine(source) if each.severity == "error"]  # type: ignore[arg-type]
    assert errors[0].kind == kind in ERRORS
    if row:
        assert f"row {row}: " in str(caught.value) and errors[0].row == row


def test_check_says_the_same_of_plain_columns() -> None:
    for case, (change, kind, row, _) in BAD_ROWS.items():
        table = change(frame()).reset_index(drop=True)
        columns = {"ts": ns_of(table)} | {name: table[name].to_numpy() for name in table.columns[1:]}
        found = [each for each in check(columns) if each.severity == "error"]
        assert found[0].kind == kind, case
        assert not row or found[0].row == row, case


def test_sound_columns_have_no_findings() -> None:
    table = frame()
    columns = {"ts": ns_of(table)} | {name: table[name].to_numpy() for name in table.columns[1:]}
    assert check(columns) == ()


def test_columns_of_other_shapes_or_names_are_refused() -> None:
    table = frame()
    columns = {"ts": ns_of(table)} | {name: table[name].to_numpy() for name in table.columns[1:]}
    with pytest.raises(DataError, match="column high has shape"):
        check(columns | {"high": np.ones(3)})
    del columns["low"]
    with pytest.raises(DataError, match="low are missing"):
        check(columns)


def test_the_first_bad_row_leads_and_the_others_are_counted() -> None:
    table = put(9, "low", -1.0)(put(4, "close", np.nan)(frame()))
    with pytest.raises(DataError, match=r"row 4: close is missing.*\(1 more errors"):
        load_panel(table)


def test_rows_are_counted_in_the_file_also_with_several_symbols(tmp_path: Path) -> None:
    both = pd.concat([frame().assign(symbol="A"), frame().assign(symbol="B")]).sort_values(
        "time", kind="stable"
    )
    both = both.reset_index(drop=True)
    both.loc[20, "close"] = -1.0
    with pytest.raises(DataError, match=f"{both.symbol[20]}: row 21: close = -1"):
        load_panel(csv(both, tmp_path))


@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
def test_a_column_without_a_number_is_refused_by_name(column: str, tmp_path: Path) -> None:
    for source in (
        frame().assign(**{column: np.nan}),
        csv(frame().assign(**{column: None}), tmp_path),
        csv(frame().assign(**{column: "-"}), tmp_path, "dash.csv"),
    ):
        with pytest.raises(DataError, match=f"column '{column}' has no numbers at all"):
            load_panel(source)


@pytest.mark.parametrize("column", ["time", "open", "high", "low", "close"])
def test_a_missing_column_is_refused_with_those_found(column: str, tmp_path: Path) -> None:
    for write in (csv, parquet):
        with pytest.raises(DataError) as caught:
            load_panel(write(frame().drop(columns=column), tmp_path))
        assert f"no column for {column}; found" in str(caught.value)
        assert all(f"'{name}'" in str(caught.value) for name in frame().columns if name != column)


def test_two_columns_that_say_the_same_are_refused() -> None:
    with pytest.raises(DataError, match="columns 'Close', 'close' say the same"):
        load_panel(frame().assign(Close=1.0)[["time", "open", "high", "low", "Close", "close"]])


@pytest.mark.parametrize("text", ["n/a?", "1.2.3", "12 apples", "--1", "1,23"])
def test_a_price_that_is_no_number_is_refused_by_row_and_value(text: str, tmp_path: Path) -> None:
    table = frame().astype({"close": object})
    table.loc[7, "close"] = text
    for source in (table, csv(table, tmp_path)):
        with pytest.raises(DataError, match="row 8: close = '") as caught:
            load_panel(source)
        assert f"'{text}'" in str(caught.value)


def written(text: str | bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "bad.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def file(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def cut_parquet(folder: Path) -> Path:
    path = parquet(frame(), folder)
    path.write_bytes(path.read_bytes()[:-100])
    return path


HEAD = "ts,open,high,low,close,volume\n"
BAD_FILES: dict[str, tuple[Callable[[Path], Path], list[str]]] = {
    "no file": (lambda folder: folder / "no.csv", ["no.csv", "no such file"]),
    "another kind": (file("a.xlsx", b"x"), ["a.xlsx", ".csv, .csv.gz or .parquet"]),
    "empty": (written(""), ["bad.csv", "empty"]),
    "only a head": (written(HEAD), ["bad.csv", "no rows", "at least 2"]),
    "no head": (written("1704067200,1,2,1,2,3\n1704070800,1,2,1,2,3\n"), ["holds numbers", "Add a header"]),
    "a blank head": (written(",,\n1,2,3\n"), ["first line is empty"]),
    "a short row": (written(HEAD + "2024-01-01,1,2,1,2,3\n2024-01-02,1,2\n"), ["row 2 has 3 cells", "6"]),
    "a long row": (written(HEAD + "2024-01-01,1,2,1,2,3,4\n"), ["row 1 has 7 cells", "6"]),
    "no text": (written(b"\xff\xfe\x00\x81" * 50), ["UTF-8 or CP949"]),
    "half a gzip": (file("a.csv.gz", gzip.compress(HEAD.encode() * 99)[:-20]), ["a.csv.gz", "whole"]),
    "half a parquet": (cut_parquet, ["bars.parquet", "whole Parquet"]),
    "text named parquet": (file("a.parquet", HEAD.encode()), ["a.parquet", "whole Parquet"]),
    "an empty parquet": (lambda folder: parquet(frame()[:0], folder), ["no rows", "at least 2"]),
    "an empty folder": (lambda folder: folder, ["holds no .csv"]),
    "no time anywhere": (written(HEAD + ",1,2,1,2,3\n,1,2,1,2,3\n"), ["time column is empty"]),
    "a time left out": (written(HEAD + "2024-01-01,1,2,1,2,3\n,1,2,1,2,3\n"), ["row 2 has no time"]),
    "no symbol": (
        written("symbol," + HEAD + "A,2024-01-01,1,2,1,2,3\n,2024-01-02,1,2,1,2,3\n"), ["no symbol"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_can_t_be_read_says_why(case: str, tmp_path: Path) -> None:
    make, words = BAD_FILES[case]
    with pytest.raises(DataError) as caught:
        load_panel(make(tmp_path))
    for each in words:
        assert each in str(caught.value)


def test_a_source_that_is_none_is_refused_by_type() -> None:
    with pytest.raises(DataError, match="a float isn't a source of bars"):
        load_panel(3.5)  # type: ignore[arg-type]


def test_a_boolean_column_is_no_price() -> None:
    with pytest.raises(DataError, match="column 'volume' holds bool; expected numbers"):
        load_panel(frame().assign(volume=True))
