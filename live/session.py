"""One account's trader with its journal: what goes in, and what it makes the desk mean, is on disk first.

An input and all that follows from it, verdicts of the risk gate included, is one transaction, flushed once,
before anything is sent.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.contract import BarEvent, FundingReport, OrderUpdate, TransferReport
from brokers.rows import Row
from desk.orders import Denied, Expired, Fill, Order, OrderStatus
from desk.records import Reason
from desk.stepper import Step
from live.orders import Known, Orders
from live.reading import Reader, nothing_said
from live.risk.judgement import Judgement
from live.trader import Intent, Said, Submit, Trader
from live.transfers import Purse, book
from market.bars import PRICES, Bars
from market.instruments import Kind
from records import inputs, outcomes
from records.entries import draft
from records.events import update_key
from records.journal import Journal
from records.message import Message
from records.outcomes import Verdict
from records.steps import Step as StepMessage

STALE = "stale: meant for a moment that has passed"


@dataclass(frozen=True)
class Names:
    """What people call the strategies and the filters, in the desk's order."""

    strategies: Sequence[str]
    filters: Sequence[str]


@dataclass(eq=False)
class Session:
    """Feeds the trader and keeps the journal. Nothing here waits, and nothing here sends.

    judge: what the risk gate says of an order; None: there is none. watch: told of everything that is
    written, once it is on disk.
    """

    journal: Journal
    trader: Trader
    reader: Reader
    names: Names
    judge: Callable[[Order], Judgement] | None = None
    watch: Callable[[int, Message], None] = lambda ts, message: None
    orders: Orders = field(default_factory=Orders)
    heard: set[str] = field(default_factory=set)  # keys of updates
    fills: int = 0  # heard in this life

    def __post_init__(self) -> None:
        self.purse = Purse(tuple(self.trader.instruments))

    def row(self, row: Row, now: int, stale: bool = False) -> list[Intent]:
        """One closed bar of every instrument.

        stale: it closed while nobody traded. What would have been sent then is denied, exits apart: those are
        still owed.
        """
        said = self.reader.bar(row.ts, row.prices)
        return self._step(row, said, now, stale)

    def warm_up(self, row: Row, now: int) -> None:
        """A bar of the past: the desk marks by it, and hears no signal."""
        self.reader.bar(row.ts, row.prices)
        self._step(row, nothing_said(self.trader.n_filters), now, stale=True)

    def update(self, update: OrderUpdate, now: int) -> list[Intent]:
        """What became known of an order; heard twice it is heard once."""
        key = update_key(update)
        if key in self.heard:
            return []
        self.heard.add(key)
        self.orders.hear(update)
        self.fills += isinstance(update.event, Fill)
        step, intents = self.trader.update(update)
        trades = self._trades(step) if step is not None else []
        denied = self._write(now, [inputs.Update(update), *trades], intents)
        return [*self._after(intents, denied, now), *self._rest_of_reduced(update, now)]

    def money(self, report: TransferReport | FundingReport, now: int) -> bool:
        """What moved without trading; True when it is news. Heard twice it is heard once."""
        message: inputs.Transfer | inputs.Funding | None
        if isinstance(report, TransferReport):
            message = self.purse.transfer(report)
        else:
            message = self.purse.payment(report)
        if message is None:
            return False
        self._write(now, [message])
        self.purse.heard(message)
        book(self.trader, message)
        return True

    def own(self, owned: inputs.Owned, now: int = 0) -> None:
        """What was there before the bot, or before an instrument joined: then ``now`` is when, ns UTC."""
        self._write(owned.ts or now, [owned])
        self.purse.heard(owned)

    def cash_at_venue(self) -> Decimal:
        """What the venue's cash should be for the bot's part: on margin, a position's price stays there."""
        book = self.trader.desk.book
        tied = 0.0
        for column, instrument in enumerate(self.trader.instruments):
            if instrument.kind is Kind.FUTURE:
                n = len(self.trader.rules.strategies)
                mine = book.positions[column * n : (column + 1) * n]
                held = mine[mine["lots"] != 0]
                tied += float((held["lots"] * held["avg"]).sum() * book.instruments["size"][column])
        return Decimal(repr(float(book.account["cash"][0]) + tied))

    def deny(self, order: Order, reason: str, now: int) -> list[Intent]:
        """It won't be sent."""
        return self.update(OrderUpdate(order.client_id, "", order.instrument, Denied(reason), now), now)

    def intend(self, order: Order, reason: Reason, now: int) -> None:
        """An order that isn't the desk's own, such as a protective stop, before it is sent."""
        self.orders.add(Known(order, created=now, reason=reason.name))
        name = self.names.strategies[order.strategy]
        self._write(now, [inputs.Intent(order, name, reason.name)])

    def adopt(self, order: Order, now: int) -> None:
        """An order of somebody else's on this account."""
        self.orders.add(Known(order, created=now, reason=inputs.EXTERNAL))
        self._write(now, [inputs.Intent(order, inputs.EXTERNAL)])

    def fill(self, bars: Iterable[tuple[str, Bars]], now: int) -> None:
        """Bars of before, by instrument, of those that joined later: into the rows that are there. The desk
        hears nothing of them; strategies and filters look back on them."""
        history, found = self.reader.history, []
        for instrument, given in bars:
            columns = [getattr(given, name).tolist() for name in PRICES]
            for ts, *prices in zip(given.ts.tolist(), *columns, strict=True):
                if history.fill(self.trader.column(instrument), ts, prices):
                    o, h, l, c, volume = prices
                    found.append(BarEvent(instrument, history.timeframe, ts, o, h, l, c, volume, now))
        if found:
            self._write(now, [inputs.Bar(bar) for bar in found])
            self.take_up()

    def take_up(self) -> None:
        """From here on signals are the desk's again, numbered as if it had heard those before."""
        self.reader.resume()
        self.trader.desk.book.account["signals_seen"] = self.reader.counted

    def tell(self, message: Message, now: int) -> None:
        """Write something down that the desk doesn't act on."""
        self._write(now, [message])

    def _step(self, row: Row, said: Said, now: int, stale: bool) -> list[Intent]:
        step, intents = self.trader.bar(row.ts, row.prices, said)
        given = StepMessage(row.ts, said.signals, said.p, said.status, said.labels)
        messages = [*self._bars(row, now), given, *self._outcomes(step, said, row.ts)]
        denied = self._write(now, messages, intents, judged=not stale)
        if stale:
            denied = {
                intent.order.client_id: STALE
                for intent in intents
                if isinstance(intent, Submit) and not intent.order.reduces
            }
            self._ask_again(intents)
        return self._after(intents, denied, now)

    def _ask_again(self, intents: list[Intent]) -> None:
        """What is owed still leaves by the gate's word of now: it may be closed by others since."""
        for intent in intents:
            if isinstance(intent, Submit) and intent.order.reduces:
                self.orders[intent.order.client_id].waits = True

    def _after(self, intents: list[Intent], denied: dict[str, str], now: int) -> list[Intent]:
        """What is left to do once denials have had their consequences."""
        kept: list[Intent] = []
        for intent in intents:
            reason = denied.get(intent.order.client_id) if isinstance(intent, Submit) else None
            kept.extend(self.deny(intent.order, reason, now) if reason else [intent])
        return kept

    def _rest_of_reduced(self, update: OrderUpdate, now: int) -> list[Intent]:
        """An order that the gate made smaller is over for the desk once the smaller one is filled."""
        known = self.orders.known.get(update.client_id)
        if known is None or not isinstance(update.event, Fill) or known.number < 0:
            return []
        if known.view.status is not OrderStatus.FILLED or not self.trader.awaits(known.number):
            return []
        rest = OrderUpdate(update.client_id, update.venue_id, update.instrument, Expired(), now)
        return self.update(rest, now)

    def _write(
        self, now: int, messages: Iterable[Message], intents: Sequence[Intent] = (), judged: bool = True
    ) -> dict[str, str]:
        """One transaction. Returns why each denied order was denied, by client id."""
        denied: dict[str, str] = {}
        written = [*messages]
        for intent in intents:
            if isinstance(intent, Submit):
                written.extend(self._meant(intent, now, denied, judged))
        self.journal.append([draft(now, message) for message in written])
        for message in written:
            self.watch(now, message)
        return denied

    def _meant(self, intent: Submit, now: int, denied: dict[str, str], judged: bool) -> Iterator[Message]:
        """An order to send, and what the gate says of it."""
        order = intent.order
        name = self.names.strategies[order.strategy]
        yield inputs.Intent(order, name, intent.reason.name, intent.seq, intent.number)
        verdict = self.judge(order) if self.judge is not None and judged else None
        waits = verdict is not None and not verdict.passes and verdict.waits
        if verdict is not None:
            yield verdict.message
            if verdict.outcome is Verdict.REDUCE:
                order = verdict.to_send
            elif not verdict.passes and not waits:
                denied[order.client_id] = verdict.reason
        self.orders.add(Known(order, intent.number, now, intent.reason.name, waits))

    def _bars(self, row: Row, now: int) -> Iterator[Message]:
        history = self.reader.history
        for column, instrument in enumerate(history.instruments):
            o, h, l, c, volume = (float(prices[column]) for prices in row.prices)
            if c == c:
                bar = BarEvent(instrument.id, history.timeframe, row.ts, o, h, l, c, volume, now)
                yield inputs.Bar(bar)

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
