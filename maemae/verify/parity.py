"""(c) Parity: the desk folded over all bars at once and stepped bar by bar do exactly the same."""

from dataclasses import dataclass

import numpy as np

from desk.pipeline import Reading
from desk.run import DeskRun, run_desk
from desk.stepper import Desk, Step
from filters.opinions import Opinions
from maemae.verify.difference import Rows, utc
from maemae.verify.lookahead import Subject
from maemae.verify.report import Check
from market.bars import PRICES, Panel
from strategies.signals import Signals

NAME = "parity"
OUTPUTS = ("decisions", "orders", "fills", "trades")
ENOUGH = 20_000  # bars; on fewer, much of the desk may never have been asked


@dataclass(frozen=True, eq=False)
class Stepped:
    """What the stepped desk did: rows by output, and equity at each close."""

    rows: dict[str, Rows]
    equity: np.ndarray[tuple[int], np.dtype[np.float64]]


def check_parity(subject: Subject, n_bars: int) -> Check:
    """Step the first ``n_bars`` bars from Python and compare with one compiled fold over them."""
    panel = subject.panel.head(n_bars)
    reading = prefix(subject.full, n_bars)
    rules = subject.pipeline.rules
    return compare(panel, run_desk(panel, reading, rules), step_all(subject, panel, reading))


def prefix(reading: Reading, n_bars: int) -> Reading:
    """The signals of the first bars, what was thought of them, and the labels known by then."""
    until = int(np.searchsorted(reading.signals.rows["bar"], n_bars))
    opinions = reading.opinions
    return Reading(
        Signals(reading.signals.rows[:until]),
        Opinions(opinions.names, opinions.p[:until], opinions.status[:until]),
        reading.labels[reading.labels["matured_at"] < n_bars],
    )


def step_all(subject: Subject, panel: Panel, reading: Reading) -> Stepped:
    """One desk, one bar at a time, given at each bar only what is known at its close."""
    desk = Desk(panel.instruments, subject.pipeline.rules, len(subject.names.filters))
    edges = np.arange(len(panel) + 1)
    signals, labels, opinions = reading.signals.rows, reading.labels, reading.opinions
    first_signal = np.searchsorted(signals["bar"], edges).tolist()
    first_label = np.searchsorted(labels["matured_at"], edges).tolist()
    columns = [getattr(panel, name) for name in PRICES]
    steps: list[Step] = []
    equity = np.empty(len(panel))
    for t in range(len(panel)):
        mine = slice(first_signal[t], first_signal[t + 1])
        step = desk.step(
            int(panel.ts[t]), tuple(column[t] for column in columns), signals[mine], opinions.p[mine],
            opinions.status[mine], labels[first_label[t] : first_label[t + 1]],
        )  # fmt: skip
        equity[t] = step.equity
        if len(step.decisions) or len(step.orders) or len(step.fills) or len(step.trades):
            steps.append(step)
    return Stepped({name: _gather([getattr(step, name) for step in steps]) for name in OUTPUTS}, equity)


def _gather(parts: list[Rows]) -> Rows:
    return np.concatenate(parts) if parts else np.zeros(0, np.dtype([]))


def compare(panel: Panel, batch: DeskRun, stepped: Stepped) -> Check:
    """Every field of every output, to the last bit."""
    counts = {"bars": len(panel), **{name: len(getattr(batch, name)) for name in OUTPUTS}}
    lines = differences(panel, batch, stepped, ("compiled", "stepped"))
    if lines:
        return Check(NAME, False, tuple(lines), counts)
    line = (
        f"the desk stepped one bar at a time over {len(panel):,} bars makes the identical "
        + ", ".join(f"{counts[name]:,} {name}" for name in OUTPUTS)
        + " and equity as the compiled loop."
    )
    few = f"{len(panel):,} bars only; {ENOUGH:,} and more make a proof of size. Verify on a longer history."
    return Check(NAME, True, (line,), counts, () if len(panel) >= ENOUGH else (few,))


def differences(panel: Panel, batch: DeskRun, stepped: Stepped, words: tuple[str, str]) -> list[str]:
    """The first row of each output, and the first equity, that isn't the same. words: what the two are."""
    lines = [
        line
        for name in OUTPUTS
        if (line := _rows_differ(panel, name, getattr(batch, name), stepped.rows[name], words)) is not None
    ]
    if len(batch.equity) != len(stepped.equity):
        return [*lines, f"equity: {len(batch.equity):,} bars {words[0]}, {len(stepped.equity):,} {words[1]}."]
    wrong = np.flatnonzero(batch.equity.view(np.int64) != stepped.equity.view(np.int64))
    if len(wrong):
        bar = int(wrong[0])
        lines.append(
            f"equity at bar {bar} ({utc(panel, bar)}): {float(batch.equity[bar])!r} {words[0]}, "
            f"{float(stepped.equity[bar])!r} {words[1]}."
        )
    return lines


def _rows_differ(panel: Panel, name: str, batch: Rows, stepped: Rows, words: tuple[str, str]) -> str | None:
    """The first row and field that isn't the same to the last bit."""
    common = min(len(batch), len(stepped))
    for row in range(common):
        if batch[row].tobytes() != stepped[row].tobytes():
            column = next(
                (f for f in batch.dtype.names or () if batch[row][f].tobytes() != stepped[row][f].tobytes()),
                "",
            )
            if column:
                bar = int(batch[row]["exit_bar" if name == "trades" else "bar"])
                return (
                    f"{name}, row {row}, bar {bar} ({utc(panel, bar)}), {column}: "
                    f"{batch[row][column]} {words[0]}, {stepped[row][column]} {words[1]}."
                )
    if len(batch) == len(stepped):
        return None
    return f"{name}: {len(batch):,} {words[0]}, {len(stepped):,} {words[1]}."
