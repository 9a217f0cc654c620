"""Money that moves without trading: what people bring and take, which is no profit, and funding, which is.

What lay in the account beside the bot's ``cash`` when it came stays beside. Of what people bring and take
since, net, what is more is the bot's, and what is less is taken first from beside, then from the bot: a
function of the net alone, so that the order of transfers never matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.contract import FundingReport, TransferReport
from desk.orders import ZERO
from live.trader import Trader
from market.instruments import Instrument, Kind
from records.inputs import Funding, Owned, Transfer
from records.message import Message


@dataclass(eq=False)
class Purse:
    """What the journal tells of it. since: from when on transfers count, ns UTC; 0 = nobody has looked."""

    instruments: tuple[Instrument, ...]
    since: int = 0
    beside: Decimal = ZERO
    units: dict[str, Decimal] = field(default_factory=dict)  # there before the bot, by instrument
    settled: frozenset[str] | None = None  # transfers that are in these; None: all that began before
    known: set[str] = field(default_factory=set)  # ids
    net: dict[str, Decimal] = field(default_factory=dict)  # brought less taken, by currency
    funded: int = 0  # the newest payment, ns UTC

    @property
    def currency(self) -> str:
        return self.instruments[0].quote

    def heard(self, message: Message) -> None:
        """One entry of the journal."""
        if isinstance(message, Owned):
            self.units.update(message.units)
            if message.ts:  # older code gave no time, and didn't look for transfers
                self.since, self.beside = message.ts, message.beside
                self.settled = None if message.settled is None else frozenset(message.settled)
        elif isinstance(message, Transfer):
            self.known.add(message.transfer_id)
            self.net[message.currency] = self.net.get(message.currency, ZERO) + message.amount
        elif isinstance(message, Funding):
            self.known.add(message.funding_id)
            self.funded = max(self.funded, message.ts)

    def transfer(self, report: TransferReport) -> Transfer | None:
        """A transfer as it is to be written down; None: it was before, or is in what was owned already."""
        before = report.ts < self.since if self.settled is None else report.id in self.settled
        if not self.since or before or report.id in self.known:
            return None
        booked = ZERO
        if report.currency == self.currency:
            net = self.net.get(report.currency, ZERO)
            booked = self._share(net + report.amount) - self._share(net)
        return Transfer(report.id, report.currency, report.amount, report.ts, booked=booked)

    def payment(self, report: FundingReport) -> Funding | None:
        """The same for funding."""
        if not self.since or report.ts < self.since or report.id in self.known:
            return None
        return Funding(report.id, report.instrument, report.currency, report.amount, report.ts)

    def not_ours(self, instrument: Instrument) -> Decimal:
        """Units of a spot instrument that aren't the bot's. Who takes more than that takes the bot's own."""
        if instrument.kind is Kind.FUTURE:
            return ZERO
        return max(self.units.get(instrument.id, ZERO) + self.net.get(instrument.base, ZERO), ZERO)

    def of_bot(self, held: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Of what the venue holds in the bot's instruments, what is for the bot."""
        return {one.id: held[one.id] - self.not_ours(one) for one in self.instruments if one.id in held}

    def _share(self, net: Decimal) -> Decimal:
        """What of all that people brought and took, net, concerns the bot's cash."""
        return max(net, ZERO) + min(net + self.beside, ZERO)


def book(trader: Trader, message: Transfer | Funding) -> None:
    """Move the desk's money. The same messages in the same places give the same Book, to the bit."""
    if isinstance(message, Transfer):
        _move(trader, float(message.booked))
    elif message.currency == trader.instruments[0].quote:
        _pay(trader, message.instrument, float(message.amount))


def carried(level: float, equity: float, amount: float) -> float:
    """Where a level of equity stands once money came or went: as far away, in parts of equity, as before."""
    after = equity + amount
    return level * (after / equity) if equity > 0.0 and after > 0.0 else level + amount


def _move(trader: Trader, amount: float) -> None:
    """No profit and no loss: what equity is measured by moves with it."""
    account = trader.desk.book.account
    equity = float(account["equity"][0])
    for name in ("peak", "day_equity"):
        account[name] = carried(float(account[name][0]), equity, amount)
    for name in ("cash", "equity", "min_cash"):
        account[name] += amount


def _pay(trader: Trader, instrument: str, amount: float) -> None:
    """Profit or loss of the strategies that hold the instrument, by their lots."""
    desk = trader.desk.book
    for name in ("cash", "equity"):
        desk.account[name] += amount
    n = len(trader.rules.strategies)
    ids = [one.id for one in trader.instruments]
    if instrument not in ids:  # traded once
        return
    first = ids.index(instrument) * n
    positions = desk.positions[first : first + n]
    held = int(positions["lots"].sum())
    if held:
        open_ = positions["lots"] != 0
        positions["trade_cash"][open_] += amount * positions["lots"][open_] / held
