"""Which bars can be asked at together: far enough apart that what follows one is forgotten at the next."""

from collections.abc import Iterator

import numpy as np

from market.bars import Ints, Panel

PATIENCE = 4  # an instrument that trades ever more rarely isn't waited for longer than so many warm-ups


def first_needed(panel: Panel, bars: Ints, warmup: int) -> Ints:
    """The row from which each of ``bars``, ascending, needs history: ``warmup`` own bars of everyone."""
    if panel.complete or warmup == 0:
        return np.asarray(np.maximum(bars - warmup, 0))
    needed = bars.copy()
    for column in range(len(panel.instruments)):
        present = panel.present(column)
        before = np.searchsorted(present, bars)
        known = before > 0
        needed[known] = np.minimum(needed[known], present[np.maximum(before[known] - warmup, 0)])
    return np.asarray(np.maximum(needed, bars - PATIENCE * warmup))


def rounds(targets: Ints, needed: Ints, ahead: int) -> Iterator[Ints]:
    """Split ``targets`` into rounds: the ``ahead`` rows after one are before all that the next needs.

    targets, needed: shape (n,), both ascending. Every target is in one round.
    """
    n = len(targets)
    following = np.searchsorted(needed, targets + ahead + 1).tolist()
    free = list(range(n + 1))  # the next target that has no round yet

    def next_free(place: int) -> int:
        while free[place] != place:
            free[place] = free[free[place]]
            place = free[place]
        return place

    while (place := next_free(0)) < n:
        chosen = []
        while place < n:
            chosen.append(place)
            free[place] = place + 1
            place = next_free(following[place])
        yield targets[chosen]
