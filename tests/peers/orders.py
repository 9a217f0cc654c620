"""One set of wishes, told to the desk as signals and to peers as masks; and what the desk makes of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desk.pipeline import Reading
from desk.rules import DeskRules, FillRules, LimitFill, SizeBy, SizingRules, StrategyRules
from desk.run import DeskRun, run_desk
from filters.opinions import Opinions
from market.bars import Panel
from market.labels import LABEL
from strategies.signals import SignalKind, Signals
from strategies.sma_cross import SmaCross
from tests.peers.markets import CASH

Mask = NDArray[np.bool_]
FAST, SLOW = 20, 50


@dataclass(frozen=True, eq=False)
class Crosses:
    """Bars at whose close the fast mean crossed the slow one; shape (n_bars,) each."""

    up: Mask
    down: Mask

    @classmethod
    def of(cls, panel: Panel) -> "Crosses":
        rows = SmaCross(fast=FAST, slow=SLOW).read(panel).rows
        up, down = np.zeros(len(panel), bool), np.zeros(len(panel), bool)
        up[rows["bar"][rows["kind"] == SignalKind.ENTER]] = True
        down[rows["bar"][rows["kind"] == SignalKind.EXIT]] = True
        assert up.sum() > 3, "a market without crosses would compare nothing"
        return cls(up, down)


def traded(panel: Panel, signals: Signals, targets_on_entry_bar: bool = False) -> DeskRun:
    """One unit per entry, no filters, limits filled when touched."""
    strategy = StrategyRules(sizing=SizingRules(by=SizeBy.FIXED, quantity=1.0))
    fills = FillRules(limit_fill=LimitFill.TOUCH, targets_on_entry_bar=targets_on_entry_bar)
    reading = Reading(signals, Opinions.stack((), (), len(signals)), np.zeros(0, LABEL))
    return run_desk(panel, reading, DeskRules((strategy,), fills=fills, cash=CASH))


def touches_on_entry_bars(panel: Panel, run: DeskRun, stop: float) -> int:
    """How many entry bars reach a stop at a fraction of the fill price: engines differ about those."""
    entries = run.fills[run.fills["reason"] == 0]
    bars, prices, sides = entries["bar"], entries["price"], entries["side"]
    long_hit = (sides > 0) & (panel.low[bars, 0] <= prices * (1 - stop))
    short_hit = (sides < 0) & (panel.high[bars, 0] >= prices * (1 + stop))
    return int((long_hit | short_hit).sum())
