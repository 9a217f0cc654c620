"""What knows the future is caught on data cut in time, and named; what doesn't, passes."""

import numpy as np
import pytest

from desk.pipeline import Pipeline
from maemae.verify import causes
from maemae.verify.cuts import choose_cuts
from maemae.verify.lookahead import check_lookahead
from maemae.verify.reference import read_here
from maemae.verify.report import Check
from maemae.verify.spec import PipelineSpec
from maemae.verify.witness import Witness
from market.bars import Panel
from tests.maemae.verify.worlds import market, pipeline

LEAKING_STRATEGIES = {
    "next_bar": causes.NEXT_BAR,
    "strength_ahead": causes.NEXT_BAR,
    "centred_window": causes.WINDOW,
    "backfilled_start": causes.BACKFILL,
    "backfilled_gap": causes.BACKFILL,
    "other_symbol": causes.NEXT_BAR,
    "unfinished_day": causes.UNFINISHED.format("day"),
    "whole_column": causes.WHOLE,
    "remembers": causes.MEMORY,
}


def judge(witness: Witness, built: Pipeline, panel: Panel, n_cuts: int = 60) -> Check:
    subject, changed, _ = read_here(built, panel)
    assert changed is None
    witness.build(PipelineSpec.of(built), panel)
    cuts = choose_cuts(panel, subject.full.signals.rows, subject.warmup, n_cuts, np.random.default_rng(0))
    return check_lookahead(subject, witness, cuts)


@pytest.mark.parametrize("name", LEAKING_STRATEGIES)
def test_a_strategy_that_sees_the_future_is_caught_and_the_cause_is_named(
    witness: Witness, name: str
) -> None:
    panel = market(
        n_instruments=2 if name in ("other_symbol", "backfilled_gap") else 1, gaps=name == "backfilled_gap"
    )
    found = judge(witness, pipeline(name), panel)
    assert found.ok is False
    (line,) = found.lines
    assert line.startswith(f"strategy '{name}', bar ")
    assert " UTC), " in line and " on the full data, " in line and " on the data cut after bar " in line
    assert LEAKING_STRATEGIES[name] in line


def test_a_column_of_numbers_that_knows_the_future_is_named_with_both_values(witness: Witness) -> None:
    (line,) = judge(witness, pipeline("strength_ahead"), market()).lines
    assert "AAA, strength: 0." in line and "0.5 on the data cut" in line


@pytest.mark.parametrize("name", ["fitted_filter", "ranked_filter"])
def test_a_filter_that_is_fitted_on_the_whole_sample_is_caught(witness: Witness, name: str) -> None:
    found = judge(witness, pipeline(filters=("honest_filter", name)), market())
    assert found.ok is False
    (line,) = found.lines
    assert line.startswith(f"filter '{name.removesuffix('_filter')}', bar ") and ", p: 0." in line
    assert causes.WHOLE in line


@pytest.mark.parametrize("name", ["honest_cross", "finished_day"])
@pytest.mark.parametrize("gaps", [False, True])
def test_what_sees_only_the_past_passes_every_cut(witness: Witness, name: str, gaps: bool) -> None:
    panel = market(n_instruments=2, gaps=gaps)
    found = judge(witness, pipeline(name, filters=() if gaps else ("honest_filter",)), panel)
    assert found.ok is True, found.lines
    assert found.counts["cuts"] == 60 and found.counts["failing_cuts"] == 0
    assert found.counts["signals"] > 50


def test_a_leak_that_shows_on_one_bar_in_a_thousand_is_still_caught_by_cutting_at_signals(
    witness: Witness,
) -> None:
    panel = market(n_bars=20_000)
    found = judge(witness, pipeline("next_bar", move=0.028), panel, n_cuts=40)
    assert 0 < found.counts["signals"] < 30
    assert found.ok is False


def test_a_strategy_that_raises_on_a_shorter_history_fails_with_its_own_words(witness: Witness) -> None:
    found = judge(witness, pipeline("raises_when_short"), market(n_bars=700))
    assert found.ok is False
    assert "strategy 'raises_when_short' raises on the first " in found.lines[0]
    assert "ValueError: need 300 bars" in found.lines[0]
