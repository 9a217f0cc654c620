"""What happens when orders meet: each other, the market's liquidity, its trades and its moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.book import Book
from brokers.simulators.clock import Clock
from brokers.simulators.events import BookMoved, Change, Event, FundsChanged, OrderChanged
from brokers.simulators.faults import Faults, Kind
from brokers.simulators.listing import ZERO, Listing, down
from brokers.simulators.order import Life, Prevention, Status, Ticket, VenueOrder
from brokers.simulators.settlement import Rejected, Settlement, SpotSettlement, Trade


@dataclass
class Matching:
    """The books, and the orders in them. Everything that happens is told to ``listeners`` at once.

    touch: a limit order also fills, by the print's quantity, when a trade prints exactly at its price; else
    the price must trade through it by a tick. working: open orders by id.
    """

    clock: Clock
    faults: Faults = field(default_factory=Faults)
    touch: bool = False
    accounts: dict[str, Account] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    orders: dict[int, VenueOrder] = field(default_factory=dict)
    working: dict[int, VenueOrder] = field(default_factory=dict)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    settlement: Settlement = field(init=False)
    _trade_id: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settlement = SpotSettlement(self.listings)

    def match(self, order: VenueOrder) -> None:
        """Take what the order may take, then rest or expire."""
        book = self.books[order.symbol]
        life = order.ticket.life
        if life is Life.FOK and not self._fillable(book, order):
            self.end(order, Status.EXPIRED, Change.EXPIRED)
            return
        self._take(book, order, self._part(book, order))
        if not order.open:
            return
        if order.limit is not None and life in (Life.GTC, Life.POST):
            book.resting[order.id] = order
            book.touch(self.clock.now())
            self.tell(BookMoved(order.symbol, self.clock.now()))
        else:
            self.end(order, Status.EXPIRED, Change.EXPIRED)

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
            self.fill(order, price, quantity, maker=False)
            return True
        if maker.account == order.account and order.ticket.prevention is not Prevention.NONE:
            return self._prevent(order, maker)
        quantity = min(wanted, maker.left, self.settlement.afford(self.accounts[maker.account], maker, price))
        if quantity <= 0:
            self.end(maker, Status.EXPIRED, Change.EXPIRED)
            return True
        self.fill(maker, price, quantity, maker=True)
        self.fill(order, price, quantity, maker=False, trade=self._trade_id[order.symbol])
        return True

    def _prevent(self, taker: VenueOrder, maker: VenueOrder) -> bool:
        mode = taker.ticket.prevention
        if mode in (Prevention.EXPIRE_MAKER, Prevention.EXPIRE_BOTH):
            maker.reason = "SELF_TRADE_PREVENTION"
            self.end(maker, Status.EXPIRED, Change.PREVENTED)
        if mode in (Prevention.EXPIRE_TAKER, Prevention.EXPIRE_BOTH):
            taker.reason = "SELF_TRADE_PREVENTION"
            self.end(taker, Status.EXPIRED, Change.PREVENTED)
        return mode is Prevention.EXPIRE_MAKER

    def trade_through(self, book: Book, price: Decimal, quantity: Decimal) -> None:
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

    def uncross(self, book: Book) -> None:
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
            self.fill(order, price, quantity, maker=True)
        elif order.ticket.reduce_only:
            self.end(order, Status.EXPIRED, Change.EXPIRED)

    def after_move(self, book: Book, price: Decimal) -> None:
        if book.resting:
            self.uncross(book)
        self.trigger(book, price)

    def trigger(self, book: Book, price: Decimal) -> None:
        for order in [order for order in book.waiting.values() if passed(order.ticket, price)]:
            del book.waiting[order.id]
            self._activate(order)

    def _activate(self, order: VenueOrder) -> None:
        """A conditional order becomes a market or a limit order."""
        order.working, order.triggered = True, self.clock.now()
        order.updated = order.triggered
        self.tell_change(order, Change.TRIGGERED)
        if order.ticket.close_all:
            account = self.accounts[order.account]
            order.quantity = abs(account.position(order.symbol, order.ticket.position_side).amount)
        try:
            if self.listings[order.symbol].margin:
                self.settlement.reserve(self.accounts[order.account], order, self.books[order.symbol])
            self.match(order)
        except Rejected:
            self.end(order, Status.EXPIRED, Change.EXPIRED)

    def fill(
        self, order: VenueOrder, price: Decimal, quantity: Decimal, *, maker: bool, trade: int | None = None
    ) -> None:
        if quantity <= 0:
            return
        account, listing = self.accounts[order.account], self.listings[order.symbol]
        number = self.next_trade(order.symbol) if trade is None else trade
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
        self.tell_change(order, Change.TRADE, len(order.executions) - 1)
        currencies = dict.fromkeys((listing.base, listing.quote, execution.fee_currency))
        self.tell_funds(account, tuple(currencies), "ORDER", order.symbol, order.ticket.position_side)

    def end(self, order: VenueOrder, status: Status, change: Change) -> None:
        order.status, order.updated = status, self.clock.now()
        self._leave(order)
        self.tell_change(order, change)
        listing = self.listings[order.symbol]
        self.tell_funds(self.accounts[order.account], (listing.base, listing.quote), "ORDER")

    def _leave(self, order: VenueOrder) -> None:
        book = self.books[order.symbol]
        self.working.pop(order.id, None)
        book.waiting.pop(order.id, None)
        if book.resting.pop(order.id, None) is not None:
            book.touch(self.clock.now())
            self.tell(BookMoved(order.symbol, self.clock.now()))
        self.settlement.release(self.accounts[order.account], order)

    def next_trade(self, symbol: str) -> int:
        self._trade_id[symbol] = self._trade_id.get(symbol, 10_000) + 1
        return self._trade_id[symbol]

    def tell_change(self, order: VenueOrder, change: Change, execution: int | None = None) -> None:
        made = None if execution is None else order.executions[execution]
        self.tell(OrderChanged(order, change, made, self.clock.now()))

    def tell_funds(
        self,
        account: Account,
        currencies: tuple[str, ...],
        reason: str,
        symbol: str = "",
        position_side: str = "BOTH",
        delta: Decimal | None = None,
    ) -> None:
        now = self.clock.now()
        self.tell(FundsChanged(account.name, currencies, reason, now, symbol, position_side, delta))

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)


def passed(ticket: Ticket, price: Decimal) -> bool:
    """Whether a price is at or beyond a trigger: a stop on the losing side, a target on the winning one."""
    assert ticket.trigger is not None
    rising = (ticket.side > 0) != ticket.target
    return price >= ticket.trigger if rising else price <= ticket.trigger


def _done(order: VenueOrder, price: Decimal, lot: Decimal) -> bool:
    """Whether nothing is left. By cost: what is left buys less than a lot."""
    if order.ticket.cost is not None:
        return order.cost_left / price < lot
    return order.left <= 0
