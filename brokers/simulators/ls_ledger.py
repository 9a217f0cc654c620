"""The broker's list of orders: every new order, change and cancel has a number and leads back to its root."""

from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulators.events import Change, Event, OrderChanged
from brokers.simulators.listing import ZERO
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_exchange import REFUSED, KrxExchange
from brokers.simulators.ls_hours import Session
from brokers.simulators.order import Execution, VenueOrder

NEW, MODIFY, CANCEL = "new", "modify", "cancel"


@dataclass
class Entry:
    """A line of the list. kind: new, modify or cancel. org: the number it changed, root: the chain's first.

    quantity: as asked. order: what rests (a cancel has none). ms: when the broker took it.
    """

    number: int
    kind: str
    account: str
    contract: Contract
    side: int
    quantity: Decimal
    price: Decimal
    price_type: str
    session: Session
    ms: int
    org: int = 0
    root: int = 0
    order: VenueOrder | None = None

    @property
    def filled(self) -> Decimal:
        return self.order.filled if self.order is not None else ZERO

    @property
    def average(self) -> Decimal:
        return self.order.average if self.order is not None else ZERO

    @property
    def left(self) -> Decimal:
        """Lots that still rest."""
        return self.order.left if self.order is not None and self.order.open else ZERO

    @property
    def refused(self) -> bool:
        return self.order is not None and self.order.reason == REFUSED

    @property
    def executions(self) -> list[Execution]:
        return self.order.executions if self.order is not None else []

    @property
    def status(self) -> str:
        """In the words of the lists. Those of cancelled and refused orders are not documented."""
        if self.refused:
            return "거부"
        if self.kind == CANCEL:
            return "취소확인"
        if self.left:
            return "접수"
        return "완료" if self.filled >= self.quantity else "확인"


@dataclass
class Ledger:
    """entries: by number, oldest first."""

    exchange: KrxExchange
    entries: dict[int, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exchange.listeners.append(self.hear)

    def hear(self, event: Event) -> None:
        if isinstance(event, OrderChanged) and event.change is Change.NEW:
            self._note(event.order)

    def _note(self, order: VenueOrder) -> None:
        told = order.ticket.extra
        self.entries[order.id] = Entry(
            number=order.id,
            kind=told.get("kind", NEW),
            account=order.account,
            contract=self.exchange.contract(order.symbol),
            side=order.side,
            quantity=order.quantity,
            price=order.limit or ZERO,
            price_type=told.get("type", "00" if order.limit is not None else "03"),
            session=self.exchange.moment(order.symbol).session,
            ms=order.created,
            org=told.get("org", 0),
            root=told.get("root", 0),
            order=order,
        )

    def cancelled(self, before: Entry, lots: Decimal) -> Entry:
        """A cancel's own line."""
        number = self.exchange.take_number()
        entry = Entry(
            number=number,
            kind=CANCEL,
            account=before.account,
            contract=before.contract,
            side=before.side,
            quantity=lots,
            price=before.price,
            price_type=before.price_type,
            session=before.session,
            ms=self.exchange.clock.now(),
            org=before.number,
            root=before.root or before.number,
        )
        self.entries[number] = entry
        return entry

    def find(self, account: str, number: int, symbol: str = "") -> Entry | None:
        entry = self.entries.get(number)
        if entry is None or entry.account != account or symbol not in ("", entry.contract.symbol):
            return None
        return entry

    def of(self, account: str, stock: bool, unseen: int | None = None) -> list[Entry]:
        """An account's lines of stocks, or of derivatives; those after ``unseen`` (ms) are missing."""
        return [
            entry
            for entry in self.entries.values()
            if entry.account == account
            and entry.contract.stock == stock
            and (unseen is None or entry.ms <= unseen)
        ]
