"""What every venue's adapter does, and the messages that leave it.

An adapter holds no trading state, never repeats ``submit`` by itself and never guesses: a call answers with
definitive evidence or raises ``OutcomeUnknown``. ``tests/brokers/conformance`` holds all to this.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Protocol

from brokers.candle import Candle
from desk.orders import Fill, Order, OrderEvent, status_of
from desk.records import Reason
from market.bars import Bars
from market.instruments import Instrument

# Behind an entry's client id: which of its barriers filled.
BRACKETS = {".stop": Reason.STOP, ".trail": Reason.TRAIL, ".target": Reason.TARGET}


@dataclass(frozen=True)
class Capabilities:
    """What a venue can do.

    echoes_client_id: orders and fills carry our id, so an unknown submit is settled by it; else by side,
    quantity, price and time (``Claiming``). resting_stops: a stop rests at the venue; else it is watched
    locally. reduce_only: the venue itself refuses to grow a position. replaces: an order can be changed in
    place. market_buy_by_cost: a market buy is sized in quote currency. short: negative positions exist.
    brackets: an order's ``bracket`` is honoured; its fills come under the entry's client id with
    ".stop", ".trail" or ".target" behind it, and Expired under such an id says that a rest remained.
    lists_transfers, lists_funding: it says what came and went without trading, and what perpetuals paid
    (``Treasury``).
    query_lag_s: how long an accepted order may be missing from ``orders``.
    orders_per_s: submits, replaces and cancels it takes without refusing.
    """

    echoes_client_id: bool = True
    resting_stops: bool = True
    reduce_only: bool = False
    replaces: bool = False
    market_buy_by_cost: bool = False
    short: bool = False
    brackets: bool = False
    lists_transfers: bool = False
    lists_funding: bool = False
    query_lag_s: float = 0.0
    orders_per_s: float = 10.0


class Feed(Enum):
    """What can be subscribed to."""

    BARS = "bars"
    TRADES = "trades"
    QUOTES = "quotes"
    ORDERS = "orders"  # of the account: order events and fills


@dataclass(frozen=True)
class BarEvent:
    """A bar of an instrument, closed for good. ts: its open, ns UTC. known: when it reached us."""

    instrument: str
    timeframe: int
    ts: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    known: int = 0


@dataclass(frozen=True)
class TradeEvent:
    """One public trade. quantity: units."""

    instrument: str
    ts: int
    price: float
    quantity: float
    known: int = 0


@dataclass(frozen=True)
class QuoteEvent:
    """Best bid and ask. sizes: units."""

    instrument: str
    ts: int
    bid: float
    ask: float
    bid_size: float = 0.0
    ask_size: float = 0.0
    known: int = 0


@dataclass(frozen=True)
class OrderUpdate:
    """Something became known of an order of the account. client_id: "" when the venue doesn't know ours."""

    client_id: str
    venue_id: str
    instrument: str
    event: OrderEvent
    ts: int = 0


class Link(Enum):
    """The state of a stream."""

    UP = "up"
    DOWN = "down"
    GAP = "gap"  # messages were lost: ask for orders and fills again


@dataclass(frozen=True)
class LinkEvent:
    feed: Feed
    link: Link
    reason: str = ""
    ts: int = 0


@dataclass(frozen=True)
class TimeEvent:
    """Every bar that closed by ``now``, ns UTC, has been said."""

    now: int


@dataclass(frozen=True)
class MoneyEvent:
    """Money moved and no order did it: ask for transfers and funding. reason: the venue's word."""

    reason: str
    ts: int = 0


BrokerEvent = BarEvent | TradeEvent | QuoteEvent | OrderUpdate | LinkEvent | TimeEvent | MoneyEvent


@dataclass(frozen=True)
class OrderReport:
    """One order as the venue has it now.

    events: what is known of it, without its fills (Accepted; Canceled, Expired or Rejected when it ended
    so). filled: units, as the venue counts them. created: ns UTC.
    """

    order: Order
    venue_id: str
    events: tuple[OrderEvent, ...]
    filled: Decimal
    created: int

    @property
    def rests(self) -> bool:
        """Whether it may still fill."""
        return not status_of(self.order, self.events).closed and self.filled < self.order.quantity


@dataclass(frozen=True)
class FillReport:
    """One execution of the account: the update carries a ``desk.orders.Fill``."""

    update: OrderUpdate
    side: int


@dataclass(frozen=True)
class PositionReport:
    """Signed units held. On a spot venue: what is owned of the base currency, locked included."""

    instrument: str
    quantity: Decimal
    average: Decimal | None = None


@dataclass(frozen=True)
class AccountReport:
    """free and total by currency. equity: in the account currency when the venue says it, else None.

    can_withdraw: the key may move money out; None = the venue doesn't say.
    """

    total: dict[str, Decimal]
    free: dict[str, Decimal]
    equity: Decimal | None = None
    can_withdraw: bool | None = None
    ts: int = 0


@dataclass(frozen=True)
class TransferReport:
    """Money that came or went without trading, and has arrived. id: no other transfer of the account has it.

    amount: what the account has more (> 0) or less (< 0) by it, fees of its way included. ts: ns UTC.
    """

    id: str
    currency: str
    amount: Decimal
    ts: int


@dataclass(frozen=True)
class FundingReport:
    """A payment between the holders of a perpetual; > 0 was received. ts: ns UTC."""

    id: str
    instrument: str
    currency: str
    amount: Decimal
    ts: int


class Treasury(Protocol):
    """What an adapter has besides, where its capabilities say so. Raises as the other questions do."""

    async def transfers(self, since: int) -> list[TransferReport]:
        """Transfers that began since (ns UTC) and have arrived, oldest first. Complete, or VenueDown."""
        ...

    async def funding(self, since: int) -> list[FundingReport]:
        """Payments since (ns UTC) of the instruments in use, oldest first. Complete, or VenueDown."""
        ...


class Claiming(Protocol):
    """What an adapter has besides, where the venue doesn't know our ids. It names what it can: after a submit
    that was answered it says Accepted under both ids, and from then on our id. All else comes with
    client_id "" and the number that the order began with."""

    def claim(self, client_id: str, venue_id: str, sent: int, fills: Sequence[Fill] = ()) -> None:
        """This number is this order: name it so, and cancel it by either. Replaces an earlier claim.

        sent: when it left, ns UTC. fills: what is known of it, for venues that list totals only."""
        ...


class Broker(Protocol):
    """Thirteen methods, and what the venue can do.

    Errors: ``OrderRefused`` (definitive: nothing rests), ``OutcomeUnknown`` (ask before anything else),
    ``VenueDown`` (a query failed; it may be asked again), ``ConfigError`` (keys, symbols).
    """

    @property
    def capabilities(self) -> Capabilities: ...

    async def connect(self) -> None:
        """Check keys and clock, load the venue's rules. Raises ConfigError or VenueDown."""
        ...

    async def close(self) -> None:
        """Give back every connection; open orders stay."""
        ...

    async def instruments(self, ids: Sequence[str]) -> tuple[Instrument, ...]:
        """The venue's own facts of each: ticks, lots, minima, fees. Raises ConfigError for an unknown one."""
        ...

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        """Closed bars that open in [start, end), ns UTC, as the venue has them."""
        ...

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None:
        """Begin streams; they mend themselves and say so by ``LinkEvent``."""
        ...

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Everything subscribed, in the order it arrived, until ``close``."""
        ...

    async def submit(self, order: Order) -> None:
        """Send once. Returns when the venue has it; OrderRefused or OutcomeUnknown otherwise, or VenueDown:
        it did nothing with it, which may be sent again under this id. Any other MaemaeError: nothing was
        sent."""
        ...

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        """Change a working order's whole quantity and its limit or trigger, where ``replaces``."""
        ...

    async def cancel(self, order: Order) -> None:
        """Returns when the venue has cancelled it. OrderRefused: nothing rests under this id any more."""
        ...

    async def orders(self, since: int) -> list[OrderReport]:
        """Open orders, and those ended since (ns UTC), of the instruments in use. Complete, or VenueDown."""
        ...

    async def fills(self, since: int) -> list[FillReport]:
        """Executions since (ns UTC) of the instruments in use, oldest first. Complete, or VenueDown."""
        ...

    async def positions(self) -> list[PositionReport]:
        """What is held of the instruments in use."""
        ...

    async def account(self) -> AccountReport:
        """Balances by currency, and what the key may do."""
        ...


class Venue(Broker, Protocol):
    """What the adapter of a real venue has besides the thirteen methods.

    venue: its name. use: the instruments asked of it at ``connect``. patience: ns after a close until a bar
    that no stream said is asked for. clock: this machine's, ns UTC. forward: histories are told from their
    beginning on, whatever the start asked for.
    """

    use: tuple[str, ...]
    patience: int

    @property
    def venue(self) -> str: ...

    @property
    def clock(self) -> Callable[[], int]: ...

    @property
    def forward(self) -> bool: ...

    def now(self) -> int:
        """The venue's time, ns UTC."""
        ...

    async def measure_clock(self) -> int:
        """Ask for the venue's time again; ns by which this machine's is ahead of it. Raises VenueDown."""
        ...

    def pages(
        self, instrument: str, timeframe: int, start: int, end: int
    ) -> AsyncIterator[tuple[int, list[Candle]]]:
        """(ns up to which it has been asked, candles) page by page, as long histories are fetched."""
        ...
