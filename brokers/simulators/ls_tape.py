"""A recorded option tape as the frames that LS would have sent: five-level books (OH0)."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from brokers.simulators.ls_fields import Row, filled, stream_layouts

DEPTH = 5


def option_tape(path: Path) -> Iterator[tuple[str, str, Row]]:
    """("OH0", short code, body) of each recorded book, in order.

    path: a parquet file with issue (ISIN), accept_time_kst (HHMMSS and more digits), and bid1_px .. ask5_qty.
    """
    block = stream_layouts()["OH0"].answered["body"]
    for row in pq.read_table(path).to_pylist():
        code = str(row["issue"])[3:11]
        yield "OH0", code, filled(block, _book(row) | {"optcode": code})


def _book(row: Row) -> Row:
    values: Row = {"hotime": str(row["accept_time_kst"])[:6], "danhochk": "0"}
    for ours, theirs in (("offer", "ask"), ("bid", "bid")):
        for level in range(1, DEPTH + 1):
            values[f"{ours}ho{level}"] = _price(row[f"{theirs}{level}_px"])
            values[f"{ours}rem{level}"] = int(row[f"{theirs}{level}_qty"])
        values[f"tot{ours}rem"] = sum(int(row[f"{theirs}{level}_qty"]) for level in range(1, DEPTH + 1))
    return values


def _price(value: float) -> float:
    """An empty level has no price (NaN); LS writes 0."""
    return value if value == value else 0.0
