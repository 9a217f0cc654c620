"""Control 29: what the venue says against what the desk believes, for orders, fills, positions and cash.

Pure: called at start, after what the venue knows more was appended, and again and again at run time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from brokers.contract import AccountReport, FillReport, OrderReport, PositionReport
from desk.orders import ZERO, Fill, OrderStatus, OrderView, status_of
from live.risk.words import number


class Differs(Enum):
    """What doesn't agree."""

    STRANGER = "stranger"  # an order rests that isn't ours
    MISSING = "missing"  # an order of ours should rest and doesn't
    ENDED = "ended"  # it rests for us and ended there, or the other way round
    FILLED = "filled"  # one order's fills add up differently
    TERMS = "terms"  # quantity or price
    FILL_HERE = "fill here"  # a fill that the venue doesn't have
    FILL_THERE = "fill there"  # a fill that we don't have
    POSITION = "position"
    CASH = "cash"


@dataclass(frozen=True)
class Drift:
    """One difference. instrument: "" for cash. what: client id, trade id, currency. ours, theirs: words."""

    differs: Differs
    instrument: str
    what: str
    ours: str
    theirs: str

    def told(self, language: str) -> str:
        """One clause in "en" or "ko"."""
        return _WORDS[self.differs][language == "ko"].format(self.what, self.ours, self.theirs)

    def __str__(self) -> str:
        return self.told("en")


_WORDS: dict[Differs, tuple[str, str]] = {
    Differs.STRANGER: (
        "order {0} ({2}) rests at the venue and isn't ours",
        "거래소 주문 {0} ({2})은 우리 주문이 아닙니다",
    ),
    Differs.MISSING: (
        "order {0} is {1} here and the venue doesn't have it",
        "주문 {0}은 {1} 상태인데 거래소에 없습니다",
    ),
    Differs.ENDED: ("order {0} is {1} here and {2} there", "주문 {0}: 장부 {1}, 거래소 {2}"),
    Differs.FILLED: ("order {0} filled {1} here and {2} there", "주문 {0} 체결량: 장부 {1}, 거래소 {2}"),
    Differs.TERMS: ("order {0} is for {1} here and {2} there", "주문 {0} 조건: 장부 {1}, 거래소 {2}"),
    Differs.FILL_HERE: ("fill {0} of {1} isn't at the venue", "체결 {0} ({1})이 거래소에 없습니다"),
    Differs.FILL_THERE: ("fill {0} of {2} isn't in the book", "체결 {0} ({2})이 장부에 없습니다"),
    Differs.POSITION: ("position is {1} here and {2} there", "보유 수량: 장부 {1}, 거래소 {2}"),
    Differs.CASH: ("{0} is {1} here and {2} there", "{0}: 장부 {1}, 거래소 {2}"),
}


@dataclass(frozen=True)
class DeskView:
    """What the desk believes. orders, by client id: open ones and those ended in the window that is compared.
    trades: instrument and quantity of every fill in that window, by trade id. positions: net units of every
    instrument in use, dust included. cash: by currency; a currency that isn't named isn't compared."""

    orders: Mapping[str, OrderView]
    trades: Mapping[str, tuple[str, Decimal]]
    positions: Mapping[str, Decimal]
    cash: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class VenueView:
    """What the venue answered, all asked at about one time, the window of ``DeskView``. Orders that came
    without our client id are to be given it first. account: None = cash isn't compared."""

    orders: Sequence[OrderReport]
    fills: Sequence[FillReport]
    positions: Sequence[PositionReport]
    account: AccountReport | None = None


@dataclass(frozen=True)
class Tolerances:
    """lots: by instrument, differences below are rounding of fees. cash: absolute, in each currency, and
    cash_share of what we believe; the larger counts. settling: client ids whose fate is being asked for or
    that the venue may not list yet: they aren't judged."""

    lots: Mapping[str, Decimal] = field(default_factory=dict)
    cash: Decimal = Decimal("0.01")
    cash_share: Decimal = Decimal("0.0001")
    settling: frozenset[str] = frozenset()


def compare(desk: DeskView, venue: VenueView, within: Tolerances = Tolerances()) -> tuple[Drift, ...]:
    """Every difference, by instrument; nothing when both agree, and always the same for the same views."""
    found = (*_orders(desk, venue, within), *_fills(desk, venue, within), *_positions(desk, venue, within))
    return tuple(sorted((*found, *_cash(desk, venue, within)), key=_place))


def lasting(before: Iterable[Drift], now: Iterable[Drift]) -> tuple[Drift, ...]:
    """What two comparisons in a row show: an answer that was on its way during one of them isn't drift."""
    seen = set(before)
    return tuple(each for each in now if each in seen)


def flags(found: Iterable[Drift], language: str = "en") -> dict[str, str]:
    """By instrument ("" = the account) what differs: for ``MarketFacts.drift`` and ``AccountFacts.drift``."""
    texts: dict[str, str] = {}
    for each in found:
        text = each.told(language)
        before = texts.get(each.instrument)
        texts[each.instrument] = f"{before}, {text}" if before else text
    return texts


def _place(drift: Drift) -> tuple[str, str, str]:
    return drift.instrument, drift.differs.value, drift.what


def _orders(desk: DeskView, venue: VenueView, within: Tolerances) -> Iterator[Drift]:
    theirs = {each.order.client_id: each for each in venue.orders if each.order.client_id in desk.orders}
    for report in venue.orders:
        name = report.order.client_id
        if name not in theirs and not _view(report).closed:
            label, text = name or report.venue_id, _terms(_view(report))
            yield Drift(Differs.STRANGER, report.order.instrument, label, "", text)
    for name, ours in desk.orders.items():
        if name in within.settling:
            continue
        found = theirs.get(name)
        if found is None:
            if ours.status not in _UNSENT and not ours.closed:
                yield Drift(Differs.MISSING, ours.order.instrument, name, ours.status.value, "")
        else:
            yield from _order(name, ours, found)


_UNSENT = frozenset({OrderStatus.NEW, OrderStatus.SUBMITTED})  # the venue may rightly not have it


def _view(report: OrderReport) -> OrderView:
    """The venue's report as a view; its count of what filled stands apart."""
    return status_of(report.order, report.events)


def _terms(view: OrderView) -> str:
    price = view.limit if view.limit is not None else view.order.trigger
    side = "buy" if view.order.side > 0 else "sell"
    return f"{side} {number(view.quantity)} at {'market' if price is None else number(price)}"


def _order(name: str, ours: OrderView, report: OrderReport) -> Iterator[Drift]:
    theirs, instrument = _view(report), ours.order.instrument
    full = report.filled >= theirs.quantity
    if ours.closed != (theirs.closed or full):
        there = "filled" if full else theirs.status.value
        yield Drift(Differs.ENDED, instrument, name, ours.status.value, there)
    if ours.filled != report.filled:
        yield Drift(Differs.FILLED, instrument, name, number(ours.filled), number(report.filled))
    if not ours.closed and not theirs.closed and _terms(ours) != _terms(theirs):
        yield Drift(Differs.TERMS, instrument, name, _terms(ours), _terms(theirs))


def _fills(desk: DeskView, venue: VenueView, within: Tolerances) -> Iterator[Drift]:
    theirs: dict[str, tuple[str, Decimal]] = {}
    settling: set[str] = set()
    for report in venue.fills:
        event = report.update.event
        if isinstance(event, Fill):
            theirs[event.trade_id] = report.update.instrument, event.quantity
            if report.update.client_id in within.settling:
                settling.add(event.trade_id)
    for trade, (instrument, units) in desk.trades.items():
        if trade not in theirs:
            yield Drift(Differs.FILL_HERE, instrument, trade, number(units), "")
    for trade, (instrument, units) in theirs.items():
        if trade not in desk.trades and trade not in settling:
            yield Drift(Differs.FILL_THERE, instrument, trade, "", number(units))


def _positions(desk: DeskView, venue: VenueView, within: Tolerances) -> Iterator[Drift]:
    theirs = {each.instrument: each.quantity for each in venue.positions}
    for instrument in sorted(desk.positions.keys() | theirs.keys()):
        ours, there = desk.positions.get(instrument, ZERO), theirs.get(instrument, ZERO)
        if ours != there and abs(ours - there) >= within.lots.get(instrument, ZERO):
            yield Drift(Differs.POSITION, instrument, instrument, number(ours), number(there))


def _cash(desk: DeskView, venue: VenueView, within: Tolerances) -> Iterator[Drift]:
    if venue.account is None:
        return
    for currency, ours in desk.cash.items():
        there = venue.account.total.get(currency, ZERO)
        if abs(ours - there) > max(within.cash, abs(ours) * within.cash_share):
            yield Drift(Differs.CASH, "", currency, number(ours), number(there))
