"""What a user waits for: help, a backtest of a million bars as a process, the first compilation."""

import json
import os
import tempfile
from collections.abc import Iterator
from math import nan
from pathlib import Path
from statistics import median

from benchmarks.answers import PUBLISHED, Answer
from benchmarks.arrays import minute_market, minute_parquet
from benchmarks.child import Finished, launch, maemae, python
from benchmarks.table import Row, limit

ROUNDS = 5
HELP_S, BACKTEST_S, COMPILE_S, INPUTS = 0.35, 3.0, 30.0, 4.0
IMPORTS = """
import maemae.cli_run, maemae.compose, maemae.compose_data, report.terminal, strategies.sma_cross
import numba, numpy, pandas, pyarrow.parquet, talib
"""
FULL_ON_A_FEW = """
from benchmarks import ours, arrays
ours.w1_full(arrays.minute_market().head(5000)).whole()
"""


def rows() -> Iterator[Row]:
    yield help_row()
    yield from backtest_rows()
    yield compile_row()


def help_row() -> Row:
    runs = [launch([maemae(), "--help"]) for _ in range(ROUNDS + 1)][1:]
    return limit("help", cpu(runs), HELP_S, all("backtest" in run.output for run in runs), note=wall(runs))


def backtest_rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run.json"
        command = [maemae(), "backtest", "--strategy", "sma_cross", "--data", str(minute_parquet()),
                   "--timeframe", "1m", "--cash", "1000000", "--sizing", "fixed:1",
                   "--fee-bps", "5", "--slippage-bps", "0", "--no-filters", "--json", str(out)]  # fmt: skip
        runs = [launch(command) for _ in range(ROUNDS + 1)][1:]
        summary = json.loads(out.read_text())["summary"]
    right = PUBLISHED["W1"].agrees(Answer(summary["final_equity"], summary["fills"]))
    yield limit("backtest", cpu(runs), BACKTEST_S, right, peak_mb=peak(runs), note=wall(runs))
    imports = python(IMPORTS).peak_mb
    inputs = minute_market().nbytes / 2**20
    above = peak(runs) - imports
    note = f"{above:.0f} MB above the imports' {imports:.0f}, for {inputs:.0f} MB of input"
    yield Row("backtest memory", f"limit, {INPUTS:.0f} x the input", cpu(runs), nan,
              INPUTS * inputs / above, 1.0, right, peak(runs), note)  # fmt: skip


def compile_row() -> Row:
    """Everything the whole pipeline compiles, in an empty cache, less the same with a full one."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = {"MAEMAE_CACHE": folder}
        first, again = python(FULL_ON_A_FEW, fresh), python(FULL_ON_A_FEW, fresh)
        kept = any(name.endswith(".nbc") for _, _, names in os.walk(folder) for name in names)
    spent = first.cpu_s - again.cpu_s
    note = f"wall {first.wall_s:.1f} s with an empty cache, {again.wall_s:.1f} s with a full one"
    return limit("compile", spent, COMPILE_S, kept, peak_mb=first.peak_mb, note=note)


def cpu(runs: list[Finished]) -> float:
    return median(run.cpu_s for run in runs)


def peak(runs: list[Finished]) -> float:
    return max(run.peak_mb for run in runs)


def wall(runs: list[Finished]) -> str:
    return f"CPU with the kernel's share; wall {median(run.wall_s for run in runs):.2f} s"
