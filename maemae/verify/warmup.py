"""(b) Enough warm-up: on history that begins only ``warmup`` bars earlier, the same is said from there on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maemae.verify.difference import Difference, Rows, differ, signal_difference, utc
from maemae.verify.lookahead import Subject
from maemae.verify.report import Check
from maemae.verify.witness import Witness, WitnessError
from market.bars import Ints, Panel

NAME = "enough warm-up"
TOLERANCE = 1e-6  # of probabilities, and relative of prices and strengths
SPAN = 512  # bars compared after a cut; every eighth cut goes to the end


@dataclass(frozen=True)
class LeftCut:
    """History from bar ``start``, answers compared on bars [since, stop)."""

    start: int
    since: int
    stop: int


@dataclass(frozen=True)
class Piece:
    """A strategy or filter with its own warm-up and the signals it is judged by."""

    who: str
    place: int
    warmup: int
    is_filter: bool
    rows: Rows


def check_warmup(subject: Subject, witness: Witness, n_cuts: int, rng: np.random.Generator) -> Check:
    """Compare ``n_cuts`` left cuts per strategy and filter. The witness must know the whole panel."""
    lines, compared, judged = [], 0, 0
    failed = False
    for piece in _pieces(subject):
        cuts = _left_cuts(subject.panel, piece, n_cuts, rng)
        judged += bool(cuts)
        for cut in cuts:
            found = _difference(subject, witness, piece, cut)
            compared += 1
            if found is not None:
                lines.append(_sentence(subject, witness, piece, cut, found))
                failed = True
                break
        if not cuts:
            lines.append(_too_little(subject, piece))
    counts = {"cuts": compared, "pieces": judged}
    if lines:
        return Check(NAME, False if failed else None, tuple(lines), counts)
    line = (
        f"each strategy and filter ({judged}) says the same on {compared} histories that begin only its "
        f"declared warm-up earlier; probabilities within {TOLERANCE:g}."
    )
    return Check(NAME, True, (line,), counts)


def _pieces(subject: Subject) -> Iterator[Piece]:
    rows = subject.full.signals.rows
    for place, (name, strategy) in enumerate(subject.pipeline.strategies):
        mine = rows[rows["strategy"] == place]
        mine["strategy"] = 0  # a copy; a strategy asked alone is the first
        yield Piece(f"strategy '{name}'", place, int(strategy.warmup), False, mine)
    for place, agent in enumerate(subject.pipeline.filters):
        yield Piece(f"filter '{agent.name}'", place, int(agent.warmup), True, rows)


def _left_cuts(panel: Panel, piece: Piece, n_cuts: int, rng: np.random.Generator) -> list[LeftCut]:
    """Cuts that really shorten history: at the piece's signals, where a difference shows first, and anywhere.

    A quarter of them leaves a little more history than the warm-up: that must change nothing either.
    """
    n = len(panel)
    at_signals = rng.permutation(np.unique(piece.rows["bar"]))
    anywhere = rng.integers(1, n, 4 * n_cuts) if n > 1 else at_signals[:0]
    more = rng.integers(1, piece.warmup + 32, 4 * n_cuts)
    candidates = [
        *_edges(panel, at_signals[: 4 * n_cuts], piece.warmup, np.zeros_like(more), n_cuts // 2),
        *_edges(panel, at_signals[::-1][: 4 * n_cuts], piece.warmup, more, n_cuts // 4),
        *_edges(panel, anywhere, piece.warmup, np.zeros_like(more), n_cuts // 4),
    ]
    return [
        LeftCut(start, since, n if place % 8 == 0 else min(n, since + SPAN))
        for place, (start, since) in enumerate(candidates)
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


def _difference(subject: Subject, witness: Witness, piece: Piece, cut: LeftCut) -> Difference | None:
    """Where the piece, on history from ``start`` on, disagrees with what it says on all of it."""
    rows = piece.rows
    inside = rows[np.searchsorted(rows["bar"], cut.start) : np.searchsorted(rows["bar"], cut.stop)]
    judged = inside["bar"] >= cut.since
    try:
        if piece.is_filter:
            return _filter_difference(subject, witness, piece, cut, inside, judged)
        said = (
            witness.ask("signals", place=piece.place, start=cut.start, stop=cut.stop).arrays["signals"].copy()
        )
    except WitnessError as error:
        return Difference(piece.who, cut.since, 0, "error", "an answer", error.text)
    said["bar"] += cut.start
    said = said[said["bar"] >= cut.since]
    names = replace(subject.names, strategies=(subject.names.strategies[piece.place],))
    return signal_difference(inside[judged], said, names, TOLERANCE)


def _filter_difference(
    subject: Subject, witness: Witness, piece: Piece, cut: LeftCut, inside: Rows, judged: NDArray[np.bool_]
) -> Difference | None:
    shifted = inside.copy()
    shifted["bar"] -= cut.start
    answer = witness.ask(
        "assess", {"signals": shifted}, place=piece.place, start=cut.start, stop=cut.stop
    ).arrays
    first = int(np.searchsorted(piece.rows["bar"], cut.start))
    opinions = subject.full.opinions
    p, status = opinions.p[first:, piece.place], opinions.status[first:, piece.place]
    p, status = p[: len(inside)], status[: len(inside)]
    apart = np.isnan(p) != np.isnan(answer["p"])
    apart |= np.abs(p - answer["p"]) > TOLERANCE
    wrong = judged & (apart | differ(status, answer["status"]))
    if not wrong.any():
        return None
    row = int(np.argmax(wrong))
    signal = inside[row]
    return Difference(
        piece.who,
        int(signal["bar"]),
        int(signal["instrument"]),
        "p",
        f"{float(p[row])!r}",
        f"{float(answer['p'][row])!r}",
    )


def _sentence(subject: Subject, witness: Witness, piece: Piece, cut: LeftCut, found: Difference) -> str:
    begins = f"on history from bar {cut.start} ({utc(subject.panel, cut.start)}) on"
    where = found.sentence(subject.panel, "on the full history", begins)
    return f"{where} warmup = {piece.warmup} is too short. {_remedy(subject, witness, piece, cut)}"


def _remedy(subject: Subject, witness: Witness, piece: Piece, cut: LeftCut) -> str:
    """The first doubling of the warm-up at which, and around which, this difference is gone."""
    longer = max(piece.warmup, 4)
    while True:
        longer *= 2
        starts = [left_edge(subject.panel, cut.since, longer + more) for more in (0, 1, 7)]
        if min(starts) == 0:
            return (
                "No longer warm-up helps: what it says depends on where history begins. Anchor it on time (a "
                "calendar day, not a count of bars), or let its memory fade."
            )
        again = (LeftCut(start, cut.since, cut.stop) for start in starts)
        if all(_difference(subject, witness, piece, each) is None for each in again):
            return f"Here {longer} bars are enough: declare at least warmup = {longer}."


def _too_little(subject: Subject, piece: Piece) -> str:
    return (
        f"{piece.who}: {len(subject.panel):,} bars are too few to cut: it declares warmup = {piece.warmup}. "
        "Verify on a longer history."
    )
