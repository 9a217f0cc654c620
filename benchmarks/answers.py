"""What a workload's run must answer, and when answers are the same."""

from dataclasses import dataclass
from math import isclose

RELATIVE = 1e-9


@dataclass(frozen=True)
class Answer:
    """equity: account currency at the last close, open positions marked there. fills: executions."""

    equity: float
    fills: int

    def agrees(self, other: "Answer") -> bool:
        return self.fills == other.fills and isclose(self.equity, other.equity, rel_tol=RELATIVE, abs_tol=0.0)

    def __str__(self) -> str:
        return f"{self.equity:.4f} after {self.fills:,} fills"


# Measured with several engines on the arrays of arrays.py. The digits are rounded by less than 1e-9.
PUBLISHED = {
    "W1": Answer(937860.0677, 22_481),
    "W3": Answer(5968423.2437, 6_608),
    "W4": Answer(938428.217, 22_481),
    "W4 stop first": Answer(938128.3815, 22_481),  # vectorbt's order of events, see proof_w4.py
}


def all_agree(*answers: Answer) -> bool:
    """Each with each."""
    return all(a.agrees(b) for place, a in enumerate(answers) for b in answers[:place])
