"""What the slow twin remembers: orders, plans, positions, the account. Plain dataclasses."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.records import Cause, OrderEventKind, OrderKind, Reason, State
from desk.rules import DeskRules, Style
from market.bars import Panel
from tests.desk.twin_learn import Learner
from tests.desk.twin_numbers import Terms

Row = dict[str, Any]
MAX_WORKING = 8


@dataclass
class Order:
    """A working order. left: lots not filled yet."""

    id: int
    kind: OrderKind
    side: int
    left: int
    price: float
    reason: Reason
    seq: int

    @property
    def is_exit(self) -> bool:
        return self.reason != Reason.ENTRY


@dataclass
class Slice:
    """One order to be sent at the close before ``bar``."""

    bar: int
    kind: OrderKind
    lots: int
    price: float = float("nan")


@dataclass
class Plan:
    """How an entry or an exit is split. side: of its orders. expires: bar at whose emission orders end."""

    style: Style
    side: int
    reason: Reason
    seq: int
    slices: list[Slice]
    expires: int | None = None

    @property
    def unsent(self) -> int:
        return sum(part.lots for part in self.slices)


@dataclass
class Trade:
    """What a round trip has gathered so far. flow: cash of its fills. best, worst: points."""

    seq: int
    side: int
    entry_bar: int
    flow: float = 0.0
    fees: float = 0.0
    entered: int = 0
    left_lots: int = 0
    left_value: float = 0.0
    best: float = 0.0
    worst: float = 0.0


@dataclass
class Position:
    """One (instrument, strategy). avg: of the fills that opened and added. best: for the trailing stop.

    added_bar: last bar with an entry fill. barrier_bar: last bar on which a barrier took it.
    """

    instrument: int
    strategy: int
    lots: int = 0
    avg: float = 0.0
    best: float = 0.0
    added_bar: int = -1
    barrier_bar: int = -1
    trade: Trade | None = None
    orders: list[Order] = field(default_factory=list)
    entry_plan: Plan | None = None
    exit_plan: Plan | None = None

    @property
    def side(self) -> int:
        return (self.lots > 0) - (self.lots < 0)

    def working(self, *, exits: bool) -> list[Order]:
        return [order for order in self.orders if order.is_exit == exits]

    def tidy(self) -> None:
        """Forget plans that have nothing left to do."""
        if self.entry_plan and not self.entry_plan.slices and not self.working(exits=False):
            self.entry_plan = None
        if self.exit_plan and not self.exit_plan.slices and not self.working(exits=True):
            self.exit_plan = None


@dataclass
class Desk:
    """The whole account at bar ``t``, and everything it has said.

    short_before: lots that the account was short, by instrument, when the bar began.
    """

    panel: Panel
    rules: DeskRules
    terms: list[Terms]
    signals: NDArray[np.void]
    positions: list[Position]
    learners: list[Learner]
    cash: float
    equity: float
    day_equity: float
    peak: float
    last: list[float]
    dust: list[float]
    past_volume: list[float]
    open_budget: list[int | None]
    inside_budget: list[int | None]
    short_before: list[int]
    t: int = -1
    day: int | None = None
    daily: bool = False
    latched: bool = False
    halted: bool = False
    fee_units: float = 0.0
    ambiguous: int = 0
    sent: int = 0
    decisions: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    fills: list[Row] = field(default_factory=list)
    trades: list[Row] = field(default_factory=list)

    @property
    def state(self) -> State:
        if self.halted:
            return State.HALTED
        return State.REDUCING if self.daily or self.latched else State.ACTIVE

    def short(self, instrument: int) -> int:
        """Lots that the account is short of an instrument, all strategies together."""
        return max(-sum(one.lots for one in self.positions if one.instrument == instrument), 0)

    def position(self, instrument: int, strategy: int) -> Position:
        return self.positions[instrument * len(self.rules.strategies) + strategy]

    def send(self, position: Position, plan: Plan, kind: OrderKind, lots: int, price: float) -> None:
        """A new working order; it meets the market from the next matching on."""
        if len(position.orders) == MAX_WORKING:
            raise RuntimeError(
                f"bar {self.t}: a position has {MAX_WORKING} working orders, one more is too many."
            )
        order = Order(self.sent, kind, plan.side, lots, price, plan.reason, plan.seq)
        self.sent += 1
        position.orders.append(order)
        self._say(position, order, OrderEventKind.SENT, Cause.NONE)

    def end(
        self,
        position: Position,
        order: Order,
        cause: Cause,
        event: OrderEventKind = OrderEventKind.CANCELED,
    ) -> None:
        """Take a working order off."""
        position.orders.remove(order)
        self._say(position, order, event, cause)

    def drop_entry(self, position: Position, cause: Cause) -> None:
        """Cancel the entry plan and its working orders."""
        for order in position.working(exits=False):
            self.end(position, order, cause)
        position.entry_plan = None

    def drop_exit(self, position: Position, cause: Cause) -> None:
        for order in position.working(exits=True):
            self.end(position, order, cause)
        position.exit_plan = None

    def _say(self, position: Position, order: Order, event: OrderEventKind, cause: Cause) -> None:
        self.events.append(
            {
                "event": event,
                "kind": order.kind,
                "reason": order.reason,
                "cause": cause,
                "side": order.side,
                "instrument": position.instrument,
                "strategy": position.strategy,
                "id": order.id,
                "bar": self.t,
                "lots": order.left,
                "price": order.price,
                "seq": order.seq,
            }
        )
