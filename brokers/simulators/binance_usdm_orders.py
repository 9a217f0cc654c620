"""Binance USD-M futures: orders of the matching engine, and what they traded."""

from brokers.simulators.binance_errors import NO_ORDER, UNKNOWN_ORDER, USDM, error, missing, refusal
from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_orders import seen, trades_of
from brokers.simulators.binance_spot import status_word
from brokers.simulators.binance_words import (
    Row,
    flag,
    integer,
    limited,
    money,
    needed,
    side_of,
    side_word,
    text,
)
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import ZERO
from brokers.simulators.order import Execution, Life, Prevention, Ticket, VenueOrder
from brokers.simulators.server import Answer, Call, Endpoint
from brokers.simulators.settlement import Reason, Rejected

CONDITIONAL = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET")
ENGINE = 80_000_000_000  # ids of orders that conditional orders become
WEEK = 7 * 86_400_000
HUGE = 10**15


class UsdmOrders:
    """Handlers of one exchange of perpetuals."""

    def __init__(self, exchange: Exchange, market: MarketData) -> None:
        self.exchange = exchange
        self.market = market
        self._made = 0

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """By method and the path after /fapi/v1/."""
        return {
            ("GET", "order"): Endpoint(self.order, 1, "signed"),
            ("POST", "order"): Endpoint(self.new_order, 1, "signed", "trade", 1),
            ("PUT", "order"): Endpoint(self.amend, 1, "signed", "trade", 1),
            ("DELETE", "order"): Endpoint(self.cancel, 1, "signed", "trade"),
            ("GET", "openOrder"): Endpoint(self.order, 1, "signed"),
            ("GET", "openOrders"): Endpoint(self.open_orders, 1, "signed"),
            ("GET", "allOrders"): Endpoint(self.all_orders, 5, "signed"),
            ("DELETE", "allOpenOrders"): Endpoint(self.cancel_all, 1, "signed", "trade"),
            ("GET", "userTrades"): Endpoint(self.user_trades, 5, "signed"),
        }

    def number(self, order: VenueOrder) -> int:
        """An order's id in the matching engine: what a conditional order became has another than its own."""
        return order.id + ENGINE if order.ticket.trigger is not None else order.id

    def in_engine(self, order: VenueOrder) -> bool:
        return order.ticket.trigger is None or order.triggered > 0

    def name(self) -> str:
        self._made += 1
        return f"venue{self._made:017d}"

    def new_order(self, call: Call) -> Answer:
        kind = text(call, "type")
        if kind in (*CONDITIONAL, "TRAILING_STOP_MARKET"):
            words = (
                "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
            )
            raise error(-4120, words)
        if kind not in ("LIMIT", "MARKET"):
            raise error(-1116, "Invalid orderType.")
        order = self.submit(call, self.ticket(call, kind, "newClientOrderId"))
        return self.row(order)

    def submit(self, call: Call, ticket: Ticket) -> VenueOrder:
        try:
            return self.exchange.submit(call.trader, ticket)
        except Rejected as rejected:
            if rejected.reason is Reason.QUANTITY and ticket.quantity <= 0:
                raise error(-4003, "Quantity less than or equal to zero.") from None
            raise refusal(rejected, USDM) from None

    def ticket(self, call: Call, kind: str, name: str) -> Ticket:
        listing = self.market.listing(text(call, "symbol"))
        priced = kind in ("LIMIT", "STOP", "TAKE_PROFIT")
        close_all = flag(call, "closePosition")
        if close_all and flag(call, "reduceOnly"):
            raise error(-1106, "Parameter 'reduceonly' sent when not required.")
        return Ticket(
            symbol=listing.symbol,
            side=side_of(call),
            quantity=ZERO if close_all else needed(call, "quantity"),
            limit=needed(call, "price") if priced else None,
            trigger=needed(call, "triggerPrice") if kind in CONDITIONAL else None,
            target=kind.startswith("TAKE_PROFIT"),
            life=_life(call, kind),
            client_id=str(call.params.get(name) or self.name()),
            reduce_only=flag(call, "reduceOnly"),
            close_all=close_all,
            position_side=str(call.params.get("positionSide", "BOTH")),
            prevention=Prevention(call.params.get("selfTradePreventionMode", "EXPIRE_MAKER")),
            label=kind,
        )

    def row(self, order: VenueOrder) -> Row:
        listing, style = self.exchange.listings[order.symbol], self.market.style
        kind = order.ticket.label if order.ticket.trigger is None else "LIMIT" if order.limit else "MARKET"
        return {
            "orderId": self.number(order),
            "symbol": order.symbol,
            "status": status_word(order),
            "clientOrderId": order.ticket.client_id,
            "price": style.price(listing, order.limit),
            "avgPrice": style.price(listing, order.average),
            "origQty": style.quantity(listing, order.quantity),
            "executedQty": style.quantity(listing, order.filled),
            "cumQuote": money(order.spent),
            "timeInForce": order.ticket.life.value,
            "type": kind,
            "reduceOnly": order.ticket.reduce_only or order.ticket.close_all,
            "closePosition": order.ticket.close_all,
            "side": side_word(order.side),
            "positionSide": order.ticket.position_side,
            "stopPrice": style.price(listing, order.ticket.trigger),
            "workingType": "CONTRACT_PRICE",
            "priceProtect": False,
            "origType": order.ticket.label,
            "priceMatch": "NONE",
            "selfTradePreventionMode": order.ticket.prevention.value,
            "goodTillDate": 0,
            "time": order.created,
            "updateTime": order.updated,
        }

    def find(self, call: Call) -> VenueOrder:
        """An order of the matching engine, by orderId or origClientOrderId."""
        symbol = self.market.listing(text(call, "symbol")).symbol
        number, client_id = integer(call, "orderId"), call.params.get("origClientOrderId")
        if number is None and not client_id:
            raise missing("orderId")
        number = number - ENGINE if number is not None and number > ENGINE else number
        order = self.exchange.find(call.trader.name, symbol, number, client_id)
        hidden = call.unseen_since is not None and order.created > call.unseen_since
        if hidden or not self.in_engine(order):
            raise Rejected(Reason.NO_ORDER)
        return order

    def order(self, call: Call) -> Answer:
        try:
            order = self.find(call)
        except Rejected:
            raise error(*NO_ORDER) from None
        if call.path.endswith("openOrder") and not order.open:
            raise error(*NO_ORDER)
        return self.row(order)

    def cancel(self, call: Call) -> Answer:
        try:
            return self.row(self.exchange.cancel(self.find(call)))
        except Rejected:
            raise error(*UNKNOWN_ORDER) from None

    def amend(self, call: Call) -> Answer:
        try:
            order = self.find(call)
            if not order.open:
                raise Rejected(Reason.NO_ORDER)
            order = self.exchange.amend(order, needed(call, "quantity"), needed(call, "price"))
        except Rejected as rejected:
            raise refusal(rejected, USDM) from None
        return self.row(order)

    def cancel_all(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol")).symbol
        for order in list(self.exchange.open_orders(call.trader.name)):
            if order.symbol == symbol and self.in_engine(order):
                self.exchange.cancel(order)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def open_orders(self, call: Call) -> Answer:
        wanted = call.params.get("symbol")
        return [
            self.row(order)
            for order in seen(call, self.exchange.open_orders(call.trader.name))
            if wanted in (None, order.symbol) and self.in_engine(order)
        ]

    def all_orders(self, call: Call) -> Answer:
        """From ``orderId`` on, else a window of at most seven days (the last seven when none is given)."""
        wanted, limit, first = call.params.get("symbol"), limited(call, 500, 1000), integer(call, "orderId")
        orders = [
            order
            for order in seen(call, self.exchange.orders_of(call.trader.name, wanted))
            if self.in_engine(order)
        ]
        if first is not None:
            return [self.row(order) for order in orders if self.number(order) >= first][:limit]
        start, end = self.week(call)
        orders = [order for order in orders if start <= order.created <= end]
        chosen = orders[:limit] if call.params.get("startTime") else orders[-limit:]
        return [self.row(order) for order in chosen]

    def week(self, call: Call) -> tuple[int, int]:
        start, end = integer(call, "startTime"), integer(call, "endTime")
        if start is not None and end is not None and end - start > WEEK:
            raise error(-4165, "Maximum time interval is 7 days.")
        if start is None:
            last = self.exchange.clock.now() if end is None else end
            return last - WEEK, last
        return start, min(start + WEEK, HUGE) if end is None else end

    def user_trades(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol")).symbol
        first, limit, number = integer(call, "fromId"), limited(call, 500, 1000), integer(call, "orderId")
        trades = trades_of(call, self.exchange, symbol)
        if number is not None:
            trades = [trade for trade in trades if self.number(self.exchange.orders[trade.order]) == number]
        if first is not None:
            return [self._trade(trade) for trade in trades if trade.id >= first][:limit]
        start, end = self.week(call)
        trades = [trade for trade in trades if start <= trade.ms <= end]
        chosen = trades[:limit] if call.params.get("startTime") else trades[-limit:]
        return [self._trade(trade) for trade in chosen]

    def _trade(self, trade: Execution) -> Row:
        listing, order = self.exchange.listings[trade.symbol], self.exchange.orders[trade.order]
        return {
            "symbol": trade.symbol,
            "id": trade.id,
            "orderId": self.number(order),
            "side": side_word(trade.side),
            "price": self.market.style.price(listing, trade.price),
            "qty": self.market.style.quantity(listing, trade.quantity),
            "realizedPnl": money(trade.profit),
            "quoteQty": money(trade.price * trade.quantity),
            "commission": money(trade.fee),
            "commissionAsset": trade.fee_currency,
            "time": trade.ms,
            "positionSide": order.ticket.position_side,
            "buyer": trade.side > 0,
            "maker": trade.maker,
        }


def _life(call: Call, kind: str) -> Life:
    word = call.params.get("timeInForce")
    if kind == "LIMIT" and not word:
        raise missing("timeInForce")
    return Life(word or "GTC")
