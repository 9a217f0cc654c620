"""An order's status is a fold over the *set* of what is known of it, in whatever order it became known.

No transition table: replaying a journal, recovering after a crash and reconciling with a venue all end in the
same ``OrderView``. Any permutation and any duplication of the events gives the same view.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import nan

from market.errors import ConfigError

ZERO = Decimal(0)


def decimal(value: float) -> Decimal:
    """The shortest decimal that reads back as the same float."""
    return Decimal(repr(float(value)))


class OrderStatus(Enum):
    """FIX 39 names. A replace or cancel under way is ``OrderView.pending``, not a status."""

    NEW = "new"
    DENIED = "denied"  # by ourselves: never sent
    SUBMITTED = "submitted"  # in flight; the outcome may be unknown
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class Pending(Enum):
    """What has been asked of the venue and not been answered."""

    NONE = "none"
    REPLACE = "replace"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Bracket:
    """The barriers that an entry brings, as its signal says them; NaN = none. unit: a ``BarrierUnit``.
    horizon: bars held at most, 0 = none."""

    stop: float = nan
    target: float = nan
    trail: float = nan
    unit: int = 0
    horizon: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What was meant. side: +1 buy, -1 sell. quantity: units.

    limit: price of a limit order. trigger: price at which a stop becomes a market order. Neither: a market
    order. reduces: it may only bring the position nearer to zero. strategy: whose book it belongs to, by
    place. bracket: what an entry is to be protected by, for venues that protect positions themselves.
    """

    client_id: str
    instrument: str
    side: int
    quantity: Decimal
    limit: Decimal | None = None
    trigger: Decimal | None = None
    reduces: bool = False
    strategy: int = 0
    bracket: Bracket | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and self.trigger is not None:
            raise ConfigError(
                f"order {self.client_id}: limit {self.limit} and trigger {self.trigger}; expected one."
            )
        if self.side not in (1, -1):
            raise ConfigError(
                f"order {self.client_id}: side = {self.side}; expected +1 to buy or -1 to sell."
            )
        if not self.quantity > 0:
            raise ConfigError(f"order {self.client_id}: quantity = {self.quantity}; expected units above 0.")


# What can become known of an order. ``request`` numbers what we asked about this order (1, 2, ...) and is
# repeated by its answer; 0 = the venue spoke unasked. ``sequence`` is the venue's own numbering.


@dataclass(frozen=True, slots=True)
class Created:
    """The intent is in the journal."""


@dataclass(frozen=True, slots=True)
class Denied:
    """A check of ours said no; nothing was sent."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """It may have left: written before the network call."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The venue has it."""

    venue_id: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Definitive evidence that the venue refused it."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReplaceRequested:
    request: int


@dataclass(frozen=True, slots=True)
class ReplaceRefused:
    request: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replaced:
    """quantity: the new whole, what was filled before included. The highest sequence holds."""

    request: int
    sequence: int
    quantity: Decimal
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CancelRequested:
    request: int


@dataclass(frozen=True, slots=True)
class CancelRefused:
    request: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Canceled:
    """Nothing rests any more, asked for or not."""


@dataclass(frozen=True, slots=True)
class Expired:
    """Its time is over."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. trade_id: no other of the account has it. Of several with one trade id, the highest
    sequence is the correction that holds.

    fee: paid, in ``fee_currency`` ("" = the quote currency). tax: quote currency. ts: when the venue says it
    was, ns UTC.
    """

    trade_id: str
    quantity: Decimal
    price: Decimal
    sequence: int = 0
    fee: Decimal = ZERO
    fee_currency: str = ""
    tax: Decimal = ZERO
    maker: bool = False
    ts: int = 0


OrderEvent = (
    Created
    | Denied
    | Sent
    | Accepted
    | Rejected
    | ReplaceRequested
    | ReplaceRefused
    | Replaced
    | CancelRequested
    | CancelRefused
    | Canceled
    | Expired
    | Fill
)


@dataclass(frozen=True)
class OrderView:
    """What is true of an order. average: None before the first fill. leaves: what may still fill.

    quantity, limit: as last replaced. overfilled: the venue filled more than was ordered; tell the operator.
    """

    order: Order
    status: OrderStatus
    filled: Decimal
    average: Decimal | None
    pending: Pending
    overfilled: bool
    quantity: Decimal
    limit: Decimal | None

    @property
    def closed(self) -> bool:
        return self.status in _CLOSED

    @property
    def leaves(self) -> Decimal:
        return ZERO if self.closed else self.quantity - self.filled

    @property
    def position(self) -> Decimal:
        """Signed units this order has brought."""
        return self.order.side * self.filled


_CLOSED = frozenset(
    {
        OrderStatus.DENIED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
        OrderStatus.REJECTED,
    }
)
# From the strongest evidence to the weakest: the first that is known decides. Being filled stands above all.
_PRECEDENCE: tuple[tuple[OrderStatus, type[OrderEvent]], ...] = (
    (OrderStatus.DENIED, Denied),
    (OrderStatus.CANCELED, Canceled),
    (OrderStatus.EXPIRED, Expired),
    (OrderStatus.REJECTED, Rejected),
    (OrderStatus.PARTIALLY_FILLED, Fill),
    (OrderStatus.ACCEPTED, Replaced),
    (OrderStatus.ACCEPTED, Accepted),
    (OrderStatus.SUBMITTED, Sent),
)


def status_of(order: Order, events: Iterable[OrderEvent]) -> OrderView:
    """Fold all that is known of ``order``. Order and repetition of ``events`` don't matter."""
    known = set(events)
    quantity, limit = _terms(order, known)
    fills = _fills(known)
    filled = sum((fill.quantity for fill in fills), ZERO)
    status = _status(known, filled, quantity)
    return OrderView(
        order=order,
        status=status,
        filled=filled,
        average=sum((fill.quantity * fill.price for fill in fills), ZERO) / filled if filled else None,
        pending=Pending.NONE if status in _CLOSED else _pending(known),
        overfilled=filled > quantity,
        quantity=quantity,
        limit=limit,
    )


def _terms(order: Order, known: set[OrderEvent]) -> tuple[Decimal, Decimal | None]:
    """Quantity and limit in force."""
    replaced = [event for event in known if isinstance(event, Replaced)]
    if not replaced:
        return order.quantity, order.limit
    last = max(
        replaced, key=lambda event: (event.sequence, event.request, event.quantity, event.limit or ZERO)
    )
    return last.quantity, last.limit


def _fills(known: set[OrderEvent]) -> list[Fill]:
    """One fill per trade id, sorted, so that sums round alike whatever came first."""
    by_trade: dict[str, Fill] = {}
    for fill in sorted(
        (event for event in known if isinstance(event, Fill)),
        key=lambda fill: (fill.trade_id, fill.sequence, fill.quantity, fill.price, fill.fee, fill.ts),
    ):
        by_trade[fill.trade_id] = fill
    return list(by_trade.values())


def _status(known: set[OrderEvent], filled: Decimal, quantity: Decimal) -> OrderStatus:
    if filled and filled >= quantity:
        return OrderStatus.FILLED
    kinds = {type(event) for event in known}
    if not filled:
        kinds.discard(Fill)  # a trade the venue took back
    return next((status for status, kind in _PRECEDENCE if kind in kinds), OrderStatus.NEW)


def _pending(known: set[OrderEvent]) -> Pending:
    """The latest request that has no answer. An answer also settles what was asked before it."""
    replace = _unanswered(known, ReplaceRequested, (Replaced, ReplaceRefused))
    cancel = _unanswered(known, CancelRequested, (CancelRefused,))
    if not replace and not cancel:
        return Pending.NONE
    return Pending.REPLACE if replace > cancel else Pending.CANCEL


def _unanswered(
    known: set[OrderEvent],
    asked: type[ReplaceRequested] | type[CancelRequested],
    answers: tuple[type[Replaced] | type[ReplaceRefused] | type[CancelRefused], ...],
) -> int:
    """The highest request of a kind without an answer to it or to a later one of its kind; 0 = none."""
    last = max((event.request for event in known if isinstance(event, asked)), default=0)
    answered = max((event.request for event in known if isinstance(event, answers)), default=0)
    return last if last > answered else 0
