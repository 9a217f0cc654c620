"""Orders and fills in the tables: folded anew from all of their events whenever one comes."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from desk.orders import Fill, Order, OrderEvent, status_of
from records.codec import from_json
from records.rows import Row, as_stored
from records.tables import FillRow, OrderEventRow, OrderRow, table_of

_OF_A_FILL = ("trade_id", "sequence", "quantity", "price", "fee", "fee_currency", "tax", "maker", "ts")
_EVENTS, _ORDERS, _FILLS = table_of(OrderEventRow), table_of(OrderRow), table_of(FillRow)


@dataclass(frozen=True)
class _Told:
    """An event and the row it stands in."""

    event: OrderEvent
    row: Any


def refresh_orders(connection: Connection, account: str, names: Sequence[str]) -> None:
    """Bring the rows and fills of the orders named to what all that is known of them says."""
    if not names:
        return
    orders, told = _orders(connection, account, names), _events(connection, account, names)
    changed = [
        _columns(account, name, orders[name], told[name]) for name in names if name in orders and told[name]
    ]
    if changed:
        ours = (_ORDERS.c.account == bindparam("at"), _ORDERS.c.client_id == bindparam("name"))
        connection.execute(update(_ORDERS).where(*ours), changed)
    connection.execute(delete(_FILLS).where(_FILLS.c.account == account, _FILLS.c.order_id.in_(names)))
    sides = {name: order.side for name, order in orders.items()}
    fills = [row for name in names for row in _fill_rows(account, name, sides.get(name, 0), told[name])]
    if fills:
        connection.execute(insert(_FILLS), fills)


def _orders(connection: Connection, account: str, names: Sequence[str]) -> dict[str, Order]:
    """As they were meant; strangers that nobody adopted aren't there."""
    query = select(_ORDERS.c.client_id, _ORDERS.c.body).where(
        _ORDERS.c.account == account, _ORDERS.c.client_id.in_(names)
    )
    return {name: from_json(Order, json.loads(body)) for name, body in connection.execute(query)}


def _events(connection: Connection, account: str, names: Sequence[str]) -> dict[str, list[_Told]]:
    query = (
        select(_EVENTS)
        .where(_EVENTS.c.account == account, _EVENTS.c.order_id.in_(names))
        .order_by(_EVENTS.c.number)
    )
    told: dict[str, list[_Told]] = defaultdict(list)
    for row in connection.execute(query):
        told[row.order_id].append(_Told(from_json(OrderEvent, json.loads(row.body)), row))
    return told


def _columns(account: str, name: str, order: Order, told: list[_Told]) -> Row:
    """What the fold says. The keys ``at`` and ``name`` find the row."""
    view = status_of(order, [one.event for one in told])
    return {
        "at": account,
        "name": name,
        "status": view.status.value,
        "filled": view.filled,
        "average": view.average,
        "pending": view.pending.value,
        "overfilled": view.overfilled,
        "quantity": view.quantity,
        "limit_price": view.limit,
        "venue_id": next((one.row.venue_id for one in reversed(told) if one.row.venue_id), ""),
        "updated": told[-1].row.known,
    }


def _fill_rows(account: str, name: str, side: int, told: list[_Told]) -> Iterator[Row]:
    """One row a trade: of several events with one trade id, the correction that the fold takes."""
    held: dict[str, tuple[Fill, Any]] = {}
    fills = [(one.event, one.row) for one in told if isinstance(one.event, Fill)]
    for fill, row in sorted(fills, key=lambda pair: _rank(pair[0])):
        held[fill.trade_id] = fill, row
    for fill, row in held.values():
        yield as_stored(
            {
                **{name: getattr(fill, name) for name in _OF_A_FILL},
                "account": account,
                "order_id": name,
                "number": row.number,
                "instrument": row.instrument,
                "side": side,
            }
        )


def _rank(fill: Fill) -> tuple[Any, ...]:
    return fill.sequence, fill.quantity, fill.price, fill.fee, fill.ts  # as desk.orders ranks them
