"""Entries and exits that people force: exits leave at once; what is left of a plan ends at the next close."""

from dataclasses import dataclass

import numpy as np

from desk.orders import Order
from live.leaving import Leaving
from live.steering import SteeredReader, Wish
from live.trader import Trader
from strategies.signals import SignalKind


@dataclass(eq=False)
class Forcing:
    """Carries out what people force."""

    trader: Trader
    reader: SteeredReader
    leaving: Leaving

    def enter(self, instrument: str, side: int) -> None:
        """A signal of the next close, side +1 or -1; every check applies to it."""
        self.reader.wishes.append(Wish(SignalKind.ENTER, self.trader.column(instrument), 0, side))

    def exit(self, instrument: str) -> tuple[list[Order], bool]:
        """Exits that left, and whether anything is held or worked for: an exit signal of the next close ends
        the plans that still work."""
        orders = self.leaving.leave(instrument)
        n, column = len(self.trader.rules.strategies), self.trader.column(instrument)
        wishes = [
            Wish(SignalKind.EXIT, column, strategy, side)
            for strategy in range(n)
            for side in _sides(self.trader.desk.book.positions[column * n + strategy])
        ]
        self.reader.wishes += wishes
        return orders, bool(wishes)


def _sides(position: np.void) -> list[int]:
    """Sides that are held or being worked for."""
    sides = {int(np.sign(position["lots"]))}
    live = position["orders"][(position["orders"]["live"] != 0) & (position["orders"]["reduces"] == 0)]
    sides |= {int(side) for side in live["side"]}
    if position["entry"]["next_bar"] >= 0:
        sides.add(int(position["entry"]["side"]))
    return sorted(sides - {0})
