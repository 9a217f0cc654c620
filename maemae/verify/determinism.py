"""(d) Determinism: processes with different hash seeds say the same to the last bit."""

from collections.abc import Mapping, Sequence

from maemae.verify.difference import label_difference, opinion_difference, signal_difference
from maemae.verify.lookahead import Subject
from maemae.verify.report import Check
from maemae.verify.witness import Witness

NAME = "determinism"
CAUSE = (
    "the order of a set or of hash(): sort before use; or random numbers without a seed, the clock, threads, "
    "or state kept between calls"
)


def check_determinism(
    subject: Subject, here: Mapping[str, str], witnesses: Sequence[Witness], seeds: Sequence[int]
) -> Check:
    """Compare this process with every witness; each must know the whole panel. here: our own digests."""
    for witness, seed in zip(witnesses, seeds, strict=True):
        there = witness.ask("digests").fields["digests"]
        parts = [name for name in here if here[name] != there[name]]
        if parts:
            where = (
                _where(subject, witness, seed)
                or f"{parts[0]} differ in a process with PYTHONHASHSEED={seed}."
            )
            return Check(NAME, False, (f"{where} Usually {CAUSE}.",), {"processes": len(witnesses) + 1})
    line = (
        f"{', '.join(here)} are the same to the last bit in {len(witnesses) + 1} processes, "
        f"PYTHONHASHSEED = {', '.join(map(str, seeds))} and this one's."
    )
    return Check(NAME, True, (line,), {"processes": len(witnesses) + 1})


def _where(subject: Subject, witness: Witness, seed: int) -> str:
    """The first signal, opinion or label that differs, "" when asking again shows none."""
    full, part = subject.full, witness.read(len(subject.panel))
    found = signal_difference(full.signals.rows, part.signals.rows, subject.names)
    if found is None:
        found = opinion_difference(full, part, len(full.signals), subject.names)
    found = found or label_difference(full, part, len(subject.panel))
    other = f"in a process with PYTHONHASHSEED={seed}"
    return found.sentence(subject.panel, "in this process", other) if found else ""
