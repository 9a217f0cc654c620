"""A world traded through a paper venue: what the engine does, without clock, disk and network."""

from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from brokers.paper_venue import PaperVenue
from desk.stepper import Step
from live.trader import Intent, Said, Submit, Trader
from market.bars import PRICES
from market.errors import OrderRefused
from tests.desk.markets import World


@dataclass
class Traded:
    """All that left the desk, in order, and equity at each close."""

    steps: list[Step] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)

    def rows(self, name: str) -> np.ndarray:  # type: ignore[type-arg]
        return np.concatenate([getattr(step, name) for step in self.steps])


def trade(world: World) -> tuple[Traded, Trader, PaperVenue]:
    """Each bar: the venue fills what rests, the desk hears of it, sees the close, and sends."""
    panel, rules = world.panel, world.rules
    trader = Trader(panel.instruments, rules, "run", world.p.shape[1])
    venue = PaperVenue(panel.instruments, rules)
    traded = Traded()
    for t, ts in enumerate(panel.ts.tolist()):
        prices = tuple(getattr(panel, name)[t] for name in PRICES)
        venue.bar(ts, prices)
        hear(trader, venue, traded, ts)
        step, intents = trader.bar(ts, prices, said(world, t))
        traded.steps.append(step)
        traded.equity.append(step.equity)
        act(venue, intents, ts)
    return traded, trader, venue


def said(world: World, t: int) -> Said:
    mine = world.signals["bar"] == t
    known = world.labels["matured_at"] == t
    return Said(world.signals[mine], world.p[mine], world.status[mine], world.labels[known])


def hear(trader: Trader, venue: PaperVenue, traded: Traded, ts: int) -> None:
    """Tell the desk all that the venue says, and do at once what follows."""
    while venue.updates:
        step, intents = trader.update(venue.updates.pop(0))
        if step is not None:
            traded.steps.append(step)
        act(venue, intents, ts)


def act(venue: PaperVenue, intents: list[Intent], ts: int) -> None:
    for intent in intents:
        if isinstance(intent, Submit):
            venue.submit(intent.order, ts)
        else:
            with suppress(OrderRefused):  # the venue ended it by itself
                venue.cancel(intent.order, ts)
