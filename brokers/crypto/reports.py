"""ccxt's orders and trades, exactly parsed, as the contract's reports."""

from collections.abc import Iterable
from decimal import Decimal

from brokers.contract import FillReport, OrderReport, OrderUpdate
from brokers.crypto.exact import Row, maybe, number
from desk.orders import Accepted, Canceled, Expired, Fill, Order, OrderEvent, Rejected

MS = 1_000_000  # ns
ENDS: dict[str, type[Canceled] | type[Expired]] = {"canceled": Canceled, "expired": Expired}


def unnamed(venue_id: str) -> str:
    """What we call an order that isn't ours."""
    return f"venue:{venue_id}"


def venue_id_of(client_id: str) -> str | None:
    """The venue's id inside an ``unnamed`` name."""
    head, colon, tail = client_id.partition(":")
    return tail if head == "venue" and colon else None


def events_of(row: Row) -> tuple[OrderEvent, ...]:
    """What an order's row says of it, fills apart: the venue has it, and how it ended if it has."""
    accepted = Accepted(str(row["id"]))
    if row["status"] == "rejected":
        return (Rejected(_why(row)),)
    if row["status"] in ENDS:
        return accepted, ENDS[row["status"]]()
    filled, whole = number(row.get("filled")), number(row.get("amount"))
    if row["status"] == "closed" and row.get("cost") is not None and not whole and filled:
        return accepted, Canceled()  # by cost: the money is spent, there is no quantity to reach
    return (accepted,)


def _why(row: Row) -> str:
    info = row["info"] if isinstance(row["info"], dict) else {}
    return str(info.get("r") or info.get("rm") or "rejected by the venue")


def report_of(row: Row, client_id: str, instrument: str) -> OrderReport:
    """One order. An order by cost has no quantity: what it bought stands for it."""
    filled = number(row.get("filled"))
    trigger = maybe(row.get("triggerPrice") or row.get("stopPrice"))
    limit = maybe(row.get("price")) if row.get("type") == "limit" and trigger is None else None
    order = Order(
        client_id=client_id or unnamed(str(row["id"])),
        instrument=instrument,
        side=1 if row["side"] == "buy" else -1,
        quantity=number(row.get("amount")) or filled or Decimal("1E-8"),
        limit=limit,
        trigger=trigger,
        reduces=bool(row.get("reduceOnly")),
    )
    return OrderReport(order, str(row["id"]), events_of(row), filled, int(row["timestamp"] or 0) * MS)


def fill_of(row: Row, client_id: str, instrument: str, market: Row) -> FillReport:
    """One execution. Venues number trades by market, so the market is part of the id."""
    fee = row.get("fee") or {}
    currency = fee.get("currency") or ""
    fill = Fill(
        trade_id=f"{market['id']}:{row['id']}",
        quantity=number(row["amount"]),
        price=number(row["price"]),
        fee=number(fee.get("cost")),
        fee_currency="" if currency == market["quote"] else currency,
        maker=row.get("takerOrMaker") == "maker",
        ts=int(row["timestamp"] or 0) * MS,
    )
    venue_id = str(row["order"] or "")
    update = OrderUpdate(client_id, venue_id, instrument, fill, fill.ts)
    return FillReport(update, 1 if row["side"] == "buy" else -1)


def merged(reports: Iterable[OrderReport]) -> list[OrderReport]:
    """One report an order: a stop and the order it became have one client id, two of the venue's."""
    found: dict[tuple[str, str], OrderReport] = {}
    for report in sorted(reports, key=lambda report: report.created):
        key = (report.order.instrument, report.order.client_id)
        before = found.get(key)
        found[key] = report if before is None else _joined(before, report)
    return list(found.values())


def _joined(first: OrderReport, then: OrderReport) -> OrderReport:
    """order: as meant at first, a stop. The rest is what it became."""
    events = tuple(dict.fromkeys((*first.events, *then.events)))
    order = first.order if first.order.trigger is not None else then.order
    return OrderReport(order, then.venue_id, events, max(first.filled, then.filled), first.created)
