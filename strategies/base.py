"""What a strategy is: a pure, causal function of market data."""

from typing import ClassVar, Protocol, runtime_checkable

import numpy as np

from market.bars import Bars, Ints, Panel
from market.errors import DataError
from strategies.signals import Signals


@runtime_checkable
class Strategy(Protocol):
    """Anything that reads a panel and says signals, with ``warmup`` closed bars before the first."""

    @property
    def warmup(self) -> int: ...

    def read(self, panel: Panel) -> Signals: ...


class BarStrategy:
    """Sees one instrument's bars at a time, none missing. Subclass as a frozen dataclass of parameters."""

    warmup: ClassVar[int] = 0  # closed bars before the first signal counts; override as a property

    def signals(self, bars: Bars) -> Signals:
        """Signals whose ``bar`` counts the given bars."""
        raise NotImplementedError(f"{type(self).__name__} must define signals(bars).")

    def read(self, panel: Panel) -> Signals:
        """Signals of every instrument, on the panel's rows."""
        parts = []
        for column in range(len(panel.instruments)):
            bars, rows = panel.bars(column)
            found = check_own(self.signals(bars), len(bars), type(self).__name__).copy()
            found.rows["bar"] = rows[found.rows["bar"]]
            found.rows["instrument"] = column
            parts.append(found)
        return Signals.merge(parts) if len(parts) > 1 else parts[0]


class PanelStrategy:
    """Sees the whole panel: rotation, pairs, cross-sections. NaN = no bar."""

    warmup: ClassVar[int] = 0

    def signals(self, panel: Panel) -> Signals:
        """Signals with ``bar`` a row and ``instrument`` a column of the panel."""
        raise NotImplementedError(f"{type(self).__name__} must define signals(panel).")

    def read(self, panel: Panel) -> Signals:
        return self.signals(panel)


def check_own(found: object, n_bars: int, name: str) -> Signals:
    """Refuse what can't be one instrument's signals, before its bars are looked up among the panel's rows."""
    if not isinstance(found, Signals):
        raise DataError(
            f"{name}.signals returned {type(found).__name__}; expected Signals: end it with "
            "return Signals.of(...)."
        )
    if found.n_bars not in (None, n_bars):
        raise DataError(
            f"{name}.signals: its masks have {found.n_bars} values for {n_bars} bars; expected one per bar, "
            "so that each stands at its own."
        )
    bar = found.rows["bar"]
    wrong = (bar < 0) | (bar >= n_bars)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f"{name}, signal {row}: bar = {bar[row]}; expected 0..{n_bars - 1}.")
    check_sorted(bar, name)
    return found


def check_sorted(bar: Ints, name: str) -> None:
    """Refuse signals out of order: on one bar their order matters, so it is the author's to give."""
    late = np.flatnonzero(bar[1:] < bar[:-1]) + 1
    if len(late):
        row = int(late[0])
        raise DataError(f"{name}, signal {row}: bar {bar[row]} after bar {bar[row - 1]}; sort by bar.")


def check_signals(found: object, panel: Panel, name: str) -> Signals:
    """Refuse what can't be signals of this panel, naming the row and value."""
    if not isinstance(found, Signals):
        raise DataError(f"strategy '{name}' returned {type(found).__name__}; expected Signals.")
    rows = found.rows
    if len(rows) == 0:
        return found
    bar, column = rows["bar"], rows["instrument"]
    checks = (
        ((bar < 0) | (bar >= len(panel)), "bar", f"0..{len(panel) - 1}"),
        ((column < 0) | (column >= len(panel.instruments)), "instrument", f"0..{len(panel.instruments) - 1}"),
        ((rows["kind"] < 1) | (rows["kind"] > 3), "kind", "ENTER, EXIT or REVIEW"),
        (np.abs(rows["side"]) != 1, "side", "+1 or -1"),
        (rows["stop"] <= 0, "stop", "a number above 0, or NaN for none"),
        (rows["target"] <= 0, "target", "a number above 0, or NaN for none"),
        (rows["trail"] <= 0, "trail", "a number above 0, or NaN for none"),
        (rows["horizon"] < 0, "horizon", "0 or more bars"),
        ((rows["entry"] != 0) & ~(rows["price"] > 0), "price", "a price above 0 for a LIMIT or STOP entry"),
    )
    for wrong, field, expected in checks:
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(
                f"strategy '{name}', signal {row}: {field} = {rows[field][row]}; expected {expected}."
            )
    check_sorted(bar, f"strategy '{name}'")
    return found
