"""Entries and exits that a person asks for, as signals of the next close: inputs of the desk like any other.

They stand in the journal's step beside the strategies' own signals, so that folding it again gives the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from brokers.rows import Prices
from desk.pipeline import resolve_barriers
from filters.opinions import Opinions
from live.reading import Reader
from live.trader import Said
from market.bars import Panel
from records.message import Message
from records.steps import Step
from strategies.signals import SIGNAL, SignalKind, Signals

BY_HAND = -1_000_001  # the tag of a signal that a person gave


@dataclass(frozen=True)
class Wish:
    """What a person wants at the next close."""

    kind: SignalKind
    instrument: int
    strategy: int
    side: int


@dataclass(eq=False)
class SteeredReader(Reader):
    """Reads the pipeline, and adds what people wished. Wishes are signals behind the strategies' own of the
    bar, so labels, which count those alone, are renumbered."""

    wishes: list[Wish] = field(default_factory=list)
    given: list[int] = field(default_factory=list)  # of each wish: how many own signals the desk had before
    _own: int = field(init=False, default=0)

    def bar(self, ts: int, prices: Prices) -> Said:
        t = len(self.history)
        said = super().bar(ts, prices)
        if len(said.labels) and self.given:
            labels = said.labels.copy()
            labels["seq"] += np.searchsorted(self.given, labels["seq"], side="right")
            said = replace(said, labels=labels)
        if not self.wishes or t < self.start:
            return said
        wishes, self.wishes = self.wishes, []
        return self._with(said, wishes, t)

    def heard(self, ts: int, message: Message) -> None:
        """Every step of the journal: which signals were a person's."""
        if isinstance(message, Step):
            by_hand = message.signals["tag"] == BY_HAND
            self._own += int(np.count_nonzero(~by_hand))
            self.given += [self._own] * int(np.count_nonzero(by_hand))

    def begin(self) -> None:
        super().begin()
        self.given, self._own = [], 0

    @property
    def counted(self) -> int:
        """Signals that were the desk's so far, people's included."""
        return super().counted + len(self.given)

    def _with(self, said: Said, wishes: Sequence[Wish], t: int) -> Said:
        rows = np.concatenate([self._row(wish, t) for wish in wishes])
        panel = self.history.panel
        shown = rows.copy()
        shown["bar"] -= self.history.first
        opinions = self._opinions(shown, panel)
        return Said(
            np.concatenate([said.signals, rows]),
            np.concatenate([said.p, opinions.p]),
            np.concatenate([said.status, opinions.status]),
            said.labels,
        )

    def _row(self, wish: Wish, t: int) -> NDArray[np.void]:
        made = Signals.at(
            [t],
            instrument=wish.instrument,
            strategy=wish.strategy,
            kind=wish.kind,
            side=wish.side,
            tag=BY_HAND,
        )
        resolve_barriers(made.rows, self.pipeline.rules.strategies[wish.strategy].monitor)
        return made.rows.astype(SIGNAL)

    def _opinions(self, rows: NDArray[np.void], panel: Panel) -> Opinions:
        """The filters judge a person's entry as any other."""
        return self.pipeline.opinions(Signals(rows), panel)
