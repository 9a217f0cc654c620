"""Every order of the account as people ask about it: its terms, status, fills and what checks said of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from brokers.contract import OrderUpdate
from desk.orders import Accepted, Fill, Order, OrderEvent, status_of
from desk.records import OrderKind, Reason
from live.control.answers import FillLine, OrderLine, RiskLine
from live.trader import BARRIERS
from records.inputs import Intent, Update
from records.message import Message
from records.outcomes import Risk, Verdict


@dataclass(slots=True)
class Told:
    """One order, and all that was heard of it. seq: the signal behind it, or -1."""

    order: Order
    strategy: str
    created: int
    reason: str
    seq: int
    events: set[OrderEvent] = field(default_factory=set)
    fills: list[FillLine] = field(default_factory=list)
    checks: list[RiskLine] = field(default_factory=list)
    venue_id: str = ""

    def line(self) -> OrderLine:
        view, order = status_of(self.order, self.events), self.order
        return OrderLine(
            id=order.client_id,
            instrument=order.instrument,
            strategy=self.strategy,
            side=order.side,
            kind=kind_of(order).name,
            quantity=view.quantity,
            filled=view.filled,
            status=view.status.value,
            reason=self.reason,
            created=self.created,
            price=order.trigger if order.trigger is not None else view.limit,
            average=view.average,
            venue_id=self.venue_id,
            reduces=bool(order.reduces),
        )


@dataclass(eq=False)
class OrderViews:
    """All orders by client id, folded from the journal's messages."""

    known: dict[str, Told] = field(default_factory=dict)
    barriers: dict[str, list[FillLine]] = field(default_factory=dict)  # fills of a venue's own, by their id

    def heard(self, ts: int, message: Message) -> None:
        if isinstance(message, Intent):
            order = message.order
            self.known.setdefault(
                order.client_id, Told(order, message.strategy, ts, message.reason, message.seq)
            )
        elif isinstance(message, Update):
            self._update(message.update)
        elif isinstance(message, Risk) and message.client_id in self.known:
            told = self.known[message.client_id]
            told.checks.append(risk_line(message))
            if message.verdict is Verdict.REDUCE and message.quantity:
                told.order = replace(told.order, quantity=message.quantity)

    def fill_of(self, update: OrderUpdate) -> FillLine | None:
        """A fill as people read it; None for other news, and for orders that nobody knows."""
        fill, told = update.event, self.known.get(update.client_id)
        name, dot, suffix = update.client_id.partition(".")
        owner = told or self.known.get(name)
        if not isinstance(fill, Fill) or owner is None:
            return None
        barrier = dot + suffix.rstrip("0123456789")
        reason = BARRIERS[barrier].name if barrier in BARRIERS else owner.reason
        return FillLine(
            order=update.client_id,
            instrument=update.instrument,
            side=owner.order.side if told else -owner.order.side,
            quantity=fill.quantity,
            price=fill.price,
            fee=fill.fee,
            fee_currency=fill.fee_currency,
            reason=reason or Reason.ENTRY.name,
            ts=fill.ts or update.ts,
            stop=barrier in (".stop", ".trail"),
        )

    def of_signal(self, seq: int) -> Iterator[Told]:
        """The orders that a signal brought, with those that protect them."""
        mine = {name for name, told in self.known.items() if seq >= 0 and told.seq == seq}
        for name, told in self.known.items():
            if name in mine or name.partition(".")[0] in mine:
                yield told

    def fills(self, told: Told) -> list[FillLine]:
        """Its own, and those of barriers that the venue kept for it, oldest first."""
        name = told.order.client_id
        kept = [
            fill for each, fills in self.barriers.items() for fill in fills if each.partition(".")[0] == name
        ]
        return sorted([*told.fills, *kept], key=lambda fill: fill.ts)

    def _update(self, update: OrderUpdate) -> None:
        told, fill = self.known.get(update.client_id), self.fill_of(update)
        if told is None:
            if fill is not None:
                self.barriers.setdefault(update.client_id, []).append(fill)
            return
        told.events.add(update.event)
        told.venue_id = update.venue_id or told.venue_id
        if isinstance(update.event, Accepted) and update.event.venue_id:
            told.venue_id = update.event.venue_id
        if fill is not None:
            told.fills.append(fill)


def kind_of(order: Order) -> OrderKind:
    if order.limit is not None:
        return OrderKind.LIMIT
    return OrderKind.MARKET if order.trigger is None else OrderKind.STOP


def risk_line(risk: Risk) -> RiskLine:
    return RiskLine(
        risk.code, risk.verdict.value, risk.instrument, risk.detail, risk.client_id, risk.quantity
    )
