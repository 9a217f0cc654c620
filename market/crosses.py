"""When one line crosses another, with a dead band so that rounding at a tie is no cross."""

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled
from market.errors import DataError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
BAND = 1e-10  # relative to the larger of the two lines, and of the scale if one is given
TIES = 32  # bars for which a tie remembers the side before it; so a cross depends on this many bars at most
_NO_SCALE = np.zeros(1)


def crosses_above(a: Floats, b: Floats | float, scale: Floats | None = None) -> Bools:
    """Bars where a rises above b, shape (n_bars,); both must be known on this bar and the one before.

    Above is a > b + band. Within the band the previous side stays, for ``TIES`` bars. scale: the prices that
    a and b were computed from, for differences of prices, such as MACD, whose rounding is the prices'.
    """
    return _crosses(a, b, scale, 1)


def crosses_below(a: Floats, b: Floats | float, scale: Floats | None = None) -> Bools:
    """Bars where a falls below b, shape (n_bars,); everything else as in ``crosses_above``."""
    return _crosses(a, b, scale, -1)


def _crosses(a: Floats, b: Floats | float, scale: Floats | None, side: int) -> Bools:
    level = np.asarray(b, np.float64).reshape(-1) if np.ndim(b) == 0 else np.asarray(b, np.float64)
    prices = _NO_SCALE if scale is None else np.asarray(scale, np.float64)
    for name, line in (("b", level), ("scale", prices)):
        if line.shape not in (a.shape, (1,)) or a.ndim != 1:
            raise DataError(
                f"crosses: a has shape {a.shape}, {name} {line.shape}; expected one value per bar."
            )
    return _comes_to_side(np.asarray(a, np.float64), level, prices, side)


@compiled
def _comes_to_side(a: Floats, b: Floats, scale: Floats, wanted: int) -> Bools:
    """True where a comes to the wanted side of b: +1 above, -1 below. b, scale: per bar, or one for all."""
    n = len(a)
    b_step, scale_step = int(len(b) == n), int(len(scale) == n)
    found = np.zeros(n, np.bool_)
    side, ties, known = 0, 0, False
    for i in range(n):
        x, y = a[i], b[i * b_step]
        apart = x - y
        if abs(apart) > BAND * max(abs(x), abs(y), abs(scale[i * scale_step])):
            now = 1 if apart > 0.0 else -1
            found[i] = known and now == wanted and side != wanted
            side, ties, known = now, 0, True
        elif apart == apart:
            ties += 1
            side, known = side if ties <= TIES else 0, True
        else:
            side, ties, known = 0, 0, False
    return found
