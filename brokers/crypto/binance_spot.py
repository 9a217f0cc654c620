"""Binance spot."""

from typing import Any, ClassVar

from brokers.contract import Capabilities
from brokers.crypto.binance import DAY, Binance, with_fees
from brokers.crypto.dialect import Balances
from brokers.crypto.exact import Row, exactly, number
from brokers.crypto.pages import Span
from brokers.crypto.wire import forget_client
from desk.orders import Order
from market.instruments import Instrument


class BinanceSpot(Binance):
    """Fees are taken from what is received: of a buy in the base currency."""

    capabilities = Capabilities(orders_per_s=10.0)
    options: ClassVar[Row] = {
        "defaultType": "spot",
        "fetchMarkets": {"types": ["spot"]},
        "fetchCurrencies": False,
        "fetchMargins": False,
    }
    orders_span = Span(limit=1000, ms=DAY)
    fills_span = Span(limit=1000, ms=DAY)
    trading_right = "enableSpotAndMarginTrading"

    async def balances(self, exchange: Any) -> Balances:
        rows = (await exchange.privateGetAccount())["balances"]
        code = exchange.safe_currency_code
        free = {code(row["asset"]): number(row["free"]) for row in rows}
        return Balances(
            {code(row["asset"]): number(row["free"]) + number(row["locked"]) for row in rows}, free
        )

    async def cancel(self, exchange: Any, market: Row, order: Order, venue_id: str | None) -> Row:
        names = {"origClientOrderId": order.client_id} if venue_id is None else {}
        found = await exchange.cancel_order(venue_id, market["symbol"], names)
        return exactly(exchange, exchange.parse_order, found["info"], market)

    async def describe(self, exchange: Any, market: Row, instrument: Instrument, signed: bool) -> Instrument:
        return await with_fees(exchange, market, instrument, "base") if signed else instrument

    async def open_account_stream(self, exchange: Any) -> None:
        await exchange.authenticate({"type": "spot"})

    async def forget_account_stream(self, exchange: Any) -> None:
        await forget_client(exchange, exchange.urls["api"]["ws"]["ws-api"]["spot"])
