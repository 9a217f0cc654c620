"""Contracts that have ended: what the venue has settled in cash is booked as closed, and people are told.

Without it the book would hold for ever what no longer exists, and nothing can be sent to close it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from desk.orders import ZERO
from live.elsewhere import Elsewhere
from live.risk.words import number
from live.sending import Sending
from live.session import Session
from market.instruments import Instrument
from market.timeframes import MINUTE
from records.outcomes import Alert, Level

CODE = "EXPIRED"
LAST_BAR = MINUTE  # after the last instant of trading: until then the bar that ends with it may be on its way


@dataclass(eq=False)
class Expiries:
    """Looks at what has expired each time the venue has said what it holds."""

    session: Session
    sending: Sending
    elsewhere: Elsewhere

    def settle(self, held: Mapping[str, Decimal]) -> list[str]:
        """Book what the venue holds no more. held: units by its word. Returns of which instruments that is
        no drift: those that were booked, and those whose last bar may be on its way."""
        return [one.id for one, book in self._over() if self._settle(one, book, held.get(one.id, ZERO))]

    def _over(self) -> Iterator[tuple[Instrument, Decimal]]:
        """Expired instruments that the book still holds, and how much, signed."""
        now = self.sending.clock()
        for one in self.session.trader.instruments:
            if 0 < one.expiry <= now:
                book = self.elsewhere.book(one.id)
                if book and not self._undecided(one.id):
                    yield one, book

    def _undecided(self, instrument: str) -> bool:
        """Whether a fill may still be heard of an order whose answer was lost."""
        return any(each.order.instrument == instrument for each in self.sending.in_flight.values())

    def _settle(self, one: Instrument, book: Decimal, venue: Decimal) -> bool:
        now, trader = self.sending.clock(), self.session.trader
        if now < one.expiry + LAST_BAR:
            return not venue
        if venue:
            self.sending.alarm(CODE.lower(), still_there(one.id, venue))
            return False
        price = float(trader.desk.book.instruments["last"][trader.column(one.id)])
        self.elsewhere.settle(one.id, venue, price)
        self.session.tell(Alert(Level.WARNING, CODE, settled(one.id, book, price), one.id), now)
        return True


def settled(instrument: str, book: Decimal, price: float) -> str:
    """What people are told (``retold.FORMS`` has the Korean). No venue says its settlement price yet."""
    return (
        f"{instrument} has expired: {number(book)} settled in cash by the venue, booked as closed at "
        f"{number(price)}, the last price known here; the venue's settlement price may differ, and its cash "
        "is right"
    )


def still_there(instrument: str, venue: Decimal) -> str:
    """The same, while the venue hasn't settled it."""
    return (
        f"{instrument} has expired and the venue still shows {number(venue)} of it: nothing can be sent, it "
        "is asked for again and booked once the venue has settled it"
    )
