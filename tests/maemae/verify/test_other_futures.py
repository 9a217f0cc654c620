"""Whatever happens after a bar, what was said at it stays: asked at every bar, under three other futures."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.pipeline import Pipeline
from maemae.verify import causes
from maemae.verify.every_bar import check_every_bar
from maemae.verify.futures import BOOM, CRASH, MIRRORED, alter, last_known
from maemae.verify.other_futures import check_other_futures
from maemae.verify.reference import read_here
from maemae.verify.report import Check
from maemae.verify.rounds import first_needed, rounds
from maemae.verify.spec import PipelineSpec
from maemae.verify.sweeps import AHEAD, changed
from maemae.verify.witness import Witness
from market.bars import PRICES, Panel
from strategies.signals import Signals
from tests.maemae.verify.worlds import LEAKS, market, pipeline

ALL = 1e9  # seconds


def judge(witness: Witness, built: Pipeline, panel: Panel, budget_s: float = ALL) -> Check:
    subject, _, _ = read_here(built, panel)
    spec = PipelineSpec.of(built)
    witness.build(spec, panel)
    witness.show(len(panel))

    @contextmanager
    def stranger() -> Iterator[Witness]:
        with Witness(map(str, LEAKS.glob("*.py")), hash_seed=1) as one:
            one.build(spec, panel)
            yield one

    return check_other_futures(subject, witness, stranger, budget_s)


def test_what_the_next_bar_suppresses_is_caught(witness: Witness) -> None:
    found = judge(witness, pipeline("suppresses", since="2025-02-01"), market(n_bars=20_000))
    assert found.ok is False
    (line,) = found.lines
    assert line.startswith("strategy 'suppresses', bar ") and causes.NEXT_BAR in line


def test_what_would_be_suppressed_in_a_crash_that_history_never_saw_is_caught(witness: Witness) -> None:
    panel, built = market(n_bars=3_000), pipeline("suppresses", fall=0.15)
    subject, _, _ = read_here(built, panel)
    witness.build(PipelineSpec.of(built), panel)
    assert check_every_bar(subject, witness, ALL).ok is True, "on these data nothing is suppressed"
    (line,) = judge(witness, built, panel).lines
    assert "no signal with a crash after it, ENTER long AAA on the data cut after bar " in line
    assert causes.NEXT_BAR in line


def test_a_filter_that_shows_rarely_what_it_knows_is_caught(witness: Witness) -> None:
    found = judge(witness, pipeline(filters=("honest_filter", "sometimes_filter")), market(n_bars=3_000))
    assert found.ok is False
    (line,) = found.lines
    assert line.startswith("filter 'sometimes', bar ") and "AAA, p: 0." in line


@pytest.mark.parametrize("gaps", [False, True])
def test_what_sees_only_the_past_says_the_same_under_every_future(witness: Witness, gaps: bool) -> None:
    panel = market(n_bars=2_000, n_instruments=2, gaps=gaps)
    found = judge(witness, pipeline(filters=() if gaps else ("honest_filter",)), panel)
    assert found.ok is True, found.lines
    assert found.counts["suspects"] == 0 and found.counts["bars_with_other_futures"] == 1_999
    assert "each of 1,999 bars (100% of all)" in found.lines[0]
    if not gaps:
        assert "filters say the same at " in found.lines[0]
        assert int(found.counts["judged_bars_with_other_futures"]) > 50


def test_a_memory_longer_than_declared_is_suspected_and_acquitted(witness: Witness) -> None:
    found = judge(witness, pipeline("short_warmup"), market(n_bars=2_000))
    assert found.ok is True, found.lines
    assert int(found.counts["suspects"]) > 0
    assert f"Cuts at {found.counts['suspects_judged']} of " in found.lines[0]


def test_a_strategy_that_refuses_a_crash_is_said_not_to_have_been_asked_to_the_end(witness: Witness) -> None:
    found = judge(witness, pipeline("distrusts_crashes"), market(n_bars=500))
    assert found.ok is True and found.counts["bars_with_other_futures"] == 0
    assert "Not asked to the end: on such prices strategy 'distrusts_crashes' raises" in found.lines[0]
    assert "ValueError: that can't be" in found.lines[0]


def test_a_small_budget_asks_at_some_bars_and_says_how_many(witness: Witness) -> None:
    found = judge(witness, pipeline(), market(n_bars=2_000), budget_s=0.0)
    asked = int(found.counts["bars_with_other_futures"])
    assert 2_000 // (20 + AHEAD + 1) <= asked < 200 and f"each of {asked} bars" in found.lines[0]


@given(st.integers(0, 100), st.integers(2, 120), st.booleans(), st.data())
def test_only_the_rows_after_an_end_are_altered(seed: int, n: int, gaps: bool, data: st.DataObject) -> None:
    panel = market(n, 2, gaps, seed)
    ends = np.array(sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=4))))
    kinds = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(ends), max_size=len(ends))), np.int8)
    ahead = data.draw(st.integers(1, 20))
    other = alter(panel, ends, kinds, ahead)
    after = np.zeros(n + ahead, bool)
    for end in ends:
        after[end + 1 : end + 1 + ahead] = True
    kept = ~after[:n]
    for name in PRICES:
        old, new = getattr(panel, name), getattr(other, name)
        np.testing.assert_array_equal(old[kept], new[kept])
        assert (np.isnan(old) == np.isnan(new)).all() and not (new <= 0.0).any()
    assert other.ts is panel.ts
    present = ~np.isnan(other.close)
    assert (other.high >= np.maximum(other.open, other.close) * (1 - 1e-12))[present].all()
    assert (other.low <= np.minimum(other.open, other.close) * (1 + 1e-12))[present].all()


def test_a_mirrored_future_rises_as_the_real_one_fell_and_a_crash_is_one() -> None:
    panel = market(40)
    ends, close = np.array([4, 30]), panel.close[:, 0]
    other = alter(panel, ends, np.array([MIRRORED, CRASH], np.int8), 3).close[:, 0]
    np.testing.assert_allclose(other[5:8] / close[4], close[4] / close[5:8])
    np.testing.assert_allclose(other[31:34], 0.8 * close[31:34])
    boom = alter(panel, ends, np.array([BOOM, BOOM], np.int8), 3)
    np.testing.assert_allclose(boom.volume[5:8], panel.volume[5:8] / 8)


def test_what_is_missing_is_mirrored_at_the_last_known_close() -> None:
    panel = market(20)
    for name in PRICES:
        getattr(panel, name)[3:6] = np.nan
    np.testing.assert_array_equal(last_known(panel.close)[3:6, 0], panel.close[[2, 2, 2], 0])
    other = alter(panel, np.array([5]), np.array([MIRRORED], np.int8), 2).close[:, 0]
    np.testing.assert_allclose(other[6:8], panel.close[2, 0] ** 2 / panel.close[6:8, 0])


@given(st.sets(st.integers(0, 400)), st.integers(0, 60), st.integers(1, 20), st.booleans(), st.integers(0, 3))
def test_every_bar_is_asked_at_once_and_what_it_needs_is_as_it_was(
    bars: set[int], warmup: int, ahead: int, gaps: bool, seed: int
) -> None:
    panel = market(401, 2, gaps, seed)
    targets = np.array(sorted(bars), np.int64)
    needed = first_needed(panel, targets, warmup)
    assert (np.diff(needed) >= 0).all() and (needed <= targets).all()
    asked: list[int] = []
    for ends in rounds(targets, needed, ahead):
        asked += ends.tolist()
        its = needed[np.searchsorted(targets, ends)]
        assert (ends[:-1] + ahead < its[1:]).all()
    assert sorted(asked) == targets.tolist()


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([1, -1])), max_size=30), st.data())
def test_changed_is_where_one_has_another_signal_or_another_number(
    said: list[tuple[int, int]], data: st.DataObject
) -> None:
    said.sort()
    full = Signals.at([bar for bar, _ in said], side=[side for _, side in said]).rows
    ends = np.array(sorted(data.draw(st.sets(st.integers(0, 40), min_size=1))))
    there = full[np.isin(full["bar"], ends)]
    assert not changed({"signals": full}, {"signals": there}, ends).any()
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(there), max_size=len(there))), bool)
    stronger = np.array(data.draw(st.lists(st.booleans(), min_size=len(there), max_size=len(there))), bool)
    other = there.copy()
    other["strength"][stronger] += 0.25
    apart = changed({"signals": full}, {"signals": other[keep]}, ends)
    assert set(ends[apart].tolist()) == set(there["bar"][~keep | stronger].tolist())
