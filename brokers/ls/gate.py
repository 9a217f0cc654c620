"""What KRX would refuse, said before anything leaves: sessions, auctions, halts, ticks, limits."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from brokers.ls import status
from brokers.ls.listing import Listing, is_stock
from brokers.ls.messages import Message
from desk.orders import Order
from market import krx
from market.errors import ConfigError, OrderRefused
from market.instruments import Instrument

Sessions = Callable[[Instrument, int, krx.Calendar], krx.Span]
STATUS, INTERRUPTION = status.STREAM, status.VI


@dataclass(eq=False)
class Gate:
    """paper: the account has no night. now: ns UTC. sessions: when an instrument
    trades. at_once: limit orders are immediate ones."""

    listing: Listing
    paper: bool
    now: Callable[[], int]
    days: krx.Calendar
    sessions: Sessions = krx.session_of
    at_once: bool = False
    states: krx.States = field(default_factory=krx.States)
    interrupted: status.Interruptions = field(default_factory=status.Interruptions)

    def hear(self, message: Message) -> bool:
        """Whether it was the market's state, which is remembered. Raises DataError, and nothing is."""
        row = message.body or {}
        if message.tr == STATUS[0]:
            self.states = status.after(self.states, row)
            self.listing.widened()
        elif message.tr == INTERRUPTION:
            self.interrupted.hear(row)
        else:
            return False
        return True

    def gap(self) -> None:
        """Messages were lost: what the market said meanwhile isn't said again."""
        self.states = krx.States()
        self.interrupted.forget()
        self.listing.widened()

    async def night(self, order: Order, instrument: Instrument, deed: krx.Deed) -> bool:
        """Whether it goes to the night's TRs. Raises OrderRefused for what the exchange could only refuse."""
        if order.trigger is not None:
            raise OrderRefused(f"order {order.client_id}: LS keeps no stop orders. Nothing was sent.")
        now = self.now()
        span = self.sessions(instrument, now, self.days)
        night = span.session is krx.Session.NIGHT
        limits = None
        if deed is not krx.Deed.CANCEL and order.limit is not None:
            try:
                limits = await self.listing.limits_of(instrument)
            except ConfigError as error:  # it was delisted since
                raise OrderRefused(f"order {order.client_id}: {error} Nothing was sent.") from None
        quantity, price = float(order.quantity), float(order.limit or 0)
        asked = krx.Asked(
            instrument, quantity, price, order.limit is None, self.at_once, night, deed, order.reduces
        )
        if reason := krx.refusal(asked, now, span, self._state(instrument, night), limits):
            raise OrderRefused(f"order {order.client_id}: {reason}")
        if night and self.paper:
            raise OrderRefused(
                f"order {order.client_id}: paper accounts have no night session (01900). Nothing was sent."
            )
        return night

    def _state(self, instrument: Instrument, night: bool) -> krx.MarketState:
        """What the market's messages say of the place an order goes to."""
        if not is_stock(instrument):
            return self.states.of(krx.Board.DERIVATIVES, night)
        state = self.states.of(krx.Board.STOCKS, kosdaq=instrument.id in self.listing.kosdaq)
        if self.interrupted.of(instrument.symbol).active:
            return replace(state, gathering=True)
        return state
