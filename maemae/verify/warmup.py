"""(b) Enough warm-up: on history that begins only ``warmup`` bars earlier, the same is said from there on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from maemae.verify.difference import Difference, Rows, differ, signal_difference, utc
from maemae.verify.left_cuts import LeftCut, choose_left_cuts, left_edge
from maemae.verify.lookahead import Subject
from maemae.verify.report import Check
from maemae.verify.witness import Witness, WitnessError

NAME = "enough warm-up"
TOLERANCE = 1e-6  # of probabilities, and relative of prices and strengths


@dataclass(frozen=True, eq=False)
class Trial:
    """One strategy or filter, the witness that asks it, and the signals it made or judges."""

    who: str
    place: int
    warmup: int
    is_filter: bool
    rows: Rows
    subject: Subject
    witness: Witness

    def difference(self, cut: LeftCut) -> Difference | None:
        """Where it disagrees, on history from ``start`` on, with what it says on all of it."""
        first, until = np.searchsorted(self.rows["bar"], (cut.start, cut.stop))
        inside = self.rows[first:until].copy()
        if self.is_filter:
            return self._of_filter(cut, inside, slice(first, until))
        said = self._ask("signals", cut)["signals"]
        said["bar"] += cut.start
        names = replace(self.subject.names, strategies=(self.subject.names.strategies[self.place],))
        mine, its = (rows[rows["bar"] >= cut.since] for rows in (inside, said))
        return signal_difference(mine, its, names, TOLERANCE)

    def _of_filter(self, cut: LeftCut, inside: Rows, where: slice) -> Difference | None:
        opinions = self.subject.full.opinions
        p, status = opinions.p[where, self.place], opinions.status[where, self.place]
        shifted = inside.copy()
        shifted["bar"] -= cut.start
        said = self._ask("assess", cut, signals=shifted)
        apart = differ(p, said["p"], TOLERANCE) | (status != said["status"])
        wrong = apart & (inside["bar"] >= cut.since)
        if not wrong.any():
            return None
        row = int(np.argmax(wrong))
        bar, instrument = int(inside[row]["bar"]), int(inside[row]["instrument"])
        return Difference(self.who, bar, instrument, "p", f"{float(p[row])!r}", f"{float(said['p'][row])!r}")

    def _ask(self, do: str, cut: LeftCut, **arrays: Rows) -> dict[str, Rows]:
        return dict(self.witness.ask(do, arrays, place=self.place, start=cut.start, stop=cut.stop).arrays)


def check_warmup(subject: Subject, witness: Witness, n_cuts: int, rng: np.random.Generator) -> Check:
    """Compare about ``n_cuts`` left cuts per strategy and filter. The witness must know the whole panel."""
    failures, unjudged, compared, judged = [], [], 0, 0
    for trial in _trials(subject, witness):
        cuts = choose_left_cuts(subject.panel, trial.rows["bar"], trial.warmup, n_cuts, rng)
        if not cuts:
            unjudged.append(_too_little(trial))
            continue
        judged += 1
        for cut in cuts:
            compared += 1
            if (failure := _failure(trial, cut)) is not None:
                failures.append(failure)
                break
    counts = {"cuts": compared, "pieces": judged}
    if failures or unjudged:
        return Check(NAME, False if failures else None, (*failures, *unjudged), counts)
    line = (
        f"each strategy and filter ({judged}) says the same on {compared} histories that begin only its "
        f"declared warm-up earlier; probabilities within {TOLERANCE:g}."
    )
    return Check(NAME, True, (line,), counts)


def _trials(subject: Subject, witness: Witness) -> Iterator[Trial]:
    rows = subject.full.signals.rows
    for place, (name, strategy) in enumerate(subject.pipeline.strategies):
        mine = rows[rows["strategy"] == place]
        mine["strategy"] = 0  # a copy; a strategy asked alone is the first
        yield Trial(f"strategy '{name}'", place, int(strategy.warmup), False, mine, subject, witness)
    for place, agent in enumerate(subject.pipeline.filters):
        yield Trial(f"filter '{agent.name}'", place, int(agent.warmup), True, rows, subject, witness)


def _failure(trial: Trial, cut: LeftCut) -> str | None:
    """What is wrong at a cut, in words."""
    panel = trial.subject.panel
    begins = f"on history from bar {cut.start} ({utc(panel, cut.start)}) on"
    try:
        found = trial.difference(cut)
        if found is None:
            return None
        where = found.sentence(panel, "on the full history", begins)
        return f"{where} warmup = {trial.warmup} is too short. {_remedy(trial, cut)}"
    except WitnessError as error:
        if trial.witness.refusals:
            raise
        return f"{trial.who} raises {begins}: {error.text}. It must answer on every history."


def _remedy(trial: Trial, cut: LeftCut) -> str:
    """The first doubling of the warm-up at which, and around which, this difference is gone."""
    longer = max(trial.warmup, 4)
    while True:
        longer *= 2
        starts = [left_edge(trial.subject.panel, cut.since, longer + more) for more in (0, 1, 7)]
        if min(starts) == 0:
            return (
                "No longer warm-up helps: what it says depends on where history begins. Anchor it on time (a "
                "calendar day, not a count of bars), or let its memory fade."
            )
        if all(trial.difference(LeftCut(start, cut.since, cut.stop)) is None for start in starts):
            return f"Here {longer} bars are enough: declare at least warmup = {longer}."


def _too_little(trial: Trial) -> str:
    return (
        f"{trial.who}: {len(trial.subject.panel):,} bars are too few to cut: it declares warmup = "
        f"{trial.warmup}. Verify on a longer history."
    )
