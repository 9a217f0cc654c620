"""When one line crosses another, with a dead band so that rounding at a tie is no cross."""

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled, inner
from market.errors import DataError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Sides = NDArray[np.int8]
BAND = 1e-10  # relative to the larger of the two lines, and of the scale if one is given
BELOW, TIED, ABOVE, UNKNOWN = -1, 0, 1, 2  # where one line is of the other
TIES = 32  # bars for which a tie remembers the side before it; so a cross depends on this many bars at most


def crosses(a: Floats, b: Floats | float, scale: Floats | None = None) -> tuple[Bools, Bools]:
    """Bars where a rises above b, and where it falls below, each shape (n_bars,).

    Both must be known on this bar and the one before. Above is a > b + band, below a < b - band. Within the
    band the previous side stays, for ``TIES`` bars. scale: the prices that a and b were computed from, for
    differences of prices, such as MACD, whose rounding is the prices'.
    """
    level, prices = _line("b", b, a), _line("scale", a if scale is None else scale, a)
    return _find_crosses(np.asarray(a, np.float64), level, prices)


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
    return line if line.shape == a.shape else np.full(a.shape, line)


@compiled
def _find_crosses(a: Floats, b: Floats, scale: Floats) -> tuple[Bools, Bools]:
    """Passes over all bars that the processor takes many bars at a time; only ties need one after another."""
    sides = np.empty(len(a), np.int8)
    if _find_sides(a, b, scale, sides) > 0:
        _settle_ties(sides)
    up, down = np.empty(len(a), np.bool_), np.empty(len(a), np.bool_)
    up[:1], down[:1] = False, False
    for i in range(1, len(a)):
        side, before = sides[i], sides[i - 1]
        up[i] = (side == ABOVE) & (before <= TIED)
        down[i] = (side == BELOW) & (before >= TIED) & (before <= ABOVE)
    return up, down


@inner
def _find_sides(a: Floats, b: Floats, scale: Floats, sides: Sides) -> int:
    """On which side of b is a at each bar; returns how many bars are ties."""
    ties = 0
    for i in range(len(a)):
        apart, band = a[i] - b[i], BAND * max(abs(a[i]), abs(b[i]), abs(scale[i]))
        tied = not (apart > band) and not (apart < -band) and apart == apart
        sides[i] = ABOVE if apart > band else BELOW if apart < -band else TIED if tied else UNKNOWN
        ties += tied
    return ties


@inner
def _settle_ties(sides: Sides) -> None:
    """Let ties keep the side before them, for ``TIES`` bars; later ones stay ties."""
    side, ties = TIED, 0
    for i in range(len(sides)):
        if sides[i] == TIED:
            ties += 1
            sides[i] = side if ties <= TIES else TIED
        else:
            side, ties = TIED if sides[i] == UNKNOWN else sides[i], 0
