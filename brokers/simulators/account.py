"""Who trades: keys, rights, balances and positions."""

from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulators.listing import ZERO


@dataclass
class Balance:
    """Of one currency. On a margin venue ``free`` is the wallet and nothing is locked."""

    free: Decimal = ZERO
    locked: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.free + self.locked


@dataclass
class Position:
    """Signed units held at an average entry. updated: ms of the last change."""

    amount: Decimal = ZERO
    entry: Decimal = ZERO
    updated: int = 0

    def apply(self, side: int, quantity: Decimal, price: Decimal) -> Decimal:
        """Trade into it; returns the profit realised."""
        signed = side * quantity
        if self.amount * side >= 0:
            held = abs(self.amount)
            self.entry = (held * self.entry + quantity * price) / (held + quantity)
            self.amount += signed
            return ZERO
        closed = min(quantity, abs(self.amount))
        profit = closed * (price - self.entry) * (1 if self.amount > 0 else -1)
        turned = quantity > abs(self.amount)
        self.amount += signed
        if turned:
            self.entry = price
        elif not self.amount:
            self.entry = ZERO
        return profit


@dataclass
class Movement:
    """Money from outside (amount > 0) or to outside (< 0, ``fee`` besides). settled: ms, 0 = on its way.

    word: how the venue calls the way, where it isn't a deposit or a withdrawal.
    """

    id: int
    currency: str
    amount: Decimal
    fee: Decimal
    created: int
    settled: int = 0
    word: str = ""


@dataclass
class Account:
    """One client of the venue. rights: of its key, among "read", "trade" and "withdraw"."""

    name: str = "trader"
    key: str = "key"
    secret: str = "secret"
    rights: set[str] = field(default_factory=lambda: {"read", "trade"})
    balances: dict[str, Balance] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    leverage: dict[str, int] = field(default_factory=dict)
    isolated: set[str] = field(default_factory=set)
    hedged: bool = False
    revoked: bool = False
    movements: list[Movement] = field(default_factory=list)

    def balance(self, currency: str) -> Balance:
        return self.balances.setdefault(currency, Balance())

    def position(self, symbol: str, side: str = "BOTH") -> Position:
        return self.positions.setdefault((symbol, side), Position())

    @staticmethod
    def funded(money: dict[str, str | int | float | Decimal], **fields: str) -> "Account":
        """An account that owns ``money``, by currency."""
        account = Account(**fields)  # type: ignore[arg-type]
        for currency, amount in money.items():
            account.balances[currency] = Balance(free=Decimal(str(amount)))
        return account
