"""A card per filter: how often it answered, how good its probabilities were, what following it was worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.records import Stage
from desk.rules import Act, FilterRules
from filters.opinions import Opinions, Status
from market.bars import Floats
from strategies.signals import SignalKind, Signals

CLIP = 1e-9


@dataclass(frozen=True)
class Standing:
    """Where one strategy's learner stands with a filter. theta: its weight in the stack, in log-odds per
    standard deviation. log_e: evidence for it, natural log."""

    stage: str
    theta: float
    solo_theta: float
    log_e: float


@dataclass(frozen=True)
class FilterCard:
    """One filter over the ENTER signals of a run.

    It *rejects* a signal by a veto, or by an answer below ``min_p`` (act = rule) or below its own running
    mean (act = learn); everything else it *passes*, abstentions included. Scores are over answered signals
    that have a label; the base rate is the share of wins known at each signal. Net returns are fractions of
    the price. ``earned``: mean net return of the passed less that of all; negative = following it cost.
    """

    name: str
    act: str
    min_p: float
    signals: int
    answered: int
    abstained: int
    veto: int
    late: int
    down: int
    scored: int
    brier: float
    base_brier: float
    log_loss: float
    base_log_loss: float
    passed: int
    rejected: int
    net_all: float
    net_passed: float
    net_rejected: float
    earned: float
    standings: tuple[Standing, ...]


def filter_cards(
    signals: Signals,
    opinions: Opinions,
    labels: NDArray[np.void],
    decisions: NDArray[np.void],
    rules: Sequence[FilterRules],
    learners: NDArray[np.void],
) -> tuple[FilterCard, ...]:
    """One card per column of ``opinions``.

    labels: LABEL rows in any order. decisions: DECISION, one per signal. rules: one per filter. learners: one
    record per strategy, as the run left them.
    """
    enters = np.flatnonzero(signals.rows["kind"] == SignalKind.ENTER)
    labels = labels[labels["y"] >= 0]  # void ones say nothing
    ret = np.full(len(signals), np.nan)
    ret[labels["seq"]] = labels["ret"]
    base_rate = base_rates(signals.rows["bar"][enters], labels)
    cards = []
    for column, (name, rule) in enumerate(zip(opinions.names, rules, strict=True)):
        p, status = opinions.p[enters, column], opinions.status[enters, column]
        bar = rule.min_p if rule.act == Act.RULE else nan
        doubts = p < rule.min_p if rule.act == Act.RULE else decisions["x"][enters, column] < 0.0
        rejected = (status == Status.VETO) | ((status == Status.ANSWERED) & doubts)
        cards.append(
            FilterCard(
                name=name,
                act=rule.act.name.lower(),
                min_p=bar,
                signals=len(enters),
                **{each.name.lower(): int(np.count_nonzero(status == each)) for each in Status},
                **_scores(p, ret[enters], base_rate),
                **_worth(ret[enters], rejected),
                standings=tuple(_standing(learner, column) for learner in learners)
                if rule.act == Act.LEARN
                else (),
            )
        )
    return tuple(cards)


def base_rates(bars: NDArray[np.int64], labels: NDArray[np.void]) -> Floats:
    """Share of wins among the labels matured by each of ``bars``, as if ten coins had been thrown before."""
    matured = np.sort(labels["matured_at"])
    won = np.sort(labels["matured_at"][labels["y"] == 1])
    n, wins = (np.searchsorted(times, bars, side="right") for times in (matured, won))
    return np.asarray((5.0 + wins) / (10.0 + n))


def _scores(p: Floats, ret: Floats, base_rate: Floats) -> dict[str, Any]:
    """Brier score and log loss of the answers, and of the base rate on the same signals."""
    scored = ~np.isnan(p) & ~np.isnan(ret)
    won = ret[scored] > 0.0
    return {
        "scored": int(np.count_nonzero(scored)),
        "brier": brier(p[scored], won),
        "base_brier": brier(base_rate[scored], won),
        "log_loss": log_loss(p[scored], won),
        "base_log_loss": log_loss(base_rate[scored], won),
    }


def _worth(ret: Floats, rejected: NDArray[np.bool_]) -> dict[str, Any]:
    """Mean net return of all labelled signals, of those that passed and of those that didn't."""
    labelled = ~np.isnan(ret)
    everything, passed = mean(ret[labelled]), mean(ret[labelled & ~rejected])
    return {
        "passed": int(np.count_nonzero(~rejected)),
        "rejected": int(np.count_nonzero(rejected)),
        "net_all": everything,
        "net_passed": passed,
        "net_rejected": mean(ret[labelled & rejected]),
        "earned": passed - everything,
    }


def _standing(learner: np.void, column: int) -> Standing:
    """The stack's weight is averaged over its cores, the do-nothing expert left out."""
    mix = learner["mix"][1:]
    theta = float(mix @ learner["theta"][:, column] / mix.sum())
    return Standing(
        stage=Stage(int(learner["stage"][column])).name.lower(),
        theta=theta,
        solo_theta=float(learner["solo_theta"][column]),
        log_e=float(learner["log_e"][column]),
    )


def brier(p: Floats, won: NDArray[np.bool_]) -> float:
    """Mean squared error of probabilities; 0 is perfect, 0.25 a coin. NaN without a case."""
    return mean((p - won) ** 2)


def log_loss(p: Floats, won: NDArray[np.bool_]) -> float:
    """Mean of -log(probability given to what happened); 0.693 is a coin. NaN without a case."""
    given = np.clip(np.where(won, p, 1.0 - p), CLIP, 1.0)
    return mean(-np.log(given))


def mean(values: Floats) -> float:
    """NaN of nothing, without a warning."""
    return float(values.mean()) if len(values) else nan
