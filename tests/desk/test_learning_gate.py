"""The promotion gate: how often agents without skill pass it, and how soon agents with skill do."""

import numpy as np
import pytest

from tests.desk.agents import SEEDS, Floats, crowded, scene
from tests.desk.lessons import DAILY, Calendar, promotions

NOMINAL = np.array([0.20, 0.05])  # Ville: P(E ever >= 5) <= 1/5, P(E ever >= 20) <= 1/20
N = 200
FOUR_A_DAY = Calendar(delay=1, per_bar=4, instruments=4)
FOUR_DAYS = Calendar(delay=4, instruments=4)  # the same signals, each on a day of its own


def ever(bars: Floats) -> Floats:
    """Share of scenes and agents that ever stood at SIZE, and at BLOCK."""
    found: Floats = np.isfinite(bars).mean(axis=(0, 1))
    return found


def test_without_skill_the_gate_opens_no_more_often_than_it_says() -> None:
    bars = promotions([scene(seed, "no skill") for seed in range(1000, 1000 + N)], DAILY)
    error = np.sqrt(NOMINAL * (1 - NOMINAL) / N)
    assert (ever(bars) <= NOMINAL).all()
    assert (np.isfinite(bars).mean(axis=0) <= NOMINAL + 2.5 * error).all()  # each of the six agents
    assert (ever(bars) >= NOMINAL / 5).all()  # the gate isn't simply shut


def test_a_day_counts_once_however_many_signals_share_its_market() -> None:
    crowds = [crowded(seed) for seed in range(1000, 1100)]
    assert (ever(promotions(crowds, FOUR_A_DAY)) <= NOMINAL).all()
    assert (ever(promotions(crowds, FOUR_DAYS)) > NOMINAL).all()  # counted one by one they open it falsely


def test_skilled_agents_are_promoted_within_months_and_a_weak_one_in_years() -> None:
    bars = promotions([scene(seed) for seed in SEEDS], DAILY)
    size, block = np.median(bars, axis=0).T
    assert (block[:2] < 200).all() and block[2] < 750
    assert (size[:3] < block[:3]).all()
    assert np.isfinite(bars[:, :2]).all()


def test_an_agent_that_is_wrong_on_purpose_is_not_promoted() -> None:
    bars = promotions([scene(seed) for seed in SEEDS], DAILY)
    assert np.isfinite(bars[:, 5, 0]).mean() <= 0.05 and not np.isfinite(bars[:, 5, 1]).any()


@pytest.mark.parametrize("horizon", [5, 20])
def test_overlapping_labels_do_not_open_it_to_answers_that_last(horizon: int) -> None:
    crowds = [crowded(seed, horizon=horizon) for seed in range(1000, 1050)]
    calendar = Calendar(delay=horizon, per_bar=4, instruments=4)
    assert (ever(promotions(crowds, calendar)) <= NOMINAL).all()
