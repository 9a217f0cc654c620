"""A life against its backtest: the journal's own bars through the same desk, and every difference explained.

Three things are laid side by side: what the journal holds (orders, fills), what the journal's inputs fold to
(a desk hears what the venue said), and what a backtest of the same bars does. Where the first two agree, all
that differs from the third comes from what the venue, the gate or the clock did, and is read off there.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from desk.pipeline import Pipeline
from live.compare_causes import Explainer
from live.compare_data import DataComparison, aligned, bars_differ, paired, replayed_lines
from live.compare_findings import Cause, Line
from live.compare_journal import Lived, life_of
from live.compare_rounds import Replayed, keys_of, replay, rounds_of
from market.bars import Panel
from market.instruments import Instrument
from records.chain import Entry


@dataclass(frozen=True)
class Subject:
    """What is compared. instruments, strategies: in the desk's order. code, configs: hashes of what would run
    now. since, until: ns UTC; trades that were open within [since, until) count."""

    pipeline: Pipeline
    instruments: Sequence[Instrument]
    strategies: Sequence[str]
    code: str
    configs: frozenset[str]
    since: int = 0
    until: int = 2**63 - 1


@dataclass(frozen=True, eq=False)
class Comparison:
    """lines: every trade, in order of time. equity: what life and backtest made within the period.
    elsewhere: of that, what no trade accounts for: borrow, and what trades made outside the period."""

    subject: Subject
    lived: Lived
    back: Replayed
    lines: Sequence[Line]
    equity: tuple[float, float]
    data: DataComparison | None = None

    @property
    def same(self) -> int:
        return sum(line.same for line in self.lines)

    @property
    def causes(self) -> dict[Cause, int]:
        """Differing trades by cause, most first."""
        counted = Counter(line.cause for line in self.lines if line.cause is not None)
        return dict(counted.most_common())

    def money(self, cause: Cause) -> float:
        """What a cause brought, account currency; a trade's money may have several."""
        return sum(f.money for line in self.lines for f in line.findings if f.why.cause is cause)

    @property
    def elsewhere(self) -> float:
        live, back = self.equity
        return live - back - sum(line.difference for line in self.lines)

    @property
    def explained(self) -> bool:
        """Whether every difference has a cause."""
        lines = [*self.lines, *(self.data.lines if self.data else ())]
        return all(line.cause is not Cause.UNEXPLAINED for line in lines)


def compare(entries: Iterable[Entry], subject: Subject, history: Panel | None = None) -> Comparison:
    """Replay a journal through the backtest. history: downloaded bars of the same time, to compare, too.

    Raises DataError when there is nothing to compare.
    """
    pipeline = subject.pipeline
    lived = life_of(entries, subject.instruments, pipeline.rules, len(pipeline.filters))
    back = replay(pipeline, lived.panel, lived.start)
    lines = [line for line in _lines(lived, back, subject) if _within(line, lived, subject)]
    equity = _made(lived.equity, lived.panel, subject), _made(back.run.equity, lived.panel, subject)
    data = None if history is None else _on_history(lived, back, subject, history)
    return Comparison(subject, lived, back, lines, equity, data)


def _lines(lived: Lived, back: Replayed, subject: Subject) -> list[Line]:
    keys = keys_of(lived.signals, lived.panel)
    mine = rounds_of(lived.trades, lived.book, keys, lived.panel)
    explainer = Explainer(lived, back, keys, subject.code, subject.configs)
    lines = []
    for number, (key, live, other) in enumerate(paired(mine, back.rounds), 1):
        row = int(np.searchsorted(lived.panel.ts, key.ts))
        instrument, strategy = subject.instruments[key.instrument].id, subject.strategies[key.strategy]
        lines.append(explainer.explain(Line(number, key, row, instrument, strategy, live, other)))
    return lines


def _within(line: Line, lived: Lived, subject: Subject) -> bool:
    """Whether the trade was open in the period, in either life."""
    ts, last = lived.panel.ts, len(lived.panel) - 1
    for each in (line.live, line.back):
        if each is not None:
            ended = int(ts[last if each.open else each.exit_bar])
            if int(ts[min(each.entry_bar, last)]) < subject.until and ended >= subject.since:
                return True
    return False


def _made(equity: "np.ndarray[tuple[int], np.dtype[np.float64]]", panel: Panel, subject: Subject) -> float:
    """What equity grew by within the period."""
    first = int(np.searchsorted(panel.ts, subject.since))
    last = int(np.searchsorted(panel.ts, subject.until)) - 1
    if last < first:
        return 0.0
    before = float(equity[first - 1]) if first else subject_cash(subject)
    return float(equity[last]) - before


def subject_cash(subject: Subject) -> float:
    """What an account begins with."""
    return float(subject.pipeline.rules.cash)


def _on_history(lived: Lived, back: Replayed, subject: Subject, history: Panel) -> DataComparison:
    panel = aligned(lived.panel, history)
    start = int(np.searchsorted(panel.ts, lived.panel.ts[min(lived.start, len(lived.panel) - 1)]))
    bars = bars_differ(lived.panel, panel)
    other = replay(subject.pipeline, panel, start)
    lines = replayed_lines(back, other, bars, subject.strategies)
    kept = [line for line in lines if _within(line, lived, subject)]
    final = float(back.run.equity[-1]), float(other.run.equity[-1])
    return DataComparison(bars, kept, final)
