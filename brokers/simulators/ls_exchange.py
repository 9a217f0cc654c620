"""The Korea Exchange behind LS: sessions, auctions, limits, orders that are changed under new numbers."""

from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.book import Level
from brokers.simulators.events import BookMoved, Change
from brokers.simulators.exchange import Exchange
from brokers.simulators.faults import Kind
from brokers.simulators.listing import ZERO
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_hours import CLOSED, Hours, Moment, Phase, Session
from brokers.simulators.ls_money import KrxSettlement
from brokers.simulators.order import Life, Status, Ticket, VenueOrder
from brokers.simulators.settlement import Rejected

SESSION_OVER = "SESSION_OVER"
REFUSED = "REFUSED"


@dataclass
class KrxExchange(Exchange):
    """index: the KOSPI200, 0 = as its nearest future stands. queued: orders that wait for an auction."""

    hours: Hours = field(default_factory=Hours)
    index: Decimal = ZERO
    queued: dict[str, list[VenueOrder]] = field(default_factory=dict)
    _moments: dict[str, Moment] = field(default_factory=dict)
    _days: dict[str, str] = field(default_factory=dict)
    _looked: int = -1

    def __post_init__(self) -> None:
        self.money = KrxSettlement(self.listings, self.mark, self.open_orders)
        self.settlement = self.money
        self._order_id = 69_001

    def contract(self, symbol: str) -> Contract:
        return self.money.contract(symbol)

    def moment(self, symbol: str) -> Moment:
        """Session and phase of a symbol now."""
        if self.expired(symbol):
            return CLOSED
        return self.hours.at(self.clock.now(), self.contract(symbol).stock)

    def take_number(self) -> int:
        """An order number of its own, as a cancel has one."""
        self._order_id += 1
        return self._order_id - 1

    # --- what clients ask

    def submit(self, account: Account, ticket: Ticket) -> VenueOrder:
        self.catch_up()
        return super().submit(account, ticket)

    def replace(self, order: VenueOrder, lots: Decimal, ticket: Ticket) -> VenueOrder:
        """Lots of an open order become a new one. Raises Rejected; then nothing has changed."""
        before = order.quantity
        order.quantity -= lots
        try:
            made = self.submit(self.accounts[order.account], ticket)
        except Rejected:
            order.quantity = before
            raise
        if not order.left and order.open:
            self.end(order, Status.CANCELED, Change.CANCELED)
        return made

    def cut(self, order: VenueOrder, lots: Decimal) -> None:
        """Cancel lots of an open order; with the last of them it ends."""
        if lots >= order.left:
            self.cancel(order)
            return
        order.quantity -= lots
        order.updated = self.clock.now()
        self.books[order.symbol].touch(order.updated)
        self.tell(BookMoved(order.symbol, order.updated))

    def match(self, order: VenueOrder) -> None:
        """In an auction an order waits for its price."""
        if self.faults.strike(order.symbol, Kind.REFUSED):
            order.reason = REFUSED
            self.end(order, Status.REJECTED, Change.EXPIRED)
        elif self.moment(order.symbol).phase.auction:
            self.queued.setdefault(order.symbol, []).append(order)
        else:
            super().match(order)

    # --- what the market does

    def trade(self, symbol: str, price: Decimal, quantity: Decimal, buyer_maker: bool, ms: int) -> None:
        self.catch_up()
        if self.moment(symbol).phase is Phase.CONTINUOUS:
            self._auction(symbol, price)
            super().trade(symbol, price, quantity, buyer_maker, ms)
        else:
            self._indicate(symbol, price, ms)

    def record(self, symbol: str, price: Decimal, quantity: Decimal, buyer_maker: bool, ms: int) -> None:
        self.catch_up()
        if self.moment(symbol).phase is Phase.CONTINUOUS:
            self._auction(symbol, price)
            super().record(symbol, price, quantity, buyer_maker, ms)
        else:
            self._indicate(symbol, price, ms)

    def quote(self, symbol: str, bid: Level, ask: Level, ms: int) -> None:
        self.catch_up()
        if self.moment(symbol).phase is Phase.CONTINUOUS:
            super().quote(symbol, bid, ask, ms)
            for order in self.queued.pop(symbol, ()):  # no trade named the auction's price
                if order.open:
                    super().match(order)
        else:
            self.books[symbol].quote(bid, ask, ms)
            self.tell(BookMoved(symbol, ms))

    def _indicate(self, symbol: str, price: Decimal, ms: int) -> None:
        """Before an auction's end a price only indicates; outside the hours it is the market's own affair."""
        self.settle_late(symbol)
        book = self.books[symbol]
        book.last = price
        book.center(price, ms)
        self.tell(BookMoved(symbol, ms))

    def _auction(self, symbol: str, price: Decimal) -> None:
        """One price for everybody who waited: who would pay it trades, the others rest."""
        for order in self.queued.pop(symbol, ()):
            if not order.open:
                continue
            if order.limit is None or order.side * (order.limit - price) >= 0:
                self.fill(order, price, order.left, maker=True)
            elif order.ticket.life in (Life.IOC, Life.FOK):
                self.end(order, Status.EXPIRED, Change.EXPIRED)
            else:
                self.books[symbol].resting[order.id] = order

    # --- time

    def catch_up(self) -> None:
        """What the clock alone has brought: new days, ends of sessions, expiries."""
        now = self.clock.now()
        if now // 1000 == self._looked:
            return
        self._looked = now // 1000
        day = self.hours.trading_day(now)
        for symbol in self.listings:
            self._pass(symbol, day, now)

    def _pass(self, symbol: str, day: str, now: int) -> None:
        contract, moment = self.contract(symbol), self.moment(symbol)
        before = self._moments.get(symbol, moment)
        self._moments[symbol] = moment
        if before.session is not moment.session and before.session is not Session.CLOSED:
            self._session_over(symbol)
        if self._days.get(symbol, day) != day and self.mark(symbol):
            contract.reference = self.mark(symbol)
            contract.steps = (0, 0)
        self._days[symbol] = day
        if self.expired(symbol) and contract.trading:
            self.expire(symbol)

    def _session_over(self, symbol: str) -> None:
        """The closing auction's price, for what came to it and for what had rested before; then every order
        that is left ends with the day."""
        self._join_auction(symbol)
        self._auction(symbol, self.mark(symbol))
        for order in [order for order in self.working.values() if order.symbol == symbol]:
            order.reason = SESSION_OVER
            self.end(order, Status.EXPIRED, Change.EXPIRED)

    def _join_auction(self, symbol: str) -> None:
        """Orders that rest take part, before those that came later. A contract that expires ends without an
        auction here: what its last minutes are isn't known."""
        if not self.expired(symbol):
            resting = self.books[symbol].resting.values()
            self.queued[symbol] = [*resting, *self.queued.get(symbol, ())]

    def expired(self, symbol: str) -> bool:
        """Whether it has seen its last trading day's end."""
        last = self.contract(symbol).expiry
        return bool(last) and self.clock.now() >= last

    def expire(self, symbol: str, final: Decimal | None = None) -> None:
        """Trading ends for good; what is held is settled in cash at ``final`` (None: index, last price)."""
        contract = self.contract(symbol)
        price = final if final is not None else self.spot() if contract.option else self.mark(symbol)
        self.delist(symbol)
        for account in self.accounts.values():
            self.money.expire(account, symbol, price, self.clock.now())

    def spot(self) -> Decimal:
        """The KOSPI200: as given, else where its nearest future stands."""
        if self.index:
            return self.index
        futures = [c for c in map(self.contract, self.listings) if c.kind == "future" and c.product == "01"]
        nearest = min(futures, key=lambda found: found.expiry, default=None)
        return self.mark(nearest.symbol) if nearest is not None else ZERO

    def in_limits(self, symbol: str, price: Decimal) -> bool:
        low, high = self.contract(symbol).limits(self.moment(symbol).session is Session.NIGHT)
        return low <= price <= high
