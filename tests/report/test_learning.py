"""What a run learned, read off its decisions and its learners."""

import numpy as np

from desk.book import LEARNER
from desk.records import DECISION, Stage, Why
from desk.rules import Act, FilterRules
from report.learning import what_was_learned
from strategies.signals import SignalKind, Signals

DAY = 86_400 * 10**9
TS = np.arange(10, dtype=np.int64) * DAY


def world() -> tuple[Signals, np.ndarray, np.ndarray]:
    """Two strategies; the first is trusted from its third entry on, distrusted again at its fifth."""
    signals = Signals.at(np.arange(10), strategy=[0, 1] * 5, kind=SignalKind.ENTER)
    decisions = np.zeros(10, DECISION)
    decisions["stage"][[4, 6]] = Stage.SIZE, Stage.BLOCK
    decisions["why"][6] = Why.P_LOW
    decisions["p_star"] = 0.4
    learners = np.zeros(2, LEARNER)
    learners["n"], learners["wins"] = [5, 4], [2, 1]
    return signals, decisions, learners


def test_stages_are_told_at_the_signals_where_they_change() -> None:
    signals, decisions, learners = world()
    rules = [FilterRules(Act.LEARN)]
    first, second = what_was_learned(signals.rows, decisions, learners, rules, ["a", "b"], TS)
    assert first.stages == ((4 * DAY, "size"), (6 * DAY, "block"), (8 * DAY, "shadow"))
    assert (first.labels, first.wins, first.break_even, first.doubted) == (5, 2, 0.4, 1)
    assert second.stages == () and (second.strategy, second.labels, second.doubted) == ("b", 4, 0)


def test_rules_alone_learn_nothing() -> None:
    signals, decisions, learners = world()
    assert what_was_learned(signals.rows, decisions, learners, [FilterRules(Act.RULE)], ["a", "b"], TS) == ()
    assert what_was_learned(signals.rows, decisions, learners, [], ["a", "b"], TS) == ()
