"""The venue without a protocol: accounts, listings, what clients may ask and the market may do."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from brokers.simulators.account import Account, Movement
from brokers.simulators.book import Book, Level, Levels
from brokers.simulators.clock import Clock
from brokers.simulators.events import BookMoved, Change, KeyRevoked, Printed
from brokers.simulators.faults import Faults, Kind
from brokers.simulators.listing import SATOSHI, ZERO, Listing, down
from brokers.simulators.matching import Matching, passed
from brokers.simulators.order import Life, Status, Ticket, VenueOrder
from brokers.simulators.settlement import MarginSettlement, Reason, Rejected


@dataclass
class Shown:
    """A book as published. Faults may make it stale or crossed."""

    bids: Levels
    asks: Levels
    update: int
    ms: int


@dataclass
class Exchange(Matching):
    """tape: the newest public trades of each symbol."""

    tape: dict[str, deque[Printed]] = field(default_factory=dict)
    _order_id: int = 1_000_000
    _late: list[tuple[VenueOrder, Decimal]] = field(default_factory=list)
    _stale: dict[str, Shown] = field(default_factory=dict)

    @classmethod
    def margin(cls, clock: Clock, faults: Faults, touch: bool = False) -> "Exchange":
        """An exchange of perpetuals."""
        exchange = cls(clock, faults, touch)
        exchange.settlement = MarginSettlement(exchange.listings, exchange.mark, exchange.open_orders)
        return exchange

    # --- what there is

    def enlist(self, listing: Listing) -> None:
        self.listings[listing.symbol] = listing
        self.books[listing.symbol] = Book(listing)
        self.tape[listing.symbol] = deque(maxlen=1000)

    def delist(self, symbol: str) -> None:
        """Trading ends: open orders expire, new ones are refused."""
        self.listings[symbol].trading = False
        for order in [order for order in self.working.values() if order.symbol == symbol]:
            self.end(order, Status.EXPIRED, Change.EXPIRED)

    def join(self, account: Account) -> None:
        self.accounts[account.name] = account

    def revoke(self, account: str) -> None:
        """The key stops working; its streams end."""
        self.accounts[account].revoked = True
        self.tell(KeyRevoked(account, self.clock.now()))

    def mark(self, symbol: str) -> Decimal:
        return self.books[symbol].last or ZERO

    def open_orders(self, account: str) -> Iterator[VenueOrder]:
        return (order for order in self.working.values() if order.account == account)

    def orders_of(self, account: str, symbol: str | None = None) -> list[VenueOrder]:
        """By id. Conditional orders included."""
        return [
            order
            for order in self.orders.values()
            if order.account == account and symbol in (None, order.symbol)
        ]

    def find(
        self, account: str, symbol: str | None, order_id: int | None, client_id: str | None
    ) -> VenueOrder:
        """By the venue's id or the client's (the newest of that id). Raises Rejected(NO_ORDER)."""
        if order_id is not None:
            order = self.orders.get(order_id)
            if order is not None and order.account == account and symbol in (None, order.symbol):
                return order
        elif client_id is not None:
            for order in reversed(self.orders_of(account, symbol)):
                if order.ticket.client_id == client_id:
                    return order
        raise Rejected(Reason.NO_ORDER)

    # --- what clients ask

    def submit(self, account: Account, ticket: Ticket) -> VenueOrder:
        """Accept and match an order. Raises Rejected; then nothing has changed."""
        listing = self._checked(account, ticket)
        book = self.books[ticket.symbol]
        now = self.clock.now()
        order = VenueOrder(
            id=self._order_id,
            account=account.name,
            ticket=ticket,
            created=now,
            updated=now,
            quantity=ticket.quantity,
            limit=ticket.limit,
            working=ticket.trigger is None,
        )
        self._check_moment(order, book)
        self.settlement.reserve(account, order, book)
        self._order_id += 1
        self.orders[order.id] = self.working[order.id] = order
        self.tell_change(order, Change.NEW)
        self.tell_funds(account, (listing.base, listing.quote), "ORDER")
        if ticket.trigger is not None:
            book.waiting[order.id] = order
        else:
            self.match(order)
        return order

    def cancel(self, order: VenueOrder) -> VenueOrder:
        """Raises Rejected(NO_ORDER) when it is no longer open."""
        if not order.open:
            raise Rejected(Reason.NO_ORDER)
        # A futures' conditional order is in no book before it triggers: no fill of it can be on its way.
        waits = self.listings[order.symbol].margin and not order.working
        fault = None if waits else self.faults.strike(order.symbol, Kind.LATE_FILL)
        left = order.left
        self.end(order, Status.CANCELED, Change.CANCELED)
        if fault is not None and left:
            lot = self.listings[order.symbol].lot
            self._late.append((order, max(down(left * Decimal(str(fault.value)), lot), lot)))
        return order

    def amend(self, order: VenueOrder, quantity: Decimal, limit: Decimal) -> VenueOrder:
        """Change a resting limit order's whole quantity and price. Raises Rejected."""
        if not order.open or order.limit is None or quantity <= order.filled:
            raise Rejected(Reason.NO_ORDER)
        if (quantity, limit) == (order.quantity, order.limit):
            raise Rejected(Reason.NO_CHANGE)
        account = self.accounts[order.account]
        self._check_terms(self.listings[order.symbol], replace(order.ticket, quantity=quantity, limit=limit))
        before = order.quantity, order.limit
        self.settlement.release(account, order)
        order.quantity, order.limit = quantity, limit
        try:
            self.settlement.reserve(account, order, self.books[order.symbol])
        except Rejected:
            order.quantity, order.limit = before
            self.settlement.reserve(account, order, self.books[order.symbol])
            raise
        order.updated = self.clock.now()
        self.books[order.symbol].resting.pop(order.id, None)
        self.tell_change(order, Change.AMENDED)
        self.match(order)
        return order

    # --- what the market does

    def trade(self, symbol: str, price: Decimal, quantity: Decimal, buyer_maker: bool, ms: int) -> None:
        """A trade of the replayed market: fills what it trades through, moves the book, sets off triggers."""
        book = self.books[symbol]
        self.settle_late(symbol)
        book.last = price
        if book.resting:
            self.trade_through(book, price, quantity)
        book.center(price, ms)
        self.after_move(book, price)
        trade = Printed(symbol, self.next_trade(symbol), price, quantity, buyer_maker, ms)
        self.tape[symbol].append(trade)
        self.tell(trade)
        self.tell(BookMoved(symbol, ms))

    def quote(self, symbol: str, bid: Level, ask: Level, ms: int) -> None:
        """Best bid and ask of the replayed market, as recorded."""
        book = self.books[symbol]
        self.settle_late(symbol)
        book.quote(bid, ask, ms)
        self.uncross(book)
        self.tell(BookMoved(symbol, ms))

    def record(self, symbol: str, price: Decimal, quantity: Decimal, buyer_maker: bool, ms: int) -> None:
        """A recorded trade between recorded quotes: it doesn't move the book by itself."""
        book = self.books[symbol]
        book.last, book.ms = price, ms
        if book.resting:
            self.trade_through(book, price, quantity)
        self.trigger(book, price)
        trade = Printed(symbol, self.next_trade(symbol), price, quantity, buyer_maker, ms)
        self.tape[symbol].append(trade)
        self.tell(trade)

    def settle_late(self, symbol: str) -> None:
        """Fills that a fault has held back until after a cancel become known."""
        due = [late for late in self._late if late[0].symbol == symbol]
        self._late = [late for late in self._late if late[0].symbol != symbol]
        for order, quantity in due:
            price = order.limit or self.mark(symbol)
            afford = self.settlement.afford(self.accounts[order.account], order, price)
            whole = down(min(quantity, afford), self.listings[symbol].lot)
            if whole:
                self.fill(order, price, whole, maker=True)

    def fund(self, symbol: str, rate: Decimal) -> None:
        """Funding of a perpetual: longs pay ``rate`` of their notional to shorts."""
        settlement = self.settlement
        assert isinstance(settlement, MarginSettlement)
        for account in self.accounts.values():
            for (held, _), position in list(account.positions.items()):
                if held == symbol and position.amount:
                    amount = (-position.amount * self.mark(symbol) * rate).quantize(SATOSHI)
                    settlement.pay(account, self.listings[symbol], "FUNDING_FEE", amount, self.clock.now())
                    self.tell_funds(account, (self.listings[symbol].quote,), "FUNDING_FEE", delta=amount)

    def deposit(
        self, account: Account, currency: str, amount: Decimal, fee: Decimal = ZERO, word: str = ""
    ) -> Movement:
        """Money from outside (negative: to outside), at once. It is no profit."""
        movement = self.announce(account, currency, amount, fee, word)
        self.arrive(account, movement)
        return movement

    def announce(
        self, account: Account, currency: str, amount: Decimal, fee: Decimal = ZERO, word: str = ""
    ) -> Movement:
        """Money is on its way: it is listed and moves nothing yet."""
        number = 7_700_000_001 + sum(len(each.movements) for each in self.accounts.values())
        movement = Movement(number, currency, amount, fee, self.clock.now(), 0, word)
        account.movements.append(movement)
        return movement

    def arrive(self, account: Account, movement: Movement) -> None:
        """What was on its way is there, or gone."""
        movement.settled = self.clock.now()
        delta = movement.amount - movement.fee
        account.balance(movement.currency).free += delta
        reason = "DEPOSIT" if delta > 0 else "WITHDRAW"
        self.tell_funds(account, (movement.currency,), reason, delta=delta)

    def show(self, symbol: str, limit: int = 5000) -> Shown:
        """The book as a client sees it now."""
        book = self.books[symbol]
        if symbol in self._stale and self.faults.strike(symbol, Kind.STALE_BOOK):
            return self._stale[symbol]
        bids, asks = book.levels(1, limit), book.levels(-1, limit)
        if bids and asks and self.faults.strike(symbol, Kind.CROSSED_BOOK):
            shift = asks[0][0] - bids[0][0] + book.listing.tick(bids[0][0])
            bids = [(price + shift, size) for price, size in bids]
        shown = Shown(bids, asks, book.update, book.ms)
        self._stale[symbol] = shown
        return shown

    # --- checks

    def _checked(self, account: Account, ticket: Ticket) -> Listing:
        listing = self.listings.get(ticket.symbol)
        if listing is None:
            raise Rejected(Reason.SYMBOL)
        if self.faults.strike(ticket.symbol, Kind.DELISTED):
            self.delist(ticket.symbol)
        if not listing.trading:
            raise Rejected(Reason.CLOSED, listing)
        if (ticket.position_side == "BOTH") == account.hedged and listing.margin:
            raise Rejected(Reason.SIDE, listing)
        if ticket.client_id and any(
            order.ticket.client_id == ticket.client_id for order in self.open_orders(account.name)
        ):
            raise Rejected(Reason.DUPLICATE, listing)
        self._check_terms(listing, ticket)
        self._check_count(account, listing, ticket)
        return listing

    def _check_count(self, account: Account, listing: Listing, ticket: Ticket) -> None:
        """How many orders may be open at once."""
        open_ = [order for order in self.open_orders(account.name) if order.symbol == listing.symbol]
        conditional = sum(order.ticket.trigger is not None and not order.triggered for order in open_)
        if ticket.trigger is not None and conditional >= listing.max_conditional:
            raise Rejected(Reason.TOO_MANY_CONDITIONAL, listing)
        if len(open_) >= listing.max_orders:
            raise Rejected(Reason.TOO_MANY, listing)

    def _check_terms(self, listing: Listing, ticket: Ticket) -> None:
        """The listing's filters."""
        for price in (ticket.limit, ticket.trigger):
            if price is not None and (price <= 0 or not listing.on_tick(price)):
                raise Rejected(Reason.PRICE, listing)
        book = self.books[listing.symbol]
        if ticket.limit is not None and book.last is not None:
            _check_band(listing, ticket.side, ticket.limit, book.last)
        price = ticket.limit or ticket.trigger or book.last or ZERO
        if ticket.cost is None and not ticket.close_all:
            if ticket.quantity % listing.lot:
                raise Rejected(Reason.LOT, listing)
            if not listing.min_quantity <= ticket.quantity <= listing.max_quantity:
                raise Rejected(Reason.QUANTITY, listing)
        notional = ticket.cost if ticket.cost is not None else ticket.quantity * price
        if notional < listing.min_notional and not (ticket.reduce_only or ticket.close_all):
            raise Rejected(Reason.NOTIONAL, listing)

    def _check_moment(self, order: VenueOrder, book: Book) -> None:
        """What depends on where the market is now."""
        ticket = order.ticket
        if ticket.trigger is not None and book.last is not None and passed(ticket, book.last):
            raise Rejected(Reason.WOULD_TRIGGER, book.listing)
        if ticket.life is Life.POST and ticket.limit is not None and book.crosses(ticket.side, ticket.limit):
            raise Rejected(Reason.WOULD_MATCH, book.listing)


def _check_band(listing: Listing, side: int, limit: Decimal, last: Decimal) -> None:
    low, high = last * listing.band[0], last * listing.band[1]
    above, below = limit > high, limit < low
    if (above or below) if not listing.margin else (above if side > 0 else below):
        raise Rejected(Reason.BAND, listing)
