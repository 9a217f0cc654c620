"""The desk stepped from Python one bar at a time is the compiled loop, to the last bit."""

from dataclasses import replace

import numpy as np
import pytest

from desk.run import run_desk
from maemae.verify.lookahead import Subject
from maemae.verify.parity import OUTPUTS, Stepped, check_parity, compare, prefix, step_all
from maemae.verify.reference import read_here
from tests.maemae.verify.worlds import market, pipeline


def subject(n_bars: int, n_instruments: int = 1, gaps: bool = False) -> Subject:
    filters = () if gaps else ("honest_filter",)
    return read_here(pipeline(filters=filters), market(n_bars, n_instruments, gaps))[0]


def test_twenty_thousand_bars_stepped_are_the_compiled_loop() -> None:
    found = check_parity(subject(21_000), 20_000)
    assert found.ok is True, found.lines
    assert found.counts["bars"] == 20_000 and "over 20,000 bars" in found.lines[0] and not found.warnings
    assert min(found.counts[name] for name in OUTPUTS) > 500


def test_fewer_bars_are_worth_a_warning() -> None:
    found = check_parity(subject(1_000), 20_000)
    assert found.ok is True and "1,000 bars only; 20,000 and more" in found.warnings[0]


def test_several_instruments_with_gaps_are_too() -> None:
    assert check_parity(subject(1_500, 3, gaps=True), 1_500).ok is True


@pytest.mark.parametrize("name", OUTPUTS)
def test_one_different_field_is_found_and_named(name: str) -> None:
    small = subject(800)
    reading = prefix(small.full, 800)
    batch = run_desk(small.panel, reading, small.pipeline.rules)
    stepped = step_all(small, small.panel, reading)
    rows = stepped.rows[name].copy()
    column = rows.dtype.names[-1] if rows[rows.dtype.names[-1]].ndim == 1 else "lots"
    rows[column][7] += 1
    found = compare(small.panel, batch, Stepped({**stepped.rows, name: rows}, stepped.equity))
    assert found.ok is False
    assert found.lines[0].startswith(f"{name}, row 7, bar ") and f", {column}: " in found.lines[0]


def test_the_last_bit_of_equity_counts() -> None:
    small = subject(800)
    batch = run_desk(small.panel, small.full, small.pipeline.rules)
    stepped = step_all(small, small.panel, small.full)
    equity = stepped.equity.copy()
    equity[400] = np.nextafter(equity[400], np.inf)
    found = compare(small.panel, batch, replace(stepped, equity=equity))
    assert found.ok is False and found.lines[0].startswith("equity at bar 400 (2023-01-18 16:00:00 UTC)")


def test_a_missing_row_is_found() -> None:
    small = subject(800)
    batch = run_desk(small.panel, small.full, small.pipeline.rules)
    stepped = step_all(small, small.panel, small.full)
    rows = {**stepped.rows, "fills": stepped.rows["fills"][:-1]}
    assert compare(small.panel, batch, replace(stepped, rows=rows)).ok is False
