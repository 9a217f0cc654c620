"""What became of an order whose answer was lost: by the venue's lists, or by a person's word."""

from collections.abc import Iterable

from brokers.contract import Broker, OrderUpdate
from live.naming import Naming
from live.orders import Known
from market.timeframes import HOUR

NONE = "none"  # a person's word in place of a number: it never reached the venue
VENUE = "venue"  # of an instrument: its position is what the venue holds


async def ask(broker: Broker, naming: Naming, known: Known, now: int) -> tuple[bool, list[OrderUpdate]]:
    """Whether the venue lists an order, and what it says of it, fills first. now: ns UTC."""
    since, name = known.created - HOUR, known.order.client_id
    listed, fills = await broker.orders(since), await broker.fills(since)
    named, updates = naming.listing(listed, fills, only=name)
    found = [update for update in updates if update.client_id == name]
    reports = [report for report in named if report.order.client_id == name]
    for report in reports:
        for event in report.events:
            found.append(OrderUpdate(name, report.venue_id, known.order.instrument, event, now))
    return bool(reports), found


def chosen(numbers: Iterable[str], word: str) -> str:
    """Which of the numbers, or NONE, a person's word means; "" = none of these. Venues print zeros before."""
    wanted = word.strip().lower().lstrip("0")
    return next((each for each in (*numbers, NONE) if wanted in _words(each)), "")


def _words(number: str) -> tuple[str, str]:
    """Whole, and without the day that some venues' numbers begin with."""
    whole = number.lower().lstrip("0")
    return whole, whole.rpartition("-")[2].lstrip("0")


def undecided(client_id: str, numbers: Iterable[str]) -> str:
    """What people are told when several of the venue's orders fit (``retold.FORMS`` has the Korean)."""
    return (
        f"order {client_id}: its answer was lost, and these at the venue may be it: {', '.join(numbers)}. "
        "Nothing new is risked in the instrument until somebody says which: settle, with its number or none"
    )
