"""What is known of every order of the account, and which of them may still rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from brokers.contract import OrderUpdate
from desk.orders import CancelRequested, Order, OrderEvent, OrderView, status_of


@dataclass(eq=False, slots=True)
class Known:
    """An order and all that became known of it. number: the desk's own, -1 for one that isn't the desk's.
    created: when it was meant, ns UTC. reason: why, a name of ``Reason``. waits: the gate lets it wait."""

    order: Order
    number: int = -1
    created: int = 0
    reason: str = ""
    waits: bool = False
    events: set[OrderEvent] = field(default_factory=set)

    @property
    def view(self) -> OrderView:
        return status_of(self.order, self.events)

    @property
    def next_request(self) -> int:
        """The number of what is asked about it next."""
        asked = [each.request for each in self.events if isinstance(each, CancelRequested)]
        return max(asked, default=0) + 1


@dataclass(eq=False)
class Orders:
    """All orders by client id; those that aren't closed by instrument, too."""

    known: dict[str, Known] = field(default_factory=dict)
    working: dict[str, dict[str, Known]] = field(default_factory=dict)  # by instrument, then client id

    def __getitem__(self, client_id: str) -> Known:
        return self.known[client_id]

    def __contains__(self, client_id: str) -> bool:
        return client_id in self.known

    def add(self, known: Known) -> None:
        """Remember an order; one that was there stays."""
        if known.order.client_id not in self.known:
            self.known[known.order.client_id] = known
            self.working.setdefault(known.order.instrument, {})[known.order.client_id] = known

    def hear(self, update: OrderUpdate) -> None:
        """Something became known. A late fill may follow an end."""
        known = self.known.get(update.client_id)
        if known is None:
            return
        known.events.add(update.event)
        if known.view.closed:
            self.working[known.order.instrument].pop(update.client_id, None)

    def resting(self, instrument: str) -> Iterator[Known]:
        """Those of an instrument that may still fill."""
        yield from list(self.working.get(instrument, {}).values())

    def open(self) -> Iterator[Known]:
        for instrument in list(self.working):
            yield from self.resting(instrument)
