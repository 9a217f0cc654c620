"""Scenes of agents laid on a calendar and given to the real desk, folded or stepped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.pipeline import Reading
from desk.records import DECISION, Stage
from desk.rules import DecisionRules, DeskRules, FilterRules, StrategyRules
from desk.run import DeskRun, run_desk
from desk.stepper import Desk
from filters.opinions import Opinion, Opinions
from market.bars import Panel
from market.instruments import Instrument
from market.labels import LABEL
from strategies.signals import Signals
from tests.desk.agents import N_AGENTS, Floats, Scene, sigma
from tests.desk.losses import learn_day

DAY_NS = 86_400_000_000_000


@dataclass(frozen=True)
class Calendar:
    """When signals come and their outcomes are known. delay, every: bars; per_bar: signals that share a bar.

    instruments: signals take them in turn; with enough of them no two labels of one are alive at once.
    """

    delay: int = 5
    every: int = 1
    per_bar: int = 1
    bars_per_day: int = 1
    instruments: int = 6

    def bars(self, n: int) -> NDArray[np.int64]:
        return np.arange(n) // self.per_bar * self.every


DAILY = Calendar()
ALIKE = Calendar(instruments=1)  # five labels of one instrument alive at once: each counts a fifth
SAME_DAY = Calendar(delay=1, every=2, bars_per_day=2, instruments=2)  # known by the evening


def waiting(days: int) -> Calendar:
    """One signal a day whose outcome is known ``days`` days later."""
    return Calendar(delay=days, instruments=days + 1)


def desk_rules(n_agents: int = N_AGENTS, everyone: bool = False, **changed: Any) -> DeskRules:
    """everyone: all filters are promoted after their first day and stay so, whatever the evidence."""
    gate = {"promote_size": 1e-12, "promote_block": 1e300, "demote": 1e300} if everyone else {}
    decision = DecisionRules(filters=(FilterRules(),) * n_agents, **{**gate, **changed})
    return DeskRules((StrategyRules(decision=decision),))


def laid_out(scene: Scene, calendar: Calendar) -> tuple[Panel, Reading]:
    """A market that stands still, with the scene's signals, answers and labels on it."""
    n = len(scene.y)
    bars = calendar.bars(n)
    instruments = tuple(Instrument(f"I{i}@test") for i in range(calendar.instruments))
    still = np.full((int(bars[-1]) + calendar.delay + 1, len(instruments)), 100.0)
    ts = np.arange(len(still), dtype=np.int64) * (DAY_NS // calendar.bars_per_day)
    panel = Panel(instruments, DAY_NS // calendar.bars_per_day, ts, still, still, still, still, still)
    labels = np.zeros(n, LABEL)
    labels["seq"], labels["y"] = np.arange(n), scene.y
    labels["entry_bar"], labels["matured_at"] = bars + 1, bars + calendar.delay
    labels["ret"] = np.where(scene.y == 1, 0.01, -0.01)
    names = [f"agent {k}" for k in range(scene.p.shape[1])]
    answers = [Opinion.answer(column) for column in scene.p.T]
    signals = Signals.at(bars, instrument=np.arange(n) % len(instruments), horizon=1)
    return panel, Reading(signals, Opinions.stack(names, answers, n), labels)


def learned(scene: Scene, calendar: Calendar = DAILY, rules: DeskRules | None = None) -> DeskRun:
    """The desk folded over the scene."""
    panel, reading = laid_out(scene, calendar)
    return run_desk(panel, reading, rules or desk_rules(scene.p.shape[1]))


@dataclass(frozen=True, eq=False)
class Watched:
    """Per signal, as it was decided: p; the experts' p and their weights, shape (n, 4), do-nothing first."""

    p: Floats
    experts: Floats
    weights: Floats


def watched(scene: Scene, calendar: Calendar, rules: DeskRules) -> Watched:
    """The desk stepped bar by bar, its experts and their weights read after each decision."""
    panel, reading = laid_out(scene, calendar)
    rows, opinions, labels = reading.signals.rows, reading.opinions, reading.labels
    desk = Desk(panel.instruments, rules, scene.p.shape[1])
    n = len(rows)
    experts, weights, decisions = np.zeros((n, 4)), np.zeros((n, 4)), np.zeros(n, DECISION)
    edges = np.arange(len(panel) + 1)
    said, known = np.searchsorted(rows["bar"], edges), np.searchsorted(labels["matured_at"], edges)
    prices = (panel.open[0],) * 5
    for t in range(len(panel)):
        now = slice(said[t], said[t + 1])
        desk.advance(int(panel.ts[t]), prices, rows[now], opinions.p[now], opinions.status[now],
                     labels[known[t] : known[t + 1]], decisions[now])  # fmt: skip
        weights[now] = desk.book.learners[0]["mix"]
        evidence = desk.book.evidence
        for seq in range(said[t], said[t + 1]):
            kept = evidence[seq % (len(evidence) - 1)]
            experts[seq] = [kept["base_rate"], *kept["core"]]
    return Watched(decisions["p"].copy(), experts, weights)


def against_the_desk(days: int, share: float, late: int = 0) -> tuple[Floats, Floats]:
    """Losses of the mix, shape (days,), and of its experts, shape (days, 4), under an adversary.

    Each outcome is the one that hurts the desk's weights more than it hurts weights that know every day
    before. The desk hears it in the evening, ``late`` days later.
    """
    rng = np.random.default_rng(1)
    desk = Desk((Instrument("I@test"),), desk_rules(1, everyone=True, share=share), n_filters=1)
    signals, prices = Signals.at(np.arange(days) * 2, horizon=1).rows, (np.full(1, 100.0),) * 5
    fresh, labels, decision = np.full(4, 0.25), np.zeros(days, LABEL), np.zeros(1, DECISION)
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
        labels[day] = (day, 2 * (day + late) + 1, 2 * day + 1, won, 0.01 if won else -0.01)
        known = labels[max(day - late, 0) : max(day - late + 1, 0)]
        desk.advance(day * DAY_NS + DAY_NS // 2, prices, labels=known)
    return mix, experts


def promotions(scenes: Sequence[Scene], calendar: Calendar, rules: DeskRules | None = None) -> Floats:
    """Bar at which each agent, alone on a desk, first stood at SIZE, and at BLOCK; inf = never.

    Shape (n_scenes, n_agents, 2).
    """
    found = np.full((len(scenes), scenes[0].p.shape[1], 2), np.inf)
    for i, k in np.ndindex(found.shape[:2]):
        decisions = learned(scenes[i].only(k), calendar, rules).decisions
        for place, stage in enumerate((Stage.SIZE, Stage.BLOCK)):
            reached = decisions["stage"] >= stage
            if reached.any():
                found[i, k, place] = decisions["bar"][int(np.argmax(reached))]
    return found
