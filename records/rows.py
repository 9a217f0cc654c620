"""From a message of the journal to rows of the tables."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from brokers.contract import OrderUpdate
from desk.orders import OrderEvent, OrderStatus, Pending
from records.chain import Entry, canonical
from records.codec import to_json
from records.events import order_id
from records.inputs import Intent, Start, Transfer, Update
from records.message import Message
from records.outcomes import Alert, Decision, Equity, Level, Note, Risk, Trade, Verdict
from records.tables import (
    AlertRow,
    DecisionRow,
    EquityRow,
    OrderEventRow,
    OrderRow,
    Run,
    Table,
    TradeRow,
    TransferRow,
)

Row = dict[str, Any]


def rows_of(account: str, entry: Entry, message: Message) -> Iterator[tuple[type[Table], Row]]:
    """The rows that a message adds; those of orders are brought up to date afterwards."""
    base: Row = {"account": account, "number": entry.number}
    match message:
        case Start():
            yield Run, base | _run(message, entry.ts)
        case Intent():
            yield OrderRow, base | _order(message, entry.ts)
        case Update(update):
            yield OrderEventRow, base | _event(update, entry.ts)
        case Decision():
            yield DecisionRow, base | _numbers(message) | {"filters": canonical(to_json(message)["filters"])}
        case Trade():
            yield TradeRow, base | _numbers(message)
        case Equity():
            yield EquityRow, base | _numbers(message)
        case Transfer():
            told = asdict(message)
            del told["booked"]  # the desk's own
            yield TransferRow, base | told
        case Alert(level, code, text, instrument):
            yield AlertRow, base | _alert(entry.ts, level.value, code, text, instrument)
        case Note(text):
            yield AlertRow, base | _alert(entry.ts, Level.NOTE.value, "", text, "")
        case Risk(code, verdict, instrument) if verdict is not Verdict.ALLOW:
            yield (
                AlertRow,
                base
                | _alert(
                    entry.ts, f"risk: {verdict.value}", code, message.detail, instrument, message.client_id
                ),
            )
        case _:
            return


def as_stored(row: Row) -> Row:
    """What both databases take: no NUL and no half character in a text, None for NaN."""
    return {name: storable(value) for name, value in row.items()}


def _run(start: Start, known: int) -> Row:
    manifest = start.manifest
    return {
        "manifest": manifest.id,
        "profile": start.profile,
        "mode": start.mode,
        "code": manifest.code,
        "config": manifest.config,
        "data": manifest.data,
        "seed": manifest.seed,
        "versions": canonical(manifest.versions),
        "cpu": manifest.cpu,
        "started": known,
        "stopped": None,
        "stop_reason": "",
    }


def _order(intent: Intent, known: int) -> Row:
    order = intent.order
    return {
        "client_id": order.client_id,
        "venue_id": "",
        "strategy": intent.strategy,
        "instrument": order.instrument,
        "side": order.side,
        "quantity": order.quantity,
        "limit_price": order.limit,
        "trigger_price": order.trigger,
        "reduces": order.reduces,
        "reason": intent.reason,
        "seq": intent.seq,
        "body": canonical(to_json(order)),
        "status": OrderStatus.NEW.value,
        "filled": 0,
        "average": None,
        "pending": Pending.NONE.value,
        "overfilled": False,
        "created": known,
        "updated": known,
    }


def _event(update: OrderUpdate, known: int) -> Row:
    return {
        "order_id": order_id(update),
        "venue_id": update.venue_id,
        "instrument": update.instrument,
        "event": type(update.event).__name__,
        "body": canonical(to_json(update.event, OrderEvent)),
        "ts": update.ts,
        "known": known,
    }


def _alert(known: int, level: str, code: str, text: str, instrument: str, client_id: str = "") -> Row:
    return {
        "known": known,
        "level": level,
        "code": code,
        "text": text,
        "instrument": instrument,
        "client_id": client_id,
    }


def _numbers(message: Decision | Trade | Equity) -> Row:
    return asdict(message)


def storable(value: Any) -> Any:
    """One value as ``as_stored`` has it."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return None if isinstance(value, float) and math.isnan(value) else value
