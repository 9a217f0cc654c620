"""Cuts ascend, end at the panel's end, and fall where leaks hide."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from maemae.verify.cuts import choose_cuts, inside_rows, missing_bars
from strategies.signals import Signals
from tests.maemae.verify.worlds import market


@settings(max_examples=40)
@given(
    n_bars=st.integers(1, 2_000), warmup=st.integers(0, 3_000), n_cuts=st.integers(8, 80), gaps=st.booleans()
)
def test_cuts_are_different_ascending_and_end_with_all_bars(
    n_bars: int, warmup: int, n_cuts: int, gaps: bool
) -> None:
    panel = market(n_bars, 2, gaps)
    signals = Signals.at(np.arange(0, n_bars, 7)).rows
    cuts = choose_cuts(panel, signals, warmup, n_cuts, np.random.default_rng(0))
    rows = [cut.rows for cut in cuts]
    assert rows == sorted(set(rows)) and rows[-1] == n_bars
    assert all(2 <= row < n_bars for row in rows[:-1])
    if n_bars > 10 * n_cuts:
        assert len(cuts) >= min(n_cuts, 10)


def test_every_place_where_leaks_hide_is_cut() -> None:
    panel = market(3_000, 2, gaps=True)
    signals = Signals.at([500, 900, 1_500]).rows
    cuts = choose_cuts(panel, signals, 50, 80, np.random.default_rng(0))
    reasons = {cut.why for cut in cuts}
    assert {501, 901, 1_501} <= {cut.rows for cut in cuts}, "a cut right at each of a few signals"
    assert {"at a missing bar", "early", "at random"} <= reasons
    assert {f"inside an unfinished {name}" for name in ("4 hours", "day", "week", "month")} <= reasons


def test_a_cut_inside_a_day_knows_a_part_of_it_only() -> None:
    panel = market(100)
    hour = panel.ts // 3_600_000_000_000 % 24
    rows = inside_rows(panel, "day")
    assert len(rows) == 100 - 5 and not (hour[rows] == 0).any()


def test_missing_bars_are_cut_at_their_edges() -> None:
    panel = market(50)
    for name in ("open", "high", "low", "close", "volume"):
        getattr(panel, name)[20:25] = np.nan
    assert {20, 21, 25, 26} <= set(missing_bars(panel).tolist())
