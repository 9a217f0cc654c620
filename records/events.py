"""Deterministic names for what became known of an order, so that hearing it twice is hearing it once."""

from brokers.contract import BRACKETS, OrderUpdate
from desk.orders import (
    Accepted,
    CancelRefused,
    CancelRequested,
    Expired,
    Fill,
    Replaced,
    ReplaceRefused,
    ReplaceRequested,
)

_ASKED = (ReplaceRequested, ReplaceRefused, CancelRequested, CancelRefused)


def order_id(update: OrderUpdate) -> str:
    """Which order: our client id, or the venue's own where it doesn't know ours."""
    return update.client_id or f"venue:{update.venue_id}"


def update_key(update: OrderUpdate) -> str:
    """The same for one event whether a stream, a query or a later start tells it, whenever it is told.

    An order is created, denied, sent, rejected, cancelled and expired once; it is accepted once under each of
    the venue's ids. Requests and answers have a number. A bracket's rest is told once a bar. A fill is its
    trade and the venue's correction of it.
    """
    parts = (order_id(update), type(update.event).__name__, *_apart(update))
    return "|".join(str(part) for part in parts)


def _apart(update: OrderUpdate) -> tuple[object, ...]:
    """What tells two events of one kind and order apart."""
    event = update.event
    if isinstance(event, Expired) and update.client_id.endswith(tuple(BRACKETS)):
        return (update.ts,)  # a bracket may be reached, with a rest left, on several bars
    if isinstance(event, Fill):
        return event.trade_id, event.sequence
    if isinstance(event, Replaced):
        return event.request, event.sequence, event.quantity, event.limit
    if isinstance(event, _ASKED):
        return (event.request,)
    return (event.venue_id,) if isinstance(event, Accepted) else ()
