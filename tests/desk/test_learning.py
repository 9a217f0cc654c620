"""What the desk learns from agents whose skill is known: losses of its decided p, averaged over seeds."""

from functools import cache

import numpy as np
import pytest

from tests.desk.agents import SEEDS, Floats, Scene, Variant, scene
from tests.desk.lessons import ALIKE, DAILY, Calendar, desk_rules, learned
from tests.desk.losses import brier, nats

gated_or_not = pytest.mark.parametrize("everyone", [False, True], ids=["by the gate", "all from the start"])


@cache
def scenes(variant: Variant) -> list[Scene]:
    return [scene(seed, variant) for seed in SEEDS]


@cache
def losses(variant: Variant, everyone: bool, calendar: Calendar = DAILY, start: int = 0) -> dict[str, Floats]:
    """Mean over seeds of the loss of each signal from ``start`` on, the desk having begun there."""
    rules, found = desk_rules(everyone=everyone), []
    for one in scenes(variant):
        part = one.since(start)
        decided = learned(part, calendar, rules).decisions
        found.append(
            {
                "mix": brier(decided["p"], part.y),
                "base": brier(decided["base_rate"], part.y),
                "oracle": brier(part.oracle, part.y),
                "mix nats": nats(decided["p"], part.y),
                "base nats": nats(decided["base_rate"], part.y),
            }
        )
    return {name: np.mean([one[name] for one in found], axis=0) for name in found[0]}


@gated_or_not
def test_with_skilled_agents_the_mix_is_better_than_the_base_rate(everyone: bool) -> None:
    loss = {name: values[100:].mean() for name, values in losses("stationary", everyone).items()}
    assert loss["mix"] < 0.2305 and loss["base"] > 0.2465
    assert loss["mix"] - loss["oracle"] < (loss["base"] - loss["oracle"]) / 3
    assert loss["mix nats"] < loss["base nats"] - 0.035


def test_the_stack_is_better_than_the_base_rate_within_the_first_hundred_signals() -> None:
    loss = losses("stationary", everyone=True)
    assert loss["mix"][:100].mean() < loss["base"][:100].mean() - 0.010


@gated_or_not
def test_overlapping_labels_slow_learning_down_and_do_not_stop_it(everyone: bool) -> None:
    slow, quick = losses("stationary", everyone, ALIKE), losses("stationary", everyone)
    assert slow["mix"][:300].mean() > quick["mix"][:300].mean() + 0.001
    assert abs(slow["mix"][1000:].mean() - quick["mix"][1000:].mean()) < 0.003


@gated_or_not
@pytest.mark.parametrize(("variant", "lead"), [("drift", 0.015), ("turned", 0.010)])
def test_after_the_best_agent_dies_or_turns_the_mix_recovers(
    variant: Variant, lead: float, everyone: bool
) -> None:
    old = losses(variant, everyone)["mix"][1500:].mean()
    fresh = losses(variant, everyone, start=1000)["mix"][500:].mean()
    assert old < fresh + 0.002
    assert old < losses(variant, everyone)["base"][1500:].mean() - lead


@pytest.mark.parametrize("variant", ["drift", "turned"])
def test_losing_an_agent_is_never_worse_than_having_no_filter(variant: Variant) -> None:
    loss = losses(variant, everyone=False)
    for start in range(1000, 2000, 100):
        window = slice(start, start + 100)
        assert loss["mix"][window].mean() < loss["base"][window].mean() + 0.002, start


@gated_or_not
@pytest.mark.parametrize("calendar", [DAILY, ALIKE], ids=["labels apart", "labels overlapping"])
def test_without_skill_the_mix_costs_next_to_nothing(calendar: Calendar, everyone: bool) -> None:
    loss = losses("no skill", everyone, calendar)
    assert loss["mix"].mean() - loss["base"].mean() < 0.002
    assert loss["mix nats"].mean() - loss["base nats"].mean() < 0.002


@gated_or_not
def test_near_copies_of_one_agent_beat_the_base_rate(everyone: bool) -> None:
    loss = losses("copies", everyone)
    assert loss["mix"][500:].mean() < loss["base"][500:].mean() - 0.008


def test_near_copies_share_one_weight_when_they_are_promoted_one_by_one() -> None:
    gated, whole = losses("copies", everyone=False), losses("copies", everyone=True)
    assert gated["mix"][500:].mean() < whole["mix"][500:].mean() + 0.002


@gated_or_not
def test_decided_probabilities_mean_what_they_say(everyone: bool) -> None:
    rules = desk_rules(everyone=everyone)
    p = np.concatenate([learned(one, DAILY, rules).decisions["p"][500:] for one in scenes("stationary")])
    y = np.concatenate([one.y[500:] for one in scenes("stationary")])
    tenth = (p * 10).astype(int)
    filled = [k for k in range(10) if (tenth == k).sum() >= 1000]
    assert len(filled) >= 6
    for k in filled:
        assert abs(p[tenth == k].mean() - y[tenth == k].mean()) < 0.03, k
