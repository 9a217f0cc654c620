"""Binance spot over REST: what an account may ask. The WebSocket API's methods come here as well."""

from collections.abc import Callable

from brokers.simulators.binance_errors import (
    NO_ORDER,
    SPOT,
    UNKNOWN_ORDER,
    error,
    missing,
    refusal,
)
from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_orders import seen, trades_of, window
from brokers.simulators.binance_wallet import Wallet
from brokers.simulators.binance_words import (
    Row,
    decimal,
    integer,
    limited,
    money,
    needed,
    side_of,
    side_word,
    text,
)
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import ZERO, Listing
from brokers.simulators.order import Execution, Life, Prevention, Status, Ticket, VenueOrder
from brokers.simulators.server import Answer, Call, Endpoint, VenueError
from brokers.simulators.settlement import Reason, Rejected

TYPES = (
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)
DAY = 86_400_000
PRICED = ("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT")
TRIGGERED = ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")


class SpotApi:
    """time: what the venue says it is, ms."""

    def __init__(self, exchange: Exchange, market: MarketData, time: Callable[[], int]) -> None:
        self.exchange = exchange
        self.market = market
        self.time = time
        self.wallet = Wallet(exchange)
        self._made = 0

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        api, found = "/api/v3/", {}
        for name, endpoint in self.market.endpoints().items():
            found["GET", api + name] = endpoint
        signed = {
            ("GET", "account"): Endpoint(self.wallet.account, 20, "signed"),
            ("GET", "order"): Endpoint(self.order, 4, "signed"),
            ("POST", "order"): Endpoint(self.new_order, 1, "signed", "trade", 1),
            ("POST", "order/test"): Endpoint(self.test_order, 1, "signed", "trade"),
            ("DELETE", "order"): Endpoint(self.cancel_order, 1, "signed", "trade"),
            ("POST", "order/cancelReplace"): Endpoint(self.cancel_replace, 1, "signed", "trade", 1),
            ("GET", "openOrders"): Endpoint(self.open_orders, 6, "signed"),
            ("DELETE", "openOrders"): Endpoint(self.cancel_all, 1, "signed", "trade"),
            ("GET", "allOrders"): Endpoint(self.all_orders, 20, "signed"),
            ("GET", "myTrades"): Endpoint(self.my_trades, 20, "signed"),
        }
        for (method, name), endpoint in signed.items():
            found[method, api + name] = endpoint
        found["GET", api + "ping"] = Endpoint(lambda call: {})
        found["GET", api + "time"] = Endpoint(lambda call: {"serverTime": self.time() + call.skew})
        found["GET", api + "exchangeInfo"] = Endpoint(self.exchange_info, 20)
        return found | self.wallet.endpoints()

    # --- the venue

    def exchange_info(self, call: Call) -> Answer:
        return {
            "timezone": "UTC",
            "serverTime": self.time(),
            "rateLimits": [
                {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000},
                {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
                {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 200000},
                {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 61000},
            ],
            "exchangeFilters": [],
            "symbols": [self._symbol(listing) for listing in self.exchange.listings.values()],
        }

    def _symbol(self, listing: Listing) -> Row:
        return {
            "symbol": listing.symbol,
            "status": "TRADING" if listing.trading else "BREAK",
            "baseAsset": listing.base,
            "baseAssetPrecision": 8,
            "quoteAsset": listing.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "baseCommissionPrecision": 8,
            "quoteCommissionPrecision": 8,
            "orderTypes": list(TYPES),
            "icebergAllowed": True,
            "ocoAllowed": True,
            "otoAllowed": True,
            "opoAllowed": True,
            "quoteOrderQtyMarketAllowed": True,
            "allowTrailingStop": False,
            "cancelReplaceAllowed": True,
            "amendAllowed": False,
            "pegInstructionsAllowed": False,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": _filters(listing),
            "permissions": [],
            "permissionSets": [["SPOT"]],
            "defaultSelfTradePreventionMode": "NONE",
            "allowedSelfTradePreventionModes": [mode.value for mode in Prevention],
        }

    # --- orders

    def new_order(self, call: Call) -> Answer:
        ticket = self.ticket(call)
        try:
            order = self.exchange.submit(call.trader, ticket)
        except Rejected as rejected:
            raise refusal(rejected, SPOT) from None
        return self._placed(order, str(call.params.get("newOrderRespType", "")))

    def test_order(self, call: Call) -> Answer:
        self.ticket(call)
        return {}

    def ticket(self, call: Call) -> Ticket:
        """What a request asks for. Raises VenueError where parameters are missing."""
        listing = self.market.listing(text(call, "symbol"))
        kind = text(call, "type")
        if kind not in TYPES:
            raise error(-1116, "Invalid orderType.")
        cost = decimal(call, "quoteOrderQty") if kind == "MARKET" else None
        limit = needed(call, "price") if kind in PRICED else None
        return Ticket(
            symbol=listing.symbol,
            side=side_of(call),
            quantity=ZERO if cost is not None else needed(call, "quantity"),
            cost=cost,
            limit=limit,
            trigger=needed(call, "stopPrice") if kind in TRIGGERED else None,
            target=kind.startswith("TAKE_PROFIT"),
            life=_life(call, kind),
            client_id=str(call.params.get("newClientOrderId") or self.name()),
            prevention=Prevention(call.params.get("selfTradePreventionMode", "NONE")),
            label=kind,
        )

    def name(self) -> str:
        self._made += 1
        return f"venue{self._made:017d}"

    def _placed(self, order: VenueOrder, wanted: str) -> Row:
        default = "FULL" if order.ticket.label in ("MARKET", "LIMIT") else "ACK"
        kind = wanted or default
        row: Row = {
            "symbol": order.symbol,
            "orderId": order.id,
            "orderListId": -1,
            "clientOrderId": order.ticket.client_id,
            "transactTime": order.updated,
        }
        if kind == "ACK":
            return row
        row |= self._state(order) | {"workingTime": order.created if order.working else -1}
        if order.ticket.trigger is not None:
            row["stopPrice"] = money(order.ticket.trigger)
        row["selfTradePreventionMode"] = order.ticket.prevention.value
        if kind == "FULL":
            row["fills"] = [self._fill(execution) for execution in order.executions]
        return row

    def _state(self, order: VenueOrder) -> Row:
        return {
            "price": money(order.limit or 0),
            "origQty": money(order.quantity or order.filled),
            "executedQty": money(order.filled),
            "origQuoteOrderQty": money(order.ticket.cost or 0),
            "cummulativeQuoteQty": money(order.spent),
            "status": status_word(order),
            "timeInForce": order.ticket.life.value if order.ticket.life is not Life.POST else "GTC",
            "type": order.ticket.label,
            "side": side_word(order.side),
        }

    @staticmethod
    def _fill(execution: Execution) -> Row:
        return {
            "price": money(execution.price),
            "qty": money(execution.quantity),
            "commission": money(execution.fee),
            "commissionAsset": execution.fee_currency,
            "tradeId": execution.id,
        }

    def row(self, order: VenueOrder) -> Row:
        """An order as queries give it."""
        state = self._state(order)
        return {
            "symbol": order.symbol,
            "orderId": order.id,
            "orderListId": -1,
            "clientOrderId": order.ticket.client_id,
            **{name: state[name] for name in ("price", "origQty", "executedQty", "cummulativeQuoteQty")},
            **{name: state[name] for name in ("status", "timeInForce", "type", "side")},
            "stopPrice": money(order.ticket.trigger or 0),
            "icebergQty": money(0),
            "time": order.created,
            "updateTime": order.updated,
            "isWorking": order.working,
            "workingTime": order.created if order.working else -1,
            "origQuoteOrderQty": state["origQuoteOrderQty"],
            "selfTradePreventionMode": order.ticket.prevention.value,
        }

    def find(self, call: Call, client: str = "origClientOrderId", number: str = "orderId") -> VenueOrder:
        listing = self.market.listing(text(call, "symbol"))
        order_id, client_id = integer(call, number), call.params.get(client)
        if order_id is None and not client_id:
            raise missing(number)
        order = self.exchange.find(call.trader.name, listing.symbol, order_id, client_id)
        if call.unseen_since is not None and order.created > call.unseen_since:
            raise Rejected(Reason.NO_ORDER)
        return order

    def order(self, call: Call) -> Answer:
        try:
            return self.row(self.find(call))
        except Rejected:
            raise error(*NO_ORDER) from None

    def cancel_order(self, call: Call) -> Answer:
        try:
            order = self.find(call)
            order.ticket.extra["cancel_id"] = call.params.get("newClientOrderId") or self.name()
            return self._cancelled(self.exchange.cancel(order))
        except Rejected:
            raise error(*UNKNOWN_ORDER) from None

    def _cancelled(self, order: VenueOrder) -> Row:
        return {
            "symbol": order.symbol,
            "origClientOrderId": order.ticket.client_id,
            "orderId": order.id,
            "orderListId": -1,
            "clientOrderId": order.ticket.extra.get("cancel_id", order.ticket.client_id),
            "transactTime": order.updated,
            **self._state(order),
            "selfTradePreventionMode": order.ticket.prevention.value,
        }

    def cancel_all(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol")).symbol
        orders = [order for order in self.exchange.open_orders(call.trader.name) if order.symbol == symbol]
        if not orders:
            raise error(*UNKNOWN_ORDER)
        for order in orders:
            order.ticket.extra["cancel_id"] = self.name()
        return [self._cancelled(self.exchange.cancel(order)) for order in orders]

    def cancel_replace(self, call: Call) -> Answer:
        """Cancel one order and place another; what happened to each half is in the answer."""
        mode = text(call, "cancelReplaceMode")
        ticket = self.ticket(call)
        cancelled, cancel_refused = self._try_cancel(call)
        placed: Row | None = None
        refused: VenueError | None = None
        if cancelled is not None or mode == "ALLOW_FAILURE":
            try:
                order = self.exchange.submit(call.trader, ticket)
                placed = self._placed(order, str(call.params.get("newOrderRespType", "")))
            except Rejected as rejected:
                refused = refusal(rejected, SPOT)
        return _replaced(cancelled, cancel_refused, placed, refused)

    def _try_cancel(self, call: Call) -> tuple[Row | None, VenueError | None]:
        try:
            order = self.find(call, "cancelOrigClientOrderId", "cancelOrderId")
            order.ticket.extra["cancel_id"] = call.params.get("cancelNewClientOrderId") or self.name()
            return self._cancelled(self.exchange.cancel(order)), None
        except Rejected:
            return None, error(*UNKNOWN_ORDER)

    def open_orders(self, call: Call) -> Answer:
        symbol = call.params.get("symbol")
        if symbol is not None:
            self.market.listing(symbol)
        return [
            self.row(order)
            for order in seen(call, self.exchange.open_orders(call.trader.name))
            if symbol in (None, order.symbol)
        ]

    def all_orders(self, call: Call) -> Answer:
        """From ``orderId`` on, else in [startTime, endTime] of at most 24 hours, else the newest."""
        symbol = self.market.listing(text(call, "symbol")).symbol
        orders = list(seen(call, self.exchange.orders_of(call.trader.name, symbol)))
        first, limit = integer(call, "orderId"), limited(call, 500, 1000)
        if first is not None:
            return [self.row(order) for order in orders if order.id >= first][:limit]
        start, end = window(call, DAY)
        orders = [order for order in orders if start <= order.created <= end]
        chosen = orders[:limit] if call.params.get("startTime") else orders[-limit:]
        return [self.row(order) for order in chosen]

    def my_trades(self, call: Call) -> Answer:
        """As ``all_orders``, by trade: of one order, from ``fromId`` on, in a window, or the newest."""
        symbol = self.market.listing(text(call, "symbol")).symbol
        trades = trades_of(call, self.exchange, symbol)
        first, limit, number = integer(call, "fromId"), limited(call, 500, 1000), integer(call, "orderId")
        start, end = window(call, DAY)
        trades = [trade for trade in trades if number in (None, trade.order) and start <= trade.ms <= end]
        if first is not None:
            return [self._trade(trade) for trade in trades if trade.id >= first][:limit]
        chosen = trades[:limit] if call.params.get("startTime") else trades[-limit:]
        return [self._trade(trade) for trade in chosen]

    @staticmethod
    def _trade(trade: Execution) -> Row:
        return {
            "symbol": trade.symbol,
            "id": trade.id,
            "orderId": trade.order,
            "orderListId": -1,
            "price": money(trade.price),
            "qty": money(trade.quantity),
            "quoteQty": money(trade.price * trade.quantity),
            "commission": money(trade.fee),
            "commissionAsset": trade.fee_currency,
            "time": trade.ms,
            "isBuyer": trade.side > 0,
            "isMaker": trade.maker,
            "isBestMatch": True,
        }


def status_word(order: VenueOrder) -> str:
    """An order ended by self-trade prevention has its own status."""
    if order.status is Status.EXPIRED and order.reason == "SELF_TRADE_PREVENTION":
        return "EXPIRED_IN_MATCH"
    return order.status.value


def _life(call: Call, kind: str) -> Life:
    if kind == "LIMIT_MAKER":
        return Life.POST
    if kind in PRICED:
        word = text(call, "timeInForce")
        if word not in ("GTC", "IOC", "FOK"):
            raise error(-1115, "Invalid timeInForce.")
        return Life(word)
    return Life.GTC


def _filters(listing: Listing) -> list[Row]:
    tick = listing.ticks[0][1]
    lot = {
        "minQty": money(listing.min_quantity),
        "maxQty": money(listing.max_quantity),
        "stepSize": money(listing.lot),
    }
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": money(tick),
            "maxPrice": money(1_000_000),
            "tickSize": money(tick),
        },
        {"filterType": "LOT_SIZE", **lot},
        {
            "filterType": "NOTIONAL",
            "minNotional": money(listing.min_notional),
            "applyMinToMarket": True,
            "maxNotional": money(9_000_000),
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": str(listing.band[1]),
            "bidMultiplierDown": str(listing.band[0]),
            "askMultiplierUp": str(listing.band[1]),
            "askMultiplierDown": str(listing.band[0]),
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": listing.max_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": listing.max_conditional},
    ]


def _replaced(
    cancelled: Row | None, cancel_refused: VenueError | None, placed: Row | None, refused: VenueError | None
) -> Row:
    """The answer of cancelReplace; raises it where a half failed."""
    cancel_word = "SUCCESS" if cancelled is not None else "FAILURE"
    place_word = "SUCCESS" if placed is not None else "FAILURE" if refused is not None else "NOT_ATTEMPTED"
    data = {
        "cancelResult": cancel_word,
        "newOrderResult": place_word,
        "cancelResponse": cancelled if cancel_refused is None else cancel_refused.body,
        "newOrderResponse": placed if refused is None else refused.body,
    }
    if cancel_word == place_word == "SUCCESS":
        return data
    partly = "SUCCESS" in (cancel_word, place_word)
    code = -2021 if partly else -2022
    message = f"Order cancel-replace {'partially ' if partly else ''}failed."
    raise VenueError(409 if partly else 400, {"code": code, "msg": message, "data": data})
