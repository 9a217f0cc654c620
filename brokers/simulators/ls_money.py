"""Won and positions at a Korean broker: margin for futures, premiums for options, cash for stocks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.book import Book
from brokers.simulators.listing import ZERO, Listing
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.order import Execution, VenueOrder
from brokers.simulators.settlement import Reason, Rejected, Trade, execution_of

WON = Decimal(1)


@dataclass(frozen=True)
class Flow:
    """One movement of won. kind: trade (a stock's price, an option's premium), profit, fee or tax."""

    account: str
    symbol: str
    kind: str
    amount: Decimal
    ms: int


@dataclass
class KrxSettlement:
    """mark: a symbol's last price. working: an account's open orders. flows: every movement of won.

    Cash of stocks moves at the trade; that it is paid two days later shows in the account's queries only.
    """

    listings: dict[str, Listing]
    mark: Callable[[str], Decimal]
    working: Callable[[str], Iterable[VenueOrder]]
    flows: list[Flow] = field(default_factory=list)

    # --- what orders need

    def reserve(self, account: Account, order: VenueOrder, book: Book) -> None:
        contract = self.contract(order.symbol)
        if contract.stock and order.side < 0:
            if order.left > self.sellable(account, contract):
                raise Rejected(Reason.REDUCE, contract)
            return
        price = order.limit or book.best(order.side) or self.mark(order.symbol)
        if self._needed(account, order, price) > self.available(account):
            raise Rejected(Reason.MARGIN, contract)

    def contract(self, symbol: str) -> Contract:
        found = self.listings[symbol]
        assert isinstance(found, Contract)
        return found

    def _needed(self, account: Account, order: VenueOrder, price: Decimal) -> Decimal:
        """Won that an order may use."""
        contract = self.contract(order.symbol)
        if contract.stock:
            return order.left * price * (1 + contract.fees.taker) if order.side > 0 else ZERO
        held = account.position(order.symbol).amount
        opening = order.left if held * order.side >= 0 else max(order.left - abs(held), ZERO)
        if contract.option and order.side > 0:
            return order.left * price * contract.multiplier
        return opening * contract.margin_of(price, order.side)

    def sellable(self, account: Account, contract: Contract) -> Decimal:
        """Shares held and not for sale already."""
        symbol = contract.symbol
        selling = [o.left for o in self.working(account.name) if o.symbol == symbol and o.side < 0]
        return account.position(symbol).amount - sum(selling, ZERO)

    def release(self, account: Account, order: VenueOrder) -> None:
        """Nothing is locked: what open orders need is counted."""

    def afford(self, account: Account, order: VenueOrder, price: Decimal) -> Decimal:
        return order.left

    # --- what trades move

    def settle(self, account: Account, order: VenueOrder, listing: Listing, trade: Trade) -> Execution:
        contract = self.contract(order.symbol)
        position = account.position(order.symbol)
        profit = position.apply(order.side, trade.quantity, trade.price) * contract.multiplier
        position.updated = trade.ms
        value = trade.price * trade.quantity * contract.multiplier
        if contract.kind == "future":
            self.pay(account, order.symbol, "profit", profit, trade.ms)
        else:
            self.pay(account, order.symbol, "trade", -order.side * value, trade.ms)
        fee = (value * contract.fees.rate(trade.maker)).quantize(WON)
        self.pay(account, order.symbol, "fee", -fee, trade.ms)
        if contract.stock and order.side < 0:
            self.pay(account, order.symbol, "tax", -(value * contract.tax).quantize(WON), trade.ms)
        order.filled += trade.quantity
        order.spent += trade.price * trade.quantity
        return execution_of(order, trade, fee, "KRW", profit)

    def pay(self, account: Account, symbol: str, kind: str, amount: Decimal, ms: int) -> None:
        """Move an account's won, whole ones, and remember why."""
        whole = amount.quantize(WON)
        if whole:
            account.balance("KRW").free += whole
            self.flows.append(Flow(account.name, symbol, kind, whole, ms))

    def expire(self, account: Account, symbol: str, final: Decimal, ms: int) -> None:
        """Cash settlement: a future at ``final``, an option at what it is worth inside; free of fees."""
        contract, position = self.contract(symbol), account.position(symbol)
        if not position.amount:
            return
        worth = final
        if contract.option:
            inside = final - contract.strike if contract.kind == "call" else contract.strike - final
            worth = max(inside, ZERO)
        held, side = position.amount, -1 if position.amount > 0 else 1
        profit = position.apply(side, abs(held), worth) * contract.multiplier
        paid = profit if contract.kind == "future" else held * worth * contract.multiplier
        self.pay(account, symbol, "profit" if contract.kind == "future" else "trade", paid, ms)
        position.updated = ms

    # --- what an account has

    def cash(self, account: Account) -> Decimal:
        return account.balance("KRW").free

    def unrealized(self, account: Account, symbol: str) -> Decimal:
        position = account.position(symbol)
        gained = self.mark(symbol) - position.entry
        return position.amount * gained * self.contract(symbol).multiplier if position.amount else ZERO

    def held(self, account: Account, stock: bool = False) -> list[str]:
        """Symbols of open positions, of stocks or of futures and options."""
        return [
            symbol
            for (symbol, _), position in account.positions.items()
            if position.amount and self.contract(symbol).stock == stock
        ]

    def futures_profit(self, account: Account) -> Decimal:
        futures = [s for s in self.held(account) if self.contract(s).kind == "future"]
        return sum((self.unrealized(account, symbol) for symbol in futures), ZERO)

    def options_value(self, account: Account) -> Decimal:
        """What open options are worth: short ones count against the account."""
        options = [s for s in self.held(account) if self.contract(s).option]
        return sum(
            (account.position(s).amount * self.mark(s) * self.contract(s).multiplier for s in options), ZERO
        )

    def position_margin(self, account: Account) -> Decimal:
        return sum((self._margin(account, symbol) for symbol in self.held(account)), ZERO)

    def _margin(self, account: Account, symbol: str) -> Decimal:
        contract, amount, mark = self.contract(symbol), account.position(symbol).amount, self.mark(symbol)
        if contract.option and amount > 0:
            return ZERO
        premium = mark * contract.multiplier if contract.option else ZERO
        return abs(amount) * (contract.margin_of(mark, -1) + premium)

    def order_margin(self, account: Account) -> Decimal:
        return sum(
            (
                self._needed(account, order, order.limit or self.mark(order.symbol))
                for order in self.working(account.name)
            ),
            ZERO,
        )

    def available(self, account: Account) -> Decimal:
        """What new orders may use."""
        used = self.position_margin(account) + self.order_margin(account)
        return self.cash(account) + self.futures_profit(account) - used

    def equity(self, account: Account) -> Decimal:
        """Cash, what futures have won and what options are worth; stocks besides."""
        stocks = sum(
            (account.position(s).amount * self.mark(s) for s in self.held(account, stock=True)), ZERO
        )
        return self.cash(account) + self.futures_profit(account) + self.options_value(account) + stocks
