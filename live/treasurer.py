"""Asks the venue what money came, went and was paid without trading; in a task of its own, so that nothing
waits for it and nothing that goes wrong in it stops trading."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from brokers.contract import AccountReport, FundingReport, TransferReport
from desk.orders import ZERO
from live.session import Session
from market.instruments import Kind
from market.timeframes import DAY, MINUTE, SECOND
from records.inputs import EXTERNAL, Owned

EVERY = 5 * MINUTE
RETRY = 30 * SECOND  # after a failure, and when something moved that isn't listed yet
LOOK_BACK = 7 * DAY  # a transfer may be this long on its way
_LOG = logging.getLogger(__name__)


async def _nothing() -> None:
    """Nobody wants to know."""


@dataclass(eq=False)
class Treasurer:
    """broker: asked for what its capabilities say it can list. every: ns between questions. alarm: (code,
    text) for people. booked: called when something new was written down."""

    broker: Any
    session: Session
    clock: Callable[[], int]
    every: int = EVERY
    alarm: Callable[[str, str], None] = lambda code, text: None
    booked: Callable[[], Awaitable[Any]] = _nothing
    _due: int = 0
    _look: bool = False
    wanted: bool = False  # something says that there is news
    _told: bool = False  # the venue itself does
    _seen: tuple[Decimal, int] | None = None  # cash at the venue, fills by then
    _unexplained: Decimal = ZERO
    _doubted: bool = False  # one question after the move brought nothing
    _failing: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def _can(self) -> tuple[bool, bool]:
        can = self.broker.capabilities
        return can.lists_transfers, can.lists_funding

    async def begin(self, held: Mapping[str, Decimal]) -> None:
        """At the start: what was there before the bot, if nobody has looked yet.

        held: units by instrument that aren't the bot's, on a spot account.
        """
        if not self.session.purse.since:
            await self._own(held)

    def take_in(self, joined: Sequence[str], held: Mapping[str, Decimal]) -> None:
        """Coins of an instrument that joined later: what is there before its first order isn't the bot's.

        held: by the venue's word, units by instrument.
        """
        purse, orders = self.session.purse, self.session.orders.known.values()
        traded = {known.order.instrument for known in orders if known.reason != EXTERNAL}
        new = [one for one in purse.instruments if one.id in joined and one.id not in traded]
        units = {
            one.id: there
            for one in new
            if one.kind is not Kind.FUTURE and one.id not in purse.units
            if (there := held.get(one.id, ZERO) - purse.net.get(one.base, ZERO)) > ZERO
        }
        if units:
            self.session.own(Owned(units), self.clock())

    def tick(self, now: int) -> None:
        """Time has passed."""
        if any(self._can) and now >= self._due:
            self._due = now + self.every
            self.want()

    def want(self) -> None:
        """Something says that money moved: ask soon."""
        self.wanted = True
        self._wake.set()

    def moved(self) -> None:
        """The venue says that money moved; its lists may not say so yet."""
        self._told = True
        self.want()

    def look(self) -> None:
        """Book and venue were compared: see whether cash moved without a fill."""
        if any(self._can):
            self._look = True
            self._wake.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._look:
                self._look = False
                await self.compare()
            if self.wanted:
                self.wanted = False
                await self.ask()

    async def ask(self) -> bool:
        """Hear what is new; True when something was. A venue that can't say is asked again."""
        transfers, funding = self._can
        purse, now = self.session.purse, self.clock()
        if not purse.since or not (transfers or funding):
            return False
        moved: list[TransferReport] = []
        paid: list[FundingReport] = []
        try:
            if transfers:
                moved = await self.broker.transfers(purse.since - LOOK_BACK)
            if funding:
                paid = await self.broker.funding(max(purse.since, purse.funded - DAY))
        except Exception as error:  # whatever it is: trading goes on
            self._failed(error)
            return False
        self._failing = False
        reports: list[TransferReport | FundingReport] = [*moved, *paid]
        news = [self._hear(each) for each in reports]
        unlisted, self._told = self._told and not any(news), False
        self._due = now + (min(RETRY, self.every) if unlisted else self.every)
        self._explain(any(news))
        if any(news):
            await self.booked()
        return any(news)

    def _hear(self, report: TransferReport | FundingReport) -> bool:
        fresh = self.session.money(report, self.clock())
        if fresh and report.currency == self.session.purse.currency and self._unexplained:
            self._unexplained -= report.amount
        return fresh

    def _failed(self, error: Exception) -> None:
        """Logged each time; told once until it works again."""
        text = f"transfers and funding couldn't be asked for: {error}"
        _LOG.warning("%s", text)
        if not self._failing:
            self.alarm("transfers", text)
        self._failing = True
        self._due = min(self._due, self.clock() + min(RETRY, self.every))

    async def _own(self, held: Mapping[str, Decimal]) -> None:
        """Write down what isn't the bot's, once for the life of an account."""
        spot = [one for one in self.session.trader.instruments if one.kind is not Kind.FUTURE]
        units = {one.id: held[one.id] for one in spot if held.get(one.id)}
        if not units and not any(self._can):
            return
        settled = await self._try(self._settled) if self._can[0] else None
        account = await self._try(self.broker.account)
        beside = ZERO if account is None else max(self._cash(account) - self.session.cash_at_venue(), ZERO)
        self.session.own(Owned(units, beside, settled, self.clock()))

    async def _settled(self) -> tuple[str, ...]:
        return tuple(each.id for each in await self.broker.transfers(self.clock() - LOOK_BACK))

    async def _try(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await ask()
        except Exception as error:
            self._failed(error)
            return None

    def _cash(self, account: AccountReport) -> Decimal:
        return account.total.get(self.session.purse.currency, ZERO)

    async def compare(self) -> None:
        """Cash that moved while nothing was filled moved by itself."""
        fills = self.session.fills
        account = await self._try(self.broker.account)
        if account is None or fills != self.session.fills:
            return
        cash, before = self._cash(account), self._seen
        self._seen = cash, fills
        if before is not None and before[1] == fills and before[0] != cash:
            self._unexplained += cash - before[0]
            self._due = min(self._due, self.clock() + RETRY)
            self.want()

    def _explain(self, news: bool) -> None:
        """Cash that moved and that nothing accounts for is told, once the venue has had time to list it."""
        if news or not self._unexplained:
            return
        if not self._doubted:
            self._doubted = True
            self._due = min(self._due, self.clock() + RETRY)
            return
        currency, amount = self.session.purse.currency, self._unexplained
        self._unexplained, self._doubted = ZERO, False
        self.alarm(
            "cash",
            f"{currency} moved by {amount.normalize():+f} without a fill, and the venue lists no transfer "
            "for it yet; the bot's cash is as it was",
        )
