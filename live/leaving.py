"""Leaving at once because a person says so: market orders bounded by what is held, in the journal first."""

from dataclasses import dataclass

from desk.orders import Order
from desk.records import Reason
from live.holdings import Held, held_of, way_out
from live.sending import Sending
from live.session import Session
from live.trader import Submit


@dataclass(eq=False)
class Leaving:
    """Closes what the book holds; the gate bounds it by what the venue does."""

    session: Session
    sending: Sending

    def leave(self, instrument: str) -> list[Order]:
        """Close what every strategy holds of an instrument, and end its entries. Returns what was sent."""
        for known in self.session.orders.resting(instrument):
            if not known.order.reduces:
                self.sending.withdraw(known.order)
        return [order for held in held_of(self.session, instrument) for order in self._leave(held)]

    def _leave(self, held: Held) -> list[Order]:
        """Nothing while a reduction leaves at market: it would be sold twice. One that waits for its price is
        taken back first; the gate lets the other wait for that."""
        for known in self.session.orders.resting(held.instrument):
            order = known.order
            if order.reduces and order.strategy == held.strategy and order.trigger is None:
                if order.limit is None:
                    return []
                self.sending.withdraw(order)
        order = way_out(self.session, held, held.quantity)
        self.session.intend(order, Reason.SIGNAL, self.sending.clock())
        self.session.orders[order.client_id].waits = True  # for the gate, which knows what is really held
        self.sending.put([Submit(order, -1, Reason.SIGNAL)])
        return [order]
