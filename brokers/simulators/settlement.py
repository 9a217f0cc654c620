"""How orders reserve money and trades move it: two balances on spot, one wallet and positions on margin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Protocol

from brokers.simulators.account import Account
from brokers.simulators.book import Book
from brokers.simulators.listing import SATOSHI, ZERO, Listing, down
from brokers.simulators.order import Execution, VenueOrder


class Reason(Enum):
    """Why a venue says no."""

    SYMBOL = "unknown symbol"
    CLOSED = "not trading"
    PRICE = "price off the ladder"
    LOT = "quantity off the lot"
    QUANTITY = "quantity out of range"
    NOTIONAL = "notional too small"
    FUNDS = "not enough free"
    MARGIN = "not enough margin"
    REDUCE = "nothing to reduce"
    DUPLICATE = "client id in use"
    WOULD_MATCH = "a maker that would take"
    WOULD_TRIGGER = "a trigger already passed"
    NO_ORDER = "no such open order"
    NO_CHANGE = "nothing to change"
    SIDE = "position side against the account's mode"
    BAND = "price too far from the market"
    TOO_MANY = "too many open orders"
    TOO_MANY_CONDITIONAL = "too many conditional orders"


class Rejected(Exception):
    """The exchange refuses; nothing changed."""

    def __init__(self, reason: Reason, listing: Listing | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.listing = listing


@dataclass(frozen=True)
class Income:
    """One movement of a margin wallet."""

    account: str
    symbol: str
    kind: str
    amount: Decimal
    currency: str
    ms: int
    id: int


@dataclass(frozen=True)
class Trade:
    """What the matching found: id, price, quantity, whether the order was the maker, when."""

    id: int
    price: Decimal
    quantity: Decimal
    maker: bool
    ms: int


class Settlement(Protocol):
    """reserve may raise Rejected. afford: units of ``order`` that may fill at ``price``."""

    def reserve(self, account: Account, order: VenueOrder, book: Book) -> None: ...

    def release(self, account: Account, order: VenueOrder) -> None: ...

    def afford(self, account: Account, order: VenueOrder, price: Decimal) -> Decimal: ...

    def settle(self, account: Account, order: VenueOrder, listing: Listing, trade: Trade) -> Execution: ...


@dataclass
class SpotSettlement:
    """paid: fees kept by the venue, by currency. other: what the market's side has gained, by currency."""

    listings: dict[str, Listing]
    paid: dict[str, Decimal] = field(default_factory=dict)
    other: dict[str, Decimal] = field(default_factory=dict)

    def reserve(self, account: Account, order: VenueOrder, book: Book) -> None:
        listing = book.listing
        currency = listing.base if order.side < 0 else listing.quote
        need = order.left if order.side < 0 else self._cost(order, book)
        balance = account.balance(currency)
        if need > balance.free:
            raise Rejected(Reason.FUNDS, listing)
        balance.free -= need
        balance.locked += need
        order.lock_currency, order.locked = currency, need

    def _cost(self, order: VenueOrder, book: Book) -> Decimal:
        """Quote currency a buy may need, a fee taken on top included."""
        top = 1 + self._on_top(book.listing)
        if order.ticket.cost is not None:
            return order.cost_left * top
        price = order.limit or order.ticket.trigger
        if price is not None:
            return order.left * price * top
        return _walk(book, order.side, order.left) * top

    def _on_top(self, listing: Listing) -> Decimal:
        return max(listing.fees.maker, listing.fees.taker) if listing.fees.taken == "quote" else ZERO

    def release(self, account: Account, order: VenueOrder) -> None:
        if order.locked:
            balance = account.balance(order.lock_currency)
            balance.locked -= order.locked
            balance.free += order.locked
            order.locked = ZERO

    def afford(self, account: Account, order: VenueOrder, price: Decimal) -> Decimal:
        listing = self.listings[order.symbol]
        if order.side < 0:
            own = order.locked if order.lock_currency == listing.base else ZERO
            return min(order.left, account.balance(listing.base).free + own)
        money = account.balance(listing.quote).free + order.locked
        if order.ticket.cost is not None:
            return down(min(order.cost_left, money) / price, listing.lot)
        affordable = down(money / (price * (1 + self._on_top(listing))), listing.lot)
        return min(order.left, affordable)

    def settle(self, account: Account, order: VenueOrder, listing: Listing, trade: Trade) -> Execution:
        self.release(account, order)
        base, quote = account.balance(listing.base), account.balance(listing.quote)
        notional = trade.price * trade.quantity
        base.free += order.side * trade.quantity
        quote.free -= order.side * notional
        self._count(self.other, listing.base, -order.side * trade.quantity)
        self._count(self.other, listing.quote, order.side * notional)
        fee, currency = self._fee(account, order.side, listing, trade)
        account.balance(currency).free -= fee
        self._count(self.paid, currency, fee)
        order.filled += trade.quantity
        order.spent += notional
        self._lock_again(account, order, listing)
        return execution_of(order, trade, fee, currency)

    def _lock_again(self, account: Account, order: VenueOrder, listing: Listing) -> None:
        """What the rest of a limit order still needs."""
        if order.limit is None or not order.left or not order.open:
            return
        need = order.left if order.side < 0 else order.left * order.limit * (1 + self._on_top(listing))
        currency = listing.base if order.side < 0 else listing.quote
        balance = account.balance(currency)
        order.locked, order.lock_currency = min(need, balance.free), currency
        balance.free -= order.locked
        balance.locked += order.locked

    def _fee(self, account: Account, side: int, listing: Listing, trade: Trade) -> tuple[Decimal, str]:
        fees, notional = listing.fees, trade.price * trade.quantity
        third = fees.taken not in ("received", "quote")
        if third:
            fee = notional * fees.rate(trade.maker) * (1 - fees.discount) / fees.price
            if account.balance(fees.taken).free >= fee:
                return fee.quantize(SATOSHI), fees.taken
        if fees.taken == "quote" or side < 0:
            return (notional * fees.rate(trade.maker)).quantize(SATOSHI), listing.quote
        return (trade.quantity * fees.rate(trade.maker)).quantize(SATOSHI), listing.base

    @staticmethod
    def _count(pot: dict[str, Decimal], currency: str, amount: Decimal) -> None:
        pot[currency] = pot.get(currency, ZERO) + amount


@dataclass
class MarginSettlement:
    """USD-margined perpetuals: wallets in the quote currency, cross margin.

    mark: a symbol's mark price. working: an account's open orders. incomes: every movement of a wallet.
    """

    listings: dict[str, Listing]
    mark: Callable[[str], Decimal]
    working: Callable[[str], Iterable[VenueOrder]]
    incomes: list[Income] = field(default_factory=list)
    default_leverage: int = 20

    def reserve(self, account: Account, order: VenueOrder, book: Book) -> None:
        """A conditional order is checked when it triggers, as the venue's algo service does."""
        if order.ticket.trigger is not None and not order.triggered:
            return
        if _reducing(account, order):
            if not self._reducible(account, order):
                raise Rejected(Reason.REDUCE, book.listing)
            return
        price = order.limit or order.ticket.trigger or book.best(order.side) or self.mark(order.symbol)
        needed = self._opening(account, order) * price / self.leverage(account, order.symbol)
        if needed > self.available(account, book.listing.quote):
            raise Rejected(Reason.MARGIN, book.listing)

    def _opening(self, account: Account, order: VenueOrder) -> Decimal:
        """Units by which the order would grow exposure."""
        held = account.position(order.symbol, order.ticket.position_side).amount
        return order.left if held * order.side >= 0 else max(order.left - abs(held), ZERO)

    def release(self, account: Account, order: VenueOrder) -> None:
        """Nothing is locked: margin is counted from open orders."""

    def afford(self, account: Account, order: VenueOrder, price: Decimal) -> Decimal:
        return self._reducible(account, order) if _reducing(account, order) else order.left

    def _reducible(self, account: Account, order: VenueOrder) -> Decimal:
        held = account.position(order.symbol, order.ticket.position_side).amount
        return min(order.left or abs(held), abs(held)) if held * order.side < 0 else ZERO

    def settle(self, account: Account, order: VenueOrder, listing: Listing, trade: Trade) -> Execution:
        position = account.position(order.symbol, order.ticket.position_side)
        profit = position.apply(order.side, trade.quantity, trade.price).quantize(SATOSHI)
        position.updated = trade.ms
        notional = trade.price * trade.quantity
        fee = (notional * listing.fees.rate(trade.maker)).quantize(SATOSHI)
        self.pay(account, listing, "COMMISSION", -fee, trade.ms)
        if profit:
            self.pay(account, listing, "REALIZED_PNL", profit, trade.ms)
        order.filled += trade.quantity
        order.spent += notional
        return execution_of(order, trade, fee, listing.quote, profit)

    def pay(self, account: Account, listing: Listing, kind: str, amount: Decimal, ms: int) -> None:
        """Move a wallet and remember why."""
        account.balance(listing.quote).free += amount
        number = len(self.incomes) + 1
        self.incomes.append(
            Income(account.name, listing.symbol, kind, amount, listing.quote, ms, 9_000_000_000 + number)
        )

    def leverage(self, account: Account, symbol: str) -> int:
        return account.leverage.get(symbol, self.default_leverage)

    def unrealized(self, account: Account, symbol: str, side: str) -> Decimal:
        position = account.position(symbol, side)
        return position.amount * (self.mark(symbol) - position.entry) if position.amount else ZERO

    def profit(self, account: Account, currency: str) -> Decimal:
        """Unrealised, of all positions in a currency."""
        held = [key for key in account.positions if self.listings[key[0]].quote == currency]
        return sum((self.unrealized(account, *key) for key in held), ZERO)

    def position_margin(self, account: Account, currency: str) -> Decimal:
        return sum(
            (
                abs(position.amount) * self.mark(symbol) / self.leverage(account, symbol)
                for (symbol, _), position in account.positions.items()
                if position.amount and self.listings[symbol].quote == currency
            ),
            ZERO,
        )

    def order_margin(self, account: Account, currency: str) -> Decimal:
        return sum(
            (
                self._opening(account, order) * (order.limit or ZERO) / self.leverage(account, order.symbol)
                for order in self.working(account.name)
                if self.listings[order.symbol].quote == currency and not _reducing(account, order)
            ),
            ZERO,
        )

    def available(self, account: Account, currency: str) -> Decimal:
        """What new orders may use of a wallet."""
        used = self.position_margin(account, currency) + self.order_margin(account, currency)
        return account.balance(currency).free + self.profit(account, currency) - used


def _reducing(account: Account, order: VenueOrder) -> bool:
    """Whether an order may only shrink a position: said so, or the hedge leg's closing side."""
    ticket = order.ticket
    closing = (ticket.position_side == "LONG" and order.side < 0) or (
        ticket.position_side == "SHORT" and order.side > 0
    )
    return ticket.reduce_only or ticket.close_all or closing


def _walk(book: Book, side: int, quantity: Decimal) -> Decimal:
    """What taking ``quantity`` from the book would cost; the last price serves where it is too thin."""
    cost, price = ZERO, book.last or ZERO
    for price, size in book.offers(side):
        taken = min(size, quantity)
        cost += taken * price
        quantity -= taken
        if not quantity:
            break
    return cost + quantity * price


def execution_of(
    order: VenueOrder, trade: Trade, fee: Decimal, currency: str, profit: Decimal = ZERO
) -> Execution:
    """One side of a trade as its order's owner is told of it."""
    return Execution(
        id=trade.id,
        order=order.id,
        symbol=order.symbol,
        side=order.side,
        price=trade.price,
        quantity=trade.quantity,
        fee=fee,
        fee_currency=currency,
        maker=trade.maker,
        ms=trade.ms,
        profit=profit,
    )
