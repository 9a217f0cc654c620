"""Where to let history begin later: at a piece's signals and anywhere, leaving it its declared warm-up."""

from dataclasses import dataclass

import numpy as np

from market.bars import Ints, Panel

SPAN = 512  # bars compared after a cut; every eighth cut goes to the end


@dataclass(frozen=True)
class LeftCut:
    """History from bar ``start``, answers compared on bars [since, stop)."""

    start: int
    since: int
    stop: int


def choose_left_cuts(
    panel: Panel, signal_bars: Ints, warmup: int, n_cuts: int, rng: np.random.Generator
) -> list[LeftCut]:
    """Cuts that really shorten history: at signals, where a difference shows first, and anywhere.

    A quarter of them leaves a little more history than the warm-up: that must change nothing either.
    """
    n = len(panel)
    at_signals = rng.permutation(np.unique(signal_bars))
    anywhere = rng.integers(1, n, 4 * n_cuts) if n > 1 else at_signals[:0]
    nothing, more = np.zeros(4 * n_cuts, np.int64), rng.integers(1, warmup + 32, 4 * n_cuts)
    chosen = [
        *_edges(panel, at_signals, warmup, nothing, n_cuts // 2),
        *_edges(panel, at_signals[::-1], warmup, more, n_cuts // 4),
        *_edges(panel, anywhere, warmup, nothing, n_cuts // 4),
    ]
    return [
        LeftCut(start, since, n if place % 8 == 0 else min(n, since + SPAN))
        for place, (start, since) in enumerate(chosen)
    ]


def _edges(panel: Panel, bars: Ints, warmup: int, more: Ints, count: int) -> list[tuple[int, int]]:
    """The first ``count`` (start, since) at which history is really cut. more: bars beyond the warm-up."""
    found: list[tuple[int, int]] = []
    for since, extra in zip(bars.tolist(), more.tolist(), strict=False):
        if len(found) == count:
            break
        start = left_edge(panel, since, warmup + extra)
        if start > 0:
            found.append((start, since))
    return found


def left_edge(panel: Panel, since: int, warmup: int) -> int:
    """The row from which every instrument has ``warmup`` bars of its own before ``since``, or all it has."""
    if panel.complete:
        return max(0, since - warmup)
    return min(_own_edge(panel.present(column), since, warmup) for column in range(len(panel.instruments)))


def _own_edge(present: Ints, since: int, warmup: int) -> int:
    before = present[: np.searchsorted(present, since)]
    if warmup == 0 or len(before) == 0:
        return since
    return int(before[max(0, len(before) - warmup)])
