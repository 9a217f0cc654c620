"""Probabilities and log-odds, clipped so that no logarithm meets 0."""

from math import exp, log

from market.compiled import inlined

CLIP = 1e-9
PI = 3.14159265358979


@inlined
def clipped(p: float, low: float, high: float) -> float:
    return min(max(p, low), high)


@inlined
def logit(p: float) -> float:
    q = clipped(p, CLIP, 1.0 - CLIP)
    return log(q / (1.0 - q))


@inlined
def sigma(z: float) -> float:
    return 1.0 / (1.0 + exp(-z))


@inlined
def shrunk(eta: float, variance: float) -> float:
    """Probability of log-odds ``eta`` known with ``variance``.

    Source: MacKay (1992), Neural Computation 4, 720.
    """
    return sigma(eta / (1.0 + PI * variance / 8.0) ** 0.5)


@inlined
def log_score(p: float, won: bool) -> float:
    """Log of the probability given to what happened."""
    q = clipped(p, CLIP, 1.0 - CLIP)
    return log(q) if won else log(1.0 - q)
