"""Upbit's KRW market. Market buys are sized in won; orders are known by ``identifier``, once and for ever."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from brokers.contract import Capabilities, TransferReport
from brokers.crypto import money
from brokers.crypto.dialect import Balances, Dialect, Request, Rows
from brokers.crypto.exact import Row, exactly, floor, number, plain
from brokers.crypto.pages import Span, everything
from brokers.crypto.probe import Probe
from brokers.crypto.wire import forget_client
from desk.orders import Order
from market.errors import OutcomeUnknown, VenueDown
from market.instruments import Fees, Instrument

WEEK = 7 * 86_400_000
REACH = 26 * WEEK  # how far back orders are asked for
WON = Decimal(1)
PAGE, PAGES = 100, 100
POLLS = 20  # times that a cancel's outcome is asked for
POLL_S = 0.1
KEY_ERRORS = (
    "invalid_access_key",
    "expired_access_key",
    "jwt_verification",
    "out_of_scope",
    "no_authorization_ip",
)
# Price units of the KRW market since 2025-07-31: (price from, unit).
KRW_TICKS = (
    (0.0, 1e-8), (1e-5, 1e-7), (1e-4, 1e-6), (1e-3, 1e-5), (1e-2, 1e-4), (0.1, 1e-3), (1.0, 0.01),
    (10.0, 0.1), (100.0, 1.0), (5e3, 5.0), (1e4, 10.0), (5e4, 50.0), (1e5, 100.0), (5e5, 500.0), (1e6, 1e3),
)  # fmt: skip


class Upbit(Dialect):
    """Stops don't rest here: they are watched locally."""

    capabilities = Capabilities(
        resting_stops=False, market_buy_by_cost=True, lists_transfers=True, orders_per_s=8.0
    )
    orders_span = Span(limit=1000, ms=WEEK)
    candles = 200
    one_account_stream = True
    burst_s = 0.25  # requests are counted by the second

    def pool(self, method: str, path: str) -> str:
        head = path.split("/")[0]
        if head in ("market", "candles", "ticker", "trades", "orderbook"):
            return head
        return "order" if method == "POST" and head == "orders" else ""

    def reason(self, data: Any) -> str | None:
        error = data.get("error") if isinstance(data, dict) else None
        if not isinstance(error, dict):
            return None
        return f"{error.get('message')} ({error.get('name')})"

    def no_such_order(self, probe: Probe, error: Exception) -> bool:
        return 400 <= probe.status < 500 and _name(probe) == "order_not_found"

    def bad_key(self, probe: Probe, error: Exception) -> bool:
        return _name(probe) in KEY_ERRORS

    def client_id(self, info: Row) -> str:
        return str(info.get("identifier") or "")

    async def may_withdraw(self, exchange: Any) -> bool | None:
        """The venue doesn't list a key's rights; one that may read withdrawals has rights of that kind."""
        import ccxt

        await exchange.privateGetAccounts()
        try:
            await exchange.privateGetWithdraws({"limit": 1})
        except ccxt.PermissionDenied:
            return False
        return True

    async def describe(self, exchange: Any, market: Row, instrument: Instrument, signed: bool) -> Instrument:
        """Price units as the venue says them now, checked against the table; what the account pays."""
        rows = await exchange.publicGetOrderbookInstruments({"markets": market["id"]})
        books = await exchange.publicGetTicker({"markets": market["id"]})
        tick, price = float(rows[0]["tick_size"]), float(books[0]["trade_price"])
        found = replace(instrument, ticks=krw_ticks(price) if market["quote"] == "KRW" else ((0.0, tick),))
        if abs(found.tick_at(price) - tick) > 1e-12:
            found = replace(
                found, ticks=((0.0, tick),)
            )  # the table is out of date: what the venue says holds
        if not signed:
            return replace(found, min_notional=5000.0) if market["quote"] == "KRW" else found
        chance = await exchange.privateGetOrdersChance({"market": market["id"]})
        maker, taker = (chance.get(f"{side}bid_fee", chance["bid_fee"]) for side in ("maker_", ""))
        fees = Fees(float(maker), float(taker), "quote")
        return replace(found, fees=fees, min_notional=float(chance["market"]["bid"]["min_total"]))

    async def balances(self, exchange: Any) -> Balances:
        rows = await exchange.privateGetAccounts()
        code = exchange.safe_currency_code
        free = {code(row["currency"]): number(row["balance"]) for row in rows}
        held = {code(row["currency"]): number(row["balance"]) + number(row["locked"]) for row in rows}
        return Balances(held, free)

    async def transfers(self, exchange: Any, since: int, until: int) -> list[TransferReport]:
        """Withdrawals only with a key that may see them, which is one that may withdraw."""
        import ccxt

        found = await _listed(exchange.privateGetDeposits, exchange, since)
        transfers = money.arrived(exchange, found, "deposit")
        with suppress(ccxt.PermissionDenied):
            found = await _listed(exchange.privateGetWithdraws, exchange, since)
            transfers += money.arrived(exchange, found, "withdrawal")
        return transfers

    def request(self, order: Order, market: Row, reference: Decimal | None) -> Request:
        found = super().request(order, market, reference)
        if found.type == "market" and order.side > 0:
            assert reference is not None
            found.params["cost"] = plain(floor(order.quantity * reference, WON))
        return found

    async def cancel(self, exchange: Any, market: Row, order: Order, venue_id: str | None) -> Row:
        """The venue only takes note of a cancel; ask until the order has ended."""
        which = {"uuid": venue_id} if venue_id is not None else {"identifier": order.client_id}
        await exchange.privateDeleteOrder(which)
        for _ in range(POLLS):
            found = exactly(exchange, exchange.parse_order, await exchange.privateGetOrder(which), market)
            if found["status"] != "open":
                return found
            await asyncio.sleep(POLL_S)
        raise OutcomeUnknown(
            f"order {order.client_id}: the venue took the cancel, but the order hasn't ended."
        )

    async def open_orders(self, exchange: Any, market: Row) -> Rows:
        """Those on the book, and stops that wait to be."""
        return [row for state in ("wait", "watch") for row in await self._open(exchange, market, state)]

    async def _open(self, exchange: Any, market: Row, state: str) -> Rows:
        rows: Rows = []
        asked = {"market": market["id"], "state": state, "limit": 100, "order_by": "asc"}
        for page in range(1, PAGES + 1):
            found = await exchange.privateGetOrdersOpen({**asked, "page": page})
            rows += [exactly(exchange, exchange.parse_order, row, market) for row in found]
            if len(found) < 100:
                return rows
        raise VenueDown(f"{market['id']}: more than {len(rows)} orders rest; the rest can't be listed.")

    async def ended_orders(self, exchange: Any, market: Row, since: int, until: int) -> Rows:
        """Asked by creation: a week is asked at least, so that old orders which ended lately are there."""
        rows: Rows = []
        for state in ("done", "cancel"):
            page = _closed(exchange, market, state)
            start = max(min(since, until - WEEK + 1), until - REACH)
            rows += await everything(page, start, until, self.orders_span)
        return rows

    async def fills(self, exchange: Any, market: Row, since: int, until: int) -> Rows:
        """Trades are listed by order only; fees by order too, so they are shared out by money."""
        orders = await self._open(exchange, market, "wait")
        orders += await self.ended_orders(exchange, market, since, until)
        fills: Rows = []
        for order in orders:
            if number(order["filled"]):
                whole = await exchange.privateGetOrder({"uuid": order["id"]})
                fills += _fills_of(exchange, whole, market)
        return [fill for fill in fills if int(fill["timestamp"]) >= since // 1000 * 1000]  # whole seconds

    async def order(self, exchange: Any, market: Row, venue_id: str) -> Row:
        return exactly(
            exchange, exchange.parse_order, await exchange.privateGetOrder({"uuid": venue_id}), market
        )

    def is_account_stream(self, url: str) -> bool:
        return url.endswith("/private")

    async def forget_account_stream(self, exchange: Any) -> None:
        # ccxt signs a stream once and sends that token again; the venue takes each only once.
        kept = exchange.options.get("ws", {})
        exchange.options["ws"] = {name: kept[name] for name in kept if name not in ("token", "options")}
        url = exchange.urls["api"]["ws"].replace("{hostname}", exchange.hostname)
        await forget_client(exchange, f"{url}/private")


async def _listed(ask: Any, exchange: Any, since: int) -> list[Row]:
    """Rows of a list that is in pages, newest first, back to ``since`` ms."""

    async def page(number: int) -> list[Row]:
        found: list[Row] = await ask({"limit": PAGE, "page": number + 1, "order_by": "desc"})
        return [row for row in found if exchange.parse8601(row["created_at"]) >= since]

    return await money.pages(page, PAGE)


def krw_ticks(price: float) -> tuple[tuple[float, float], ...]:
    """The price units around a price, as many as the desk keeps: three steps down, the others up."""
    from market.costs import MAX_TICKS

    at = max(place for place, (start, _) in enumerate(KRW_TICKS) if start <= price)
    first = max(min(at - 3, len(KRW_TICKS) - MAX_TICKS), 0)
    (_, lowest), *others = KRW_TICKS[first : first + MAX_TICKS]
    return ((0.0, lowest), *others)


def _name(probe: Probe) -> str | None:
    data = probe.data
    error = data.get("error") if isinstance(data, dict) else None
    return error.get("name") if isinstance(error, dict) else None


def _closed(exchange: Any, market: Row, state: str) -> Any:
    async def page(since: int, until: int, limit: int) -> Rows:
        asked = {"market": market["id"], "state": state, "limit": limit, "order_by": "asc"}
        found = await exchange.privateGetOrdersClosed({**asked, "start_time": since, "end_time": until})
        return [exactly(exchange, exchange.parse_order, row, market) for row in found]

    return page


def _fills_of(exchange: Any, order: Row, market: Row) -> Rows:
    """ccxt's trades of an order, each with its share of the fee."""
    parsed = exactly(exchange, exchange.parse_order, order, market)
    paid = number(order.get("paid_fee"))
    funds = sum((number(trade["funds"]) for trade in order["trades"]), Decimal(0))
    rows = []
    for raw, trade in zip(order["trades"], parsed["trades"], strict=True):
        share = paid * number(raw["funds"]) / funds if funds else Decimal(0)
        fee = {"cost": plain(share), "currency": market["quote"]}
        info = {**raw, "identifier": order.get("identifier")}
        rows.append({**trade, "order": order["uuid"], "fee": fee, "info": info})
    return rows
