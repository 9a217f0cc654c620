"""What the filters said and how it came out: the raw numbers behind report cards and weights."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from brokers.rows import Prices
from desk.records import DECISION
from desk.rules import FilterRules
from desk.stepper import Step
from filters.opinions import Opinions
from live.control.answers import FilterLine
from live.trader import Intent, Said, Trader
from market.labels import LABEL
from records.message import Message
from records.steps import Step as StepMessage
from report.cards import filter_cards
from strategies.signals import SIGNAL, Signals

T = TypeVar("T", bound=np.generic)


@dataclass(eq=False)
class NotingTrader(Trader):
    """A trader that keeps the weights of its decisions, by signal: the journal has the answers alone."""

    noted: dict[int, np.void] = field(init=False, default_factory=dict)

    def bar(self, ts: int, prices: Prices, said: Said) -> tuple[Step, list[Intent]]:
        step, intents = super().bar(ts, prices, said)
        for row in step.decisions:
            self.noted[int(row["seq"])] = row.copy()
        return step, intents


@dataclass(eq=False)
class Evidence:
    """Signals, opinions and labels as the desk had them, from the journal's steps."""

    trader: NotingTrader
    filters: Sequence[str]

    def __post_init__(self) -> None:
        self._steps: list[StepMessage] = []

    def heard(self, ts: int, message: Message) -> None:
        if isinstance(message, StepMessage) and (len(message.signals) or len(message.labels)):
            self._steps.append(message)

    def cards(self) -> tuple[FilterLine, ...]:
        """One a filter, over all signals so far."""
        if not self.filters:
            return ()
        signals = _joined([step.signals for step in self._steps], np.zeros(0, SIGNAL))
        n, width = len(signals), len(self.filters)
        spoke = [step for step in self._steps if len(step.signals)]
        p = _joined([step.p for step in spoke], np.zeros((0, width)))
        status = _joined([step.status for step in spoke], np.zeros((0, width), np.int8))
        labels = _joined([step.labels for step in self._steps], np.zeros(0, LABEL))
        found = filter_cards(
            Signals(signals),
            Opinions(tuple(self.filters), p, status),
            labels[labels["seq"] < n],
            self._decisions(n),
            self._rules(),
            self.trader.desk.book.learners,
        )
        return tuple(
            FilterLine(
                name=card.name,
                act=card.act,
                signals=card.signals,
                answered=card.answered,
                passed=card.passed,
                rejected=card.rejected,
                brier=card.brier,
                base_brier=card.base_brier,
                earned=card.earned,
                stages=tuple(standing.stage for standing in card.standings),
            )
            for card in found
        )

    def signal(self, seq: int) -> np.void | None:
        """The signal of a number, as the desk had it; None when it hadn't."""
        before = 0
        for step in self._steps:
            if seq < before + len(step.signals):
                found: np.void = step.signals[seq - before]
                return found
            before += len(step.signals)
        return None

    def _rules(self) -> tuple[FilterRules, ...]:
        return self.trader.rules.strategies[0].decision.filters

    def _decisions(self, n: int) -> NDArray[np.void]:
        """What is known of each signal's decision; NaN where other code has made it."""
        rows = np.zeros(n, DECISION)
        rows["x"] = np.nan
        for seq, row in self.trader.noted.items():
            if seq < n:
                rows[seq] = row
        return rows


def _joined(parts: list[NDArray[T]], empty: NDArray[T]) -> NDArray[T]:
    return np.concatenate(parts) if parts else empty
