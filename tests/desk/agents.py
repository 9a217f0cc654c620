"""Signals judged by six agents whose skill is known.

Outcomes are drawn first; an agent's evidence is Gaussian and shifted by the outcome as far as the agent has
skill, so the best possible probability (the oracle) is exact. What an agent states is over-confident and
biased.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Variant = Literal["stationary", "drift", "turned", "no skill", "copies"]

WIN_RATE = 0.45
# Two skilled agents that share half their noise, a weak one, two of noise, one that is wrong on purpose.
SKILL = np.array([0.55, 0.50, 0.25, 0.0, 0.0, -0.25])  # shift of the evidence by a win, standard deviations
SHARED = 0.5
COPIES_SHARE = 0.9  # of their noise, when all six are near copies of one skilled agent
GAIN = np.array([1.5, 2.0, 1.5, 1.0, 2.0, 1.5])  # above what the evidence deserves
BIAS = np.array([0.5, -0.4, 0.3, 0.6, -0.5, 0.4])
ABSTAINS = 0.12
N_AGENTS = len(SKILL)
SEEDS = range(16, 46)


@dataclass(frozen=True, eq=False)
class Scene:
    """Outcomes y, shape (n,); stated p, shape (n, n_agents), NaN = abstained; the oracle's p, shape (n,)."""

    y: NDArray[np.int8]
    p: Floats
    oracle: Floats

    def since(self, start: int) -> "Scene":
        return Scene(self.y[start:], self.p[start:], self.oracle[start:])

    def only(self, agent: int) -> "Scene":
        return Scene(self.y, self.p[:, [agent]], self.oracle)


def scene(seed: int, variant: Variant = "stationary", n: int = 2000) -> Scene:
    """The scene of this seed.

    drift: at n/2 the best agent dies and a noise agent gains its skill. turned: it becomes wrong instead.
    copies: all six are skilled and nearly the same.
    """
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < WIN_RATE).astype(np.int8)
    skill, noise = SKILL, np.eye(N_AGENTS)
    noise[0, 1] = noise[1, 0] = SHARED
    if variant == "copies":
        skill, noise = np.full(N_AGENTS, SKILL[0]), COPIES_SHARE + (1.0 - COPIES_SHARE) * np.eye(N_AGENTS)
    if variant == "no skill":
        skill = np.zeros(N_AGENTS)
    evidence = rng.multivariate_normal(np.zeros(N_AGENTS), noise, n) + np.outer(y - 0.5, skill)
    answered = rng.random((n, N_AGENTS)) >= ABSTAINS
    best = _oracle(evidence, answered, skill, noise)
    if variant == "drift":
        for what in (evidence, answered):
            what[n // 2 :, [0, 3]] = what[n // 2 :, [3, 0]]
    if variant == "turned":
        evidence[n // 2 :, 0] *= -1.0
    stated = sigma(np.clip(BIAS + GAIN * evidence, -6.0, 6.0))
    return Scene(y, np.where(answered, stated, np.nan), best)


def _oracle(evidence: Floats, answered: NDArray[np.bool_], skill: Floats, noise: Floats) -> Floats:
    """P(win | evidence of those who answered): the log-odds are linear in Gaussian evidence."""
    odds = np.full(len(evidence), np.log(WIN_RATE / (1.0 - WIN_RATE)))
    for who in np.unique(answered, axis=0):
        rows, k = (answered == who).all(axis=1), np.flatnonzero(who)
        odds[rows] += evidence[np.ix_(rows, k)] @ np.linalg.solve(noise[np.ix_(k, k)], skill[k])
    return sigma(odds)


def crowded(seed: int, days: int = 500, horizon: int = 1, memory: float = 0.9, size: int = 4) -> Scene:
    """No skill, but nothing independent: outcomes share the market's days, answers their own.

    size: signals a day, day by day. horizon: days whose market each outcome adds up, overlapping above 1.
    memory: of an answer from day to day.
    """
    rng = np.random.default_rng(seed)
    together, alone = np.sqrt(0.7), np.sqrt(0.3)
    moves = together * rng.normal(size=(days + horizon, 1)) + alone * rng.normal(size=(days + horizon, size))
    path = np.vstack([np.zeros((1, size)), moves.cumsum(axis=0)])
    gains = (path[horizon : days + horizon] - path[:days]) / np.sqrt(horizon)
    y = (gains > 0.1257).astype(np.int8).reshape(-1)  # P = 0.45
    noise = together * rng.normal(size=(days, 1, N_AGENTS)) + alone * rng.normal(size=(days, size, N_AGENTS))
    for day in range(1, days):
        noise[day] = memory * noise[day - 1] + np.sqrt(1.0 - memory**2) * noise[day]
    p = sigma(np.clip(BIAS + GAIN * noise.reshape(-1, N_AGENTS), -6.0, 6.0))
    return Scene(y, np.where(rng.random(p.shape) < ABSTAINS, np.nan, p), np.full(len(y), WIN_RATE))


def sigma(z: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-z))
    return found
