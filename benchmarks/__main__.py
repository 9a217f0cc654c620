"""``python -m benchmarks [names]``: all or some. Ends with 1 when a result is wrong, never for speed."""

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from benchmarks.table import HEAD, OUT, Row, write

ALL = {
    "w1": "1,000,000 bars, SMA cross",
    "w3": "500 x 2,500, momentum rotation",
    "w4": "w1 with stop and target",
    "w1_full": "the whole pipeline, learning",
    "scaling": "cost per bar over sizes",
    "step": "one bar from Python",
    "process": "help, backtest, memory, first compilation",
    "gate": "the risk gate and the kill latch, an order each",
    "latency": "from a closed bar to its order, our own share",
    "wire": "from bytes on the socket to order bytes on the wire, with its parts",
    "wire_bare": "the same with nothing read, judged or told: the floor of our own share",
    "wide": "200 symbols live, told of every second: the share of a core",
    "ls_parser": "LS's stream of a real option tape, a message",
    "learning": "agents of known skill: losses, regret, promotion, calibration",
}


def main(names: list[str]) -> int:
    """Measure what is named, or everything."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"No benchmark '{unknown[0]}'. Known: " + "; ".join(f"{k} ({v})" for k, v in ALL.items()))
        return 2
    print("User CPU, medians of interleaved rounds. ratio: peer's over ours, more is better.")
    print(f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n{HEAD}", flush=True)
    made = (row for name in names or ALL for row in import_module(f"benchmarks.{name}").rows())
    code = report(made, OUT, keep=bool(names))
    print(f"Load {os.getloadavg()[0]:.1f} at the end.")
    return code


def report(rows: Iterable[Row], out: Path, keep: bool = True) -> int:
    """Print and write rows as they come; 1 when one of them has a wrong result.

    keep: rows of ``out`` that aren't made again stay.
    """
    found: list[Row] = []
    for row in rows:
        print(row, flush=True)
        found.append(row)
        write(found, out, keep)
    missed, wrong = sum(not row.met for row in found), sum(not row.agree for row in found)
    print(f"{len(found)} rows, {missed} missed, {wrong} wrong, in {out}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
