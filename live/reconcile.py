"""The venue's word against the journal's: what one has and the other lacks is found, told, and settled.

Hearing the same report again changes nothing, so a second reconciliation appends nothing.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from brokers.contract import Broker, OrderReport, OrderUpdate, PositionReport
from desk.orders import Order, decimal
from live.naming import Naming
from live.risk.drift import DeskView, Tolerances, VenueView, compare, flags
from live.session import Session
from live.trader import Intent
from market.timeframes import HOUR

MARGIN = HOUR  # asked for before the oldest open order: clocks differ


@dataclass
class Reconciled:
    """intents: what the news made the desk mean. doubtful: orders of ours that the venue doesn't list.
    external: orders of others. held: by the venue's word, units by instrument. reports: of all orders.
    crossed: a fill was heard while ``held`` was on its way, which may or may not be in it."""

    intents: list[Intent] = field(default_factory=list)
    doubtful: list[Order] = field(default_factory=list)
    external: list[Order] = field(default_factory=list)
    held: dict[str, Decimal] = field(default_factory=dict)
    reports: list[OrderReport] = field(default_factory=list)
    crossed: bool = False


async def reconcile(session: Session, broker: Broker, naming: Naming, now: int) -> Reconciled:
    """Ask for orders, fills and positions, and hear them. Raises VenueDown when the venue can't say."""
    since = _since(session, now)
    listed = await broker.orders(since)
    fills = await broker.fills(since)
    heard = session.fills
    held = {each.instrument: each.quantity for each in await broker.positions()}
    crossed = session.fills != heard
    reports, updates = naming.listing(listed, fills)
    whole = {**dict.fromkeys(booked(session), Decimal(0)), **held}
    found = Reconciled(held=whole, reports=reports, crossed=crossed)
    for update in updates:
        found.intents += session.update(update, now)
    for report in reports:
        _hear(session, report, now, found)
    for order in found.external:
        naming.claim(order.client_id, session.orders[order.client_id].venue_id)
    there = {report.order.client_id for report in reports}
    found.doubtful = [known.order for known in session.orders.open() if known.order.client_id not in there]
    return found


def drifting(session: Session, held: dict[str, Decimal]) -> dict[str, str]:
    """Instruments of which the venue holds something else than the book, and what."""
    lots = {one.id: decimal(one.lot) for one in session.trader.instruments}  # less can't be traded
    mine = {**held, **session.purse.of_bot(held)}
    theirs = [PositionReport(name, quantity) for name, quantity in mine.items()]
    view = DeskView(orders={}, trades={}, positions=booked(session))
    return flags(compare(view, VenueView((), (), theirs), Tolerances(lots)))


def booked(session: Session) -> dict[str, Decimal]:
    """Signed units by the desk's book, all strategies, with what is less than a lot."""
    found: dict[str, Decimal] = {}
    trader = session.trader
    n = len(trader.rules.strategies)
    book = trader.desk.book
    lots = book.positions["lots"].reshape(-1, n).sum(axis=1)
    for column, instrument in enumerate(trader.instruments):
        dust = Decimal(float(book.instruments["dust"][column]))  # left by fees in the base currency
        found[instrument.id] = int(lots[column]) * trader.lot(column) + dust
    return found


def _hear(session: Session, report: OrderReport, now: int, found: Reconciled) -> None:
    order = report.order
    if order.client_id not in session.orders:
        if report.rests:
            found.external.append(order)
            session.adopt(order, now)
        return
    for event in report.events:
        update = OrderUpdate(order.client_id, report.venue_id, order.instrument, event)
        found.intents += session.update(update, now)


def _since(session: Session, now: int) -> int:
    """Early enough for every order that may still be open."""
    return min((known.created for known in session.orders.open()), default=now) - MARGIN
