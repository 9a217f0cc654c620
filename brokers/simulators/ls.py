"""LS Securities' Open API in a local server: the Korea Exchange behind one broker, for unmodified clients."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from urllib.parse import parse_qsl

from aiohttp import web

from brokers.simulators.account import Account
from brokers.simulators.clock import Clock
from brokers.simulators.faults import Fault, Faults, Kind
from brokers.simulators.limits import Window
from brokers.simulators.ls_accounts import FoAccounts
from brokers.simulators.ls_asks import Handler
from brokers.simulators.ls_board import Board
from brokers.simulators.ls_charts import Charts
from brokers.simulators.ls_contracts import Contract, contract_of
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_events import Notices
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_extras import Extras
from brokers.simulators.ls_fields import Layout, rest_layouts
from brokers.simulators.ls_gateway import Gateway
from brokers.simulators.ls_handlers import handlers
from brokers.simulators.ls_hours import Hours
from brokers.simulators.ls_ledger import Ledger
from brokers.simulators.ls_masters import Masters
from brokers.simulators.ls_order_lists import FoOrderLists
from brokers.simulators.ls_orders import FoOrders
from brokers.simulators.ls_quotes import Quotes
from brokers.simulators.ls_status import Statuses
from brokers.simulators.ls_stock_accounts import StockAccounts
from brokers.simulators.ls_stock_orders import StockOrders
from brokers.simulators.ls_streams import Streams
from brokers.simulators.ls_tally import Tallies
from brokers.simulators.ls_tokens import Tokens
from brokers.simulators.ls_words import NO_DATA, Row, gateway
from brokers.simulators.market import Replay, Track
from brokers.simulators.server import Call, Endpoint, Greeting, Simulator, VenueError, new_clock
from market.bars import Bars

KEPT = (Kind.ERROR_ACCEPTED, Kind.SILENT_ACCEPTED, Kind.DROPPED_ACCEPTED)


class LsSim(Simulator):
    """A stateful LS. ``exchange`` holds the truth, ``ledger`` the list of orders; ``faults`` spoil the way.

    bars: by short code, all of one timeframe. contracts: terms of codes that don't say enough (strikes from
    1,000 on, names), and what is listed without bars. history: bars already over at the start. clock: None =
    virtual, led by the replayed market. paper: the account is for paper trading (모의투자). products: where a
    paper account may order, of "fo" and "stock". hours: KRX's; ``Hours.never_closed()`` for demos.
    doubts: what the reference leaves open. rates: False = requests aren't counted.

    Faults are matched by "POST /path TR", streams by "FC9@101V3000" and "O01", the exchange by short code.
    """

    def __init__(
        self,
        bars: Mapping[str, Bars] | None = None,
        *,
        contracts: Iterable[Contract] = (),
        account: Account | None = None,
        paper: bool = False,
        products: Iterable[str] = ("fo", "stock"),
        hours: Hours | None = None,
        doubts: Doubts | None = None,
        corporate: bool = False,
        rates: bool = True,
        history: int = 0,
        clock: Clock | None = None,
        touch: bool = False,
        page: int = 20,
        seed: int = 0,
    ) -> None:
        super().__init__(new_clock(clock), Faults(seed))
        self.doubts = doubts or Doubts()
        self.exchange = KrxExchange(self.clock, self.faults, touch, hours=hours or Hours())
        self.account = account or Account.funded({"KRW": 100_000_000}, key="appkey", secret="appsecret")
        self.exchange.join(self.account)
        self.replay = self._listed(dict(bars or {}), contracts, history)
        self.tokens = Tokens(self.clock, self.doubts, self.exchange.accounts)
        self.ledger = Ledger(self.exchange)
        self.tallies = Tallies(self.exchange)
        self.tallies.begin(self.replay)
        self.quotes = Quotes(self.exchange, self.tallies)
        self.streams = Streams(self.exchange, self.quotes, lambda text: self.tokens.owner(text).name)
        self.events = Notices(self.exchange, self.ledger, self.doubts, self.streams.post)
        self.statuses = Statuses(self.exchange, self.status)
        self.extras = Extras(self.exchange, self.quotes, self.streams)
        self.gateway = Gateway(self.exchange, self.doubts, self._trs(page))
        self.gateway.admit(self.account.name, paper, products)
        self.windows = _windows(rest_layouts(), corporate) if rates else {}

    def _listed(self, bars: dict[str, Bars], contracts: Iterable[Contract], history: int) -> Replay:
        """Enlist what has bars, and what has only terms."""
        given = {contract.symbol: contract for contract in contracts}
        for code in bars:
            self.exchange.enlist(given.pop(code) if code in given else contract_of(code))
        for contract in given.values():
            self.exchange.enlist(contract)
            book = self.exchange.books[contract.symbol]
            if contract.reference:
                book.last = contract.reference
                book.center(contract.reference, self.clock.now())
        tracks = [Track(self.exchange, code, found) for code, found in bars.items()]
        return Replay(tracks, self.clock, history)

    def _trs(self, page: int) -> dict[str, Handler]:
        """Who answers each TR."""
        books = (self.exchange, self.ledger, self.doubts)
        return handlers(
            quotes=self.quotes,
            board=Board(self.exchange, self.quotes),
            masters=Masters(self.exchange),
            charts=Charts(self.exchange, self.replay, self.quotes, self.doubts),
            orders=FoOrders(*books, self.events),
            stock_orders=StockOrders(*books, self.events),
            lists=FoOrderLists(*books, page),
            accounts=FoAccounts(*books, page),
            stock_accounts=StockAccounts(*books, page),
            extras=self.extras,
        )

    # --- who trades, and what befalls them

    def join(self, account: Account, paper: bool = False, products: Iterable[str] = ("fo", "stock")) -> None:
        """One more account with an app key of its own."""
        self.exchange.join(account)
        self.gateway.admit(account.name, paper, products)

    @property
    def rest_url(self) -> str:
        return f"http://{self.url}"

    @property
    def socket_url(self) -> str:
        """Real and paper alike; the newer paths behind it are known too."""
        return f"ws://{self.url}/websocket"

    def steal_token(self, account: Account | None = None) -> str:
        """Another process takes a token with the same app key: the bot's is dead from now on."""
        return self._renewed(account or self.account)

    def _renewed(self, account: Account) -> str:
        text = self.tokens.renew(account).text
        if self.doubts.sockets_die:
            for socket in list(self.sockets):
                socket.abort()
        return text

    def revoke(self, key: str | None = None) -> None:
        """An app key (None = the account's own) stops working."""
        wanted = key or self.account.key
        for account in self.exchange.accounts.values():
            if account.key == wanted:
                self.exchange.revoke(account.name)

    def status(self, market: str, state: str) -> None:
        """JIF, as "1" and "61" for a circuit breaker of KOSPI. Sessions say theirs by themselves."""
        self.streams.push("JIF", "0", {"jangubun": market, "jstatus": state})

    def widen(self, up: int, down: int) -> None:
        """The limits of futures and options widen to stages 0, 1 or 2 (8, 15, 20 %), and JIF says so."""
        before = (0, 0)
        for contract in map(self.exchange.contract, self.exchange.listings):
            if not contract.stock:
                before, contract.steps = contract.steps, (up, down)
        for stage, was, states in ((up, before[0], ("74", "76")), (down, before[1], ("75", "77"))):
            for state in states[was:stage]:
                self.status("5", state)

    async def feed(self, messages: Iterable[tuple[str, str, Row]]) -> int:
        """Recorded (stream, key, body) to whoever registered, in order, as fast as they are read."""
        return await self.streams.feed(messages)

    # --- requests

    def place(self, request: web.Request) -> str:
        tr = request.headers.get("tr_cd", "")
        return f"{request.method} {request.path} {tr}".rstrip()

    def read_body(self, call: Call) -> None:
        call.extra_headers |= {"tr_cd": call.headers.get("tr_cd", ""), "tr_cont": "N", "tr_cont_key": ""}
        if call.path.startswith("/oauth2/"):
            call.params = dict(parse_qsl(call.body, keep_blank_values=True))
            if "x-www-form-urlencoded" not in call.headers.get("content-type", ""):
                raise gateway("IGW40011", self.doubts.type_status)
        elif call.method == "POST":
            try:
                call.params = json.loads(call.body)
            except ValueError:
                raise gateway("IGW40011", self.doubts.type_status) from None

    def pattern(self, call: Call) -> Endpoint | None:
        if call.method == "POST" and call.path == "/oauth2/token":
            return Endpoint(lambda asked: self.tokens.issue(asked.params))
        if call.method == "POST" and call.path == "/oauth2/revoke":
            return Endpoint(lambda asked: self.tokens.revoke(asked.params))
        if call.method == "GET":  # answered as if there were no data
            return Endpoint(lambda asked: {"rsp_cd": "00000", "rsp_msg": NO_DATA}, access="signed")
        if not self.gateway.knows(call.headers.get("tr_cd", ""), call.path):
            return None
        return Endpoint(self.gateway.asked, access="signed")

    def no_such_path(self, call: Call) -> VenueError:
        return gateway("IGW50008", 500)

    def count(self, call: Call, endpoint: Endpoint) -> None:
        """A TR's own limit, of each second."""
        window = self.windows.get(call.headers.get("tr_cd", ""))
        if window is not None and not window.spend(1):
            raise gateway("IGW00201", self.doubts.rate_status)

    def authorize(self, call: Call, endpoint: Endpoint) -> None:
        if endpoint.access == "signed":
            scheme, _, token = call.headers.get("authorization", "").partition(" ")
            call.account = self.tokens.owner(token if scheme == "Bearer" else "")

    # --- the reply and the events of what it did

    def answer(self, call: Call) -> tuple[int, dict[str, str], str]:
        self.events.hold()
        try:
            return super().answer(call)
        except Exception:
            self.events.release()
            raise

    async def _after(
        self, request: web.Request, fault: Fault | None, status: int, headers: dict[str, str], text: str
    ) -> web.StreamResponse:
        """Events follow the reply, or go before it (a doubt); a reply that never comes holds none back."""
        lost = fault is not None and fault.kind in KEPT
        if lost or self.doubts.accepted_first:
            self.events.release()
            await self.flush()
            return await super()._after(request, fault, status, headers, text)
        try:
            response = await super()._after(request, fault, status, headers, text)
            with suppress(ConnectionResetError):  # the client has died
                await response.prepare(request)
                await response.write_eof()
        finally:
            self.events.release()
        return response

    # --- sockets

    def socket(self, request: web.Request) -> Greeting:
        if not request.path.startswith("/websocket"):
            raise gateway("IGW50008", 404)
        return self.streams.greet

    # --- faults in LS's words

    def throttled(self, fault: Fault) -> VenueError:
        return gateway("IGW00201", self.doubts.rate_status)

    def failed(self, status: int) -> VenueError:
        if status == 500:
            return gateway("IGW40014", 500)
        return VenueError(status, f"<html><body><h1>{status}</h1></body></html>")

    def under_maintenance(self) -> VenueError:
        return VenueError(503, "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")

    def revoked(self, request: web.Request) -> None:
        account = self._asking(request)
        if account is not None:
            self.exchange.revoke(account.name)

    def stolen(self, request: web.Request) -> None:
        account = self._asking(request)
        if account is not None:
            self._renewed(account)

    def _asking(self, request: web.Request) -> Account | None:
        token = self.tokens.issued.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        return token.account if token is not None else None


def _windows(layouts: Mapping[str, Layout], corporate: bool) -> dict[str, Window]:
    rates = {tr: layout.corporate if corporate else layout.personal for tr, layout in layouts.items()}
    return {tr: Window(rate, 1) for tr, rate in rates.items() if rate}
