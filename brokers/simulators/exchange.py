"""The venue without a protocol: accounts, listings, books, matching, and the events it tells."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.book import Book, Level, Levels
from brokers.simulators.clock import Clock
from brokers.simulators.events import (
    BookMoved,
    Change,
    Event,
    FundsChanged,
    KeyRevoked,
    OrderChanged,
    Printed,
)
from brokers.simulators.faults import Faults, Kind
from brokers.simulators.listing import SATOSHI, ZERO, Listing, down
from brokers.simulators.order import Life, Prevention, Status, Ticket, VenueOrder
from brokers.simulators.settlement import (
    MarginSettlement,
    Reason,
    Rejected,
    Settlement,
    SpotSettlement,
    Trade,
)


@dataclass
class Shown:
    """A book as published. Faults may make it stale or crossed."""

    bids: Levels
    asks: Levels
    update: int
    ms: int


@dataclass
class Exchange:
    """touch: a limit order also fills, by the print's quantity, when a trade prints exactly at its price;
    else the price must trade through it by a tick.
    """

    clock: Clock
    faults: Faults = field(default_factory=Faults)
    touch: bool = False
    accounts: dict[str, Account] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    orders: dict[int, VenueOrder] = field(default_factory=dict)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    tape: dict[str, deque[Printed]] = field(default_factory=dict)
    settlement: Settlement = field(init=False)
    _order_id: int = 1_000_000
    _trade_id: dict[str, int] = field(default_factory=dict)
    _late: list[tuple[VenueOrder, Decimal]] = field(default_factory=list)
    _stale: dict[str, Shown] = field(default_factory=dict)
    _open: dict[int, VenueOrder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settlement = SpotSettlement(self.listings)

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
        for order in [order for order in self._open.values() if order.symbol == symbol]:
            self._end(order, Status.EXPIRED, Change.EXPIRED)

    def join(self, account: Account) -> None:
        self.accounts[account.name] = account

    def revoke(self, account: str) -> None:
        """The key stops working; its streams end."""
        self.accounts[account].revoked = True
        self._tell(KeyRevoked(account, self.clock.now()))

    def mark(self, symbol: str) -> Decimal:
        return self.books[symbol].last or ZERO

    def open_orders(self, account: str) -> Iterator[VenueOrder]:
        return (order for order in self._open.values() if order.account == account)

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
        self.orders[order.id] = self._open[order.id] = order
        self._changed(order, Change.NEW)
        self._funds(account, (listing.base, listing.quote), "ORDER")
        if ticket.trigger is not None:
            book.waiting[order.id] = order
        else:
            self._match(order)
        return order

    def cancel(self, order: VenueOrder) -> VenueOrder:
        """Raises Rejected(NO_ORDER) when it is no longer open."""
        if not order.open:
            raise Rejected(Reason.NO_ORDER)
        fault = self.faults.strike(order.symbol, Kind.LATE_FILL)
        left = order.left
        self._end(order, Status.CANCELED, Change.CANCELED)
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
        self._changed(order, Change.AMENDED)
        self._match(order)
        return order

    # --- what the market does

    def trade(self, symbol: str, price: Decimal, quantity: Decimal, buyer_maker: bool, ms: int) -> None:
        """A trade of the replayed market: fills what it trades through, moves the book, sets off triggers."""
        book = self.books[symbol]
        self.settle_late(symbol)
        book.last = price
        if book.resting:
            self._trade_through(book, price, quantity)
        book.center(price, ms)
        self._after_move(book, price)
        trade = Printed(symbol, self._next_trade(symbol), price, quantity, buyer_maker, ms)
        self.tape[symbol].append(trade)
        self._tell(trade)
        self._tell(BookMoved(symbol, ms))

    def quote(self, symbol: str, bid: Level, ask: Level, ms: int) -> None:
        """Best bid and ask of the replayed market, as recorded."""
        book = self.books[symbol]
        self.settle_late(symbol)
        book.quote(bid, ask, ms)
        self._uncross(book)
        self._tell(BookMoved(symbol, ms))

    def record(self, symbol: str, price: Decimal, quantity: Decimal, buyer_maker: bool, ms: int) -> None:
        """A recorded trade between recorded quotes: it doesn't move the book by itself."""
        book = self.books[symbol]
        book.last, book.ms = price, ms
        if book.resting:
            self._trade_through(book, price, quantity)
        self._trigger(book, price)
        trade = Printed(symbol, self._next_trade(symbol), price, quantity, buyer_maker, ms)
        self.tape[symbol].append(trade)
        self._tell(trade)

    def settle_late(self, symbol: str) -> None:
        """Fills that a fault has held back until after a cancel become known."""
        due = [late for late in self._late if late[0].symbol == symbol]
        self._late = [late for late in self._late if late[0].symbol != symbol]
        for order, quantity in due:
            price = order.limit or self.mark(symbol)
            account = self.accounts[order.account]
            self._fill(order, price, min(quantity, self.settlement.afford(account, order, price)), maker=True)

    def fund(self, symbol: str, rate: Decimal) -> None:
        """Funding of a perpetual: longs pay ``rate`` of their notional to shorts."""
        settlement = self.settlement
        assert isinstance(settlement, MarginSettlement)
        for account in self.accounts.values():
            for (held, _), position in list(account.positions.items()):
                if held == symbol and position.amount:
                    amount = (-position.amount * self.mark(symbol) * rate).quantize(SATOSHI)
                    settlement.pay(account, self.listings[symbol], "FUNDING_FEE", amount, self.clock.now())
                    self._funds(account, (self.listings[symbol].quote,), "FUNDING_FEE", delta=amount)

    def deposit(self, account: Account, currency: str, amount: Decimal) -> None:
        """Money from outside (negative: to outside). It is no profit."""
        account.balance(currency).free += amount
        reason = "DEPOSIT" if amount > 0 else "WITHDRAW"
        self._funds(account, (currency,), reason, delta=amount)

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
        return listing

    def _check_terms(self, listing: Listing, ticket: Ticket) -> None:
        """The listing's filters."""
        for price in (ticket.limit, ticket.trigger):
            if price is not None and (price <= 0 or not listing.on_tick(price)):
                raise Rejected(Reason.PRICE, listing)
        book = self.books[listing.symbol]
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
        if ticket.trigger is not None and book.last is not None and _passed(ticket, book.last):
            raise Rejected(Reason.WOULD_TRIGGER, book.listing)
        if ticket.life is Life.POST and ticket.limit is not None and book.crosses(ticket.side, ticket.limit):
            raise Rejected(Reason.WOULD_MATCH, book.listing)

    # --- matching

    def _match(self, order: VenueOrder) -> None:
        """Take what the order may take, then rest or expire."""
        book = self.books[order.symbol]
        life = order.ticket.life
        if life is Life.FOK and not self._fillable(book, order):
            self._end(order, Status.EXPIRED, Change.EXPIRED)
            return
        self._take(book, order, self._part(book, order))
        if not order.open:
            return
        if order.limit is not None and life in (Life.GTC, Life.POST):
            book.resting[order.id] = order
            book.touch(self.clock.now())
            self._tell(BookMoved(order.symbol, self.clock.now()))
        else:
            self._end(order, Status.EXPIRED, Change.EXPIRED)

    def _part(self, book: Book, order: VenueOrder) -> Decimal | None:
        """Units to which a fault holds what the order takes now; None = no fault."""
        best = book.best(order.side)
        if best is None or (order.limit is not None and not book.crosses(order.side, order.limit)):
            return None
        fault = self.faults.strike(order.symbol, Kind.PARTIAL)
        if fault is None:
            return None
        cost = order.ticket.cost
        whole, step = order.left if cost is None else cost / best, book.listing.lot
        return max(down(whole * Decimal(str(fault.value)), step), step)

    def _fillable(self, book: Book, order: VenueOrder) -> bool:
        offered = sum((size for _, size in book.offers(order.side, order.limit)), ZERO)
        return offered >= order.left

    def _take(self, book: Book, order: VenueOrder, part: Decimal | None) -> None:
        """Trade against the best of clients' and the market's liquidity; ``part``: no more than that."""
        account = self.accounts[order.account]
        while order.open:
            price = book.best(order.side)
            if price is None or (order.limit is not None and order.side * (order.limit - price) < 0):
                return
            wanted = self.settlement.afford(account, order, price)
            if part is not None:
                wanted = min(wanted, part - order.filled)
            if wanted <= 0:
                return
            if not self._take_at(book, order, price, wanted):
                return

    def _take_at(self, book: Book, order: VenueOrder, price: Decimal, wanted: Decimal) -> bool:
        """One trade at ``price``. False: the order itself gave way."""
        maker = next((made for made in book.makers(order.side) if made.limit == price), None)
        if maker is None:
            level = book.market(order.side)[0]
            quantity = min(wanted, level.size)
            book.take(order.side, price, quantity)
            self._fill(order, price, quantity, maker=False)
            return True
        if maker.account == order.account and order.ticket.prevention is not Prevention.NONE:
            return self._prevent(order, maker)
        quantity = min(wanted, maker.left, self.settlement.afford(self.accounts[maker.account], maker, price))
        if quantity <= 0:
            self._end(maker, Status.EXPIRED, Change.EXPIRED)
            return True
        self._fill(maker, price, quantity, maker=True)
        self._fill(order, price, quantity, maker=False, trade=self._trade_id[order.symbol])
        return True

    def _prevent(self, taker: VenueOrder, maker: VenueOrder) -> bool:
        mode = taker.ticket.prevention
        if mode in (Prevention.EXPIRE_MAKER, Prevention.EXPIRE_BOTH):
            maker.reason = "SELF_TRADE_PREVENTION"
            self._end(maker, Status.EXPIRED, Change.PREVENTED)
        if mode in (Prevention.EXPIRE_TAKER, Prevention.EXPIRE_BOTH):
            taker.reason = "SELF_TRADE_PREVENTION"
            self._end(taker, Status.EXPIRED, Change.PREVENTED)
        return mode is Prevention.EXPIRE_MAKER

    def _trade_through(self, book: Book, price: Decimal, quantity: Decimal) -> None:
        """Resting orders the market traded through fill whole; at their price, by the print's quantity."""
        for order in list(book.resting.values()):
            if order.limit is None or order.side * (order.limit - price) < 0 or not order.open:
                continue
            through = order.limit != price
            if through or self.touch:
                wanted = self.settlement.afford(self.accounts[order.account], order, order.limit)
                filled = wanted if through else min(wanted, down(quantity, book.listing.lot))
                quantity -= ZERO if through else filled
                self._fill_or_end(order, order.limit, filled)

    def _uncross(self, book: Book) -> None:
        """The market's quotes met resting orders: those fill at their own price, by the size offered."""
        for order in list(book.resting.values()):
            for level in list(book.market(order.side)):
                if order.limit is None or order.side * (order.limit - level.price) < 0 or not order.open:
                    break
                wanted = self.settlement.afford(self.accounts[order.account], order, order.limit)
                quantity = min(wanted, level.size)
                book.take(order.side, level.price, quantity)
                self._fill_or_end(order, order.limit, quantity)

    def _fill_or_end(self, order: VenueOrder, price: Decimal, quantity: Decimal) -> None:
        """A maker's fill; an order that nothing can fill any more (reduce-only, flat) expires."""
        if quantity > 0:
            self._fill(order, price, quantity, maker=True)
        elif order.ticket.reduce_only:
            self._end(order, Status.EXPIRED, Change.EXPIRED)

    def _after_move(self, book: Book, price: Decimal) -> None:
        if book.resting:
            self._uncross(book)
        self._trigger(book, price)

    def _trigger(self, book: Book, price: Decimal) -> None:
        for order in [order for order in book.waiting.values() if _passed(order.ticket, price)]:
            del book.waiting[order.id]
            self._activate(order)

    def _activate(self, order: VenueOrder) -> None:
        """A conditional order becomes a market or a limit order."""
        order.working, order.triggered = True, self.clock.now()
        order.updated = order.triggered
        self._changed(order, Change.TRIGGERED)
        if order.ticket.close_all:
            account = self.accounts[order.account]
            order.quantity = abs(account.position(order.symbol, order.ticket.position_side).amount)
        try:
            if self.listings[order.symbol].margin:
                self.settlement.reserve(self.accounts[order.account], order, self.books[order.symbol])
            self._match(order)
        except Rejected:
            self._end(order, Status.EXPIRED, Change.EXPIRED)

    def _fill(
        self, order: VenueOrder, price: Decimal, quantity: Decimal, *, maker: bool, trade: int | None = None
    ) -> None:
        if quantity <= 0:
            return
        account, listing = self.accounts[order.account], self.listings[order.symbol]
        number = self._next_trade(order.symbol) if trade is None else trade
        now = self.clock.now()
        execution = self.settlement.settle(
            account, order, listing, Trade(number, price, quantity, maker, now)
        )
        order.executions.append(execution)
        order.updated = now
        if order.open:
            done = _done(order, price, listing.lot)
            order.status = Status.FILLED if done else Status.PARTIALLY_FILLED
            if done:
                self._leave(order)
        self._changed(order, Change.TRADE, len(order.executions) - 1)
        currencies = dict.fromkeys((listing.base, listing.quote, execution.fee_currency))
        self._funds(account, tuple(currencies), "ORDER", order.symbol, order.ticket.position_side)

    def _end(self, order: VenueOrder, status: Status, change: Change) -> None:
        order.status, order.updated = status, self.clock.now()
        self._leave(order)
        self._changed(order, change)
        listing = self.listings[order.symbol]
        self._funds(self.accounts[order.account], (listing.base, listing.quote), "ORDER")

    def _leave(self, order: VenueOrder) -> None:
        book = self.books[order.symbol]
        self._open.pop(order.id, None)
        book.waiting.pop(order.id, None)
        if book.resting.pop(order.id, None) is not None:
            book.touch(self.clock.now())
            self._tell(BookMoved(order.symbol, self.clock.now()))
        self.settlement.release(self.accounts[order.account], order)

    # --- what is told

    def _next_trade(self, symbol: str) -> int:
        self._trade_id[symbol] = self._trade_id.get(symbol, 10_000) + 1
        return self._trade_id[symbol]

    def _changed(self, order: VenueOrder, change: Change, execution: int | None = None) -> None:
        made = None if execution is None else order.executions[execution]
        self._tell(OrderChanged(order, change, made, self.clock.now()))

    def _funds(
        self,
        account: Account,
        currencies: tuple[str, ...],
        reason: str,
        symbol: str = "",
        position_side: str = "BOTH",
        delta: Decimal | None = None,
    ) -> None:
        now = self.clock.now()
        self._tell(FundsChanged(account.name, currencies, reason, now, symbol, position_side, delta))

    def _tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)


def _passed(ticket: Ticket, price: Decimal) -> bool:
    """Whether a price is at or beyond a trigger: a stop on the losing side, a target on the winning one."""
    assert ticket.trigger is not None
    rising = (ticket.side > 0) != ticket.target
    return price >= ticket.trigger if rising else price <= ticket.trigger


def _done(order: VenueOrder, price: Decimal, lot: Decimal) -> bool:
    """Whether nothing is left. By cost: what is left buys less than a lot."""
    if order.ticket.cost is not None:
        return order.cost_left / price < lot
    return order.left <= 0
