"""Section 5 of docs/desk-rules.md: what filters are worth, learned from labels. Lists and floats only."""

import math
from dataclasses import dataclass, field

from desk.rules import Act, DecisionRules
from tests.desk.twin_numbers import clip, logit, sigma

PI = 3.14159265358979
SOLO_DRIFT = 2e-5
DRIFTS = (0.0, 2e-5, 1e-4)  # of the three cores
SHADOW, SIZE, BLOCK = 0, 1, 2


@dataclass
class FilterState:
    """One LEARN filter: its standing (mu, var, seen), its solo learner, its gate."""

    theta: float
    variance: float = 0.0625
    mu: float = 0.0
    var: float = 1.0
    seen: int = 10
    log_e: float = 0.0
    peak: float = 0.0
    stage: int = SHADOW
    day_ratio: float = 0.0
    day_answers: int = 0


@dataclass
class Evidence:
    """What was known when a signal was decided, kept until its label comes."""

    strategy: int
    instrument: int
    bar: int
    x: list[float]
    answered: list[bool]
    base_rate: float
    cores: list[float]
    solo: list[float]
    service: float = 0.0  # S at the signal's bar


@dataclass
class Crowd:
    """Labels alive at once in one (strategy, instrument). service: Σ bars / alive."""

    alive: int = 0
    changed: int = 0
    service: float = 0.0

    def change(self, bar: int, by: int) -> float:
        if self.alive:
            self.service += (bar - self.changed) / self.alive
        self.changed = bar
        self.alive += by
        return self.service


@dataclass
class Learner:
    """One strategy's learner. theta, matrix: per core, over all filters (0 for rules)."""

    rules: DecisionRules
    filters: list[FilterState]
    theta: list[list[float]]
    matrix: list[list[list[float]]]
    w: list[float] = field(default_factory=lambda: [0.25] * 4)
    n: int = 0
    wins: int = 0
    n_win: int = 0
    n_loss: int = 0
    win: float = 0.0
    loss: float = 0.0
    day_logs: list[float] = field(default_factory=lambda: [0.0] * 4)
    day_labels: int = 0
    evidence: dict[int, Evidence] = field(default_factory=dict)
    crowds: dict[int, Crowd] = field(default_factory=dict)

    @property
    def stage(self) -> int:
        return max((f.stage for f, on in zip(self.filters, self.learns, strict=True) if on), default=SHADOW)

    @property
    def learns(self) -> list[bool]:
        return [rule.act == Act.LEARN for rule in self.rules.filters]

    @property
    def promoted(self) -> list[bool]:
        return [on and f.stage > SHADOW for f, on in zip(self.filters, self.learns, strict=True)]

    @property
    def payoffs(self) -> tuple[float, float]:
        """Shrunk mean net win and loss."""
        win = (10 * self.rules.prior_win + self.win) / (10 + self.n_win)
        loss = (10 * self.rules.prior_loss + self.loss) / (10 + self.n_loss)
        return win, loss


def new_learner(rules: DecisionRules) -> Learner:
    k = len(rules.filters)
    return Learner(
        rules,
        [FilterState(rule.prior) for rule in rules.filters],
        theta=[[r.prior if r.act == Act.LEARN else 0.0 for r in rules.filters] for _ in DRIFTS],
        matrix=[
            [
                [0.0625 if i == j and r.act == Act.LEARN else 0.0 for j in range(k)]
                for i, r in enumerate(rules.filters)
            ]
            for _ in DRIFTS
        ],
    )


def base_rate(learner: Learner, everyone: list[Learner]) -> float:
    overall = (1 + sum(one.wins for one in everyone)) / (2 + sum(one.n for one in everyone))
    return (10 * overall + learner.wins) / (10 + learner.n)


def standing(state: FilterState, p: float, *, update: bool) -> float:
    """How unusual this answer is for its filter, in standard deviations, within ±3."""
    z = logit(clip(p, 0.02, 0.98))
    x = clip((z - state.mu) / math.sqrt(max(state.var, 1e-6)), -3.0, 3.0)
    if update:
        state.seen = min(state.seen + 1, 500)
        d = z - state.mu
        state.mu += d / state.seen
        state.var += (d * (z - state.mu) - state.var) / state.seen
    return x


def shrunk(eta: float, variance: float) -> float:
    return sigma(eta / math.sqrt(1 + PI * variance / 8))


def quadratic(x: list[float], matrix: list[list[float]]) -> float:
    return sum(x[i] * matrix[i][j] * x[j] for i in range(len(x)) for j in range(len(x)))


def log_of(p: float, y: int) -> float:
    return math.log(clip(p if y else 1 - p, 1e-9, 1 - 1e-9))


def remember(learner: Learner, seq: int, evidence: Evidence) -> None:
    crowd = learner.crowds.setdefault(evidence.instrument, Crowd())
    evidence.service = crowd.change(evidence.bar, +1)
    learner.evidence[seq] = evidence


def forget(learner: Learner, seq: int, bar: int) -> None:
    """A signal that can't have a label any more."""
    known = learner.evidence.pop(seq)
    learner.crowds[known.instrument].change(bar, -1)


def mature(learner: Learner, seq: int, y: int, ret: float, bar: int) -> None:
    """One label has come, in the steps of the page."""
    known = learner.evidence.pop(seq)
    service = learner.crowds[known.instrument].change(bar, -1)
    uniqueness = 1.0 if bar == known.bar else (service - known.service) / (bar - known.bar)
    _learn_solo(learner, known, y, uniqueness)
    _learn_cores(learner, known, y, uniqueness)
    learner.n += 1
    learner.wins += y
    if y:
        learner.n_win += 1
        learner.win += ret
    else:
        learner.n_loss += 1
        learner.loss -= ret
    _count_for_the_day(learner, known, y, uniqueness)


def _learn_solo(learner: Learner, known: Evidence, y: int, u: float) -> None:
    for state, x, answered in zip(learner.filters, known.x, known.answered, strict=True):
        if not answered:
            continue
        state.variance += SOLO_DRIFT
        g = state.variance * x
        p = sigma(logit(known.base_rate) + state.theta * x)
        h = u * p * (1 - p)
        state.variance -= h * g * g / (1 + h * x * g)
        state.theta = max(0.0, state.theta + u * (y - p) * state.variance * x)


def _learn_cores(learner: Learner, known: Evidence, y: int, u: float) -> None:
    both = [k for k, learns in enumerate(learner.learns) if learns]
    if not any(known.answered):
        return
    x = [known.x[k] for k in both]
    for drift, theta, matrix in zip(DRIFTS, learner.theta, learner.matrix, strict=True):
        for k in both:
            matrix[k][k] += drift
        g = [sum(matrix[i][j] * xj for j, xj in zip(both, x, strict=True)) for i in both]
        p = sigma(logit(known.base_rate) + sum(theta[k] * xk for k, xk in zip(both, x, strict=True)))
        h = u * p * (1 - p)
        scale = h / (1 + h * sum(xk * gk for xk, gk in zip(x, g, strict=True)))
        for i, gi in zip(both, g, strict=True):
            for j, gj in zip(both, g, strict=True):
                matrix[i][j] -= scale * gi * gj
        steps = [sum(matrix[i][j] * xj for j, xj in zip(both, x, strict=True)) for i in both]
        for k, step in zip(both, steps, strict=True):
            theta[k] = max(0.0, theta[k] + u * (y - p) * step)


def _count_for_the_day(learner: Learner, known: Evidence, y: int, u: float) -> None:
    for m, p in enumerate([known.base_rate, *known.cores]):
        learner.day_logs[m] += log_of(p, y)
    learner.day_labels += 1
    for state, p, answered in zip(learner.filters, known.solo, known.answered, strict=True):
        if answered:
            state.day_ratio += u * (log_of(p, y) - log_of(known.base_rate, y))
            state.day_answers += 1


def close_day(learner: Learner) -> None:
    """Weigh the experts by the day that ended, then let every gate move."""
    if not learner.day_labels:
        return
    weights = [
        w * math.exp(logs / learner.day_labels) for w, logs in zip(learner.w, learner.day_logs, strict=True)
    ]
    share = learner.rules.share
    learner.w = [(1 - share) * w / sum(weights) + share / 4 for w in weights]
    learner.day_logs, learner.day_labels = [0.0] * 4, 0
    for k, state in enumerate(learner.filters):
        if state.day_answers:
            _move_gate(learner, k)
            state.day_ratio, state.day_answers = 0.0, 0


def _move_gate(learner: Learner, k: int) -> None:
    state, rules = learner.filters[k], learner.rules
    state.log_e += state.day_ratio / state.day_answers
    state.peak = max(state.peak, state.log_e)
    if state.log_e < state.peak - math.log(rules.demote):
        state.stage, state.log_e, state.peak = SHADOW, 0.0, 0.0
    elif state.log_e >= math.log(rules.promote_block):
        state.stage = max(state.stage, BLOCK)
    elif state.log_e >= math.log(rules.promote_size):
        state.stage = max(state.stage, SIZE)
