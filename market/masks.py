"""Where a mask is true, when it seldom is."""

import numpy as np
from numpy.typing import NDArray

from market.compiled import compiled

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
EIGHT = 8  # values that are looked at together
WORTH_IT = 16_384  # values


def true_rows(mask: Bools) -> Ints:
    """As ``np.flatnonzero`` of a mask of shape (n,); a third of its time where one in eight words is true."""
    if len(mask) < WORTH_IT or not mask.flags.c_contiguous or mask.ctypes.data % EIGHT:
        return np.flatnonzero(mask)
    words = mask[: len(mask) // EIGHT * EIGHT].view(np.uint64)
    some = _not_empty(words)
    if 4 * len(some) > len(words):
        return np.flatnonzero(mask)
    return _rows_in(some, mask)


@compiled
def _not_empty(words: NDArray[np.uint64]) -> Ints:
    """Numbers of the words that hold any true value. No branch: the processor can't guess where they are."""
    some, n = np.empty(len(words) + 1, np.int64), 0
    for k in range(len(words)):
        some[n] = k
        n += words[k] != 0
    return some[:n]


@compiled
def _rows_in(some: Ints, mask: Bools) -> Ints:
    """True rows in the words ``some``, and in the rest behind the last whole word."""
    rows, n = np.empty(EIGHT * (len(some) + 1), np.int64), 0
    for k in range(len(some)):
        for row in range(EIGHT * some[k], EIGHT * some[k] + EIGHT):
            rows[n] = row
            n += mask[row]
    for row in range(len(mask) // EIGHT * EIGHT, len(mask)):
        rows[n] = row
        n += mask[row]
    return rows[:n]
