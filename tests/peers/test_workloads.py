"""The benchmarks' references stand on their own: made data, bare loops, and the proof behind W4."""

import pytest

from benchmarks import ours, recipe, reference
from benchmarks.answers import PUBLISHED, Answer
from benchmarks.arrays import Market, daily_market, minute_market
from benchmarks.proof_w4 import exact_w4, gap


@pytest.fixture(scope="module")
def minutes() -> Market:
    return minute_market()


def test_the_published_figures_are_those_of_the_bare_loops(minutes: Market) -> None:
    assert reference.w1(minutes).agrees(PUBLISHED["W1"])
    assert reference.w3(*daily_market()).agrees(PUBLISHED["W3"])
    assert reference.w4(minutes).agrees(PUBLISHED["W4"])


def test_vectorbts_w4_comes_from_its_stop_before_an_exit_due_at_the_open(minutes: Market) -> None:
    right, wrong = exact_w4(minutes, stop_first=False), exact_w4(minutes, stop_first=True)
    assert Answer(float(right.equity), right.fills).agrees(PUBLISHED["W4"])
    assert Answer(float(wrong.equity), wrong.fills).agrees(PUBLISHED["W4 stop first"])
    bars, lost = gap(right, wrong)
    assert len(bars) == 33 and right.equity - wrong.equity == lost
    assert right.exits.keys() == wrong.exits.keys()
    assert all(right.exits[t] == round(minutes.open[t] * 100) * 100 for t in bars)


def test_the_desk_gives_the_published_figures(minutes: Market) -> None:
    assert ours.answer_of(ours.w1(minutes).bare()).agrees(PUBLISHED["W1"])
    assert ours.answer_of(ours.w4(minutes).bare()).agrees(PUBLISHED["W4"])
    assert ours.answer_of(ours.w3(*daily_market()).bare()).agrees(PUBLISHED["W3"])


def test_no_average_ties_with_the_other_in_the_made_bars(minutes: Market) -> None:
    cents = recipe.cents(minutes.close)
    assert (recipe.without_ties(cents) == cents).all()
