"""Leaving at once because a person says so: market orders bounded by what is held, in the journal first."""

from dataclasses import dataclass

from desk.orders import Order
from desk.records import Reason
from live.protection import Held, Protection
from live.sending import Sending
from live.session import Session
from live.trader import Submit

SUFFIX = ".exit"


@dataclass(eq=False)
class Leaving:
    """book: knows what is held; it may be one that keeps no stops."""

    session: Session
    sending: Sending
    book: Protection

    def leave(self, instrument: str) -> list[Order]:
        """Close what every strategy holds of an instrument, and end its entries. Returns what was sent."""
        for known in self.session.orders.resting(instrument):
            if not known.order.reduces:
                self.sending.withdraw(known.order)
        return [order for held in self.book.positions(instrument) for order in self._leave(held)]

    def _leave(self, held: Held) -> list[Order]:
        """Nothing while a reduction already works: it would be sold twice."""
        for known in self.session.orders.resting(held.instrument):
            order = known.order
            if order.reduces and order.strategy == held.strategy and order.trigger is None:
                return []
        order = self._order(held)
        self.session.intend(order, Reason.SIGNAL, self.sending.clock())
        self.session.orders[order.client_id].waits = True  # for the gate, which knows what is really held
        self.sending.put([Submit(order, -1, Reason.SIGNAL)])
        return [order]

    def _order(self, held: Held) -> Order:
        entry = self.session.trader.opened[held.number]
        count = sum(name.startswith(f"{entry}.") for name in self.session.orders.known) + 1
        return Order(
            client_id=f"{entry}{SUFFIX}{count}",
            instrument=held.instrument,
            side=-held.side,
            quantity=held.quantity,
            reduces=True,
            strategy=held.strategy,
        )
