"""Our names at a venue that doesn't know them, as whoever keeps orders gives them: by number, or by terms."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from brokers.contract import BrokerEvent, FillReport, OrderReport, OrderUpdate
from desk.orders import Order
from market.errors import OrderRefused, VenueDown


@dataclass(eq=False)
class Named:
    """A broker under whose reports stand our names. sent: what left, oldest first."""

    broker: Any
    sent: dict[str, Order] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # by the venue's number

    def __getattr__(self, name: str) -> Any:
        return getattr(self.broker, name)

    async def submit(self, order: Order) -> None:
        fresh = order.client_id not in self.sent
        self.sent.setdefault(order.client_id, order)
        try:
            await self.broker.submit(order)
        except (OrderRefused, VenueDown):
            if fresh:
                del self.sent[order.client_id]
            raise

    async def orders(self, since: int) -> list[OrderReport]:
        found = await self.broker.orders(since)
        self._learn(found)
        return [replace(each, order=replace(each.order, client_id=self._name(each))) for each in found]

    async def fills(self, since: int) -> list[FillReport]:
        found = await self.broker.fills(since)
        if any(each.update.venue_id not in self.names for each in found):
            await self.orders(since)
        return [
            replace(each, update=replace(each.update, client_id=self.names.get(each.update.venue_id, "")))
            for each in found
        ]

    async def events(self) -> AsyncIterator[BrokerEvent]:
        async for event in self.broker.events():
            if isinstance(event, OrderUpdate):
                if event.client_id:
                    self.names[event.venue_id] = event.client_id
                else:
                    event = replace(event, client_id=self.names.get(event.venue_id, ""))
            yield event

    def _learn(self, found: Sequence[OrderReport]) -> None:
        """Numbers of orders of which no answer came: by what was meant, if one fits."""
        for each in found:
            if each.order.client_id:
                self.names[each.venue_id] = each.order.client_id
        taken = set(self.names.values())
        for name, order in self.sent.items():
            fitting = [
                each
                for each in found
                if each.venue_id not in self.names and _terms(each.order) == _terms(order)
            ]
            if name not in taken and len(fitting) == 1:
                self.names[fitting[0].venue_id] = name
                self.broker.claim(name, fitting[0].venue_id, fitting[0].created)

    def _name(self, report: OrderReport) -> str:
        name = self.names.get(report.venue_id)
        if name is None:
            name = f"theirs-{report.venue_id}"
            self.broker.claim(name, report.venue_id, report.created)
        return name


def _terms(order: Order) -> tuple[Any, ...]:
    return order.instrument, order.side, order.quantity, order.limit
