"""Rows of results: printed as they come, kept in ``build/bench.json``."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import isnan
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "build" / "bench.json"
COLUMNS = f"{'ours':>11}{'peer':>11}{'ratio':>9}{'wanted':>9}{'':>8}{'peak':>9}  result"
HEAD = f"{'workload':<16}{'against':<26}{COLUMNS}"
Plain = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One comparison.

    ours_cpu_s, peer_cpu_s: CPU seconds, NaN = not about time; a ``peer`` may be a limit.
    ratio: peer's over ours, or limit over ours: more is better.
    wanted: the ratio to reach. peak_mb: resident memory of our side in a process of its own, NaN = not taken.
    agree: whether the result is the right one. note: what else is worth saying.
    """

    workload: str
    peer: str
    ours_cpu_s: float
    peer_cpu_s: float
    ratio: float
    wanted: float
    agree: bool
    peak_mb: float = float("nan")
    note: str = ""

    @property
    def met(self) -> bool:
        return self.ratio >= self.wanted

    def __str__(self) -> str:
        peak = "" if isnan(self.peak_mb) else f"{self.peak_mb:.0f} MB"
        line = (
            f"{self.workload:<16}{self.peer:<26}{seconds(self.ours_cpu_s):>11}{seconds(self.peer_cpu_s):>11}"
            f"{times(self.ratio):>9}{times(self.wanted):>9}{'ok' if self.met else 'MISSED':>8}{peak:>9}"
            f"  {'equal' if self.agree else 'DIFFERS'}"
        )
        return line + (f"\n{'':<16}{self.note}" if self.note else "")


def limit(
    workload: str,
    ours_s: float,
    at_most_s: float,
    agree: bool = True,
    against: str = "limit",
    **more: float | str,
) -> Row:
    """A row against a limit in seconds instead of a peer."""
    return Row(workload, against, ours_s, at_most_s, at_most_s / ours_s, 1.0, agree, **more)  # type: ignore[arg-type]


def seconds(value: float) -> str:
    """Three digits, in the unit that reads well; nothing for NaN."""
    if isnan(value):
        return ""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if value * factor >= 1.0:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def times(value: float) -> str:
    return f"{value:.3g}x"


def plain(row: Row) -> Plain:
    """The row as JSON has it: NaN is null."""
    named = {name: None if value != value else value for name, value in asdict(row).items()}
    return named | {"met": row.met}


def write(rows: Iterable[Row], path: Path, keep: bool = True) -> None:
    """Write all rows at once, or nothing.

    keep: of what the file holds already, comparisons that weren't made again stay, and the others keep
    their place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {place(row): row for row in (held(path) if keep else [])}
    whole |= {place(row): row for row in map(plain, rows)}
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(list(whole.values()), indent=1) + "\n")
    part.replace(path)


def held(path: Path) -> list[Plain]:
    """The rows of earlier runs."""
    if not path.exists():
        return []
    try:
        found: list[Plain] = json.loads(path.read_text())
    except ValueError as error:
        raise SystemExit(f"{path}: not rows of results in JSON ({error}). Delete it and run again.") from None
    return found


def place(row: Plain) -> tuple[str, str]:
    """What makes two rows the same comparison."""
    return row["workload"], row["peer"]
