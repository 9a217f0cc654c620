"""What a strategy is: a pure, causal function of market data."""

from typing import ClassVar, Protocol, runtime_checkable

from market.bars import Bars, Panel
from strategies.checks import check_own
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
    inputs: ClassVar[tuple[str, ...]] = ()  # fields that name files it reads: CSVs with a column "time"

    def signals(self, bars: Bars) -> Signals:
        """Signals whose ``bar`` counts the given bars."""
        raise NotImplementedError(f"{type(self).__name__} must define signals(bars).")

    def read(self, panel: Panel) -> Signals:
        """Signals of every instrument, on the panel's rows."""
        parts = []
        for column in range(len(panel.instruments)):
            bars, rows = panel.bars(column)
            found = check_own(self.signals(bars), len(bars), type(self).__name__).copy()
            if rows is not None:
                found.rows["bar"] = rows[found.rows["bar"]]
            found.rows["instrument"] = column
            parts.append(found)
        return Signals.merge(parts) if len(parts) > 1 else parts[0]


class PanelStrategy:
    """Sees the whole panel: rotation, pairs, cross-sections. NaN = no bar."""

    warmup: ClassVar[int] = 0
    inputs: ClassVar[tuple[str, ...]] = ()

    def signals(self, panel: Panel) -> Signals:
        """Signals with ``bar`` a row and ``instrument`` a column of the panel."""
        raise NotImplementedError(f"{type(self).__name__} must define signals(panel).")

    def read(self, panel: Panel) -> Signals:
        return self.signals(panel)
