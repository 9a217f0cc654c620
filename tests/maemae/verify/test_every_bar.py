"""A cut after every bar finds what the next bar takes back, however rarely it does."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desk.pipeline import Pipeline
from maemae.verify import causes
from maemae.verify.cuts import choose_cuts
from maemae.verify.every_bar import STRETCH, check_every_bar, spread, stretches
from maemae.verify.lookahead import check_lookahead
from maemae.verify.reference import read_here
from maemae.verify.report import Check
from maemae.verify.spec import PipelineSpec
from maemae.verify.witness import Witness
from market.bars import PRICES, Panel
from tests.maemae.verify.worlds import market, pipeline

ALL = 1e9  # seconds


def judge(witness: Witness, built: Pipeline, panel: Panel, budget_s: float = ALL) -> Check:
    subject, _, _ = read_here(built, panel)
    witness.build(PipelineSpec.of(built), panel)
    return check_every_bar(subject, witness, budget_s)


def test_what_the_next_bar_suppresses_is_caught_where_two_hundred_cuts_miss_it(witness: Witness) -> None:
    panel = market(n_bars=20_000)
    built = pipeline("suppresses", fall=0.015)
    subject, _, _ = read_here(built, panel)
    witness.build(PipelineSpec.of(built), panel)
    cuts = choose_cuts(panel, subject.full.signals.rows, subject.warmup, 200, np.random.default_rng(0))
    assert check_lookahead(subject, witness, cuts).ok is True
    found = judge(witness, built, panel)
    assert found.ok is False and int(found.counts["failing_bars_cut"]) > 5
    (line,) = found.lines
    assert line.startswith("strategy 'suppresses', bar ") and causes.NEXT_BAR in line
    assert "no signal when the next bar is known too, ENTER long AAA on the data cut after bar " in line


def test_a_leak_of_times_alone_is_caught(witness: Witness) -> None:
    whole = market(n_bars=3_000)
    rows = np.flatnonzero(np.arange(3_000) % 168 < 120)  # five days, then two without
    columns = {name: np.ascontiguousarray(getattr(whole, name)[rows]) for name in PRICES}
    panel = replace(whole, ts=whole.ts[rows], **columns)
    found = judge(witness, pipeline("before_gaps"), panel)
    assert found.ok is False and "EXIT long AAA when the next bar is known too" in found.lines[0]


def test_what_sees_only_the_past_passes_after_every_bar(witness: Witness) -> None:
    told: list[int] = []
    panel, built = market(n_bars=2_000, n_instruments=2, gaps=True), pipeline()
    subject, _, _ = read_here(built, panel)
    witness.build(PipelineSpec.of(built), panel)
    found = check_every_bar(subject, witness, ALL, lambda done, of: told.append(done))
    assert found.ok is True and found.counts["bars_cut"] == 2_000 - 21
    assert "cut after 1,979 bars one by one (99% of all)" in found.lines[0]
    assert told == sorted(told) and told[-1] == 2_000


def test_a_small_budget_cuts_a_stretch_at_least_and_says_how_little_that_is(witness: Witness) -> None:
    found = judge(witness, pipeline(), market(n_bars=2_000), budget_s=0.0)
    assert found.ok is True and found.counts["bars_cut"] == STRETCH
    assert "(3% of all)" in found.lines[0]


def test_a_history_no_longer_than_the_warmup_says_that_nothing_was_cut(witness: Witness) -> None:
    found = judge(witness, pipeline(slow=100), market(n_bars=100))
    assert (
        found.ok is True and found.counts["bars_cut"] == 0 and "no bar was cut one by one" in found.lines[0]
    )


def test_a_strategy_that_raises_on_a_history_longer_than_its_warmup_fails(witness: Witness) -> None:
    found = judge(witness, pipeline("raises_when_short"), market(n_bars=700))
    assert found.ok is False and "ValueError: need 300 bars" in found.lines[0]


@given(st.integers(1, 2_000), st.integers(0, 500))
def test_stretches_hold_every_bar_that_has_a_warmup_before_it_and_one_after_it(n: int, warmup: int) -> None:
    cuts = [rows for each in stretches(n, warmup) for rows in range(each.first, each.last + 1)]
    assert cuts == list(range(warmup + 1, n))


@given(st.integers(2, 4_000), st.integers(0, 80))
def test_a_few_stretches_lie_evenly_from_the_first_to_the_last(n: int, count: int) -> None:
    possible = stretches(n, 0)
    chosen = spread(possible, count)
    assert len({each.first for each in chosen}) == len(chosen) == min(max(count, 1), len(possible))
    assert chosen == sorted(chosen, key=lambda each: each.first) and chosen[0] == possible[0]
    if len(chosen) > 1:
        assert chosen[-1] == possible[-1]
        apart = np.diff([possible.index(each) for each in chosen])
        assert apart.max() - apart.min() <= 1
