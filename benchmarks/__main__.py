"""``python -m benchmarks [names]``: all or some. Ends with 1 when a result is wrong, never for speed."""

import os
import sys
from importlib import import_module

from benchmarks.table import HEAD, Row, write

ALL = {
    "w1": "1,000,000 bars, SMA cross",
    "w3": "500 x 2,500, momentum rotation",
    "w4": "w1 with stop and target",
    "w1_full": "the whole pipeline, learning",
    "scaling": "cost per bar over sizes",
    "step": "one bar from Python",
    "process": "help, backtest, memory, first compilation",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"No benchmark '{unknown[0]}'. Known: " + "; ".join(f"{k} ({v})" for k, v in ALL.items()))
        return 2
    print("User CPU, medians of interleaved rounds. ratio: peer's over ours, more is better.")
    print(f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n{HEAD}", flush=True)
    rows: list[Row] = []
    for name in names or ALL:
        for row in import_module(f"benchmarks.{name}").rows():
            print(row, flush=True)
            rows.append(row)
            write(rows)
    missed, wrong = [r for r in rows if not r.met], [r for r in rows if not r.agree]
    print(f"{len(rows)} rows, {len(missed)} missed, {len(wrong)} wrong, in build/bench.json.")
    print(f"Load {os.getloadavg()[0]:.1f} at the end.")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1:]))
