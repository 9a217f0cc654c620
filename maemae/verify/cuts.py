"""Where to cut the data in time: at signals, at missing bars, inside higher timeframes, early, anywhere."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.bars import Ints, Panel

SECOND = 1_000_000_000
TIMEFRAMES = {
    "5 minutes": 300 * SECOND,
    "15 minutes": 900 * SECOND,
    "hour": 3_600 * SECOND,
    "4 hours": 14_400 * SECOND,
    "day": 86_400 * SECOND,
    "week": 7 * 86_400 * SECOND,
    "month": 0,
}
SHARES = {"at a signal": 0.35, "just before a signal": 0.15, "at a missing bar": 0.15, "early": 0.1}


@dataclass(frozen=True, order=True)
class Cut:
    """rows: how many bars are known. why: what is special there."""

    rows: int
    why: str


def choose_cuts(
    panel: Panel, signals: NDArray[np.void], warmup: int, n_cuts: int, rng: np.random.Generator
) -> list[Cut]:
    """At most ``n_cuts`` different cuts in ascending order, the last one at the panel's end."""
    n = len(panel)
    said = _bars_by_kind(signals)
    wanted = {
        "at a signal": [bars + 1 for bars in said],
        "just before a signal": said,
        "at a missing bar": [missing_bars(panel)],
        "early": [np.arange(2, min(max(2 * warmup, 32), n))],
    }
    chosen: dict[int, str] = {n: "at the end"}
    for why, groups in wanted.items():
        left = int(SHARES[why] * n_cuts)
        for place, rows in enumerate(groups):  # what a small group leaves, the next ones share
            left -= _take(chosen, rows, why, -(-left // (len(groups) - place)), n, rng)
    spans = [name for name in TIMEFRAMES if 1 < bars_in(panel, name) < n]
    for name in spans:
        inside = inside_rows(panel, name)
        _take(chosen, inside, f"inside an unfinished {name}", max(2, int(0.15 * n_cuts / len(spans))), n, rng)
    _take(chosen, np.arange(2, n), "at random", max(2, n_cuts - len(chosen)), n, rng)
    return sorted(Cut(rows, why) for rows, why in chosen.items())


def _take(chosen: dict[int, str], rows: Ints, why: str, count: int, n: int, rng: np.random.Generator) -> int:
    """Choose at most ``count`` of ``rows``; returns how many."""
    possible = np.unique(rows[(rows >= 2) & (rows < n)])
    free = possible[np.isin(possible, list(chosen), invert=True)]
    found = rng.choice(free, min(count, len(free)), replace=False)
    chosen.update(dict.fromkeys(found.tolist(), why))
    return len(found)


def _bars_by_kind(signals: NDArray[np.void]) -> list[Ints]:
    """Bars with signals of each strategy, kind and side, the rarest first, so that none is drowned."""
    group: Any = signals["strategy"].astype(np.int64) * 64 + signals["kind"] * 4 + signals["side"]
    return sorted((np.unique(signals["bar"][group == kind]) for kind in np.unique(group)), key=len)


def missing_bars(panel: Panel) -> Ints:
    """Rows at and around the edges of every stretch without a bar."""
    if panel.complete:
        return np.zeros(0, np.int64)
    missing = np.isnan(panel.close)
    edges = np.flatnonzero((missing[1:] != missing[:-1]).any(axis=1)) + 1
    around = np.concatenate([edges + shift for shift in (0, 1, 2)])
    middle = np.flatnonzero(missing.any(axis=1) & ~missing.all(axis=1))
    return np.concatenate([around, middle[:: max(1, len(middle) // 200)]])


def span_numbers(panel: Panel, name: str) -> Ints:
    """Which hour, day, week … each bar's open lies in, counted in UTC."""
    if name == "month":
        return panel.ts.view("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    monday = 4 * 86_400 * SECOND if name == "week" else 0  # 1970-01-05
    return np.asarray((panel.ts - monday) // TIMEFRAMES[name])


def bars_in(panel: Panel, name: str) -> float:
    """The average number of bars in one hour, day, week …"""
    numbers = span_numbers(panel, name)
    return len(panel) / max(1, len(np.unique(numbers))) if len(numbers) else 0.0


def inside_rows(panel: Panel, name: str) -> Ints:
    """Cuts whose last known bar isn't the last of its hour, day, week …"""
    numbers = span_numbers(panel, name)
    return np.flatnonzero(numbers[1:] == numbers[:-1]) + 1
