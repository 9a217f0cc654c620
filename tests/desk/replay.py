"""What must follow from fills alone: lots, cash and equity at every close."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desk.records import Reason
from tests.desk.desks import Ran
from tests.desk.markets import World
from tests.desk.twin_numbers import ceil

YEAR_S = 365 * 86_400


@dataclass(frozen=True, eq=False)
class Replayed:
    """lots: shape (n_bars, n_instruments, n_strategies); equity: shape (n_bars,); both at the close."""

    lots: NDArray[np.int64]
    equity: NDArray[np.float64]

    def before(self, bar: int) -> NDArray[np.int64]:
        """Lots held when bar ``bar`` began."""
        return self.lots[bar - 1] if bar else np.zeros_like(self.lots[0])


def replay(world: World, ran: Ran) -> Replayed:
    """Book the fills again, with nothing but the instruments' terms."""
    panel, rules = world.panel, world.rules
    held = np.zeros((len(panel.instruments), len(rules.strategies)), np.int64)
    dust, last, cash = np.zeros(len(held)), np.zeros(len(held)), rules.cash
    size = np.array([one.lot * one.multiplier for one in panel.instruments])
    lots, equity = [], []
    for t in range(len(panel)):
        before = held.copy()
        for fill in ran.fills[ran.fills["bar"] == t]:
            cash += _book(world, fill, held, dust)
        for i, one in enumerate(panel.instruments):
            close = float(panel.close[t, i])
            if math.isnan(close):
                continue
            last[i] = close
            short = min(max(-int(before[i].sum()), 0), max(-int(held[i].sum()), 0))
            years = (int(panel.ts[t]) - int(panel.ts[t - 1])) / 1e9 / YEAR_S if t else 0.0
            cash -= one.borrow * short * size[i] * close * years
        lots.append(held.copy())
        worth = held.sum(axis=1) * size * last + dust * [one.multiplier for one in panel.instruments] * last
        equity.append(cash + worth.sum())
    return Replayed(np.array(lots), np.array(equity))


def _book(world: World, fill: np.void, held: NDArray[np.int64], dust: NDArray[np.float64]) -> float:
    """Change what is held; return the change of cash."""
    i, side, lots = int(fill["instrument"]), int(fill["side"]), int(fill["lots"])
    one = world.panel.instruments[i]
    held[i, fill["strategy"]] += side * lots
    flow = -side * lots * float(fill["price"]) * one.lot * one.multiplier - float(fill["tax"])
    if one.fees.currency == "base" and side > 0 and fill["reason"] == Reason.ENTRY:
        units = float(fill["fee"]) / (float(fill["price"]) * one.multiplier)
        taken = ceil(units / one.lot)
        held[i, fill["strategy"]] -= taken
        dust[i] += taken * one.lot - units
        return flow
    return flow - float(fill["fee"])
