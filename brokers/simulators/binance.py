"""Binance, simulated: spot and USD-M futures in one local server, for unmodified clients by URL override."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from brokers.simulators.account import Account
from brokers.simulators.binance_errors import BAD_KEY, NO_LISTEN_KEY, error
from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_messages import FuturesMessages, PublicMessages
from brokers.simulators.binance_spot import SpotApi
from brokers.simulators.binance_streams import FuturesUserData, PublicStreams, SpotUserData
from brokers.simulators.binance_usdm import FUNDING, UsdmApi
from brokers.simulators.binance_words import Style
from brokers.simulators.clock import Clock
from brokers.simulators.events import CandleMoved, Event
from brokers.simulators.exchange import Exchange
from brokers.simulators.faults import Fault, Faults
from brokers.simulators.limits import Window
from brokers.simulators.listing import Fees, Listing
from brokers.simulators.market import Replay, Track
from brokers.simulators.server import Call, Endpoint, Greeting, Simulator, VenueError, known, new_clock
from brokers.simulators.signing import hmac_sha256, signed_payload
from brokers.simulators.sockets import Socket
from market.bars import Bars

QUOTES = ("USDT", "USDC", "FDUSD", "BTC", "ETH", "BNB", "EUR", "TRY")
WS_METHODS = {
    "ping": ("GET", "/api/v3/ping"),
    "time": ("GET", "/api/v3/time"),
    "exchangeInfo": ("GET", "/api/v3/exchangeInfo"),
    "depth": ("GET", "/api/v3/depth"),
    "klines": ("GET", "/api/v3/klines"),
    "ticker.24hr": ("GET", "/api/v3/ticker/24hr"),
    "order.place": ("POST", "/api/v3/order"),
    "order.cancel": ("DELETE", "/api/v3/order"),
    "order.cancelReplace": ("POST", "/api/v3/order/cancelReplace"),
    "order.status": ("GET", "/api/v3/order"),
    "openOrders.status": ("GET", "/api/v3/openOrders"),
    "openOrders.cancelAll": ("DELETE", "/api/v3/openOrders"),
    "allOrders": ("GET", "/api/v3/allOrders"),
    "myTrades": ("GET", "/api/v3/myTrades"),
    "account.status": ("GET", "/api/v3/account"),
}


def spot_listing(symbol: str) -> Listing:
    """The rules of a spot pair where none are given."""
    base, quote = split(symbol)
    return Listing(symbol, base, quote)


def usdm_listing(symbol: str) -> Listing:
    """The rules of a perpetual where none are given."""
    base, quote = split(symbol)
    return Listing(
        symbol,
        base,
        quote,
        ticks=((Decimal(0), Decimal("0.10")),),
        lot=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        max_quantity=Decimal(1000),
        min_notional=Decimal(5),
        fees=Fees(Decimal("0.0002"), Decimal("0.0005"), "quote"),
        margin=True,
        max_conditional=200,
        band=(Decimal("0.95"), Decimal("1.05")),
    )


def split(symbol: str) -> tuple[str, str]:
    """BTCUSDT -> BTC, USDT."""
    quote = next((quote for quote in QUOTES if symbol.endswith(quote) and symbol != quote), symbol[-4:])
    return symbol.removesuffix(quote), quote


def binance_urls(address: str) -> dict[str, Any]:
    """ccxt's "urls" setting for a simulator that listens at ``address`` (host:port)."""
    rest, ws = f"http://{address}", f"ws://{address}"
    api: dict[str, Any] = {name: f"{rest}/api/v3" for name in ("public", "private")}
    api |= {"sapi": f"{rest}/sapi/v1", "sapiV2": f"{rest}/sapi/v2", "sapiV3": f"{rest}/sapi/v3"}
    for name in ("fapiPublic", "fapiPrivate", "dapiPublic", "dapiPrivate"):
        api |= {name: f"{rest}/{name[:4]}/v1"}
        api |= {f"{name}V{n}": f"{rest}/{name[:4]}/v{n}" for n in (2, 3)}
    # "/stream" in the path is how ccxt tells spot from futures.
    sockets = {"spot": f"{ws}/ws-api/v3", "linear": f"{ws}/ws-fapi/v1"}
    api["ws"] = {"spot": f"{ws}/stream/ws", "linear": f"{ws}/fstream/ws", "ws-api": sockets}
    return {"api": api}


class BinanceSim(Simulator):
    """A stateful Binance. ``exchange`` (spot) and ``futures`` hold the truth; ``faults`` spoil the way to it.

    spot, usdm: bars by symbol, all of one timeframe. account: of spot; futures_account: its twin on futures.
    listings, futures_listings: rules that differ from the defaults. history: bars already over at the start.
    clock: None = virtual, led by the replayed market; requests' timestamps are then still checked against
    real time (``signing_clock``).
    """

    def __init__(
        self,
        spot: Mapping[str, Bars] | None = None,
        usdm: Mapping[str, Bars] | None = None,
        *,
        account: Account | None = None,
        futures_account: Account | None = None,
        listings: Mapping[str, Listing] | None = None,
        futures_listings: Mapping[str, Listing] | None = None,
        history: int = 0,
        clock: Clock | None = None,
        touch: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__(new_clock(clock), Faults(seed))
        self.exchange = Exchange(self.clock, self.faults, touch)
        self.futures = Exchange.margin(self.clock, self.faults, touch)
        for symbol in spot or {}:
            self.exchange.enlist((listings or {}).get(symbol) or spot_listing(symbol))
        for symbol in usdm or {}:
            self.futures.enlist((futures_listings or {}).get(symbol) or usdm_listing(symbol))
        self.account = account or Account.funded({"USDT": 100_000})
        self.exchange.join(self.account)
        self.futures.join(futures_account or Account.funded({"USDT": 100_000}, **_keys(self.account)))
        tracks = [Track(self.exchange, symbol, bars) for symbol, bars in (spot or {}).items()]
        tracks += [Track(self.futures, symbol, bars) for symbol, bars in (usdm or {}).items()]
        self.replay = Replay(tracks, self.clock, history)
        self.weights = {
            "/api": Window(6000, 60),
            "/sapi": Window(12000, 60),
            "/fapi": Window(2400, 60),
            "/dapi": Window(2400, 60),
        }
        self.order_counts = {"/api": Window(100, 10), "/fapi": Window(300, 10)}
        self._wire()

    def _wire(self) -> None:
        spot_data = MarketData(self.exchange, self.replay, Style(futures=False))
        usdm_data = MarketData(self.futures, self.replay, Style(futures=True))
        self.spot_api = SpotApi(self.exchange, spot_data, self.signing_time)
        self.usdm_api = api = UsdmApi(self.futures, usdm_data, self.signing_time)
        self.spot_streams = PublicStreams(self.exchange, PublicMessages(spot_data))
        self.usdm_streams = PublicStreams(self.futures, PublicMessages(usdm_data))
        self.usdm_streams.funding = self.usdm_api.funding
        self.spot_user = SpotUserData(self.exchange, self._ws_method, self._ws_who)
        messages, number = FuturesMessages(usdm_data, api.accounts.settlement), api.orders.number
        self.usdm_user = FuturesUserData(self.futures, messages, number, self.signing_time)
        self.endpoints = self.spot_api.endpoints() | self.usdm_api.endpoints() | self._listen_keys()
        self.endpoints["GET", "/dapi/v1/exchangeInfo"] = Endpoint(lambda call: {"symbols": []})
        self._funded = 0
        self.futures.listeners.append(self._fund)

    def _fund(self, event: Event) -> None:
        """Every eight hours, at the close of the bars before."""
        if isinstance(event, CandleMoved) and event.closed and event.ms % FUNDING == 0:
            if event.ms == self._funded:
                return
            self._funded = event.ms
            self.usdm_api.settle_funding()

    def _listen_keys(self) -> dict[tuple[str, str], Endpoint]:
        path = "/fapi/v1/listenKey"
        return {
            ("POST", path): Endpoint(
                lambda call: {"listenKey": self.usdm_user.open(call.trader.name)}, 1, "key"
            ),
            ("PUT", path): Endpoint(self._extend, 1, "key"),
            ("DELETE", path): Endpoint(self._end, 1, "key"),
        }

    def _extend(self, call: Call) -> dict[str, Any]:
        if not self.usdm_user.extend(call.trader.name):
            raise error(*NO_LISTEN_KEY)
        return {"listenKey": self.usdm_user.open(call.trader.name)}

    def _end(self, call: Call) -> dict[str, Any]:
        self.usdm_user.expire(call.trader.name)
        return {}

    def signing_time(self) -> int:
        return self.signing_clock.now()

    # --- where clients find it

    @property
    def urls(self) -> dict[str, Any]:
        """ccxt's "urls" setting: ``ccxt.binance({"urls": sim.urls})`` finds the simulator."""
        return binance_urls(self.url)

    def point(self, exchange: Any) -> None:
        """Make a ccxt or ccxt.pro binance talk to this simulator: its URLs change, nothing else."""
        exchange.urls = exchange.deep_extend(exchange.urls, binance_urls(self.url))

    # --- requests

    def read_body(self, call: Call) -> None:
        call.params |= dict(parse_qsl(call.body, keep_blank_values=True))

    def pattern(self, call: Call) -> Endpoint | None:
        return None

    def no_such_path(self, call: Call) -> VenueError:
        return VenueError(404, {"code": -5000, "msg": f"Path {call.path}, Method {call.method} is invalid"})

    def count(self, call: Call, endpoint: Endpoint) -> None:
        prefix = "/" + call.path.split("/")[1]
        window = self.weights[prefix]
        fine = window.spend(_weight(call, endpoint))
        call.extra_headers["X-MBX-USED-WEIGHT-1M"] = str(window.used)
        if not fine:
            raise self._too_much(window.limit, window.wait)
        if endpoint.orders:
            self._count_orders(call, self.order_counts[prefix], endpoint.orders)

    @staticmethod
    def _too_much(limit: int, wait: int) -> VenueError:
        words = f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        words += "Please use WebSocket Streams for live updates to avoid polling the API."
        return error(-1003, words, 429, {"Retry-After": str(wait)})

    @staticmethod
    def _count_orders(call: Call, window: Window, orders: int) -> None:
        fine = window.spend(orders)
        call.extra_headers["X-MBX-ORDER-COUNT-10S"] = str(window.used)
        if not fine:
            words = f"Too many new orders; current limit is {window.limit} orders per 10 SECOND."
            raise error(-1015, words, 429, {"Retry-After": str(window.wait)})

    def authorize(self, call: Call, endpoint: Endpoint) -> None:
        if endpoint.access == "open":
            return
        exchange = self.futures if call.path.startswith("/fapi") else self.exchange
        key = call.headers.get("x-mbx-apikey", "")
        if not key:
            raise error(-2014, "API-key format invalid.", 401)
        account = known(exchange, key)
        if account is None or account.revoked or endpoint.right not in account.rights:
            raise error(*BAD_KEY, 401)
        if endpoint.access == "signed":
            payload, signature = signed_payload(call.query, call.body)
            self._check_signed(call.params, payload, signature, account, call.skew)
        call.account = account

    def _check_signed(
        self, params: dict[str, Any], payload: str, signature: str, account: Account, skew: int
    ) -> None:
        """Time first, then the signature, as the venue does."""
        try:
            stamp, window = int(params["timestamp"]), float(params.get("recvWindow", 5000))
        except (KeyError, ValueError):
            raise error(
                -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."
            ) from None
        now = self.signing_time() + skew
        if stamp > now + 1000:
            raise error(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
        if now - stamp > window:
            raise error(-1021, "Timestamp for this request is outside of the recvWindow.")
        if hmac_sha256(account.secret, payload) != signature:
            raise error(-1022, "Signature for this request is not valid.")

    # --- the spot WebSocket API

    def _ws_who(self, params: dict[str, Any]) -> tuple[int, Any]:
        """The account of parameters signed in the WebSocket API's way: sorted, the key among them."""
        account = known(self.exchange, str(params.get("apiKey", "")))
        if account is None or account.revoked:
            return 401, {"code": BAD_KEY[0], "msg": BAD_KEY[1]}
        rest = {key: value for key, value in params.items() if key != "signature"}
        payload = "&".join(f"{key}={_said(rest[key])}" for key in sorted(rest))
        try:
            self._check_signed(params, payload, str(params.get("signature")), account, 0)
        except VenueError as refused:
            return refused.status, refused.body
        return 200, account

    def _ws_method(self, method: str, params: dict[str, Any]) -> tuple[int, Any]:
        """A REST endpoint asked over the socket."""
        if method not in WS_METHODS:
            return 400, {"code": -1000, "msg": f"Unknown method {method}."}
        verb, path = WS_METHODS[method]
        endpoint = self.endpoints[verb, path]
        call = Call(verb, path, "", "", {}, {key: _said(value) for key, value in params.items()})
        try:
            if endpoint.access == "signed":
                status, found = self._ws_who(params)
                if status != 200:
                    return status, found
                call.account = found
                if endpoint.right not in found.rights:
                    raise error(*BAD_KEY, 401)
            self.count(call, endpoint)
            return 200, endpoint.handler(call)
        except VenueError as refused:
            return refused.status, refused.body

    # --- sockets

    def socket(self, request: web.Request) -> Greeting:
        parts = [part for part in request.path.split("/") if part]
        head = parts[0] if parts else ""
        if head == "ws-api":
            return self.spot_user.greet
        if head == "fstream" and "private" in parts:
            return self._private(request, parts)
        if head not in ("stream", "fstream"):
            raise VenueError(404, {"code": -5000, "msg": f"Path {request.path} is invalid"})
        streams = self.spot_streams if head == "stream" else self.usdm_streams
        combined = "ws" not in parts
        names = [name for name in request.query.get("streams", "").split("/") if name]
        tail = parts[-1]
        if not combined and tail != "ws" and not tail.isdigit():
            names.append(tail)

        async def greet(socket: Socket) -> Any:
            return await streams.greet(socket, names, combined)

        return greet

    def _private(self, request: web.Request, parts: list[str]) -> Greeting:
        key = request.query.get("listenKey") or parts[-1]
        if key not in self.usdm_user.keys:
            raise error(*NO_LISTEN_KEY)

        async def greet(socket: Socket) -> Any:
            return await self.usdm_user.greet(socket, key)

        return greet

    # --- faults in Binance's words

    def throttled(self, fault: Fault) -> VenueError:
        wait = {"Retry-After": str(int(fault.value))}
        if fault.kind.value == "418":
            until = self.signing_time() + int(fault.value * 1000)
            words = f"Way too much request weight used; IP banned until {until}. "
            words += "Please use WebSocket Streams for live updates to avoid bans."
            return error(-1003, words, 418, wait)
        refused = self._too_much(6000, int(fault.value))
        refused.headers = wait
        return refused

    def failed(self, status: int) -> VenueError:
        if status == 503:
            return error(
                -1007,
                "Timeout waiting for response from backend server. "
                "Send status unknown; execution status unknown.",
                503,
            )
        return error(-1000, "An unknown error occurred while processing the request.", status)

    def under_maintenance(self) -> VenueError:
        return VenueError(503, "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")

    def revoked(self, request: web.Request) -> None:
        self.revoke(request.headers.get("X-MBX-APIKEY", ""))

    def revoke(self, key: str | None = None) -> None:
        """A key (None = the account's own) stops working, on spot and futures."""
        for exchange in (self.exchange, self.futures):
            account = known(exchange, key or self.account.key)
            if account is not None:
                exchange.revoke(account.name)


def _said(value: Any) -> str:
    """A JSON value as it is signed."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys(account: Account) -> dict[str, str]:
    return {"name": account.name, "key": account.key, "secret": account.secret}


def _weight(call: Call, endpoint: Endpoint) -> int:
    """Some queries cost far more without a symbol."""
    if call.path.endswith("openOrders") and call.method == "GET" and "symbol" not in call.params:
        return 80 if call.path.startswith("/api") else 40
    if call.path.endswith("ticker/24hr") and "symbol" not in call.params:
        return 80 if call.path.startswith("/api") else 40
    return endpoint.weight
