"""The venue's word against the journal's: what one has and the other lacks is found, told, and settled.

Hearing the same report again changes nothing, so a second reconciliation appends nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.contract import Broker, OrderReport, OrderUpdate
from desk.orders import Order, status_of
from live.session import Session
from live.trader import Intent

MARGIN = 3_600_000_000_000  # ns asked for before the oldest open order: clocks differ


@dataclass
class Reconciled:
    """intents: what the news made the desk mean. doubtful: orders of ours that the venue doesn't list.
    external: orders of others. drifting: instruments whose held quantity isn't the book's."""

    intents: list[Intent] = field(default_factory=list)
    doubtful: list[Order] = field(default_factory=list)
    external: list[Order] = field(default_factory=list)
    drifting: set[str] = field(default_factory=set)


async def reconcile(session: Session, broker: Broker, now: int) -> Reconciled:
    """Ask for orders, fills and positions, and hear them. Raises VenueDown when the venue can't say."""
    since = _since(session, now)
    reports = await broker.orders(since)
    fills = await broker.fills(since)
    held = {each.instrument: each.quantity for each in await broker.positions()}
    found = Reconciled()
    for fill in fills:
        found.intents += session.update(fill.update, now)
    for report in reports:
        _hear(session, report, now, found)
    listed = {report.order.client_id for report in reports}
    found.doubtful = [known.order for known in session.orders.open() if known.order.client_id not in listed]
    found.drifting = set(drifting(session, held))
    return found


def drifting(session: Session, held: dict[str, Decimal]) -> Iterable[str]:
    """Instruments of which the venue holds something else than the book."""
    for instrument, quantity in booked(session).items():
        if held.get(instrument, Decimal(0)) != quantity:
            yield instrument


def booked(session: Session) -> dict[str, Decimal]:
    """Signed units by the desk's book, all strategies, and what others' orders brought."""
    found: dict[str, Decimal] = {}
    trader = session.trader
    n = len(trader.rules.strategies)
    lots = trader.desk.book.positions["lots"].reshape(-1, n).sum(axis=1)
    for column, instrument in enumerate(trader.instruments):
        found[instrument.id] = int(lots[column]) * trader.lot(column)
    return found


def _hear(session: Session, report: OrderReport, now: int, found: Reconciled) -> None:
    order = report.order
    if order.client_id not in session.orders:
        if not status_of(order, report.events).closed:
            found.external.append(order)
            session.adopt(order, now)
        return
    for event in report.events:
        update = OrderUpdate(order.client_id, report.venue_id, order.instrument, event)
        found.intents += session.update(update, now)


def _since(session: Session, now: int) -> int:
    """Early enough for every order that may still be open."""
    return min((known.created for known in session.orders.open()), default=now) - MARGIN
