"""``RawBars``: columns as read, before anything vouched for them."""

from dataclasses import dataclass, replace

import numpy as np

from market.bars import PRICES, Floats, Ints


@dataclass(frozen=True, eq=False)
class RawBars:
    """One instrument's columns as its source has them.

    name: what messages call it. ts: int64 ns UTC of each bar's open, shape (n_bars,). open .. volume:
    float64, same shape. rows: the source's row of each bar, from 0; None when they are 0, 1, 2 …
    """

    name: str
    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    rows: Ints | None = None

    def __len__(self) -> int:
        return len(self.ts)

    def row(self, place: int) -> int:
        """The row as people count it: the first below the header is 1."""
        return 1 + (place if self.rows is None else int(self.rows[place]))

    def take(self, places: Ints) -> "RawBars":
        """These bars only, in this order."""
        fields = {name: getattr(self, name)[places] for name in ("ts", *PRICES)}
        return replace(self, rows=places if self.rows is None else self.rows[places], **fields)

    def moment(self, place: int) -> str:
        """When that bar opened, for messages."""
        return moment_text(int(self.ts[place]))


def moment_text(ts: int) -> str:
    """ns UTC as 2024-01-31, or 2024-01-31T09:30 where there is a time of day."""
    text = str(np.datetime64(ts, "ns"))
    day, _, clock = text.partition("T")
    return (
        day if not clock.strip("0:.") else f"{day}T{clock[:5] if not clock[5:].strip('0:.') else clock[:12]}"
    )
