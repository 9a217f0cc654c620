"""What the user may hand over: a path, a folder, a DataFrame, several of them, or a mapping by instrument."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from market.errors import DataError
from market.instruments import Instrument
from market.reading.tables import SUFFIXES, Table, open_file, open_frames

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = "str | Path | pd.DataFrame"
Sources: TypeAlias = "Source | Sequence[Source] | Mapping[str, Source] | Mapping[Instrument, Source]"
Wanted: TypeAlias = str | Instrument  # SYMBOL, SYMBOL@venue, or everything about it


def tables(sources: Sources) -> Iterator[tuple[Wanted | None, Table]]:
    """Every table, with the instrument that a mapping says it holds."""
    if isinstance(sources, Mapping):
        for key, source in sources.items():
            for table in _tables(source):
                yield key, table
    elif isinstance(sources, Sequence) and not isinstance(sources, str):
        for source in sources:
            for table in _tables(source):
                yield None, table
    else:
        for table in _tables(sources):
            yield None, table


def _tables(source: Source) -> Iterator[Table]:
    if not isinstance(source, str | Path):
        if hasattr(source, "columns"):
            yield from open_frames(source)
            return
        raise DataError(
            f"a {type(source).__name__} isn't a source of bars; expected a path, a folder or a DataFrame."
        )
    path = Path(source).expanduser()
    if not path.is_dir():
        yield open_file(path)
        return
    files = sorted(each for each in path.iterdir() if each.name.lower().endswith(SUFFIXES))
    if not files:
        raise DataError(f"{path}: the folder holds no .csv, .csv.gz or .parquet files.")
    for each in files:
        yield open_file(each)


def source_text(sources: Sources) -> str:
    """What errors about all of it call it."""
    if isinstance(sources, str | Path):
        return str(sources)
    if hasattr(sources, "columns"):
        return "DataFrame"
    every = list(sources.values() if isinstance(sources, Mapping) else sources)
    names = list(dict.fromkeys(source_text(each) for each in every))
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"
