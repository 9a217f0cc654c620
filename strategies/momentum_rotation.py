"""Hold last year's strongest, month by month."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.bars import Panel
from market.errors import ConfigError
from strategies.base import PanelStrategy
from strategies.signals import SignalKind, Signals


@dataclass(frozen=True)
class MomentumRotation(PanelStrategy):
    """On each month's last weekday hold, in equal weights, the strongest by close[skip] / close[lookback]."""

    names: int = 50
    invested: float = 0.98  # fraction of equity
    skip: int = 21  # closed bars
    lookback: int = 252  # closed bars

    def __post_init__(self) -> None:
        if self.names < 1 or not 0 < self.skip < self.lookback or not 0.0 < self.invested <= 1.0:
            raise ConfigError(
                f"momentum_rotation: names = {self.names}, invested = {self.invested}, skip = {self.skip}, "
                f"lookback = {self.lookback}; expected names >= 1, 0 < invested <= 1, 0 < skip < lookback."
            )

    @property
    def warmup(self) -> int:  # type: ignore[override]
        return self.lookback + 1

    def signals(self, panel: Panel) -> Signals:
        parts, held = [], np.zeros(len(panel.instruments), bool)
        for row in last_weekdays(panel.ts):
            if row < self.lookback:
                continue
            strength = panel.close[row - self.skip] / panel.close[row - self.lookback] - 1.0
            order = np.argsort(-strength, kind="stable")  # unknown strengths sort last
            best = order[: self.names]
            best = best[~np.isnan(strength[best])]
            chosen = np.zeros_like(held)
            chosen[best] = True
            parts.append(_each(row, np.flatnonzero(held & ~chosen), kind=SignalKind.EXIT))
            parts.append(_each(row, np.flatnonzero(chosen), weight=self.invested / self.names))
            held = chosen
        return Signals.merge(parts)


def _each(row: int, columns: NDArray[np.int64], **fields: float) -> Signals:
    return Signals.at(np.full(len(columns), row), instrument=columns, **fields)


def last_weekdays(ts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows whose next weekday lies in another month: known that day, by the calendar alone.

    A month whose last weekday is a holiday has no such row, and its rotation is skipped.
    """
    days = (ts // 86_400_000_000_000).astype("datetime64[D]")
    following = np.busday_offset(days, 1, roll="backward")
    return np.flatnonzero(following.astype("datetime64[M]") != days.astype("datetime64[M]"))
