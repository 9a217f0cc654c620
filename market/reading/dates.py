"""Times given as text: ISO 8601 at speed, other usual ways more slowly, offsets either way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from market.bars import Ints
from market.errors import DataError
from market.reading.arrow_arrays import ints_of
from market.reading.epochs import instants_of_numbers
from market.reading.written import written
from market.timeframes import HOUR, MINUTE

_ZONE = r"^(?P<body>.*?[\d:M])\s*(?P<zone>Z|z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)$"
_NO_ZONE = "no zone"


@dataclass(frozen=True, eq=False)
class Read:
    """ns of each time, UTC when ``aware``, else on a wall clock."""

    ns: Ints
    aware: bool


def read_texts(column: Any, source: str) -> Read:
    """Every time of a text column, in whichever usual way it is written; DataError names the row."""
    import pyarrow as pa
    from pyarrow import compute as pc

    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    for kind in (pa.timestamp("ns"), pa.timestamp("ns", "UTC")):
        try:
            ns = ints_of(text.cast(kind))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        if kind.tz:
            _refuse_mixed_zones(text, pc.extract_regex(text, _ZONE), source)
        return Read(ns, kind.tz is not None)
    found = pc.extract_regex(text, _ZONE)
    if pc.all(pc.match_substring_regex(text, r"^-?\d+(\.0*)?$")).as_py():
        digits = pc.replace_substring_regex(text, r"\.0*$", "")
        ns, wall = instants_of_numbers(ints_of(digits.cast(pa.int64())), source)
        return Read(ns, not wall)
    if found.null_count == len(found) or not _has_clock(found):
        return Read(written(text, source), False)
    _refuse_mixed_zones(text, found, source)
    return Read(written(pc.struct_field(found, "body"), source) - _offsets(found), True)


def _has_clock(found: Any) -> bool:
    """True when what looks like an offset follows a time of day: in 27-11-10, -10 is a year."""
    from pyarrow import compute as pc

    return bool(pc.any(pc.match_substring(pc.struct_field(found, "body"), ":")).as_py())


def _refuse_mixed_zones(text: Any, found: Any, source: str) -> None:
    """All times carry offsets, of one zone: the same, or two an hour apart (summer time)."""
    import pyarrow as pa
    from pyarrow import compute as pc

    zones = pc.fill_null(pc.struct_field(found, "zone"), _NO_ZONE).combine_chunks()
    kinds = zones.dictionary_encode().dictionary.to_pylist()
    lengths = sorted({_offset(kind) for kind in kinds if kind != _NO_ZONE})
    mixed = _NO_ZONE in kinds and len(kinds) > 1
    if mixed or len(lengths) > 2 or lengths[-1] - lengths[0] > HOUR:
        rare = min(kinds, key=lambda kind: pc.sum(pc.equal(zones, kind)).as_py())
        row = pc.index(zones, pa.scalar(rare)).as_py()
        if rare == _NO_ZONE:
            written(text.slice(row, 1), source, row)  # a footer, such as Total, is no time at all
        others = ", ".join(kind for kind in kinds if kind != rare)
        raise DataError(
            f"{source}: row {row + 1}: time '{text[row]}' has {rare}, other rows have {others}: mixed time "
            "zones. Write all times in one zone."
        )


def _offset(zone: str) -> int:
    """ns east of UTC of Z, +09:00, +0900 or +09."""
    digits = zone[1:].replace(":", "")
    if not digits.isdigit():
        return 0
    span = int(digits[:2]) * HOUR + int(digits[2:] or 0) * MINUTE
    return -span if zone[0] == "-" else span


def _offsets(found: Any) -> Ints:
    from pyarrow import compute as pc

    encoded = pc.struct_field(found, "zone").combine_chunks().dictionary_encode()
    spans: Ints = np.array([_offset(zone) for zone in encoded.dictionary.to_pylist()], np.int64)
    return spans[ints_of(encoded.indices)]
