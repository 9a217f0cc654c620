"""The first thing two readings of the same bars disagree about."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.pipeline import Reading
from filters.opinions import Status
from market.bars import Panel
from strategies.signals import SignalKind

Rows = NDArray[np.void]
_IDENTITY = ("bar", "strategy", "instrument", "kind", "side")


@dataclass(frozen=True)
class Names:
    """What strategies, filters and the panel's instruments are called, by place."""

    strategies: tuple[str, ...]
    filters: tuple[str, ...]
    symbols: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """who: strategy, filter or labels. bar: panel row. one, other: what either says, in words."""

    who: str
    bar: int
    instrument: int
    column: str
    one: str
    other: str

    def sentence(self, panel: Panel, one: str, other: str) -> str:
        """Where and what; ``one`` and ``other`` say on which data."""
        symbol = panel.instruments[self.instrument].symbol
        return (
            f"{self.who}, bar {self.bar} ({utc(panel, self.bar)}), {symbol}, {self.column}: "
            f"{self.one} {one}, {self.other} {other}."
        )


def utc(panel: Panel, bar: int) -> str:
    """A bar's open time in words."""
    return str(np.datetime64(int(panel.ts[bar]), "ns").astype("datetime64[s]")).replace("T", " ") + " UTC"


def differ(one: NDArray[Any], other: NDArray[Any], tolerance: float = 0.0) -> NDArray[np.bool_]:
    """Where two columns disagree. NaN equals NaN. tolerance: relative, of numbers above 1."""
    if one.dtype.kind != "f":
        return np.asarray(one != other)
    apart = np.abs(one - other) > tolerance * np.maximum(1.0, np.abs(one)) if tolerance else one != other
    missing = np.isnan(one) | np.isnan(other)
    return np.asarray(np.where(missing, np.isnan(one) != np.isnan(other), apart))


def signal_difference(one: Rows, other: Rows, names: Names, tolerance: float = 0.0) -> Difference | None:
    """The first signal that isn't the same. tolerance is for columns of numbers; the rest must be equal."""
    common = min(len(one), len(other))
    columns = {
        name: differ(one[name][:common], other[name][:common], tolerance) for name in one.dtype.names or ()
    }
    wrong = np.logical_or.reduce(list(columns.values())) if common else np.zeros(0, np.bool_)
    if not wrong.any():
        if len(one) == len(other):
            return None
        return _unmatched(one[common:], other[common:], names)
    place = int(np.argmax(wrong))
    if any(columns[name][place] for name in _IDENTITY):
        return _unmatched(one[place:], other[place:], names)
    column = next(name for name in columns if columns[name][place])
    row = one[place]
    return Difference(
        f"strategy '{names.strategies[row['strategy']]}'", int(row["bar"]), int(row["instrument"]), column,
        f"{row[column]}", f"{other[place][column]}",
    )  # fmt: skip


def _unmatched(one: Rows, other: Rows, names: Names) -> Difference:
    """The signal that only one side has: the earlier of the two heads, since rows are sorted by bar."""
    row = min((rows[0] for rows in (one, other) if len(rows)), key=lambda row: int(row["bar"]))
    who = f"strategy '{names.strategies[row['strategy']]}'"
    said = [_words_at(rows, int(row["bar"]), names) for rows in (one, other)]
    return Difference(who, int(row["bar"]), int(row["instrument"]), "signal", *said)


def _words_at(rows: Rows, bar: int, names: Names) -> str:
    """The next signal in words, if it is of that bar."""
    if not len(rows) or rows[0]["bar"] != bar:
        return "no signal"
    row = rows[0]
    side = "long" if row["side"] > 0 else "short"
    return f"{SignalKind(int(row['kind'])).name} {side} {names.symbols[row['instrument']]}"


def opinion_difference(
    one: Reading, other: Reading, n_signals: int, names: Names, tolerance: float = 0.0
) -> Difference | None:
    """The first of ``n_signals`` signals about which a filter doesn't say the same."""
    p_one, p_other = one.opinions.p[:n_signals], other.opinions.p[:n_signals]
    status_one, status_other = one.opinions.status[:n_signals], other.opinions.status[:n_signals]
    wrong = differ(p_one, p_other, tolerance) | (status_one != status_other)
    if not wrong.any():
        return None
    row, place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    signal = one.signals.rows[row]
    return Difference(
        f"filter '{names.filters[int(place)]}'", int(signal["bar"]), int(signal["instrument"]), "p",
        _answer(p_one[row, place], status_one[row, place]),
        _answer(p_other[row, place], status_other[row, place]),
    )  # fmt: skip


def _answer(p: float, status: int) -> str:
    return f"{float(p)!r}" if status == Status.ANSWERED else Status(int(status)).name.lower()


def label_difference(one: Reading, other: Reading, n_bars: int) -> Difference | None:
    """The first label matured before ``n_bars`` that isn't the same."""
    rows = [each.labels[each.labels["matured_at"] < n_bars] for each in (one, other)]
    common = min(map(len, rows))
    wrong = np.zeros(common, np.bool_)
    for name in rows[0].dtype.names or ():
        wrong |= differ(rows[0][name][:common], rows[1][name][:common])
    if not wrong.any() and len(rows[0]) == len(rows[1]):
        return None
    place = int(np.argmax(wrong)) if wrong.any() else common
    said = [f"{each[place]['ret']}" if place < len(each) else "no label" for each in rows]
    row = next(each[place] for each in rows if place < len(each))
    signal = one.signals.rows[row["seq"]]
    return Difference("labels", int(row["matured_at"]), int(signal["instrument"]), "ret", *said)
