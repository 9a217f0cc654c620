"""Orders and executions as the venue keeps them."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from brokers.simulators.listing import ZERO


class Status(Enum):
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"


class Life(Enum):
    """How long an order rests: until cancelled, not at all, all or nothing, only as a maker."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    POST = "GTX"


class Prevention(Enum):
    """What gives way when two orders of one account meet."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"


@dataclass(frozen=True)
class Execution:
    """One trade of an order. profit: realised by it, on a margin venue. ms: when the venue matched it."""

    id: int
    order: int
    symbol: str
    side: int
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    maker: bool
    ms: int
    profit: Decimal = ZERO


@dataclass(frozen=True)
class Ticket:
    """What an account asks for. side: +1 buy, -1 sell.

    quantity: units; cost instead of it: quote currency to spend in a market buy. limit, trigger: prices.
    target: the trigger lies on the winning side (take profit). position_side: BOTH, LONG or SHORT.
    label, extra: the venue's own words, kept to be repeated.
    """

    symbol: str
    side: int
    quantity: Decimal = ZERO
    cost: Decimal | None = None
    limit: Decimal | None = None
    trigger: Decimal | None = None
    target: bool = False
    life: Life = Life.GTC
    client_id: str = ""
    reduce_only: bool = False
    close_all: bool = False
    position_side: str = "BOTH"
    prevention: Prevention = Prevention.NONE
    label: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class VenueOrder:
    """An order and what became of it. locked: of ``lock_currency``. triggered: ms, 0 = not (yet)."""

    id: int
    account: str
    ticket: Ticket
    created: int
    updated: int
    quantity: Decimal
    limit: Decimal | None
    status: Status = Status.NEW
    filled: Decimal = ZERO
    spent: Decimal = ZERO
    locked: Decimal = ZERO
    lock_currency: str = ""
    working: bool = True
    triggered: int = 0
    reason: str = "NONE"
    executions: list[Execution] = field(default_factory=list)

    @property
    def symbol(self) -> str:
        return self.ticket.symbol

    @property
    def side(self) -> int:
        return self.ticket.side

    @property
    def open(self) -> bool:
        return self.status in (Status.NEW, Status.PARTIALLY_FILLED)

    @property
    def left(self) -> Decimal:
        """Units that may still fill; of an order by cost, unknown (0)."""
        return max(self.quantity - self.filled, ZERO)

    @property
    def cost_left(self) -> Decimal:
        return (self.ticket.cost or ZERO) - self.spent

    @property
    def average(self) -> Decimal:
        return self.spent / self.filled if self.filled else ZERO

    @property
    def fees(self) -> Decimal:
        """In whatever currency; of use where a venue has one fee currency."""
        return sum((execution.fee for execution in self.executions), ZERO)
