"""A paper account whose venue doesn't know our ids, loses answers on demand, and has others' orders."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from brokers.contract import BrokerEvent, Capabilities, FillReport, OrderReport
from brokers.paper import PaperBroker
from desk.orders import Accepted, Order
from market.errors import OutcomeUnknown
from tests.live.nameless import Nameless

ACCEPTED, NOT_ACCEPTED = "accepted", "not accepted"


@dataclass(eq=False)
class Plain:
    """What the paper broker says of itself."""

    paper: PaperBroker

    @property
    def capabilities(self) -> Capabilities:
        return PaperBroker.capabilities.fget(self.paper)  # type: ignore[attr-defined, no-any-return]

    async def submit(self, order: Order) -> None:
        await PaperBroker.submit(self.paper, order)

    async def cancel(self, order: Order) -> None:
        await PaperBroker.cancel(self.paper, order)

    async def orders(self, since: int) -> list[OrderReport]:
        return await PaperBroker.orders(self.paper, since)

    async def fills(self, since: int) -> list[FillReport]:
        return await PaperBroker.fills(self.paper, since)

    def events(self) -> AsyncIterator[BrokerEvent]:
        return PaperBroker.events(self.paper)


@dataclass(eq=False)
class NamelessPaper(PaperBroker):
    """lose: what becomes of the next submits whose answers are lost. strangers: other people's orders.
    sent: every submit, as it left."""

    lose: list[str] = field(default_factory=list)
    strangers: list[OrderReport] = field(default_factory=list)
    sent: list[Order] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.nameless = Nameless(Plain(self))

    @property
    def capabilities(self) -> Capabilities:
        return self.nameless.capabilities

    def claim(self, client_id: str, venue_id: str, sent: int, fills: Any = ()) -> None:
        self.nameless.claim(client_id, venue_id, sent)

    async def submit(self, order: Order) -> None:
        self.sent.append(order)
        lost = self.lose.pop(0) if self.lose else ""
        self.created.setdefault(order.client_id, self.ts)
        if lost == ACCEPTED:
            await PaperBroker.submit(self, order)
        if lost:
            raise OutcomeUnknown(f"order {order.client_id}: no answer.")
        await self.nameless.submit(order)

    async def cancel(self, order: Order) -> None:
        await self.nameless.cancel(order)

    async def orders(self, since: int) -> list[OrderReport]:
        found: list[Any] = await self.nameless.orders(since)
        true = {number: name for number, name in self.nameless._true.items()}
        return [
            *(replace(each, created=self.created[true[each.venue_id]]) for each in found),
            *self.strangers,
        ]

    async def fills(self, since: int) -> list[FillReport]:
        return await self.nameless.fills(since)

    async def events(self) -> AsyncIterator[BrokerEvent]:
        async for event in self.nameless.events():
            yield event

    def stranger(self, like: Order, number: str, later: int = 0) -> None:
        """Somebody else sends the same, ``later`` ns after now."""
        order = replace(like, client_id="", quantity=Decimal(like.quantity))
        self.strangers.append(OrderReport(order, number, (Accepted(number),), Decimal(0), self.ts + later))
