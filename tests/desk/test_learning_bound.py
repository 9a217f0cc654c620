"""The regret bound: the desk's mix against the best of its four experts, after every day of every seed."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.desk.agents import Scene, Variant, scene
from tests.desk.lessons import SAME_DAY, Calendar, Watched, against_the_desk, desk_rules, waiting, watched
from tests.desk.losses import allowed, at_once, day_losses, over_the_best

FOUR_A_DAY = Calendar(delay=1, every=2, per_bar=4, bars_per_day=2, instruments=4)
SEEDS = range(16, 32)
every_kind = pytest.mark.parametrize("variant", ["stationary", "drift", "turned", "no skill"])
gated_or_not = pytest.mark.parametrize("everyone", [False, True], ids=["by the gate", "all from the start"])


def runs(variant: Variant, calendar: Calendar, everyone: bool) -> Iterator[tuple[Scene, Watched]]:
    for seed in SEEDS:
        seen = scene(seed, variant)
        yield seen, watched(seen, calendar, desk_rules(everyone=everyone))


def keeps_its_bound(variant: Variant, calendar: Calendar, everyone: bool, mixtures: int = 1) -> bool:
    kept = True
    for seen, ran in runs(variant, calendar, everyone):
        mix, experts = (day_losses(p, seen.y, calendar.per_bar) for p in (ran.p, ran.experts))
        kept = kept and bool((over_the_best(mix, experts) <= allowed(len(mix), mixtures) + 1e-9).all())
    return kept


def test_the_decided_p_is_the_weighted_mean_of_the_four_experts() -> None:
    for _, ran in runs("drift", SAME_DAY, everyone=False):
        np.testing.assert_allclose((ran.weights * ran.experts).sum(axis=1), ran.p, rtol=1e-12)


@every_kind
@gated_or_not
@pytest.mark.parametrize("calendar", [SAME_DAY, FOUR_A_DAY], ids=["one a day", "four a day"])
def test_known_by_the_evening_the_mix_keeps_its_bound_on_every_day(
    variant: Variant, everyone: bool, calendar: Calendar
) -> None:
    assert keeps_its_bound(variant, calendar, everyone)


def test_near_copies_keep_the_bound_too() -> None:
    assert keeps_its_bound("copies", SAME_DAY, everyone=False)


def test_what_was_known_by_the_evening_decides_the_next_morning() -> None:
    for seen, ran in runs("drift", SAME_DAY, everyone=True):
        decided, known = day_losses(ran.p, seen.y), at_once(day_losses(ran.experts, seen.y))
        np.testing.assert_allclose(decided, known, rtol=1e-9)


@pytest.mark.parametrize("share", [1 / 500, 1e-6])
def test_outcomes_chosen_against_the_desk_do_not_break_the_bound(share: float) -> None:
    mix, experts = against_the_desk(2000, share)
    assert (over_the_best(mix, experts) <= allowed(len(mix), share=share) + 1e-9).all()
    assert mix.sum() - at_once(experts, share).sum() < 1e-6


def test_the_same_outcomes_a_day_late_break_even_the_bound_of_two_mixtures() -> None:
    mix, experts = against_the_desk(2000, 1e-6, late=1)
    assert (over_the_best(mix, experts) > allowed(len(mix), mixtures=2, share=1e-6)).any()


def test_an_expert_alone_would_break_the_bound() -> None:
    for seen, ran in runs("stationary", SAME_DAY, everyone=True):
        experts = day_losses(ran.experts, seen.y)
        assert (over_the_best(experts[:, 0], experts) > allowed(len(experts))).any()


@pytest.mark.parametrize("variant", ["drift", "no skill", "copies"])
@pytest.mark.parametrize("delay", [1, 5, 20])
def test_days_late_the_mix_stays_within_the_bound_of_mixtures_in_turn(variant: Variant, delay: int) -> None:
    assert keeps_its_bound(variant, waiting(delay), everyone=False, mixtures=delay + 1)


@every_kind
def test_five_days_of_delay_cost_less_than_a_third_of_a_nat_in_2000_signals(variant: Variant) -> None:
    late = []
    for seen, ran in runs(variant, waiting(5), everyone=False):
        late.append(day_losses(ran.p, seen.y).sum() - at_once(day_losses(ran.experts, seen.y)).sum())
    assert np.mean(late) < 0.33
