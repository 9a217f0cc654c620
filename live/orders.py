"""What is known of every order of the account, and which of them may still rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from brokers.contract import OrderUpdate
from desk.orders import CancelRequested, Order, OrderEvent, OrderView, Rejected, Sent, status_of

NOT_THERE = "the venue has no such order"  # our own conclusion, from its lists
THEIRS = "venue:"  # begins the names of orders that others sent; the venue's number follows


@dataclass(eq=False, slots=True)
class Known:
    """An order and all that became known of it. number: the desk's own, -1 for one that isn't the desk's.
    created: when it was meant, ns UTC. reason: why, a name of ``Reason``. waits: the gate lets it wait.
    sent: when it left, ns UTC, 0 = it didn't, or the venue knows our ids and nobody wrote it down. venue_id:
    the venue's newest for it, "" = none is known. heard: time of the newest news, ns UTC."""

    order: Order
    number: int = -1
    created: int = 0
    reason: str = ""
    waits: bool = False
    sent: int = 0
    venue_id: str = ""
    heard: int = 0
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
    """All orders by client id; those that aren't closed by instrument, too.

    numbers: client ids by instrument and the venue's id, the newest where one was given again. unnumbered: by
    instrument, orders that left and whose number isn't known; also those that were concluded not to be there.
    """

    known: dict[str, Known] = field(default_factory=dict)
    working: dict[str, dict[str, Known]] = field(default_factory=dict)  # by instrument, then client id
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)
    unnumbered: dict[str, dict[str, Known]] = field(default_factory=dict)

    def __getitem__(self, client_id: str) -> Known:
        return self.known[client_id]

    def __contains__(self, client_id: str) -> bool:
        return client_id in self.known

    def add(self, known: Known) -> None:
        """Remember an order; one that was there stays."""
        name = known.order.client_id
        if name not in self.known:
            self.known[name] = known
            self.working.setdefault(known.order.instrument, {})[name] = known
            if name.startswith(THEIRS):
                self.number(name, name.removeprefix(THEIRS).partition("#")[0])

    def number(self, client_id: str, venue_id: str) -> None:
        """The venue calls it so."""
        known = self.known[client_id]
        known.venue_id = venue_id
        self.numbers[known.order.instrument, venue_id] = client_id
        self.unnumbered.get(known.order.instrument, {}).pop(client_id, None)

    def hear(self, update: OrderUpdate) -> None:
        """Something became known. A late fill may follow an end."""
        known = self.known.get(update.client_id)
        if known is None:
            return
        known.events.add(update.event)
        known.heard = max(known.heard, update.ts)
        if update.venue_id and update.venue_id != known.venue_id:
            self.number(update.client_id, update.venue_id)
        self._count_sent(known, update)
        if known.view.closed:
            self.working[known.order.instrument].pop(update.client_id, None)

    def _count_sent(self, known: Known, update: OrderUpdate) -> None:
        """Whether its number is being looked for."""
        of_instrument = self.unnumbered.setdefault(known.order.instrument, {})
        if isinstance(update.event, Sent):
            known.sent = update.ts
            if not known.venue_id:
                of_instrument[update.client_id] = known
        elif isinstance(update.event, Rejected) and update.event.reason != NOT_THERE:
            of_instrument.pop(update.client_id, None)

    def resting(self, instrument: str) -> Iterator[Known]:
        """Those of an instrument that may still fill."""
        yield from list(self.working.get(instrument, {}).values())

    def open(self) -> Iterator[Known]:
        for instrument in list(self.working):
            yield from self.resting(instrument)
