"""``Finding``: one thing that is odd or wrong in market data, and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Severity = Literal["error", "warning"]

# What can't be loaded, and what loads with a word about it.
ERRORS = (
    "empty",
    "disorder",
    "duplicate",
    "missing",
    "price",
    "volume",
    "high<low",
    "outside",
    "timeframe",
    "unreadable",
)
WARNINGS = (
    "halt", "no bar", "no volume", "zero volume", "outside", "gap", "split", "reuse", "jump", "newest first",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """kind: one of ``ERRORS`` or ``WARNINGS``. row: of the source, the first below the header is 1; 0 = the
    whole. ts: ns UTC of the bar's open. message: a sentence without the row. instrument: whose bars. source:
    the file, and in it the symbol, where that is known."""

    kind: str
    severity: Severity
    row: int
    ts: int
    message: str
    instrument: str = ""
    source: str = ""

    def __str__(self) -> str:
        whose = self.source or self.instrument
        who = f"{whose}: " if whose else ""
        return f"{who}{f'row {self.row}: ' if self.row else ''}{self.message}"


def runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """(first, count) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    for first, stop in edges.reshape(-1, 2).tolist():
        yield first, stop - first
