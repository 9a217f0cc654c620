"""The engine: one loop that hears the venue, steps the desk, and lets what it means be sent."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.contract import (
    BarEvent,
    Broker,
    BrokerEvent,
    Feed,
    Link,
    LinkEvent,
    MoneyEvent,
    OrderUpdate,
    QuoteEvent,
    TimeEvent,
    TradeEvent,
)
from brokers.rows import Row, Rows
from desk.orders import Fill, Order
from live.agreement import Agreement
from live.elsewhere import Elsewhere
from live.expiry import Expiries
from live.guard import Guard
from live.history import rows_between
from live.protection import Protection
from live.reconcile import reconcile
from live.recovery import LIVE, Recovered, checkpoint, deny_new
from live.risk.judgement import Notice, Wanted
from live.sending import Sending
from live.session import Session
from live.treasurer import EVERY, Treasurer
from market.errors import MaemaeError
from market.timeframes import SECOND
from records.inputs import Start, Stop, Timer

Clock = Callable[[], int]
BEAT_S = 1.0
CROSSED_AGAIN = 2 * SECOND  # until the venue is asked again when a fill crossed its answer
DEAF_EVERY = 10 * SECOND  # between comparisons at most while the account's stream is down


@dataclass(eq=False)
class Engine:
    """Runs one account until the feed ends or ``stop`` is called.

    clock: ns UTC; a replay's is the market's own. guard, protection: None in a replay that needs none.
    warmup: closed bars that the strategies and filters need before the first that counts. after: told of
    every row. told: notices of the gate, for people. listen: told of every event of the broker's first.
    elsewhere: what closed without the bot; None where nothing can. reconcile_every: ns between comparisons
    with the venue. transfers_every: between questions for money that moved without trading.
    """

    broker: Broker
    session: Session
    sending: Sending
    rows: Rows
    clock: Clock
    guard: Guard | None = None
    protection: Protection | None = None
    warmup: int = 0
    feeds: frozenset[Feed] = frozenset({Feed.BARS, Feed.ORDERS})
    reconcile_every: int = 60_000_000_000
    transfers_every: int = EVERY
    beat_s: float | None = BEAT_S
    ready: Callable[[], None] = lambda: None
    after: Callable[[Row], None] = lambda row: None
    told: Callable[[Notice], None] = lambda notice: None
    listen: Callable[[BrokerEvent], None] = lambda event: None
    elsewhere: Elsewhere | None = None

    def __post_init__(self) -> None:
        self.agreement = Agreement(self.session)
        if self.guard is not None:
            self.guard.agreement = self.agreement
        self.treasurer = Treasurer(
            self.broker, self.session, self.clock, self.transfers_every,
            lambda code, text: self.sending.alarm(code, text), self.reconcile,
        )  # fmt: skip
        self._expiries: Expiries | None = None  # once its bars are heard, whose last price counts
        self._stop = asyncio.Event()
        self._turn = asyncio.Lock()  # held while an event is heard
        self._compared = 0

    @property
    def instruments(self) -> list[str]:
        return [one.id for one in self.session.trader.instruments]

    @property
    def drifting(self) -> Mapping[str, str]:
        """Instruments that aren't as booked, and how."""
        return self.agreement.drift

    async def start(self, start: Start, found: Recovered) -> None:
        """Bring the account to now: what the journal meant and never sent is denied, what the venue did is
        heard, bars that closed meanwhile are caught up on."""
        now = self.clock()
        self.session.tell(start, now)
        self.sending.put(deny_new(self.session, found, now))
        self.sending.naming.begin()
        self.sending.deny_unsent()
        if self.elsewhere is not None:
            self.elsewhere.catch_up()
        held = await self.reconcile(starting=True)
        await self.treasurer.begin(held if not found.live else {})
        self.treasurer.take_in(found.joined, held)
        self.compared(held)
        await self.treasurer.ask()
        await self._fill_in(found)
        await self._catch_up(found)
        self._settle_expired(held)
        for known in self.session.orders.open():
            if known.number >= 0 and not self.session.trader.awaits(known.number):
                self.sending.withdraw(known.order)  # meant by other code, or by a desk that has ended it
        self.ready()
        await self.broker.subscribe(self.instruments, set(self.feeds), self.rows.timeframe)

    async def run(self) -> None:
        """Trade until the feed ends, ``stop`` is called or something dies."""
        stopped = asyncio.create_task(self._stop.wait())
        hearing = asyncio.create_task(self._hear_all())
        beating = asyncio.create_task(self._beat_on())
        asking = asyncio.create_task(self.treasurer.run())
        ends: list[asyncio.Future[Any]] = [stopped, hearing, beating, asking, self.sending.failed]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                if end.done():
                    end.result()  # raises what it died of
            if hearing.done():
                await self.sending.idle()
                await self.sending.settled()
        finally:
            await self._turn.acquire()  # what is being heard is heard to its end
            for task in (hearing, beating, asking, stopped):
                task.cancel()
            await self.sending.close()

    async def _hear_all(self) -> None:
        async for event in self.broker.events():
            async with self._turn:
                await self.hear(event)
            await asyncio.sleep(0)  # what it made the desk mean leaves before the next is heard

    def stop(self) -> None:
        """End the loop; what rests at the venue stays."""
        self._stop.set()

    def finish(self, reason: str) -> None:
        """A checkpoint for code that comes later, and the end of this run in the journal."""
        now = self.clock()
        self.session.tell(checkpoint(self.session), now)
        self.session.tell(Stop(reason), now)

    async def hear(self, event: BrokerEvent) -> None:
        self.listen(event)
        if self.guard is not None:
            self.guard.see(event)
        if isinstance(event, BarEvent):
            await self._step_on(list(self.rows.take(event)))
        elif isinstance(event, TimeEvent):
            await self._step_on(list(self.rows.said(event.now)))
        elif isinstance(event, OrderUpdate):
            for update in self.sending.naming.update(event):
                self._hear_update(update)
        elif isinstance(event, TradeEvent):
            self._see_price(event.instrument, event.price)
        elif isinstance(event, QuoteEvent):
            self._see_price(event.instrument, (event.bid + event.ask) / 2.0)
        elif isinstance(event, MoneyEvent):
            self.treasurer.moved()
        elif isinstance(event, LinkEvent) and event.feed is Feed.ORDERS and event.link is not Link.DOWN:
            await self.reconcile()  # bars that were missed are asked for; older prices tell nobody anything

    async def reconcile(self, starting: bool = False) -> dict[str, Decimal]:
        """Hear what the venue has that the journal lacks; returns what it holds, by instrument.

        starting: a venue that can't say ends the start, VenueDown; later it is told, and asked again.
        """
        now = self.clock()
        try:
            found = await reconcile(self.session, self.broker, self.sending.naming, now)
        except MaemaeError as error:
            if starting:
                raise
            self.sending.alarm("reconcile", str(error))
            return {}
        self._compared = now - (self.reconcile_every - CROSSED_AGAIN if found.crossed else 0)
        self.sending.put(found.intents)
        for order in found.doubtful:
            if starting or self._should_be_listed(order):
                self.sending.doubt(order)
        for order in found.external:
            self.sending.tell("external", order, "an order of somebody else's rests on this account")
        self.agreement.compare_orders(found.reports, self.sending.in_flight.keys(), at_once=starting)
        if not found.crossed:
            self.compared(found.held)
        self.treasurer.look()
        for instrument in self.instruments:
            self._protect(instrument)
        return found.held

    def _should_be_listed(self, order: Order) -> bool:
        """False while it waits to be sent, or its answer is on the way."""
        known = self.session.orders[order.client_id]
        old = self.clock() - known.created >= self.reconcile_every
        return order.client_id not in self.sending.in_flight and (old or bool(known.events))

    def compared(self, held: dict[str, Decimal]) -> None:
        """The venue has said what it holds, now. What the bot's owner has beside isn't the bot's."""
        mine = {**held, **self.session.purse.of_bot(held)}
        over = self._expiries.settle(mine) if self._expiries is not None else []
        if self.guard is not None:
            now = self.clock()
            self.guard.reconciled, self.guard.heartbeat = now, now
            self.guard.venue = mine
        self._mark_drift(held)
        self._agree(over)

    def _settle_expired(self, held: dict[str, Decimal]) -> None:
        """The first time, after a start. Nothing else is compared again: since ``held`` was asked for, fills
        of other instruments may have been heard."""
        if self.elsewhere is not None:
            self._expiries = Expiries(self.session, self.sending, self.elsewhere)
            self._agree(self._expiries.settle({**held, **self.session.purse.of_bot(held)}))

    def _agree(self, instruments: Iterable[str]) -> None:
        """What has expired and is held no more is no drift."""
        for instrument in instruments:
            self.agreement.positions.pop(instrument, None)
            if self.guard is not None:
                self.guard.touch(instrument)

    def _mark_drift(self, held: dict[str, Decimal]) -> None:
        """Instruments whose position or orders aren't the book's take no new risk."""
        self.agreement.compare_positions(held)
        if self.guard is not None:
            for instrument in self.instruments:
                self.guard.touch(instrument)

    async def _step_on(self, rows: Sequence[Row]) -> None:
        if rows:
            self.step_all(rows)
            await asyncio.sleep(0)  # what they made the desk mean leaves first
            self._look()

    def step_all(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.sending.put(self.session.row(row, self.clock()))
            self.after(row)

    def _look(self) -> None:
        """Whether what is held is protected, at the newest closes."""
        for column, instrument in enumerate(self.instruments):
            close = self.session.reader.history.close(column)
            if close == close:
                self._see_price(instrument, close)
                self._protect(instrument)

    def _hear_update(self, update: OrderUpdate) -> None:
        self.sending.put(self.session.update(update, self.clock()))
        if isinstance(update.event, Fill):
            self._see_too_much(update)
        if self.guard is not None:
            self.guard.touch(update.instrument)
        self._protect(update.instrument)

    def _see_too_much(self, update: OrderUpdate) -> None:
        known = self.session.orders.known.get(update.client_id)
        if known is not None and known.view.overfilled:
            text = f"the venue filled {known.view.filled} of an order of {known.view.quantity}"
            self.sending.tell("overfilled", known.order, text)

    def _see_price(self, instrument: str, price: float) -> None:
        if self.protection is not None:
            self.protection.price(instrument, price)

    def _protect(self, instrument: str) -> None:
        if self.protection is not None:
            self.protection.check(instrument)

    async def _fill_in(self, found: Recovered) -> None:
        """What strategies and filters look back on of instruments that joined a history which was there."""
        history = self.session.reader.history
        joined = [one for k, one in enumerate(self.instruments) if found.live and history.lacks(k)]
        if not joined or not self.warmup or not len(history):
            return
        since, until = history.ts(max(len(history) - self.warmup, 0)), history.ts(len(history) - 1)
        asked = (self.rows.timeframe, since, until + self.rows.timeframe)
        self.session.fill([(one, await self.broker.bars(one, *asked)) for one in joined], self.clock())

    async def _catch_up(self, found: Recovered) -> None:
        """Bars that closed before now: history for the first start, what was missed for a later one."""
        timeframe, now = self.rows.timeframe, self.clock()
        history = self.session.reader.history
        until = now - now % timeframe
        since = until - self.warmup * timeframe
        if len(history):
            self.rows.done = history.ts(len(history) - 1)  # a clock that was set back brings it once more
            since = self.rows.done + timeframe
        for row in await rows_between(self.broker, self.session.trader.instruments, timeframe, since, until):
            if found.live:
                self.sending.put(self.session.row(row, now, stale=True))
            else:
                self.session.warm_up(row, now)
            self.rows.done = row.ts
        if not found.live:
            self.session.reader.begin()
            self.session.tell(Timer(LIVE, now), now)

    async def beat(self) -> None:
        """What time alone brings."""
        now = self.clock()
        rows = list(self.rows.due(now))
        self.step_all(rows)
        if rows:
            self._look()
        self.treasurer.tick(now)
        self.session.reader.rest()
        if self.guard is not None:
            for notice in self.guard.gate.tick(self.guard.facts()):
                self._notice(notice, now)
        deaf = self.guard is not None and self.guard.deaf_since is not None
        if now - self._compared > (min(self.reconcile_every, DEAF_EVERY) if deaf else self.reconcile_every):
            await self.reconcile()

    async def _beat_on(self) -> None:
        if self.beat_s is None:
            await asyncio.Event().wait()
        while True:
            await asyncio.sleep(self.beat_s or 0.0)
            await self.beat()

    def _notice(self, notice: Notice, now: int) -> None:
        self.session.tell(notice.message, now)
        self.told(notice)
        if notice.wants is Wanted.CANCEL_ENTRIES:
            for known in self.session.orders.open():
                if not known.order.reduces:
                    self.sending.withdraw(known.order)
