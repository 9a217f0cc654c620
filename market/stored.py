"""One file of the catalog: bars in Parquet, the instrument's facts in its head."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from market.bars import PRICES
from market.errors import DataError
from market.instruments import Fees, Instrument, Kind
from market.reading.raw import RawBars
from market.reading.series import read_series
from market.reading.tables import open_file
from market.timeframes import timeframe_text

_KEY = b"maemae"
_FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """What a file holds. timeframe: ns. first, last: ns UTC of the first and last bar's open."""

    instrument: Instrument
    timeframe: int
    bars: int
    first: int
    last: int
    path: Path

    @classmethod
    def of(cls, instrument: Instrument, timeframe: int, raw: RawBars, path: Path) -> "Entry":
        return cls(instrument, timeframe, len(raw), int(raw.ts[0]), int(raw.ts[-1]), path)


def entry_path(root: Path, instrument: Instrument, timeframe: int) -> Path:
    """Where bars are kept; signs such as / in a symbol are written %2F."""
    return root / _safe(instrument.venue) / _safe(instrument.symbol) / f"{timeframe_text(timeframe)}.parquet"


def _safe(name: str) -> str:
    text = quote(name, safe=" ")
    return "%2E" + text[1:] if text.startswith(".") else text


def write_bars(entry: Entry, raw: RawBars, path: Path) -> None:
    """The whole file, head and bars."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"ts": pa.array(raw.ts, pa.timestamp("ns", "UTC"))}
    columns |= {name: pa.array(getattr(raw, name)) for name in PRICES}
    head = {
        "format": _FORMAT,
        "instrument": facts_of(entry.instrument),
        "timeframe": entry.timeframe,
        "bars": entry.bars,
        "first": entry.first,
        "last": entry.last,
    }
    table = pa.table(columns).replace_schema_metadata({_KEY: json.dumps(head, ensure_ascii=False)})
    parquet.write_table(table, path, compression="zstd")


def read_entry(path: Path) -> Entry:
    """The head alone; DataError when the file isn't whole or isn't the catalog's."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        head = json.loads((parquet.read_schema(path).metadata or {})[_KEY])
        instrument = instrument_of_facts(head["instrument"])
        return Entry(instrument, head["timeframe"], head["bars"], head["first"], head["last"], path)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        raise DataError(
            f"{path}: isn't a file of this catalog ({why}). Move it away and import again."
        ) from error


def read_raw(path: Path) -> RawBars:
    """The bars as stored."""
    return read_series(open_file(path))[""]


def facts_of(instrument: Instrument) -> dict[str, Any]:
    """The instrument as JSON can hold it: kinds by name, no limit as null."""
    facts = asdict(instrument)
    facts["kind"] = instrument.kind.name.lower()
    return {key: None if value == float("inf") else value for key, value in facts.items()}


def instrument_of_facts(facts: dict[str, Any]) -> Instrument:
    """The instrument again."""
    known = {each.name for each in fields(Instrument)}
    values = {key: value for key, value in facts.items() if key in known}
    values["kind"] = Kind[facts["kind"].upper()]
    values["fees"] = Fees(**facts["fees"])
    values["max_quantity"] = float("inf") if facts["max_quantity"] is None else facts["max_quantity"]
    for key in ("ticks", "sell_taxes"):
        values[key] = tuple((start, value) for start, value in facts[key])
    return Instrument(**values)
