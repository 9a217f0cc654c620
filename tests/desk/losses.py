"""How good probabilities were, signal by signal and against the best of several experts."""

import numpy as np
from numpy.typing import NDArray

from desk.rules import DecisionRules
from tests.desk.agents import Floats

SHARE = DecisionRules().share


def brier(p: Floats, y: NDArray[np.int8]) -> Floats:
    found: Floats = (p - y) ** 2
    return found


def nats(p: Floats, y: NDArray[np.int8]) -> Floats:
    """Log loss: -log of the probability given to what happened."""
    found: Floats = -np.log(np.where(y == 1, p, 1.0 - p))
    return found


def day_losses(p: Floats, y: NDArray[np.int8], per_day: int = 1) -> Floats:
    """Mean log loss of each day's signals, shape (n_days, ...). p: shape (n_signals, ...)."""
    losses = nats(p, y.reshape(-1, *[1] * (p.ndim - 1)))
    found: Floats = losses.reshape(-1, per_day, *p.shape[1:]).mean(axis=1)
    return found


def over_the_best(mix: Floats, experts: Floats) -> Floats:
    """Cumulative loss of the mix above the best fixed expert's, after every day, shape (n_days,)."""
    found: Floats = mix.cumsum() - experts.cumsum(axis=0).min(axis=1)
    return found


def allowed(days: int, mixtures: int = 1, share: float = SHARE) -> Floats:
    """The bound of fixed share over four experts after every day; of several mixtures that take turns."""
    found: Floats = mixtures * np.log(4) + np.arange(1, days + 1) * np.log(1 / (1 - share))
    return found


def at_once(experts: Floats, share: float = SHARE) -> Floats:
    """The mixture's own losses, shape (n_days,), were each day known before the next one's decisions."""
    weights, losses = np.full(4, 0.25), np.empty(len(experts))
    for day, loss in enumerate(experts):
        losses[day] = -np.log((weights * np.exp(-loss)).sum())
        weights = learn_day(weights, loss, share)
    return losses


def learn_day(weights: Floats, loss: Floats, share: float = SHARE) -> Floats:
    """Fixed share: the experts' weights after a day on which they lost ``loss`` nats."""
    after = weights * np.exp(-loss)
    found: Floats = (1 - share) * after / after.sum() + share / len(after)
    return found
