"""When one line crosses another, with a dead band so that rounding at a tie is no cross."""

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled
from market.errors import DataError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
BAND = 1e-10  # relative to the larger of the two lines, and of the scale if one is given
TIES = 32  # bars for which a tie remembers the side before it; so a cross depends on this many bars at most


def crosses(a: Floats, b: Floats | float, scale: Floats | None = None) -> tuple[Bools, Bools]:
    """Bars where a rises above b, and where it falls below, each shape (n_bars,).

    Both must be known on this bar and the one before. Above is a > b + band, below a < b - band. Within the
    band the previous side stays, for ``TIES`` bars. scale: the prices that a and b were computed from, for
    differences of prices, such as MACD, whose rounding is the prices'.
    """
    up, down = np.zeros(len(a), np.bool_), np.zeros(len(a), np.bool_)
    level, prices = _line("b", b, a), _line("scale", 0.0 if scale is None else scale, a)
    _mark_crosses(np.asarray(a, np.float64), level, prices, up, down)
    return up, down


def crosses_above(a: Floats, b: Floats | float, scale: Floats | None = None) -> Bools:
    """Bars where a rises above b, as ``crosses`` defines it."""
    return crosses(a, b, scale)[0]


def crosses_below(a: Floats, b: Floats | float, scale: Floats | None = None) -> Bools:
    """Bars where a falls below b, as ``crosses`` defines it."""
    return crosses(a, b, scale)[1]


def _line(name: str, value: Floats | float, a: Floats) -> Floats:
    """The value of every bar: a number is a line that never moves."""
    line = np.asarray(value, np.float64)
    if a.ndim != 1 or line.shape not in ((), (1,), a.shape):
        raise DataError(f"crosses: a has shape {a.shape}, {name} {line.shape}; expected one value per bar.")
    return line if line.shape == a.shape else np.broadcast_to(line, a.shape)


@compiled
def _mark_crosses(a: Floats, b: Floats, scale: Floats, up: Bools, down: Bools) -> None:
    """Set ``up`` and ``down`` at the crosses."""
    side, ties, known = 0.0, 0, False  # side 0: not known, or tied for too long
    for i in range(len(a)):
        x, y, s = a[i], b[i], scale[i]
        apart = x - y
        further = apart * side
        if further > BAND * abs(x) and further > BAND * abs(y) and further > BAND * abs(s):
            ties = 0  # most bars: the side stays
        elif abs(apart) > BAND * max(abs(x), abs(y), abs(s)):
            up[i], down[i] = known and apart > 0.0, known and apart < 0.0
            side, ties, known = (1.0 if apart > 0.0 else -1.0), 0, True
        elif apart == apart:
            ties += 1
            side, known = side if ties <= TIES else 0.0, True
        else:
            side, ties, known = 0.0, 0, False
