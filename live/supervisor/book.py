"""What the bot itself holds, by its journal: a kill closes that and nobody else's."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from desk.orders import Fill, Order, OrderEvent, status_of
from records.entries import message_of
from records.inputs import EXTERNAL, Intent, Update
from records.journal_view import JournalView

ZERO = Decimal(0)


def book_of(journal: Path) -> dict[str, Decimal]:
    """Signed units by instrument, from every fill of the bot's orders. Raises JournalError.

    A bracket's fills come under its entry's id with a suffix, and against its side.
    """
    orders: dict[str, Order] = {}
    fills: dict[str, set[OrderEvent]] = defaultdict(set)
    with JournalView.read(journal) as view:
        for entry in view.entries(kinds=("intent", "update")):
            message = message_of(entry)
            if isinstance(message, Intent) and message.strategy != EXTERNAL:
                orders[message.order.client_id] = message.order
            elif isinstance(message, Update) and isinstance(message.update.event, Fill):
                fills[message.update.client_id].add(message.update.event)
    held: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for client_id, events in fills.items():
        name, dot, _ = client_id.partition(".")
        order = orders.get(client_id) or orders.get(name)
        if order is not None:
            against = -1 if dot and client_id not in orders else 1
            held[order.instrument] += against * status_of(order, events).position
    return {instrument: quantity for instrument, quantity in held.items() if quantity}
