"""Binance's sockets: public streams, the spot WebSocket API with its user data, futures' user data."""

import json
from collections.abc import Callable
from typing import Any

from brokers.simulators.binance_messages import (
    FuturesMessages,
    PublicMessages,
    account_position,
    balance_update,
    execution_report,
)
from brokers.simulators.binance_words import INTERVALS, Row
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
from brokers.simulators.exchange import Exchange, Shown
from brokers.simulators.order import Status
from brokers.simulators.server import Heard
from brokers.simulators.sockets import Socket


class PublicStreams:
    """Subscriptions to one exchange's market: "btcusdt@kline_1m", "!bookTicker" and the like."""

    def __init__(self, exchange: Exchange, messages: PublicMessages) -> None:
        self.exchange = exchange
        self.messages = messages
        self.listeners: dict[str, list[tuple[Socket, bool]]] = {}
        self._books: dict[str, Shown] = {}
        self._heard: set[str] = set()
        self.funding: Callable[[str], tuple[Any, int]] = lambda symbol: (0, 0)
        exchange.listeners.append(self.hear)

    async def greet(self, socket: Socket, names: list[str], combined: bool) -> Heard:
        """Begin with the streams in the URL; then listen to SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS."""
        for name in names:
            self._add(name, socket, combined)

        async def heard(text: str) -> None:
            self._asked(socket, text, combined)

        return heard

    def _asked(self, socket: Socket, text: str, combined: bool) -> None:
        try:
            request = json.loads(text)
            method, number = request["method"], request.get("id")
        except (ValueError, KeyError, TypeError):
            socket.answer({"error": {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}})
            return
        names = [str(name) for name in request.get("params", [])]
        bad = next((name for name in names if not self._known(name)), None)
        if bad is not None:
            socket.answer(
                {"error": {"code": 2, "msg": f"Invalid request: invalid stream {bad}"}, "id": number}
            )
        elif method == "SUBSCRIBE":
            socket.answer({"result": None, "id": number})
            for name in names:
                self._add(name, socket, combined)
        elif method == "UNSUBSCRIBE":
            for name in names:
                self._remove(name, socket)
            socket.answer({"result": None, "id": number})
        elif method == "LIST_SUBSCRIPTIONS":
            socket.answer({"result": sorted(socket.streams), "id": number})
        else:
            socket.answer(
                {"error": {"code": 2, "msg": f"Invalid request: unknown method {method}"}, "id": number}
            )

    def _known(self, name: str) -> bool:
        symbol, _, channel = name.partition("@")
        if symbol.startswith("!"):
            return True
        return symbol.upper() in self.exchange.listings and bool(channel)

    def _add(self, name: str, socket: Socket, combined: bool) -> None:
        if name not in socket.streams:
            socket.streams.add(name)
            self.listeners.setdefault(name, []).append((socket, combined))
            symbol, _, channel = name.partition("@")
            self._heard.add(symbol.upper() if symbol[0] != "!" else "!")
            if channel.startswith("depth"):
                self._books.setdefault(symbol.upper(), self.exchange.show(symbol.upper()))

    def _remove(self, name: str, socket: Socket) -> None:
        socket.streams.discard(name)
        self.listeners[name] = [item for item in self.listeners.get(name, []) if item[0] is not socket]

    def _send(self, name: str, build: Callable[[], Any]) -> None:
        """Send to whoever listens; the message is built only when someone does."""
        found = self.listeners.get(name)
        if not found:
            return
        message = build()
        for socket, combined in list(found):
            if socket.closed:
                found.remove((socket, combined))
            else:
                socket.send(name, {"stream": name, "data": message} if combined else message)

    def hear(self, event: Event) -> None:
        if not isinstance(event, Printed | CandleMoved | BookMoved):
            return
        if event.symbol not in self._heard and "!" not in self._heard:
            return
        if isinstance(event, Printed):
            self._printed(event)
        elif isinstance(event, CandleMoved):
            self._candle(event)
        else:
            self._book(event)

    def _printed(self, event: Printed) -> None:
        listing, name = self.exchange.listings[event.symbol], event.symbol.lower()
        words = self.messages
        self._send(f"{name}@trade", lambda: words.trade(listing, event))
        self._send(f"{name}@aggTrade", lambda: words.agg_trade(listing, event))

    def _candle(self, event: CandleMoved) -> None:
        listing, name = self.exchange.listings[event.symbol], event.symbol.lower()
        track, words = self.messages.market.replay.track(self.exchange, event.symbol), self.messages
        for word, step in INTERVALS.items():
            stream = f"{name}@kline_{word}"
            if step % track.step or not self.listeners.get(stream):
                continue
            candle = track.candle(step, event.start)
            closed = event.closed and (event.start + track.step) % step == 0
            if candle is not None:
                row = words.kline(listing, candle, word, step, closed, event.ms)
                self._send(stream, lambda row=row: row)  # type: ignore[misc]
        for channel, mini in (("ticker", False), ("miniTicker", True)):
            self._send(f"{name}@{channel}", lambda mini=mini: words.ticker(listing, mini))  # type: ignore[misc]
            self._send(f"!{channel}@arr", lambda mini=mini: [words.ticker(listing, mini)])  # type: ignore[misc]
        for suffix in ("", "@1s"):
            self._send(f"{name}@markPrice{suffix}", lambda: self._mark(event))
            self._send(f"!markPrice@arr{suffix}", lambda: [self._mark(event)])

    def _mark(self, event: CandleMoved) -> Row:
        rate, following = self.funding(event.symbol)
        return self.messages.mark_price(self.exchange.listings[event.symbol], rate, following, event.ms)

    def _book(self, event: BookMoved) -> None:
        listing, name = self.exchange.listings[event.symbol], event.symbol.lower()
        for stream in (f"{name}@bookTicker", "!bookTicker"):
            self._send(stream, lambda: self.messages.book_ticker(listing, self.exchange.show(event.symbol)))
        if event.symbol not in self._books:
            return
        before, after = self._books[event.symbol], self.exchange.show(event.symbol)
        if after.update == before.update:
            return
        self._books[event.symbol] = after
        for rate in ("", "@100ms", "@500ms", "@0ms", "@1000ms"):
            self._send(f"{name}@depth{rate}", lambda: self.messages.depth(listing, before, after))


Method = Callable[[str, dict[str, Any]], tuple[int, Any]]


class SpotUserData:
    """The spot WebSocket API: requests by method name, and the account's events once subscribed.

    call: answers a method's parameters with (status, result or error). who: the account of signed parameters.
    """

    def __init__(self, exchange: Exchange, call: Method, who: Callable[[dict[str, Any]], Any]) -> None:
        self.exchange = exchange
        self.call = call
        self.who = who
        self.listeners: dict[str, list[tuple[Socket, int]]] = {}
        self._subscriptions = 0
        exchange.listeners.append(self.hear)

    async def greet(self, socket: Socket) -> Heard:
        async def heard(text: str) -> None:
            self._asked(socket, text)

        return heard

    def _asked(self, socket: Socket, text: str) -> None:
        request = json.loads(text)
        method, params = str(request.get("method")), dict(request.get("params", {}))
        if method == "userDataStream.subscribe.signature":
            status, result = self._subscribe(socket, params)
        elif method == "userDataStream.unsubscribe":
            self._forget(socket)
            status, result = 200, {}
        else:
            status, result = self.call(method, params)
        body = {"result": result} if status == 200 else {"error": result}
        socket.answer({"id": request.get("id"), "status": status, **body, "rateLimits": []})

    def _subscribe(self, socket: Socket, params: dict[str, Any]) -> tuple[int, Any]:
        status, found = self.who(params)
        if status != 200:
            return status, found
        number, self._subscriptions = self._subscriptions, self._subscriptions + 1
        self.listeners.setdefault(found.name, []).append((socket, number))
        return 200, {"subscriptionId": number}

    def _forget(self, socket: Socket) -> None:
        for name, found in self.listeners.items():
            self.listeners[name] = [item for item in found if item[0] is not socket]

    def hear(self, event: Event) -> None:
        if isinstance(event, OrderChanged):
            if event.change is not Change.TRIGGERED:
                self._tell(event.order.account, execution_report(event))
        elif isinstance(event, FundsChanged):
            account = self.exchange.accounts[event.account]
            if event.delta is not None:
                self._tell(event.account, balance_update(event))
            self._tell(event.account, account_position(account, event))
        elif isinstance(event, KeyRevoked):
            self.terminate(event.account, event.ms)

    def terminate(self, account: str, ms: int) -> None:
        """The venue ends the account's stream."""
        self._tell(account, {"e": "eventStreamTerminated", "E": ms})
        self.listeners.pop(account, None)

    def _tell(self, account: str, row: Row) -> None:
        found = [item for item in self.listeners.get(account, []) if not item[0].closed]
        if found:
            self.listeners[account] = found
        for socket, number in found:
            socket.send("user", {"subscriptionId": number, "event": row})


class FuturesUserData:
    """The private stream of USD-M futures, by listen key.

    keys: account by listen key, with the ms at which it expires. number: an order's id in the engine.
    """

    LIFE = 3_600_000

    def __init__(
        self,
        exchange: Exchange,
        messages: FuturesMessages,
        number: Callable[[Any], int],
        now: Callable[[], int],
    ) -> None:
        self.exchange = exchange
        self.messages = messages
        self.number = number
        self.now = now
        self.keys: dict[str, tuple[str, int]] = {}
        self.listeners: dict[str, list[Socket]] = {}
        self._made = 0
        exchange.listeners.append(self.hear)

    def open(self, account: str) -> str:
        """A listen key; the account's own one while it lives, then good for another hour."""
        for key, (name, expires) in self.keys.items():
            if name == account and expires > self.now():
                self.keys[key] = (account, self.now() + self.LIFE)
                return key
        self._made += 1
        key = f"listen{self._made:058d}"
        self.keys[key] = (account, self.now() + self.LIFE)
        return key

    def extend(self, account: str) -> bool:
        """False: there is none."""
        alive = [
            key for key, (name, expires) in self.keys.items() if name == account and expires > self.now()
        ]
        for key in alive:
            self.keys[key] = (account, self.now() + self.LIFE)
        return bool(alive)

    def expire(self, account: str) -> None:
        """The account's key runs out now: its stream says so, then nothing more."""
        for key in [key for key, (name, _) in self.keys.items() if name == account]:
            self._expire(key)

    def _expire(self, key: str) -> None:
        del self.keys[key]
        row = {"e": "listenKeyExpired", "E": self.now(), "listenKey": key}
        for socket in self.listeners.pop(key, []):
            socket.send("user", row)

    async def greet(self, socket: Socket, key: str) -> Heard:
        self.listeners.setdefault(key, []).append(socket)

        async def heard(text: str) -> None:
            socket.answer({"result": None, "id": json.loads(text).get("id")})

        return heard

    def hear(self, event: Event) -> None:
        if isinstance(event, OrderChanged):
            for row in self._order_rows(event):
                self._tell(event.order.account, row)
        elif isinstance(event, FundsChanged) and (event.symbol or event.delta is not None):
            account = self.exchange.accounts[event.account]
            self._tell(event.account, self.messages.account_update(account, event))
        elif isinstance(event, KeyRevoked):
            self.expire(event.account)

    def _order_rows(self, event: OrderChanged) -> list[Row]:
        """The messages of one change. A conditional order has a life of its own before and beside."""
        order, rows, number = event.order, [], self.number(event.order)
        conditional = order.ticket.trigger is not None
        if conditional and not order.triggered:
            return [self.messages.algo_update(event, order.status.value, 0)]
        if conditional and event.change is Change.TRIGGERED:
            rows.append(self.messages.algo_update(event, "TRIGGERED", number))
        if event.execution is not None:
            rows.append(self.messages.trade_lite(event, number))
        rows.append(self.messages.order_update(event, number))
        if conditional and order.status in (Status.FILLED, Status.CANCELED, Status.EXPIRED):
            rows.append(self.messages.algo_update(event, "FINISHED", number))
        return rows

    def _tell(self, account: str, row: Row) -> None:
        for key, (name, expires) in list(self.keys.items()):
            if name != account:
                continue
            if expires <= self.now():
                self._expire(key)
                continue
            for socket in self.listeners.get(key, []):
                socket.send("user", row)
