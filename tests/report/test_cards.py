"""Filter cards on signals small enough to score by hand."""

from math import isnan, log

import numpy as np
import pytest

from desk.book import LEARNER
from desk.records import DECISION
from desk.rules import Act, FilterRules
from filters.opinions import Opinion, Opinions, Status
from market.labels import LABEL
from report.cards import FilterCard, brier, filter_cards, log_loss
from strategies.signals import SignalKind, Signals

NAN = float("nan")


def cards(act: Act, p: list[float], statuses: list[Status], x: list[float] | None = None) -> FilterCard:
    """One filter over five signals: ENTER, EXIT, ENTER, ENTER, ENTER; the last has no label yet."""
    kinds = [SignalKind.ENTER, SignalKind.EXIT, SignalKind.ENTER, SignalKind.ENTER, SignalKind.ENTER]
    signals = Signals.at(np.arange(5), kind=np.array(kinds))
    labels = np.zeros(3, LABEL)
    labels["seq"], labels["ret"], labels["y"] = [3, 0, 2], [-0.03, 0.01, 0.02], [0, 1, 1]
    labels["matured_at"] = [4, 1, 3]
    decisions = np.zeros(5, DECISION)
    decisions["x"][:, 0] = x or [0.0] * 5
    opinion = Opinion(np.array(p), np.array(statuses, np.int8))
    opinions = Opinions.stack(["technical"], [opinion], 5)
    learners = np.zeros(1, LEARNER)
    learners["mix"] = 0.25
    learners["theta"][0, :, 0] = [0.1, 0.2, 0.3]
    learners["stage"][0, 0] = 1
    (card,) = filter_cards(signals, opinions, labels, decisions, [FilterRules(act=act, min_p=0.5)], learners)
    return card


ANSWERED, ABSTAINED, VETO = Status.ANSWERED, Status.ABSTAINED, Status.VETO


def test_a_rule_rejects_below_its_bar_and_by_veto_and_passes_the_rest() -> None:
    card = cards(Act.RULE, [0.8, 0.1, NAN, 0.4, NAN], [ANSWERED, ANSWERED, ABSTAINED, ANSWERED, VETO])
    assert (card.signals, card.answered, card.abstained, card.veto) == (4, 2, 1, 1)
    assert (card.passed, card.rejected) == (2, 2)
    assert card.net_all == pytest.approx(0.0)
    assert card.net_passed == pytest.approx(0.015)
    assert card.net_rejected == pytest.approx(-0.03)
    assert card.earned == pytest.approx(0.015)
    assert card.standings == ()


def test_scores_are_over_answered_signals_with_a_label() -> None:
    card = cards(Act.RULE, [0.8, 0.1, NAN, 0.4, 0.9], [ANSWERED, ANSWERED, ABSTAINED, ANSWERED, ANSWERED])
    assert card.scored == 2
    assert card.brier == pytest.approx((0.2**2 + 0.4**2) / 2)
    assert card.base_brier == pytest.approx((0.5**2 + (7 / 12) ** 2) / 2)  # two wins had matured by then
    assert card.log_loss == pytest.approx(-(log(0.8) + log(0.6)) / 2)
    assert card.base_log_loss == pytest.approx(-(log(1 / 2) + log(5 / 12)) / 2)


def test_a_learner_is_judged_by_what_lies_below_its_own_mean() -> None:
    card = cards(Act.LEARN, [0.3, 0.3, 0.2, 0.1, 0.3], [ANSWERED] * 5, x=[0.5, 0.0, -0.1, -1.0, 0.2])
    assert (card.passed, card.rejected) == (2, 2)
    assert card.net_rejected == pytest.approx((0.02 - 0.03) / 2)
    (standing,) = card.standings
    assert standing.stage == "size" and standing.theta == pytest.approx(0.2)


def test_a_filter_that_never_answers_has_no_score_and_earns_nothing() -> None:
    card = cards(Act.LEARN, [NAN] * 5, [ABSTAINED] * 5)
    assert isnan(card.brier) and isnan(card.log_loss) and card.earned == 0.0


def test_a_sure_and_wrong_answer_costs_a_finite_loss() -> None:
    assert log_loss(np.array([0.0]), np.array([True])) == pytest.approx(-log(1e-9))
    assert brier(np.array([0.0]), np.array([True])) == 1.0
