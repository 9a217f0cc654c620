"""Entries the desk is folded over, and what was meant before it was sent."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from brokers.contract import BarEvent, OrderUpdate
from desk.orders import ZERO, Order
from records.events import update_key
from records.manifest import RunManifest
from records.message import Message

EXTERNAL = "EXTERNAL"  # the strategy of orders that others put on the account and we adopted


@dataclass(frozen=True)
class Traded:
    """An instrument as a run had it. lot: units. multiplier: quote currency per point and unit."""

    id: str
    lot: float = 1.0
    multiplier: float = 1.0


@dataclass(frozen=True)
class Start(Message):
    """A run begins, in a mode: paper or live. The manifest says which code, settings and seed; instruments
    are in the desk's order, () where older code didn't say."""

    profile: str
    mode: str
    manifest: RunManifest
    instruments: tuple[Traded, ...] = ()


@dataclass(frozen=True)
class Stop(Message):
    """A run ended as it was asked to. Without one it was killed."""

    reason: str = ""


@dataclass(frozen=True)
class Bar(Message):
    """A closed bar as the desk saw it; its repetition is none."""

    event: BarEvent

    @property
    def key(self) -> str:
        return f"{self.event.instrument}|{self.event.timeframe}|{self.event.ts}"


@dataclass(frozen=True)
class Intent(Message):
    """An order before it is sent. strategy: EXTERNAL when we only adopted it. reason: a name of
    ``desk.records.Reason``. seq: the signal behind it, desk_id: the order's number at the desk; -1 = none.
    """

    order: Order
    strategy: str
    reason: str = ""
    seq: int = -1
    desk_id: int = -1

    @property
    def key(self) -> str:
        return self.order.client_id


@dataclass(frozen=True)
class Update(Message):
    """Something became known of an order, from whatever source: told twice it stands once."""

    update: OrderUpdate

    @property
    def key(self) -> str:
        return update_key(self.update)


class Answer(Enum):
    """How a request for approval ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Approval(Message):
    """The answer to one request; the first stands. who: the user, "" when time ran out."""

    request: str
    answer: Answer
    who: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        return self.request


@dataclass(frozen=True)
class Timer(Message):
    """A moment the desk was told of. due: ns UTC."""

    name: str
    due: int

    @property
    def key(self) -> str:
        return f"{self.name}|{self.due}"


@dataclass(frozen=True)
class Transfer(Message):
    """Money that came (amount > 0) or went (< 0) without trading. transfer_id: the venue's.

    booked: what it moved the desk's cash by, account currency; the rest moved what lies beside the bot.
    """

    transfer_id: str
    currency: str
    amount: Decimal
    ts: int = 0
    note: str = ""
    booked: Decimal = ZERO

    @property
    def key(self) -> str:
        return self.transfer_id


@dataclass(frozen=True)
class Funding(Message):
    """What a perpetual's holder was paid (amount > 0) or paid (< 0) by the other side: profit or loss, no
    fee. funding_id: the venue's. ts: when, ns UTC."""

    funding_id: str
    instrument: str
    currency: str
    amount: Decimal
    ts: int = 0

    @property
    def key(self) -> str:
        return self.funding_id


@dataclass(frozen=True)
class Owned(Message):
    """What lay in the account before the bot came, and isn't its own.

    units: by instrument, of a spot venue's base currencies. beside: of the account currency, what the
    profile's ``cash`` left over. settled: ids of transfers that are in it already, None = all that began
    before ``ts``, ns UTC. ts 0: of instruments that joined later, or of older code, which didn't look for
    transfers: units alone.
    """

    units: dict[str, Decimal]
    beside: Decimal = ZERO
    settled: tuple[str, ...] | None = None
    ts: int = 0

    @property
    def key(self) -> str:
        return "owned" if self.ts else f"owned|{'|'.join(sorted(self.units))}"


@dataclass(frozen=True)
class Checkpoint(Message):
    """The desk's arrays after everything before this entry (``records.checkpoint.pack``)."""

    data: bytes
