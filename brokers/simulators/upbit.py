"""Upbit's KRW market, simulated in a local server, for unmodified clients by URL override."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from brokers.simulators.account import Account
from brokers.simulators.clock import Clock
from brokers.simulators.exchange import Exchange
from brokers.simulators.faults import Fault, Faults
from brokers.simulators.limits import Window
from brokers.simulators.listing import Listing
from brokers.simulators.market import Replay, Track
from brokers.simulators.server import Call, Endpoint, Greeting, Simulator, VenueError, known, new_clock
from brokers.simulators.signing import query_hash, query_of, read_jwt
from brokers.simulators.sockets import Socket
from brokers.simulators.upbit_orders import Orders
from brokers.simulators.upbit_quotes import Quotes
from brokers.simulators.upbit_streams import PrivateStream, PublicStream
from brokers.simulators.upbit_words import error, upbit_listing
from market.bars import Bars

# Requests a second of each group.
GROUPS = {
    "market": 10,
    "candles": 10,
    "ticker": 10,
    "trades": 10,
    "orderbook": 10,
    "default": 30,
    "order": 8,
    "order-test": 8,
}


def upbit_urls(address: str) -> dict[str, Any]:
    """ccxt's "urls" setting for a simulator that listens at ``address`` (host:port)."""
    rest = f"http://{address}"
    return {"api": {"public": rest, "private": rest, "ws": f"ws://{address}/websocket/v1"}}


class UpbitSim(Simulator):
    """A stateful Upbit. ``exchange`` holds the truth; ``faults`` spoil the way to it.

    bars: by market code (KRW-BTC), all of one timeframe. listings: rules that differ from the KRW market's.
    history: bars already over at the start. clock: None = virtual, led by the replayed market.
    """

    def __init__(
        self,
        bars: Mapping[str, Bars],
        *,
        account: Account | None = None,
        listings: Mapping[str, Listing] | None = None,
        history: int = 0,
        clock: Clock | None = None,
        touch: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__(new_clock(clock), Faults(seed))
        self.exchange = Exchange(self.clock, self.faults, touch)
        for market in bars:
            self.exchange.enlist((listings or {}).get(market) or upbit_listing(market))
        self.account = account or Account.funded({"KRW": 100_000_000})
        self.exchange.join(self.account)
        tracks = [Track(self.exchange, market, found) for market, found in bars.items()]
        self.replay = Replay(tracks, self.clock, history)
        self.quotes = Quotes(self.exchange, self.replay)
        self.orders = Orders(self.exchange)
        self.public = PublicStream(self.exchange, self.quotes)
        self.private = PrivateStream(self.exchange, self.orders)
        self.windows = {group: Window(limit, 1) for group, limit in GROUPS.items()}
        self._nonces: set[str] = set()
        self.endpoints = _paths(self.quotes, self.orders)

    @property
    def urls(self) -> dict[str, Any]:
        """ccxt's "urls" setting: ``ccxt.upbit({"urls": sim.urls})`` finds the simulator."""
        return upbit_urls(self.url)

    def point(self, exchange: Any) -> None:
        """Make a ccxt or ccxt.pro upbit talk to this simulator: its URLs change, nothing else."""
        exchange.urls = exchange.deep_extend(exchange.urls, upbit_urls(self.url))

    # --- requests

    def read_body(self, call: Call) -> None:
        call.params = {}
        for name, value in parse_qsl(call.query, keep_blank_values=True):
            if name.endswith("[]"):
                call.params.setdefault(name, []).append(value)
            else:
                call.params[name] = value
        if call.body:
            try:
                call.params |= json.loads(call.body)
            except (ValueError, TypeError):
                raise error(400, "invalid_parameter", "잘못된 파라미터 입니다.") from None

    def pattern(self, call: Call) -> Endpoint | None:
        if call.method == "GET" and call.path.startswith("/v1/candles/"):
            return Endpoint(self.quotes.candles)
        return None

    def no_such_path(self, call: Call) -> VenueError:
        return error(404, "not_found", "no Route matched with those values")

    def count(self, call: Call, endpoint: Endpoint) -> None:
        group = _group(call)
        window = self.windows[group]
        fine = window.spend(1)
        limit = window.limit * 60
        call.extra_headers["Remaining-Req"] = f"group={group}; min={limit}; sec={window.left}"
        if not fine:
            raise error(429, "too_many_requests", "요청 수 제한을 초과했습니다.")

    def authorize(self, call: Call, endpoint: Endpoint) -> None:
        if endpoint.access == "open":
            return
        claims, account = self._claims(call.headers.get("authorization", ""))
        nonce = str(claims.get("nonce", ""))
        if not nonce or nonce in self._nonces:
            raise error(401, "nonce_used", "이미 사용된 nonce 입니다.")
        self._nonces.add(nonce)
        query = query_of(json.loads(call.body)) if call.body else call.query
        if query and claims.get("query_hash") != query_hash(query):
            raise error(401, "invalid_query_payload", "JWT 헤더의 페이로드가 올바르지 않습니다.")
        if endpoint.right not in account.rights:
            raise error(401, "out_of_scope", "권한이 부족합니다.")
        call.account = account

    def _claims(self, header: str) -> tuple[dict[str, Any], Account]:
        """What a bearer token claims, and whose it is. Raises VenueError."""
        token = header.removeprefix("Bearer ")
        unchecked = read_jwt(token, None)
        if unchecked is None:
            raise error(401, "jwt_verification", "Jwt 토큰 검증에 실패했습니다.")
        account = known(self.exchange, str(unchecked.get("access_key")))
        if account is None:
            raise error(401, "invalid_access_key", "잘못된 엑세스 키입니다.")
        if account.revoked:
            raise error(401, "expired_access_key", "API 키가 만료되었습니다.")
        claims = read_jwt(token, account.secret)
        if claims is None:
            raise error(401, "jwt_verification", "Jwt 토큰 검증에 실패했습니다.")
        return claims, account

    # --- sockets

    def socket(self, request: web.Request) -> Greeting:
        if request.path == "/websocket/v1":
            return self.public.greet
        if request.path == "/websocket/v1/private":
            _, account = self._claims(request.headers.get("Authorization", ""))

            async def greet(socket: Socket) -> Any:
                return await self.private.greet(socket, account.name)

            return greet
        raise error(404, "not_found", "no Route matched with those values")

    # --- faults in Upbit's words

    def throttled(self, fault: Fault) -> VenueError:
        wait = {"Retry-After": str(int(fault.value))}
        if fault.kind.value == "418":
            return error(418, "too_many_requests", f"{int(fault.value)}초 동안 요청이 차단됩니다.", wait)
        return error(429, "too_many_requests", "요청 수 제한을 초과했습니다.", wait)

    def failed(self, status: int) -> VenueError:
        if status == 500:
            return error(500, "server_error", "알 수 없는 에러가 발생했습니다.")
        return VenueError(status, f"<html><body><h1>{status}</h1></body></html>")

    def under_maintenance(self) -> VenueError:
        return VenueError(503, "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")

    def revoked(self, request: web.Request) -> None:
        claims = read_jwt(request.headers.get("Authorization", "").removeprefix("Bearer "), None)
        self.revoke(str((claims or {}).get("access_key", "")))

    def revoke(self, key: str | None = None) -> None:
        """A key (None = the account's own) stops working."""
        account = known(self.exchange, key or self.account.key)
        if account is not None:
            self.exchange.revoke(account.name)


def _paths(quotes: Quotes, orders: Orders) -> dict[tuple[str, str], Endpoint]:
    def signed(handler: Any, right: str = "read") -> Endpoint:
        return Endpoint(handler, 1, "signed", right)

    return {
        ("GET", "/v1/market/all"): Endpoint(quotes.markets),
        ("GET", "/v1/ticker"): Endpoint(quotes.tickers),
        ("GET", "/v1/ticker/all"): Endpoint(quotes.all_tickers),
        ("GET", "/v1/orderbook"): Endpoint(quotes.books),
        ("GET", "/v1/orderbook/instruments"): Endpoint(quotes.instruments),
        ("GET", "/v1/trades/ticks"): Endpoint(quotes.trades),
        ("GET", "/v1/accounts"): signed(orders.accounts),
        ("GET", "/v1/api_keys"): signed(orders.keys),
        ("GET", "/v1/deposits"): signed(orders.deposits),
        ("GET", "/v1/withdraws"): signed(orders.withdrawals, "withdraw"),
        ("GET", "/v1/orders/chance"): signed(orders.chance),
        ("GET", "/v1/order"): signed(orders.order),
        ("GET", "/v1/orders/open"): signed(orders.open),
        ("GET", "/v1/orders/closed"): signed(orders.closed),
        ("GET", "/v1/orders/uuids"): signed(orders.by_ids),
        ("POST", "/v1/orders"): signed(orders.place, "trade"),
        ("POST", "/v1/orders/test"): signed(orders.test, "trade"),
        ("DELETE", "/v1/order"): signed(orders.cancel, "trade"),
        ("DELETE", "/v1/orders/open"): signed(orders.cancel_open, "trade"),
        ("POST", "/v1/orders/cancel_and_new"): signed(orders.cancel_and_new, "trade"),
    }


def _group(call: Call) -> str:
    """The rate group a request counts in."""
    parts = call.path.split("/")[2:]
    if parts[0] in ("market", "candles", "ticker", "trades", "orderbook"):
        return parts[0]
    if call.method == "POST" and parts[0] == "orders":
        return "order-test" if parts[-1] == "test" else "order"
    return "default"
