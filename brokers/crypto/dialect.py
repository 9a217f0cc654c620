"""What a venue does its own way. ``Dialect`` speaks ccxt's unified API; venues that differ extend it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from brokers.contract import Capabilities, FundingReport, TransferReport
from brokers.crypto import money
from brokers.crypto.access import Access
from brokers.crypto.exact import Row, exactly, number, plain
from brokers.crypto.pages import Page, Span, everything
from brokers.crypto.probe import Probe
from desk.orders import Order
from market.errors import OrderRefused
from market.instruments import Instrument

Rows = list[Row]
DAY = 86_400_000


@dataclass(frozen=True)
class Request:
    """What ``create_order`` is asked."""

    type: str
    side: str
    amount: str
    price: str | None
    params: Row


@dataclass(frozen=True)
class Balances:
    """By currency. equity: of the whole account, where the venue says it."""

    total: dict[str, Decimal]
    free: dict[str, Decimal]
    equity: Decimal | None = None


class Dialect:
    """No state, only what is so at this venue.

    capabilities: what may be relied on. options: ccxt's. orders, fills: how far one query reaches.

    candles: bars in one answer. forward: candles come from ``since`` on, however sparse; else every window
    of ``candles`` bars is asked. streams_bars: the stream says when a bar is closed.
    one_account_stream: watching orders brings fills as well. rate: ccxt's units of weight a second,
    None = as ccxt has it. burst_s: how many seconds' worth of requests may come at once.
    """

    capabilities = Capabilities()
    options: ClassVar[Row] = {}
    orders_span = Span(limit=500)
    fills_span = Span(limit=500)
    candles = 500
    forward = False
    streams_bars = False
    one_account_stream = False
    rate: float | None = None
    burst_s = 1.0

    def pool(self, method: str, path: str) -> str:
        """The pool of weights that a request draws on; each has ``rate`` and ``burst_s``."""
        return ""

    # --- what an answer means

    def refusal(self, probe: Probe) -> str | None:
        """Why the venue refused, in its own words; None = this answer settles nothing."""
        if 400 <= probe.status < 500 and probe.status not in (408, 418, 425, 429):
            return self.reason(probe.data)
        return None

    def reason(self, data: Any) -> str | None:
        """The venue's words in an error's JSON; None when it is no error of the venue's own."""
        if not isinstance(data, dict):
            return None
        found = data.get("msg") or data.get("message") or data.get("error")
        return str(found) if found else None

    def no_such_order(self, probe: Probe, error: Exception) -> bool:
        """A cancel's answer that nothing rests."""
        return type(error).__name__ == "OrderNotFound" and self.refusal(probe) is not None

    def bad_key(self, probe: Probe, error: Exception) -> bool:
        """The key isn't known, or may not do this."""
        return type(error).__name__ in ("AuthenticationError", "PermissionDenied", "AccountSuspended")

    # --- before trading

    async def may_withdraw(self, exchange: Any) -> bool | None:
        """Whether the key may move money out; None = the venue doesn't say. Raises where it may not trade."""
        await exchange.fetch_balance()
        return None

    async def prepare(self, exchange: Any, markets: Sequence[Row], access: Access) -> None:
        """Set up the account for these markets and read back what was set. Raises ConfigError."""

    async def describe(self, exchange: Any, market: Row, instrument: Instrument, signed: bool) -> Instrument:
        """What the market's row doesn't say of an instrument. signed: keys are there to ask with."""
        return instrument

    # --- the account

    async def balances(self, exchange: Any) -> Balances:
        """What is owned by currency."""
        found = await exchange.fetch_balance()
        total = {name: number(amount) for name, amount in found["total"].items() if amount is not None}
        free = {name: number(amount) for name, amount in found["free"].items() if amount is not None}
        return Balances(total, free)

    async def transfers(self, exchange: Any, since: int, until: int) -> list[TransferReport]:
        """What came and went without trading and has arrived, begun in [since, until] ms, in any order."""
        return await money.unified(exchange, since, until)

    async def funding(
        self, exchange: Any, markets: Mapping[str, Row], since: int, until: int
    ) -> list[FundingReport]:
        """What the perpetuals among ``markets`` (by instrument) paid in [since, until] ms, in any order."""
        return await money.unified_funding(exchange, markets, since, until)

    # --- orders

    def request(self, order: Order, market: Row, reference: Decimal | None) -> Request:
        """An order in ccxt's words. reference: the price to size a market buy by cost, where needed."""
        params: Row = {"clientOrderId": order.client_id}
        if order.reduces and self.capabilities.reduce_only:
            params["reduceOnly"] = True
        if order.trigger is not None:
            params["stopLossPrice"] = plain(order.trigger)
        limit = None if order.limit is None else plain(order.limit)
        kind, side = "market" if limit is None else "limit", "buy" if order.side > 0 else "sell"
        return Request(kind, side, plain(order.quantity), limit, params)

    async def cancel(self, exchange: Any, market: Row, order: Order, venue_id: str | None) -> Row:
        """End it; the venue's row of it as it then is. venue_id: None = known by our id alone."""
        if venue_id is None:
            venue_id = await self.venue_id(exchange, market, order)
        found = await exchange.cancel_order(venue_id, market["symbol"])
        return exactly(exchange, exchange.parse_order, found["info"], market)

    async def venue_id(self, exchange: Any, market: Row, order: Order) -> str:
        """The venue's id of an order known by ours. Raises OrderRefused when none of that name rests."""
        for row in await self.open_orders(exchange, market):
            if row["clientOrderId"] == order.client_id:
                return str(row["id"])
        raise OrderRefused(f"order {order.client_id}: it isn't among the open orders; nothing rests.")

    async def replace(
        self, exchange: Any, market: Row, order: Order, quantity: Decimal, price: Decimal
    ) -> Row:
        """Change a resting limit order in place; its row. Only asked where ``capabilities.replaces``."""
        raise NotImplementedError

    async def open_orders(self, exchange: Any, market: Row) -> Rows:
        return self._exact(exchange, market, await exchange.fetch_open_orders(market["symbol"]))

    async def ended_orders(self, exchange: Any, market: Row, since: int, until: int) -> Rows:
        """Orders created in [since, until] ms, open ones may be among them. Queries are by creation, so a
        day at least is asked: an old order may have ended lately."""
        since = min(since, until - DAY)
        if exchange.has.get("fetchOrders"):
            ask: tuple[Any, ...] = (exchange.fetch_orders,)
        else:
            names = ("fetchClosedOrders", "fetchCanceledOrders")
            ask = tuple(_method(exchange, name) for name in names if exchange.has.get(name))
        rows: Rows = []
        for each in ask:
            page = self.paged(each, market["symbol"])
            rows += self._exact(exchange, market, await everything(page, since, until, self.orders_span))
        return rows

    async def fills(self, exchange: Any, market: Row, since: int, until: int) -> Rows:
        """ccxt's trades of the account in [since, until] ms."""
        page = self.paged(exchange.fetch_my_trades, market["symbol"])
        found = await everything(page, since, until, self.fills_span)
        return [exactly(exchange, exchange.parse_trade, row["info"], market) for row in found]

    async def order(self, exchange: Any, market: Row, venue_id: str) -> Row:
        found = await exchange.fetch_order(venue_id, market["symbol"])
        return exactly(exchange, exchange.parse_order, found["info"], market)

    def _exact(self, exchange: Any, market: Row, rows: Rows) -> Rows:
        return [exactly(exchange, exchange.parse_order, row["info"], market) for row in rows]

    @staticmethod
    def paged(ask: Callable[..., Awaitable[Rows]], symbol: str) -> Page:
        """A query by time, as ``pages.everything`` asks it."""

        async def page(since: int, until: int, limit: int) -> Rows:
            return await ask(symbol, since, limit, {"until": until})

        return page

    # --- streams

    def client_id(self, info: Row) -> str:
        """Our id in the venue's own words of an order or fill; "" when it isn't there."""
        return str(info.get("clientOrderId") or "")

    def ws_order(self, exchange: Any, row: Row) -> Row:
        """A streamed order with exact numbers."""
        return exactly(exchange, exchange.parse_ws_order, row["info"])

    def ws_fill(self, exchange: Any, row: Row) -> Row:
        return exactly(exchange, exchange.parse_ws_trade, row["info"])

    async def open_account_stream(self, exchange: Any) -> None:
        """Return when nothing that happens from now on will be missed, where the venue confirms that."""

    def is_account_stream(self, url: str) -> bool:
        """Whether an address is that of the account's stream."""
        return True

    async def forget_account_stream(self, exchange: Any) -> None:
        """Drop what ccxt remembers of a stream that ended."""

    def stream_ended(self, message: Any) -> bool:
        """The venue says that it will send nothing more of the account on this connection."""
        return False

    def money_moved(self, message: Any) -> str | None:
        """The venue's word for why money moved, when a message says that no order did it."""
        return None

    def closed_bar(self, message: Any) -> tuple[str, str, Row] | None:
        """(market id, timeframe, its o, h, l, c, v and t) when a message closes a bar for good."""
        return None


def _method(exchange: Any, name: str) -> Any:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return getattr(exchange, snake)
