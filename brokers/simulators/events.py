"""What an exchange tells whoever listens: its streams, and tests."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from brokers.simulators.order import Execution, VenueOrder


class Change(Enum):
    """What happened to an order, in the words of Binance's execution types."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    AMENDED = "AMENDMENT"
    TRIGGERED = "TRIGGERED"
    PREVENTED = "TRADE_PREVENTION"


@dataclass(frozen=True)
class OrderChanged:
    """Listeners read the order at once: it lives on."""

    order: VenueOrder
    change: Change
    execution: Execution | None
    ms: int


@dataclass(frozen=True)
class FundsChanged:
    """Balances of an account, and the symbol whose position changed with them ("" = none)."""

    account: str
    currencies: tuple[str, ...]
    reason: str
    ms: int
    symbol: str = ""
    position_side: str = "BOTH"
    delta: Decimal | None = None


@dataclass(frozen=True)
class Printed:
    """A public trade."""

    symbol: str
    id: int
    price: Decimal
    quantity: Decimal
    buyer_maker: bool
    ms: int


@dataclass(frozen=True)
class BookMoved:
    symbol: str
    ms: int


@dataclass(frozen=True)
class CandleMoved:
    """The candle of the replay's own timeframe that opened at ``start`` (ms)."""

    symbol: str
    start: int
    closed: bool
    ms: int


@dataclass(frozen=True)
class KeyRevoked:
    account: str
    ms: int


Event = OrderChanged | FundsChanged | Printed | BookMoved | CandleMoved | KeyRevoked
