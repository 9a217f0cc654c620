"""What an account is told of its orders, when and in which order."""

from collections.abc import Callable
from decimal import Decimal

from brokers.simulators.events import Change, Event, OrderChanged
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_exchange import SESSION_OVER, KrxExchange
from brokers.simulators.ls_fields import Row
from brokers.simulators.ls_fo_events import FoEvents
from brokers.simulators.ls_ledger import MODIFY, Entry, Ledger
from brokers.simulators.ls_stock_events import StockEvents

Post = Callable[[str, str, Row], None]  # account, stream, body


class Notices:
    """Listens to the exchange after the ledger. While a request holds them, events wait for its answer."""

    def __init__(self, exchange: KrxExchange, ledger: Ledger, doubts: Doubts, post: Post) -> None:
        self.ledger = ledger
        self.doubts = doubts
        self.post = post
        self.fo = FoEvents(exchange, doubts)
        self.stocks = StockEvents(exchange)
        self._holding = 0
        self._held: list[tuple[str, str, Row]] = []
        exchange.listeners.append(self.hear)

    # --- the reply goes first, or the event does

    def hold(self) -> None:
        self._holding += 1

    def release(self) -> None:
        self._holding = max(self._holding - 1, 0)
        if not self._holding:
            held, self._held = self._held, []
            for account, stream, body in held:
                self.post(account, stream, body)

    def _say(self, entry: Entry, told: tuple[str, Row]) -> None:
        stream, body = told
        if self._holding:
            self._held.append((entry.account, stream, body))
        else:
            self.post(entry.account, stream, body)

    # --- what happens

    def hear(self, event: Event) -> None:
        if not isinstance(event, OrderChanged):
            return
        entry = self.ledger.entries[event.order.id]
        if event.change is Change.NEW:
            self._taken(entry)
        elif event.change is Change.TRADE and event.execution is not None:
            words = self._words(entry)
            self._say(entry, words.filled(entry, event.execution))
        elif event.change is Change.EXPIRED:
            self._ended(entry)

    def _words(self, entry: Entry) -> FoEvents | StockEvents:
        return self.stocks if entry.contract.stock else self.fo

    def _taken(self, entry: Entry) -> None:
        """The broker's acceptance; of a change, the exchange's confirmation behind it."""
        words = self._words(entry)
        self._say(entry, words.accepted(entry))
        if entry.kind == MODIFY:
            self._say(entry, words.confirmed(entry, entry.quantity))

    def _ended(self, entry: Entry) -> None:
        """The exchange refused it, or what couldn't trade at once was cancelled by itself."""
        order, words = entry.order, self._words(entry)
        assert order is not None
        if entry.refused:
            self._say(entry, words.refused(entry))
        elif order.reason != SESSION_OVER or self.doubts.day_end_told:
            self._say(entry, words.confirmed(entry, order.left, itself=True))

    def cancelled(self, entry: Entry, before: Entry, lots: Decimal) -> None:
        words = self._words(entry)
        self._say(entry, words.accepted(entry))
        self._say(entry, words.confirmed(entry, lots))
