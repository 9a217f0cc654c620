"""What the risk gate is told, kept up to date from everything the engine hears.

An instrument's facts are made anew only when something about it was heard: the gate sums up what changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from brokers.contract import (
    AccountReport,
    BarEvent,
    BrokerEvent,
    Feed,
    Link,
    LinkEvent,
    OrderUpdate,
    QuoteEvent,
    TimeEvent,
    TradeEvent,
)
from desk.orders import Fill, Order
from desk.records import State
from live.agreement import Agreement
from live.alerting import Alerting
from live.elsewhere import SETTLED
from live.orders import Known
from live.risk.facts import AccountFacts, Facts, MarketFacts, StrategyFacts, Unresolved, Working
from live.risk.gate import RiskGate
from live.risk.judgement import Judgement
from live.sending import InFlight, Sending
from live.session import Session
from live.trader import Trader
from live.transfers import carried
from market.timeframes import DAY
from records.inputs import Transfer, Update
from records.latch import KillLatch
from records.message import Message
from records.outcomes import Equity, Trade


@dataclass(eq=False)
class Guard:
    """The gate of a running bot.

    sending is given after both exist: it knows which calls have no answer. paused: by whom, "" = not.
    """

    gate: RiskGate
    trader: Trader
    clock: Callable[[], int]
    latch: KillLatch | None = None
    shorts: bool = True
    venue_reduces: bool = False
    sending: Sending | None = None
    session: Session | None = None
    paused: str = ""
    clock_offset: int | None = None  # ours less the venue's, ns; None = not measured: no entries
    heartbeat: int | None = None
    bars_until: int | None = None  # every bar that closed by then was said; None = nothing was heard yet
    deaf_since: int | None = None  # since when the account's stream isn't up; None = it is, or there is none
    reconciled: int | None = None
    agreement: Agreement | None = None  # with the venue; the engine keeps it
    venue: dict[str, Decimal] = field(default_factory=dict)  # held by the venue's word, by instrument
    account: AccountReport | None = None
    alerting: Alerting = field(default_factory=Alerting)

    def __post_init__(self) -> None:
        self._markets = {one.id: MarketFacts() for one in self.trader.instruments}
        self._changed = set(self._markets)
        self._peak, self._equity = 0.0, self.trader.rules.cash
        n = len(self.trader.rules.strategies)
        self._realised, self._at_dawn, self._day = [0.0] * n, [0.0] * n, -1

    def see(self, event: BrokerEvent) -> None:
        """Prices, and the sign of life that every event is."""
        now = self.clock()
        self.heartbeat = now
        if isinstance(event, TimeEvent):
            self.bars_until = event.now
        elif self.bars_until is None:
            self.bars_until = now
        if isinstance(event, BarEvent):
            self._close(event)
        elif isinstance(event, TradeEvent):
            self._change(event.instrument, last=event.price, last_at=event.ts)
        elif isinstance(event, LinkEvent) and event.feed is Feed.ORDERS:
            self._link(event.link, now)
        elif isinstance(event, QuoteEvent):
            self._change(event.instrument, bid=event.bid, ask=event.ask, quoted_at=event.ts)

    def _link(self, link: Link, now: int) -> None:
        if link is Link.UP:
            self.deaf_since = None
        elif link is Link.DOWN and self.deaf_since is None:
            self.deaf_since = now

    def held(self, instrument: str) -> Decimal | None:
        """Signed units by the venue's word and the fills since; None = it wasn't asked yet."""
        return self.venue.get(instrument)

    def touch(self, instrument: str) -> None:
        """Something about an instrument's orders or positions changed."""
        self._changed.add(instrument)

    def heard(self, ts: int, message: Message) -> None:
        """Everything the journal holds."""
        self.gate.heard(ts, message)
        if isinstance(message, Equity):
            self._equity = message.equity
            self._peak = max(self._peak, message.equity)
        elif isinstance(message, Transfer):
            booked = float(message.booked)
            self._peak = carried(self._peak, self._equity, booked)
            self._equity += booked
        elif isinstance(message, Trade) and message.strategy in self.gate.strategies:
            self._realised[self.gate.strategies.index(message.strategy)] += message.pnl
        elif isinstance(message, Update) and isinstance(message.update.event, Fill):
            self._fill(message.update, message.update.event)

    def judge(self, order: Order) -> Judgement:
        """What the gate says of an order now."""
        self.touch(order.instrument)
        return self.gate.judge(order, self.facts())

    def halted(self) -> str:
        """Why nothing may leave, asked right before each send; "" = it may."""
        latched = self.latch.read() if self.latch is not None else None
        return str(latched) if latched is not None else ""

    def again(self, order: Order) -> Judgement:
        """What it says of an order that has waited. One that had passed before isn't its own duplicate."""
        self.touch(order.instrument)
        passed = order.client_id in self.gate.memory.ids
        return self.gate.judge(order, self.facts(), replaces=order.client_id if passed else "")

    def facts(self) -> Facts:
        """All that the gate may know, at this moment."""
        for instrument in self._changed & self._markets.keys():
            self._refresh(instrument)
        self._changed.clear()
        return Facts(self.clock(), self._markets, self._account())

    def _close(self, bar: BarEvent) -> None:
        """A close is as old as it is, however late it was heard; a trade after it stands."""
        at = bar.ts + bar.timeframe
        if bar.instrument in self._markets and at >= self._markets[bar.instrument].last_at:
            self._change(bar.instrument, last=bar.close, last_at=at)

    def _change(self, instrument: str, **values: object) -> None:
        if instrument in self._markets:
            self._markets[instrument] = replace(self._markets[instrument], **values)  # type: ignore[arg-type]

    def _refresh(self, instrument: str) -> None:
        column = self.trader.column(instrument)
        n = len(self.trader.rules.strategies)
        lots = self.trader.desk.book.positions["lots"][column * n : (column + 1) * n]
        lot = self.trader.lot(column)
        books = tuple(int(each) * lot for each in lots)
        resting = list(self.session.orders.resting(instrument)) if self.session else []
        flying = self._flying(instrument)
        self._markets[instrument] = replace(
            self._markets[instrument],
            last=self._last(instrument, column),
            books=books,
            adv=self._adv(column),
            venue=self.held(instrument),
            working=tuple(_working(known) for known in resting if self._left(known)),
            unresolved=tuple(
                Unresolved(each.order.client_id, each.since, each.order.reduces, each.lost) for each in flying
            ),
            drift=self._drift(instrument),
        )

    def _last(self, instrument: str, column: int) -> float:
        """The newest price; of what has expired none comes any more, and the book's mark stands."""
        last, expiry = self._markets[instrument].last, self.trader.instruments[column].expiry
        if last == last or not 0 < expiry <= self.clock():
            return last
        return float(self.trader.desk.book.instruments["last"][column])

    def _drift(self, instrument: str) -> str:
        return self.agreement.of(instrument) if self.agreement is not None else ""

    def _alert_since(self) -> int:
        late_s = self.alerting.late_s()
        return self.clock() - int(late_s * 1e9) if late_s else 0

    def _flying(self, instrument: str) -> list[InFlight]:
        if self.sending is None:
            return []
        return [each for each in self.sending.in_flight.values() if each.order.instrument == instrument]

    def _left(self, known: Known) -> bool:
        """Whether it was sent; an order that is being judged doesn't stand in its own way."""
        flying = self.sending is not None and known.order.client_id in self.sending.in_flight
        return flying or bool(known.events)

    def _fill(self, update: OrderUpdate, fill: Fill) -> None:
        """What the venue holds follows the fills until it is asked again; its own word is in it already."""
        if fill.trade_id.startswith(SETTLED):
            return
        name, dot, _ = update.client_id.partition(".")
        known = self.session.orders.known.get(name) if self.session else None
        if known is not None and update.instrument in self.venue:
            side = -known.order.side if dot else known.order.side
            base = self.trader.instruments[self.trader.column(update.instrument)].base
            kept = fill.fee if side > 0 and base and fill.fee_currency == base else Decimal(0)
            self.venue[update.instrument] += side * fill.quantity - kept

    def _adv(self, column: int) -> float | None:
        """Units traded in an average day of the newest bars; None when nothing is known of it."""
        if self.session is None:
            return None
        history = self.session.reader.history
        a_day = max(int(DAY / history.timeframe), 1)
        volumes = history.volumes(column, a_day)
        known = volumes[volumes == volumes]
        total = float(known.sum())  # on an order's way: summed once
        return total / len(known) * a_day if total > 0.0 else None

    def _worth(self, strategy: int) -> float:
        """Realised and unrealised result of a strategy since the account began."""
        book = self.trader.desk.book
        n = len(self.trader.rules.strategies)
        mine = book.positions[strategy::n]
        held = mine["lots"] != 0
        gains = (book.instruments["last"] - mine["avg"]) * mine["lots"] * book.instruments["size"]
        return self._realised[strategy] + float(gains[held].sum())

    def _strategies(self, day: int) -> tuple[StrategyFacts, ...]:
        worth = [self._worth(strategy) for strategy in range(len(self._realised))]
        if day != self._day:
            self._day, self._at_dawn = day, worth
        return tuple(
            StrategyFacts(day_pnl=now - then) for now, then in zip(worth, self._at_dawn, strict=True)
        )

    def _account(self) -> AccountFacts:
        account = self.trader.desk.book.account[0]
        equity = float(account["equity"])
        self._peak = max(self._peak, equity)
        free = None
        if self.account is not None:
            free = {currency: float(amount) for currency, amount in self.account.free.items()}
        return AccountFacts(
            equity=equity,
            day_equity=float(account["day_equity"]),
            peak=self._peak,
            day_start=int(account["day"]) * DAY - int(account["day_offset"]),
            free=free,
            state=State(int(account["state"])),
            strategies=self._strategies(int(account["day"])),
            heartbeat=self.heartbeat,
            deaf_since=self.deaf_since,
            clock_offset=self.clock_offset,
            reconciled=self.reconciled,
            paused=self.paused,
            killed=self.halted(),
            drift=self._drift(""),
            alert_since=self._alert_since(),
            shorts=self.shorts,
            venue_reduces=self.venue_reduces,
        )


def _working(known: Known) -> Working:
    order = known.order
    return Working(
        order.client_id,
        order.side,
        known.view.leaves,
        order.trigger if order.trigger is not None else order.limit,
        order.trigger is not None,
        order.reduces,
        order.strategy,
    )
