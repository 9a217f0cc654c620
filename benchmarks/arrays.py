"""The markets every benchmark runs on: made from a seed, checked by hash, cached under ``build/arrays``."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import recipe
from benchmarks.recipe import Floats, Ints

CACHE = Path(__file__).resolve().parent.parent / "build" / "arrays"
SHA256 = {
    "minute_bars": "88454ca411f56a79d91aeb576cd8589e90e242cd23d09c9f82815e327aa00209",
    "minute_ts": "e7bf4a31f74fb0b74a77a7ac40e03aab7c08882c2a1a8a592abae7dbb5338c6d",
    "daily_panel": "6dabd658ea12048c2986934463bebd096c23578604cea23133ecc4374988a776",
    "daily_ts": "ead59b484358359a1aa43c765a23d2582fcf90e485d85f25a62cc5bff6ab8164",
    "daily_decisions": "141bc8bb72615eeec2c7dd358f7ba1f5d30ac1a77d0af2c88997d099550da83a",
}


@dataclass(frozen=True, eq=False)
class Market:
    """ts: int64 ns of each bar's open. open .. volume: contiguous float64, shape (n_bars,) or
    (n_bars, n_instruments)."""

    ts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.ts)

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in vars(self).values())

    def head(self, n_bars: int) -> "Market":
        return Market(**{name: array[:n_bars] for name, array in vars(self).items()})

    def column(self, instrument: int) -> "Market":
        """One instrument of a panel, contiguous."""
        return Market(self.ts, *(np.ascontiguousarray(getattr(self, name)[:, instrument]) for name in FIELDS))

    def side_by_side(self, n_instruments: int, n_bars: int) -> "Market":
        """The first stretches of ``n_bars`` as instruments of one panel, on the clock of the first."""
        shape, taken = (n_instruments, n_bars), n_instruments * n_bars
        fields = {name: np.ascontiguousarray(getattr(self, name)[:taken].reshape(shape).T) for name in FIELDS}
        return Market(self.ts[:n_bars], **fields)

    def repeated(self, times: int) -> "Market":
        """The same prices ``times`` over, on one unbroken clock."""
        step = self.ts[1] - self.ts[0]
        ts = self.ts[0] + step * np.arange(times * len(self), dtype=np.int64)
        return Market(ts, **{name: np.tile(getattr(self, name), times) for name in FIELDS})


FIELDS = ("open", "high", "low", "close", "volume")


def minute_market() -> Market:
    """W1, W4 and W1-full."""
    table: Floats = cached("minute_bars", recipe.minute_bars)
    ts: Ints = cached("minute_ts", lambda: recipe.minute_ts(len(table)))
    return Market(ts, *(np.ascontiguousarray(table[:, column]) for column in range(5)))


def daily_market() -> tuple[Market, Ints]:
    """W3: the panel, and the rows at whose close it decides (last business days of months)."""
    panel: Floats = cached("daily_panel", recipe.daily_panel)
    days = recipe.business_days(panel.shape[1])
    ts: Ints = cached("daily_ts", lambda: days.astype("datetime64[ns]").astype(np.int64))
    decisions: Ints = cached("daily_decisions", lambda: recipe.month_ends(days, first=252))
    return Market(ts, *panel), decisions


def minute_parquet() -> Path:
    """The minute bars as a Parquet file with columns ts, open .. volume."""
    path = CACHE / "minute_bars.parquet"
    if not path.exists():
        import pyarrow as pa
        import pyarrow.parquet as pq

        market = minute_market()
        ts = pa.array(market.ts, pa.timestamp("ns", tz="UTC"))
        columns = {"ts": ts} | {name: pa.array(getattr(market, name)) for name in FIELDS}
        part = path.with_suffix(".part")
        pq.write_table(pa.table(columns), part)
        part.replace(path)
    return path


def cached(name: str, make: Callable[[], Any]) -> Any:
    """The array ``name`` from the cache, made when it is absent, and refused when its hash is another."""
    path = CACHE / f"{name}.npy"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{name}.{os.getpid()}.part.npy")
        np.save(part, make())
        part.replace(path)
    array = np.load(path)
    found = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
    if found != SHA256[name]:
        raise SystemExit(
            f"{path}: sha256 {found[:16]}…, expected {SHA256[name][:16]}…: figures of other runs would "
            "not be comparable. Delete the file; if it happens again, this numpy draws other random numbers."
        )
    return array
