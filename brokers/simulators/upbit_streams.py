"""Upbit's sockets: public types by market code, the account's orders and assets; in binary frames."""

import json
import uuid
from decimal import Decimal
from typing import Any

from brokers.simulators.events import (
    BookMoved,
    CandleMoved,
    Change,
    Event,
    FundsChanged,
    KeyRevoked,
    OrderChanged,
    Printed,
)
from brokers.simulators.exchange import Exchange
from brokers.simulators.order import VenueOrder
from brokers.simulators.server import Heard
from brokers.simulators.sockets import Socket
from brokers.simulators.upbit_orders import Orders
from brokers.simulators.upbit_quotes import MINUTE, Quotes
from brokers.simulators.upbit_words import Row, order_uuid, state_word, trade_uuid

CANDLES = {"candle.1s": 1000} | {f"candle.{unit}m": unit * MINUTE for unit in (1, 3, 5, 10, 15, 30, 60, 240)}


class Wanted:
    """What one socket asked for: codes by type. A new request replaces the one before."""

    def __init__(self, request: list[Row]) -> None:
        self.codes: dict[str, set[str]] = {}
        self.quiet: set[str] = set()
        self.once: set[str] = set()
        for part in request:
            kind = part.get("type")
            if kind is None:
                continue
            self.codes.setdefault(kind, set()).update(
                str(code).split(".")[0] for code in part.get("codes") or ()
            )
            if part.get("is_only_realtime") or part.get("isOnlyRealtime"):
                self.quiet.add(kind)
            if part.get("is_only_snapshot") or part.get("isOnlySnapshot"):
                self.once.add(kind)

    def has(self, kind: str, code: str) -> bool:
        """No codes: all of them, which private types allow."""
        return kind in self.codes and (not self.codes[kind] or code in self.codes[kind])


def parsed(text: str) -> list[Row] | str:
    """A request, or the word that answers another message."""
    if text.strip().upper() == "PING":
        return "PING"
    try:
        request = json.loads(text)
    except ValueError:
        return "WRONG_FORMAT"
    if not isinstance(request, list) or not request or "ticket" not in request[0]:
        return "NO_TICKET"
    return request if len(request) > 1 else "NO_TYPE"


def _reply(socket: Socket, word: str) -> None:
    if word == "PING":
        socket.answer({"status": "UP"})
    else:
        socket.answer({"error": {"name": word, "message": word}})


class PublicStream:
    """Market data to whoever asked; named "KRW-BTC@ticker" to the faults."""

    def __init__(self, exchange: Exchange, quotes: Quotes) -> None:
        self.exchange = exchange
        self.quotes = quotes
        self.wanted: dict[Socket, Wanted] = {}
        exchange.listeners.append(self.hear)

    async def greet(self, socket: Socket) -> Heard:
        async def heard(text: str) -> None:
            request = parsed(text)
            if isinstance(request, str):
                _reply(socket, request)
            else:
                self._subscribe(socket, Wanted(request))

        return heard

    def _subscribe(self, socket: Socket, wanted: Wanted) -> None:
        self.wanted[socket] = wanted
        for kind, codes in wanted.codes.items():
            for code in sorted(codes):
                if code in self.exchange.listings and kind not in wanted.quiet:
                    row = self._snapshot(kind, code)
                    if row is not None:
                        self._send(socket, kind, code, row, "SNAPSHOT")

    def _snapshot(self, kind: str, code: str) -> Row | None:
        """The state of a type as it is now."""
        listing = self.exchange.listings[code]
        if kind == "ticker":
            return self._ticker(code)
        if kind == "orderbook":
            return self._coded(self.quotes.book(self.exchange.show(code, 30), code))
        if kind == "trade" and self.exchange.tape[code]:
            return self._coded(self.quotes.trade(self.exchange.tape[code][-1], listing))
        if kind in CANDLES:
            return self._candle(code, CANDLES[kind])
        return None

    def _ticker(self, code: str) -> Row:
        row = self._coded(self.quotes.ticker(self.exchange.listings[code]))
        tape = self.exchange.tape[code]
        side = "ASK" if tape and tape[-1].buyer_maker else "BID"
        return row | {"ask_bid": side, "market_state": "ACTIVE", "is_trading_suspended": False}

    def _candle(self, code: str, step: int) -> Row | None:
        listing = self.exchange.listings[code]
        if step == 1000:
            found = self.quotes.seconds(code, None)[-1:]
        else:
            found = self.quotes.replay.track(self.exchange, code).candles(step, None, None, 1)
        return self._coded(self.quotes.candle(listing, found[0], step, 0)) if found else None

    @staticmethod
    def _coded(row: Row) -> Row:
        """REST's row as the stream has it: its market is called code."""
        return {"code" if name == "market" else name: value for name, value in row.items()}

    def _send(self, socket: Socket, kind: str, code: str, row: Row, stream: str) -> None:
        socket.send(f"{code}@{kind}", {"type": kind, **row, "stream_type": stream}, binary=True)

    def hear(self, event: Event) -> None:
        if not self.wanted:
            return
        if isinstance(event, Printed):
            self._tell("trade", event.symbol)
            self._tell("candle.1s", event.symbol)
        elif isinstance(event, BookMoved):
            self._tell("orderbook", event.symbol)
        elif isinstance(event, CandleMoved) and not event.closed:
            self._tell("ticker", event.symbol)
            for kind in list(CANDLES)[1:]:
                self._tell(kind, event.symbol)

    def _tell(self, kind: str, code: str) -> None:
        self.wanted = {socket: wanted for socket, wanted in self.wanted.items() if not socket.closed}
        sockets = [
            socket
            for socket, wanted in self.wanted.items()
            if wanted.has(kind, code) and kind not in wanted.once
        ]
        row = self._snapshot(kind, code) if sockets else None
        for socket in sockets if row is not None else ():
            self._send(socket, kind, code, row or {}, "REALTIME")


class PrivateStream:
    """An account's orders (myOrder) and balances (myAsset)."""

    def __init__(self, exchange: Exchange, orders: Orders) -> None:
        self.exchange = exchange
        self.orders = orders
        self.wanted: dict[Socket, tuple[str, Wanted]] = {}
        exchange.listeners.append(self.hear)

    async def greet(self, socket: Socket, account: str) -> Heard:
        async def heard(text: str) -> None:
            request = parsed(text)
            if isinstance(request, str):
                _reply(socket, request)
            else:
                self.wanted[socket] = (account, Wanted(request))

        return heard

    def hear(self, event: Event) -> None:
        if isinstance(event, OrderChanged):
            for row in self.order_rows(event):
                self._tell(event.order.account, "myOrder", event.order.symbol, row)
        elif isinstance(event, FundsChanged):
            self._tell(event.account, "myAsset", "", self.asset_row(event))
        elif isinstance(event, KeyRevoked):
            for socket, (name, _) in list(self.wanted.items()):
                if name == event.account:
                    socket.abort()

    def _tell(self, account: str, kind: str, code: str, row: Row) -> None:
        self.wanted = {socket: found for socket, found in self.wanted.items() if not socket.closed}
        for socket, (name, wanted) in self.wanted.items():
            if name == account and wanted.has(kind, code):
                socket.send(kind, row, binary=True)

    def order_rows(self, event: OrderChanged) -> list[Row]:
        """A trade that ends an order is two messages: the trade, and the end."""
        order = event.order
        if event.execution is not None:
            rows = [self._order_row(order, "trade", event)]
            return rows if order.open else [*rows, self._order_row(order, state_word(order), event, False)]
        if event.change is Change.NEW:
            return [self._order_row(order, "wait", event)]
        word = "prevented" if event.change is Change.PREVENTED else state_word(order)
        return [self._order_row(order, word, event)]

    def _order_row(self, order: VenueOrder, state: str, event: OrderChanged, traded: bool = True) -> Row:
        made = event.execution if traded else None
        row = self.orders.row(order)
        price = made.price if made is not None else order.ticket.cost or order.limit
        volume = made.quantity if made is not None else order.quantity or None
        return {
            "type": "myOrder",
            "code": order.symbol,
            "uuid": order_uuid(order.id),
            "ask_bid": "BID" if order.side > 0 else "ASK",
            "order_type": order.ticket.label,
            "state": state,
            "trade_uuid": trade_uuid(order.symbol, made.id) if made is not None else None,
            "price": _double(price),
            "avg_price": float(order.average),
            "volume": _double(volume),
            "remaining_volume": _double(row["remaining_volume"]),
            "executed_volume": float(order.filled),
            "trades_count": len(order.executions),
            "reserved_fee": _double(row["reserved_fee"]),
            "remaining_fee": _double(row["remaining_fee"]),
            "paid_fee": _double(row["paid_fee"]),
            "locked": float(order.locked),
            "executed_funds": float(order.spent),
            "time_in_force": order.ticket.extra.get("time_in_force"),
            "trade_fee": float(made.fee) if made is not None else None,
            "is_maker": made.maker if made is not None else None,
            "identifier": order.ticket.client_id or None,
            "smp_type": order.ticket.extra.get("smp_type"),
            "prevented_volume": 0.0,
            "prevented_locked": 0.0,
            "trade_timestamp": made.ms if made is not None else None,
            "order_timestamp": order.created,
            "timestamp": event.ms,
            "stream_type": "REALTIME",
        }

    def asset_row(self, event: FundsChanged) -> Row:
        account = self.exchange.accounts[event.account]
        assets = [
            {
                "currency": currency,
                "balance": float(account.balance(currency).free),
                "locked": float(account.balance(currency).locked),
            }
            for currency in event.currencies
        ]
        return {
            "type": "myAsset",
            "asset_uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, account.name)),
            "assets": assets,
            "asset_timestamp": event.ms,
            "timestamp": event.ms,
            "stream_type": "REALTIME",
        }


def _double(value: Any) -> float | None:
    return None if value is None else float(Decimal(value))
