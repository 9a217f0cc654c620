"""A declared warm-up is enough, or the first difference and a longer one that would do are named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.pipeline import Pipeline
from maemae.verify.left_cuts import left_edge
from maemae.verify.reference import read_here
from maemae.verify.report import Check
from maemae.verify.spec import PipelineSpec
from maemae.verify.warmup import check_warmup
from maemae.verify.witness import Witness
from market.bars import Panel
from tests.maemae.verify.worlds import market, pipeline


def judge(witness: Witness, built: Pipeline, panel: Panel, n_cuts: int = 16) -> Check:
    subject, _, _ = read_here(built, panel)
    witness.build(PipelineSpec.of(built), panel)
    witness.show(len(panel))
    return check_warmup(subject, witness, n_cuts, np.random.default_rng(0))


def test_a_strategy_whose_warmup_is_too_short_is_caught_and_told_a_longer_one(witness: Witness) -> None:
    found = judge(witness, pipeline("short_warmup"), market())
    assert found.ok is False
    (line,) = found.lines
    assert line.startswith("strategy 'short_warmup', bar ") and " UTC), AAA, signal: " in line
    assert "warmup = 10 is too short. Here " in line and "declare at least warmup = " in line


def test_a_filter_whose_warmup_is_too_short_is_caught(witness: Witness) -> None:
    found = judge(witness, pipeline(filters=("honest_filter", "short_filter")), market())
    assert found.ok is False
    (line,) = found.lines
    assert (
        line.startswith("filter 'short', bar ") and "AAA, p: 0." in line and "warmup = 5 is too short" in line
    )


def test_a_strategy_that_counts_bars_from_the_first_one_is_told_to_anchor_on_time(witness: Witness) -> None:
    found = judge(witness, pipeline("every_tenth"), market(n_bars=600))
    assert found.ok is False
    assert "No longer warm-up helps" in found.lines[0]


@pytest.mark.parametrize("gaps", [False, True])
def test_an_honest_warmup_passes(witness: Witness, gaps: bool) -> None:
    panel = market(n_instruments=2, gaps=gaps)
    found = judge(witness, pipeline(filters=() if gaps else ("honest_filter",)), panel)
    assert found.ok is True, found.lines
    assert found.counts["cuts"] == (16 if gaps else 32)


def test_a_history_shorter_than_the_warmup_is_not_judged(witness: Witness) -> None:
    found = judge(witness, pipeline(slow=350), market(n_bars=300))
    assert found.ok is None and "300 bars are too few" in found.lines[0]


@given(since=st.integers(0, 400), warmup=st.integers(0, 60), seed=st.integers(0, 5))
def test_a_left_edge_leaves_every_instrument_its_warmup_or_all_it_has(
    since: int, warmup: int, seed: int
) -> None:
    panel = market(n_bars=400, n_instruments=3, gaps=True, seed=seed)
    start = left_edge(panel, since, warmup)
    assert 0 <= start <= since
    for column in range(3):
        present = panel.present(column)
        kept = np.count_nonzero((present >= start) & (present < since))
        assert kept >= min(warmup, np.count_nonzero(present < since))
