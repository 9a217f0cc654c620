"""Orders at LS: sent once, named by LS's numbers, looked up where no answer says what became of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from brokers.contract import FillReport, OrderReport, OrderUpdate
from brokers.ls.derivatives import Derivatives
from brokers.ls.events import Account, FoEvents, Priced, trade_id
from brokers.ls.gate import Gate
from brokers.ls.lines import Listed, Part, orders_of
from brokers.ls.messages import Message
from brokers.ls.rest import Refused
from brokers.ls.stock_events import StockEvents
from brokers.ls.stocks import Stocks
from brokers.ls.values import SEOUL, session_day, undated
from desk.orders import Canceled, Fill, Order, decimal
from market import krx
from market.errors import DataError, OrderRefused, OutcomeUnknown, VenueDown
from market.instruments import Instrument
from market.timeframes import SECOND

WON = Decimal(1)


@dataclass(eq=False)
class Trading:
    """One account's orders. known: instruments in use. now: ns UTC. result_s: seconds until a result that a
    stream says is looked up."""

    account: Account
    desk: Derivatives | Stocks
    events: FoEvents | StockEvents
    gate: Gate
    known: dict[str, Instrument]
    now: Callable[[], int]
    days: krx.Calendar
    result_s: Callable[[], float]
    _used: set[str] = field(default_factory=set)  # our ids that were sent
    _way: set[tuple[object, ...]] = field(default_factory=set)  # what orders on their way are told apart by

    async def submit(self, order: Order) -> None:
        instrument = self._instrument(order)
        self.begin_session()
        night = await self.gate.night(order, instrument, krx.Deed.NEW)
        if order.client_id in self._used:
            raise OrderRefused(f"order {order.client_id}: this id was used before. Nothing rests twice.")
        with self._on_its_way(order):
            self._used.add(order.client_id)
            self.account.departs(order.instrument)
            root = ""
            try:
                root = await self.desk.submit(order, night, f"submit of order {order.client_id}")
            except VenueDown:
                self._used.discard(order.client_id)  # LS did nothing
                raise
            finally:
                self.account.arrived(order.instrument, order.client_id, root)

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        """Only another price for all that rests: what LS makes of a part isn't known."""
        root, instrument = self._root(order), self._instrument(order)
        what = f"change of order {order.client_id}"
        if price is None or order.limit is None or quantity != order.quantity:
            raise OrderRefused(
                f"{what}: LS changes the price of a whole limit order only. The order is as it was; cancel "
                "it and send another."
            )
        night = await self.gate.night(replace(order, limit=price), instrument, krx.Deed.REPLACE)
        listed = await self._listed(order, root)
        if len(listed.resting) > 1:
            raise OrderRefused(
                f"{what}: somebody else has changed a part of it, so that it rests under "
                f"{len(listed.resting)} numbers. The order is as it was; cancel it and send another."
            )
        was = self.account.chains.newest(root)
        asked = await self.desk.change(order, was, listed.left, price, night, what)
        self.account.chains.link(asked, was)
        told = await self.account.result(asked, self.result_s())
        if told is not None and told.refused:
            raise OrderRefused(f"{what}: {told.refused}. The order is as it was.")
        after = await self._listed(order, root)
        if told is None and after.newest.number == was:
            raise OutcomeUnknown(f"{what}: LS took it and hasn't done it yet. Ask LS what became of it.")
        self.account.chains.changed(asked, was)

    async def cancel(self, order: Order) -> None:
        root, instrument = self._root(order), self._instrument(order)
        night = await self.gate.night(order, instrument, krx.Deed.CANCEL)
        what = f"cancel of order {order.client_id}"
        resting = await self._rests(order, root, night)
        told = True
        for part in resting:
            told = await self._cancel(order, root, part, night, whole=len(resting) == 1) and told
        if not told:
            await self._look_up(order, root, what)
        self.account.tell(order.instrument, root, Canceled(), self.now())

    async def _rests(self, order: Order, root: str, night: bool) -> list[Part]:
        """The numbers under which something of the order rests: several, where somebody else has changed a
        part of it. Raises OrderRefused where nothing does."""
        with readable("orders"):
            listed = await self.desk.rests(order, night, self._today()[:8])
        for each in listed:
            self.account.chains.link(each.number, each.before)
        mine = [each for each in listed if self.account.chains.root(each.number) == root]
        if not mine:
            return [Part(root, "", order.quantity)]  # so new that LS doesn't list it yet
        resting = [each for each in mine if each.left]
        if not resting:
            found = await self._listed(order, root)
            if found.left:
                raise VenueDown(f"order {order.client_id}: LS's lists differ in what rests of it. Ask again.")
            raise self._gone(order, found)
        return resting

    async def _cancel(self, order: Order, root: str, part: Part, night: bool, whole: bool) -> bool:
        """Whether LS has confirmed it. whole: this is all that rests."""
        what = f"cancel of order {order.client_id}"
        try:
            asked = await self.desk.cancel(order, part.number, part.left, night, what)
        except Refused as error:
            await self._refused_cancel(order, root, error)
            raise
        self.account.chains.link(asked, part.number)
        if whole:
            self.events.cancelling.add(asked)
        told = await self.account.result(asked, self.result_s())
        if told is not None and told.refused:
            self.events.cancelling.discard(asked)
            raise self._gone(order, await self._listed(order, root), told.refused)
        return told is not None

    async def _refused_cancel(self, order: Order, root: str, error: Refused) -> None:
        """A refusal says that nothing more can be cancelled, or that something filled meanwhile."""
        try:
            listed = await self._listed(order, root)
        except OrderRefused:
            raise OutcomeUnknown(f"{error} LS doesn't list it yet: ask again.") from None
        if listed.left:
            raise VenueDown(f"{error} The order is as it was, and rests with {listed.left}.") from None
        raise self._gone(order, listed) from None

    async def _look_up(self, order: Order, root: str, what: str) -> None:
        """No stream said what a cancellation came to. Raises OutcomeUnknown while it rests."""
        listed = await self._listed(order, root)
        if listed.left:
            raise OutcomeUnknown(f"{what}: LS took it, and it still rests. Ask LS what became of it.")
        if listed.filled >= listed.first.quantity:
            raise self._gone(order, listed)

    @staticmethod
    def _gone(order: Order, listed: Listed, why: str = "") -> OrderRefused:
        filled = " It had filled." if listed.filled >= listed.first.quantity else ""
        return OrderRefused(f"order {order.client_id}: nothing rests under this id.{filled} {why}".rstrip())

    def claim(self, client_id: str, venue_id: str, sent: int, fills: Sequence[Fill] = ()) -> None:
        """This number is this order, if it is of today: numbers begin anew with every trading day."""
        self._used.add(client_id)
        self.begin_session()
        day, number = undated(venue_id)
        if isinstance(self.desk, Stocks):
            self.desk.executions.told((day, number), fills)
        if day == self._today():
            self.account.chains.name(client_id, number)

    async def orders(self, since: int) -> list[OrderReport]:
        listed = await self._all_listed(since)
        reports = []
        for each in listed:
            name = self.account.instruments.get(each.first.symbol)
            if name is not None:
                reports.append(each.report(name, self._ours(each)))
        return reports

    async def fills(self, since: int) -> list[FillReport]:
        found: list[FillReport] = []
        for each in await self._all_listed(since):
            name = self.account.instruments.get(each.first.symbol)
            if name is not None:
                mine = list(self._filled(name, each))
                self._check_numbers(each, mine)
                found += [fill for fill in mine if fill.update.ts >= since]
        return sorted(found, key=lambda fill: fill.update.ts)

    def _filled(self, name: str, listed: Listed) -> Iterator[FillReport]:
        """Every execution of an order that the lists know."""
        for line in listed.lines:
            for trade in line.trades:
                made = Fill(trade_id(name, trade.ts, trade.id), trade.quantity, trade.price, ts=trade.ts)
                fill = self.account.priced(name, line.side, made)
                yield FillReport(
                    OrderUpdate(self._ours(listed), listed.venue_id, name, fill, trade.ts), line.side
                )

    def _check_numbers(self, order: Listed, listed: Sequence[FillReport]) -> None:
        """A trade that the stream told must have the same number in the lists: that they count alike is taken
        from their names only. Raises DataError where they don't, lest a fill counts twice."""
        heard = self.account.heard.get(order.root, {}) if order.first.day == self._today() else {}
        fills = [each.update.event for each in listed if isinstance(each.update.event, Fill)]
        there = {fill.trade_id for fill in fills}
        if sum(fill.quantity for fill in fills) >= sum(heard.values()) and not heard.keys() <= there:
            raise DataError(
                f"LS numbers the trades of order {order.root} {', '.join(sorted(heard))} in the stream and "
                f"{', '.join(sorted(there))} in its lists. Nothing is taken of the lists, lest a fill counts "
                "twice, and no new risk while they can't be. Tell the developers."
            )

    async def _all_listed(self, since: int) -> list[Listed]:
        self.begin_session()
        now = self.now()
        with readable("orders"):
            found = orders_of(await self.desk.lines(min(since, now), now, self.days))
        today = self._today()
        for each in found:
            if each.first.day == today:
                for line in each.lines[1:]:
                    self.account.chains.link(line.number, line.before)
                if each.newest is not each.first:
                    self.account.chains.changed(each.newest.number, each.root)
        return found

    async def _listed(self, order: Order, root: str) -> Listed:
        """One order of today as LS lists it. Raises OrderRefused where it doesn't."""
        now = self.now()
        listed = {each.root: each for each in await self._all_listed(now)}
        if root not in listed:
            raise OrderRefused(f"order {order.client_id}: LS lists no order {root} today; nothing rests.")
        return listed[root]

    def _ours(self, listed: Listed) -> str:
        today = self._today()
        return self.account.chains.ours(listed.root) if listed.first.day == today else ""

    def _today(self) -> str:
        """The session's day, as numbers have it."""
        return session_day(self.now(), self.days)

    def _root(self, order: Order) -> str:
        self.begin_session()
        root = self.account.chains.number(order.client_id)
        if not root:
            raise OrderRefused(
                f"order {order.client_id}: no number of LS's is known for it; nothing rests under this id."
            )
        return root

    @contextmanager
    def _on_its_way(self, order: Order) -> Iterator[None]:
        """One order of an instrument, side and price at a time: two couldn't be told apart."""
        terms = (order.instrument, order.side, order.limit)
        if terms in self._way:
            raise VenueDown(
                f"order {order.client_id}: another of this side and price is on its way. Nothing was sent."
            )
        self._way.add(terms)
        try:
            yield
        finally:
            self._way.discard(terms)

    def begin_session(self) -> None:
        """Numbers begin anew with every trading day, and may with every session."""
        if self.account.chains.begin(self._today()):
            self.account.heard.clear()

    def _instrument(self, order: Order) -> Instrument:
        if order.instrument not in self.known:
            raise OrderRefused(
                f"order {order.client_id}: {order.instrument} isn't among the instruments in use "
                f"({', '.join(self.known) or 'none'}). Nothing was sent."
            )
        return self.known[order.instrument]

    def hear(self, message: Message) -> None:
        """News of the account. What can't be read is asked for."""
        self.begin_session()
        try:
            self.events.hear(message)
        except (KeyError, ValueError, TypeError, DataError):
            self.account.ask_again(f"LS sent a {message.tr} that can't be read")


@contextmanager
def readable(what: str) -> Iterator[None]:
    """What LS sent and can't be read is a question that failed: asked again, and nothing is taken of it."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, DataError) as error:
        raise VenueDown(
            f"ls: its {what} can't be read ({type(error).__name__}: {error}). Ask again."
        ) from error


def priced(known: Mapping[str, Instrument]) -> Priced:
    """Adds a fill's fee and tax, in whole won: LS says neither, so they are the profile's rate and the law's
    of the day."""

    def price(name: str, side: int, fill: Fill) -> Fill:
        instrument = known[name]
        worth = fill.price * fill.quantity * decimal(instrument.multiplier)
        fee, tax = worth * decimal(instrument.fees.taker), Decimal(0)
        if side < 0 and instrument.sell_taxes:
            day = datetime.fromtimestamp(fill.ts // SECOND, SEOUL).date()
            tax = worth * decimal(krx.sell_tax(day))
        return replace(fill, fee=fee.quantize(WON, ROUND_DOWN), tax=tax.quantize(WON, ROUND_DOWN))

    return price
