"""One account's trader with its journal: what goes in, and what it makes the desk mean, is on disk first.

An input and all that follows from it is one transaction, flushed once, before anything is sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from brokers.contract import BarEvent, OrderUpdate
from brokers.rows import Row
from desk.orders import Denied, Order, OrderEvent, OrderView, status_of
from desk.records import Reason
from desk.stepper import Step
from live.reading import Reader
from live.trader import Intent, Said, Submit, Trader
from records import inputs, outcomes
from records.entries import draft
from records.events import update_key
from records.journal import Journal
from records.message import Message
from records.steps import Step as StepMessage

STALE = "stale: meant for a moment that has passed"


@dataclass(eq=False)
class Known:
    """An order and all that became known of it. number: the desk's own, -1 for one that isn't the desk's.
    created: when it was meant, ns UTC."""

    order: Order
    number: int = -1
    created: int = 0
    events: set[OrderEvent] = field(default_factory=set)

    @property
    def view(self) -> OrderView:
        return status_of(self.order, self.events)


@dataclass(frozen=True)
class Names:
    """What people call the strategies and the filters, in the desk's order."""

    strategies: Sequence[str]
    filters: Sequence[str]


@dataclass(eq=False)
class Session:
    """Feeds the trader and keeps the journal. Nothing here waits, and nothing here sends."""

    journal: Journal
    trader: Trader
    reader: Reader
    names: Names
    orders: dict[str, Known] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)  # keys of updates

    def row(self, row: Row, now: int, stale: bool = False) -> list[Intent]:
        """One closed bar of every instrument.

        stale: it closed while nobody traded. What would have been sent then is denied, exits apart: those are
        still owed.
        """
        said = self.reader.bar(row.ts, row.prices)
        step, intents = self.trader.bar(row.ts, row.prices, said)
        given = StepMessage(row.ts, said.signals, said.p, said.status, said.labels)
        messages: list[Message] = [*self._bars(row, now), given]
        self._write(now, [*messages, *self._outcomes(step, said, row.ts), *self._meant(intents, now)])
        return self._without_stale(intents, now) if stale else intents

    def update(self, update: OrderUpdate, now: int) -> list[Intent]:
        """What became known of an order; heard twice it is heard once."""
        key = update_key(update)
        if key in self.heard:
            return []
        self.heard.add(key)
        if update.client_id in self.orders:
            self.orders[update.client_id].events.add(update.event)
        step, intents = self.trader.update(update)
        outcome = self._trades(step) if step is not None else []
        self._write(now, [inputs.Update(update), *outcome, *self._meant(intents, now)])
        return intents

    def deny(self, order: Order, reason: str, now: int) -> list[Intent]:
        """It won't be sent."""
        return self.update(OrderUpdate(order.client_id, "", order.instrument, Denied(reason), now), now)

    def intend(self, order: Order, reason: Reason, now: int) -> None:
        """An order that isn't the desk's own, such as a protective stop, before it is sent."""
        self.orders[order.client_id] = Known(order, created=now)
        name = self.names.strategies[order.strategy]
        self._write(now, [inputs.Intent(order, name, reason.name)])

    def tell(self, message: Message, now: int) -> None:
        """Write something down that the desk doesn't act on."""
        self._write(now, [message])

    def open_orders(self) -> Iterator[Known]:
        """Orders that may rest at the venue."""
        return (known for known in self.orders.values() if not known.view.closed)

    def _without_stale(self, intents: list[Intent], now: int) -> list[Intent]:
        kept: list[Intent] = []
        for intent in intents:
            if isinstance(intent, Submit) and not intent.order.reduces:
                kept.extend(self.deny(intent.order, STALE, now))
            else:
                kept.append(intent)
        return kept

    def _write(self, now: int, messages: Iterable[Message]) -> None:
        self.journal.append([draft(now, message) for message in messages])

    def _bars(self, row: Row, now: int) -> Iterator[inputs.Bar]:
        history = self.reader.history
        for column, instrument in enumerate(history.instruments):
            o, h, l, c, volume = (float(prices[column]) for prices in row.prices)
            if c == c:
                bar = BarEvent(instrument.id, history.timeframe, row.ts, o, h, l, c, volume, now)
                yield inputs.Bar(bar)

    def _meant(self, intents: Iterable[Intent], now: int) -> Iterator[Message]:
        """Intents to send, and requests to end what was sent."""
        for intent in intents:
            if isinstance(intent, Submit):
                order = intent.order
                self.orders[order.client_id] = Known(order, intent.number, now)
                name = self.names.strategies[order.strategy]
                yield inputs.Intent(order, name, intent.reason.name, intent.seq, intent.number)

    def _outcomes(self, step: Step, said: Said, ts: int) -> Iterator[Message]:
        instruments = self.reader.history.instruments
        for row, signal in zip(step.decisions, said.signals, strict=True):
            instrument = instruments[int(signal["instrument"])].id
            strategy = self.names.strategies[int(signal["strategy"])]
            yield outcomes.Decision.of(row, ts, instrument, strategy, self.names.filters)
        yield from self._trades(step)
        yield outcomes.Equity(ts, step.equity, float(self.trader.desk.book.account["cash"][0]))

    def _trades(self, step: Step) -> list[Message]:
        history = self.reader.history
        return [
            outcomes.Trade.of(
                row,
                history.instruments[int(row["instrument"])].id,
                self.names.strategies[int(row["strategy"])],
                history.ts(int(row["entry_bar"])),
                history.ts(min(int(row["exit_bar"]), len(history) - 1)),
            )
            for row in step.trades
        ]
