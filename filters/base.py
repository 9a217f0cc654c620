"""What a filter agent is: a pure, causal function from signals and market to opinions."""

from typing import Protocol, runtime_checkable

from filters.opinions import Opinion
from market.bars import Panel
from strategies.signals import Signals


@runtime_checkable
class Filter(Protocol):
    """One kind of evidence. ``name`` is what reports call it."""

    @property
    def name(self) -> str: ...

    @property
    def warmup(self) -> int:
        """Closed bars it needs before its answers may be trusted."""
        ...

    def assess(self, signals: Signals, panel: Panel) -> Opinion:
        """The probability that each signal wins as its label defines; NaN to abstain.

        Sees nothing after the signal's bar.
        """
        ...

    def explain(self, row: int, signals: Signals, panel: Panel) -> dict[str, float | str]:
        """Why signal ``row`` got its answer: the numbers behind it."""
        ...
