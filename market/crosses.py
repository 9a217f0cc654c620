"""When one line crosses another, with a dead band so that rounding at a tie is no cross."""

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
BAND = 1e-10  # relative


@compiled
def _sides(above: Floats, below: Floats, sign: int) -> Bools:
    """True where ``above`` comes to ``sign``'s side of ``below``; within the band the previous side stays."""
    n = len(above)
    found = np.zeros(n, np.bool_)
    side, known = 0, False
    for i in range(n):
        a, b = above[i], below[i]
        if a != a or b != b:
            side, known = 0, False
            continue
        band = BAND * max(abs(a), abs(b))
        now = 1 if a > b + band else (-1 if a < b - band else side)
        found[i] = known and now == sign and side != sign
        side, known = now, True
    return found


def crosses_above(a: Floats, b: Floats | float) -> Bools:
    """Bars where a rises above b; both must be known on this bar and the one before. Shape (n_bars,)."""
    return _sides(a, b if isinstance(b, np.ndarray) else np.full(len(a), float(b)), 1)


def crosses_below(a: Floats, b: Floats | float) -> Bools:
    """Bars where a falls below b; both must be known on this bar and the one before. Shape (n_bars,)."""
    return _sides(a, b if isinstance(b, np.ndarray) else np.full(len(a), float(b)), -1)
