"""Signals of people stand beside the strategies' own, and the labels of those find their way all the same."""

import asyncio
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest

from live.approvals import ApprovalRules, Why, agreement
from live.steering import BY_HAND
from records.entries import message_of
from records.outcomes import Decision, FilterAnswer
from records.steps import Step
from tests.live.lives import life, walk

PANEL = walk(300, seed=5)


@pytest.mark.parametrize("restart", [False, True])
def test_a_label_belongs_to_the_signal_it_is_about(restart: bool, tmp_path: Path) -> None:
    async def scene() -> None:
        async with life(tmp_path, PANEL) as one:
            for bars in (30, 1, 47):
                await one.step(bars)
                await one.bot.force_enter("AAA", 1, "kim")
                await one.bot.force_enter("BBB", -1, "kim")
            await one.step(80 if not restart else 5)
            pipeline, traded = one.bot.reader.pipeline, one.bot.reader.history.instruments
        if restart:
            async with life(tmp_path, PANEL) as two:
                await two.step(75)
                messages = [message_of(entry) for entry in two.journal.entries()]
        else:
            messages = [message_of(entry) for entry in one_journal(tmp_path)]
        steps = [each for each in messages if isinstance(each, Step)]
        panel = replace(PANEL.head(len(steps)), instruments=tuple(traded))  # labels are net of cost
        read = pipeline.read(panel)
        check(steps, read.signals.rows, read.labels)

    asyncio.run(scene())


def one_journal(folder: Path) -> list:  # type: ignore[type-arg]
    from records.journal_view import JournalView

    with JournalView.read(folder / "journal.db") as view:
        return list(view.entries())


def check(steps: list[Step], own: np.ndarray, labels: np.ndarray) -> None:  # type: ignore[type-arg]
    """The desk's signals without people's are the strategies'; its labels are those of the same signals."""
    given = np.concatenate([step.signals for step in steps])
    by_hand = given["tag"] == BY_HAND
    assert by_hand.sum() == 6
    assert (given[~by_hand]["bar"] == own["bar"]).all() and len(given[~by_hand]) == len(own)
    place = np.cumsum(~by_hand) - 1  # of each signal among the own
    told = np.concatenate([step.labels for step in steps])
    assert not by_hand[told["seq"]].any()
    mine = {int(place[label["seq"]]): (int(label["y"]), int(label["matured_at"])) for label in told}
    known = labels[labels["matured_at"] < len(steps)]
    assert mine == {int(label["seq"]): (int(label["y"]), int(label["matured_at"])) for label in known}
    assert len(mine) > 10


def decision(*p: float) -> Decision:
    answers = tuple(FilterAnswer(f"f{k}", each, "ANSWERED") for k, each in enumerate(p))
    return Decision(0, 0, "A@v", "s", "BUY", "NONE", "NONE", 1, 1, 0.5, 0.4, 0.5, 0.5, answers)


def test_agreement_counts_those_who_answered_and_see_break_even() -> None:
    assert agreement(decision(0.6, 0.4, float("nan"))) == 0.5
    assert agreement(decision(float("nan"))) == 0.0
    assert agreement(decision()) == agreement(None) == 1.0


@pytest.mark.parametrize(
    "worth, why",
    [(99.0, None), (100.0, None), (100.01, Why.LIMIT), (float("nan"), Why.LIMIT), (inf, Why.LIMIT)],
)
def test_both_limits_ask_just_above_their_edge(worth: float, why: Why | None) -> None:
    assert ApprovalRules(above=100.0).asks(worth, 1e9, None) is why
    assert ApprovalRules(above_share=0.1).asks(worth, 1000.0, None) is why
    assert ApprovalRules().asks(worth, 1000.0, None) is None
