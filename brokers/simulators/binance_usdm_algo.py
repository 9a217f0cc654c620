"""Binance USD-M futures: conditional orders, which rest in a service of their own until they trigger."""

from brokers.simulators.binance_errors import NO_ORDER, UNKNOWN_ORDER, error, missing
from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_orders import seen
from brokers.simulators.binance_usdm_orders import CONDITIONAL, UsdmOrders
from brokers.simulators.binance_words import (
    Row,
    integer,
    limited,
    side_word,
    text,
)
from brokers.simulators.exchange import Exchange
from brokers.simulators.order import Status, VenueOrder
from brokers.simulators.server import Answer, Call, Endpoint
from brokers.simulators.settlement import Reason, Rejected


class AlgoOrders:
    """Handlers of conditional orders. orders: of the matching engine, where they go when they trigger."""

    def __init__(self, exchange: Exchange, market: MarketData, orders: UsdmOrders) -> None:
        self.exchange = exchange
        self.market = market
        self.orders = orders

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """By method and the path after /fapi/v1/."""
        return {
            ("POST", "algoOrder"): Endpoint(self.new_algo, 1, "signed", "trade", 1),
            ("GET", "algoOrder"): Endpoint(self.algo, 1, "signed"),
            ("DELETE", "algoOrder"): Endpoint(self.cancel_algo, 1, "signed", "trade"),
            ("GET", "openAlgoOrders"): Endpoint(self.open_algos, 1, "signed"),
            ("GET", "allAlgoOrders"): Endpoint(self.all_algos, 5, "signed"),
            ("DELETE", "algoOpenOrders"): Endpoint(self.cancel_algos, 1, "signed", "trade"),
        }

    def new_algo(self, call: Call) -> Answer:
        if text(call, "algoType") != "CONDITIONAL":
            raise error(-1102, "Mandatory parameter 'algoType' was not sent, was empty/null, or malformed.")
        kind = text(call, "type")
        if kind not in CONDITIONAL:
            raise error(-1116, "Invalid orderType.")
        return self.algo_row(self.orders.submit(call, self.orders.ticket(call, kind, "clientAlgoId")))

    def algo_row(self, order: VenueOrder) -> Row:
        listing, style = self.exchange.listings[order.symbol], self.market.style
        became = order.triggered > 0
        return {
            "algoId": order.id,
            "clientAlgoId": order.ticket.client_id,
            "algoType": "CONDITIONAL",
            "orderType": order.ticket.label,
            "symbol": order.symbol,
            "side": side_word(order.side),
            "positionSide": order.ticket.position_side,
            "timeInForce": order.ticket.life.value,
            "quantity": style.quantity(listing, order.quantity),
            "algoStatus": algo_status(order),
            "actualOrderId": str(self.orders.number(order)) if became else "",
            "actualPrice": style.price(listing, order.average),
            "triggerPrice": style.price(listing, order.ticket.trigger),
            "price": style.price(listing, order.limit),
            "icebergQuantity": None,
            "selfTradePreventionMode": order.ticket.prevention.value,
            "workingType": "CONTRACT_PRICE",
            "priceMatch": "NONE",
            "closePosition": order.ticket.close_all,
            "priceProtect": False,
            "reduceOnly": order.ticket.reduce_only,
            "createTime": order.created,
            "updateTime": order.updated,
            "triggerTime": order.triggered,
            "goodTillDate": 0,
        }

    def _find_algo(self, call: Call) -> VenueOrder:
        number, client_id = integer(call, "algoId"), call.params.get("clientAlgoId")
        if number is None and not client_id:
            raise missing("algoId")
        order = self.exchange.find(call.trader.name, None, number, client_id)
        if order.ticket.trigger is None:
            raise Rejected(Reason.NO_ORDER)
        return order

    def algo(self, call: Call) -> Answer:
        try:
            return self.algo_row(self._find_algo(call))
        except Rejected:
            raise error(*NO_ORDER) from None

    def cancel_algo(self, call: Call) -> Answer:
        try:
            order = self._find_algo(call)
            if order.triggered:
                raise Rejected(Reason.NO_ORDER)
            self.exchange.cancel(order)
        except Rejected:
            raise error(*UNKNOWN_ORDER) from None
        return {"algoId": order.id, "clientAlgoId": order.ticket.client_id, "code": "200", "msg": "success"}

    def _algos(self, call: Call) -> list[VenueOrder]:
        wanted = call.params.get("symbol")
        orders = seen(call, self.exchange.orders_of(call.trader.name, wanted))
        return [order for order in orders if order.ticket.trigger is not None]

    def open_algos(self, call: Call) -> Answer:
        return [self.algo_row(order) for order in self._algos(call) if order.open and not order.triggered]

    def all_algos(self, call: Call) -> Answer:
        start, end = self.orders.week(call)
        orders = [order for order in self._algos(call) if start <= order.created <= end]
        return [self.algo_row(order) for order in orders[: limited(call, 500, 1000)]]

    def cancel_algos(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol")).symbol
        for order in self._algos(call):
            if order.open and not order.triggered and order.symbol == symbol:
                self.exchange.cancel(order)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}


def algo_status(order: VenueOrder) -> str:
    """The state of a conditional order, in the words of the algo service."""
    if not order.triggered:
        return order.status.value
    if order.status in (Status.FILLED, Status.CANCELED, Status.EXPIRED):
        return "FINISHED"
    return "TRIGGERED"
