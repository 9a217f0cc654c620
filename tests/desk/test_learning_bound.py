"""The regret bound: the desk's mix against the best of its four experts, after every day of every seed."""

from collections.abc import Iterator

import numpy as np
import pytest

from desk.records import DECISION
from desk.stepper import Desk
from market.instruments import Instrument
from market.labels import LABEL
from strategies.signals import Signals
from tests.desk.agents import Floats, Scene, Variant, scene, sigma
from tests.desk.lessons import DAY_NS, SAME_DAY, Calendar, Watched, desk_rules, waiting, watched
from tests.desk.losses import allowed, at_once, day_losses, learn_day, over_the_best

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


def against_the_desk(days: int, share: float) -> tuple[Floats, Floats]:
    """Losses of the mix and of its experts where each outcome is the one that hurts the desk's weights more
    than it hurts weights that know every day before.
    """
    rng = np.random.default_rng(1)
    desk = Desk((Instrument("I@test"),), desk_rules(1, everyone=True, share=share), n_filters=1)
    signals, prices = Signals.at(np.arange(days) * 2, horizon=1).rows, (np.full(1, 100.0),) * 5
    fresh, label, decision = np.full(4, 0.25), np.zeros(1, LABEL), np.zeros(1, DECISION)
    answered = np.zeros((1, 1), np.int8)
    mix, experts = np.empty(days), np.empty((days, 4))
    for day in range(days):
        said = sigma(rng.normal(0.0, 3.0, (1, 1)))
        desk.advance(day * DAY_NS, prices, signals[day : day + 1], said, answered, decisions=decision)
        evidence = desk.book.evidence[day % (len(desk.book.evidence) - 1)]
        p = np.array([evidence["base_rate"], *evidence["core"]])
        mixed = float(decision["p"][0])
        won = fresh @ p / mixed > fresh @ (1 - p) / (1 - mixed)
        mix[day], experts[day] = -np.log(mixed if won else 1 - mixed), -np.log(p if won else 1 - p)
        fresh = learn_day(fresh, experts[day], share)
        label["seq"], label["y"], label["ret"] = day, won, 0.01 if won else -0.01
        label["matured_at"] = label["entry_bar"] = 2 * day + 1
        desk.advance(day * DAY_NS + DAY_NS // 2, prices, labels=label)
    return mix, experts


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
