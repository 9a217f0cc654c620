"""A venue that doesn't know our ids, made of one that does: they are taken off all that it says."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

from brokers.contract import BrokerEvent, Capabilities, FillReport, OrderReport, OrderUpdate
from desk.orders import Order
from market.errors import OrderRefused

Number = tuple[str, str]


@dataclass(eq=False)
class Nameless:
    """One connection. It names an order from the answer to its submit on, or once the order was claimed.

    Everything that isn't of the contract is the inner adapter's own. claims: what was claimed, in order.
    """

    inner: Any
    claims: list[tuple[str, str]] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)  # by the venue's number
    _answered: set[str] = field(default_factory=set)
    _true: dict[str, str] = field(default_factory=dict)  # the inner venue's ids, which nobody sees

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @property
    def capabilities(self) -> Capabilities:
        return replace(self.inner.capabilities, echoes_client_id=False)

    def claim(self, client_id: str, venue_id: str, sent: int, fills: Any = ()) -> None:
        self.claims.append((client_id, venue_id))
        self._names = {number: name for number, name in self._names.items() if name != client_id}
        self._names[venue_id] = client_id

    async def submit(self, order: Order) -> None:
        await self.inner.submit(order)
        self._answered.add(order.client_id)

    async def cancel(self, order: Order) -> None:
        numbers = [number for number, name in self._names.items() if name == order.client_id]
        if not numbers:
            raise OrderRefused(f"order {order.client_id}: the venue's number for it isn't known here.")
        await self.inner.cancel(replace(order, client_id=self._true.get(numbers[0], order.client_id)))

    async def orders(self, since: int) -> list[OrderReport]:
        found = await self.inner.orders(since)
        self._true |= {each.venue_id: each.order.client_id for each in found}
        return [
            replace(each, order=replace(each.order, client_id=self._names.get(each.venue_id, "")))
            for each in found
        ]

    async def fills(self, since: int) -> list[FillReport]:
        return [replace(each, update=self._said(each.update)) for each in await self.inner.fills(since)]

    async def events(self) -> AsyncIterator[BrokerEvent]:
        async for event in self.inner.events():
            if not isinstance(event, OrderUpdate):
                yield event
                continue
            if event.client_id in self._answered and event.venue_id:
                self._names[event.venue_id] = event.client_id
            self._true[event.venue_id] = event.client_id
            yield self._said(event)

    def _said(self, update: OrderUpdate) -> OrderUpdate:
        """A barrier of a bracket has no order of its own, and keeps its name."""
        if "." in update.client_id and update.client_id.endswith((".stop", ".trail", ".target")):
            return update
        return replace(update, client_id=self._names.get(update.venue_id, ""))
