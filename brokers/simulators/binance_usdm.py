"""Binance USD-M futures over REST: the venue itself, funding, and where everything is found."""

from collections.abc import Callable
from decimal import Decimal

from brokers.simulators.binance_market import MarketData
from brokers.simulators.binance_usdm_account import UsdmAccount
from brokers.simulators.binance_usdm_algo import AlgoOrders
from brokers.simulators.binance_usdm_orders import UsdmOrders
from brokers.simulators.binance_words import (
    Row,
    integer,
    limited,
    money,
    places,
    text,
)
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import Listing
from brokers.simulators.server import Answer, Call, Endpoint

FUNDING = 8 * 3_600_000


class UsdmApi:
    """rates: funding rate of each symbol at the next funding. time: what the venue says it is, ms."""

    def __init__(self, exchange: Exchange, market: MarketData, time: Callable[[], int]) -> None:
        self.exchange = exchange
        self.market = market
        self.time = time
        self.rates: dict[str, Decimal] = {}
        self.paid: dict[str, list[tuple[int, Decimal, Decimal]]] = {}
        self.accounts = UsdmAccount(exchange, market)
        self.orders = UsdmOrders(exchange, market)
        self.algos = AlgoOrders(exchange, market, self.orders)

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        accounts = self.accounts
        named = {("GET", name): endpoint for name, endpoint in self.market.endpoints().items()}
        named |= {
            ("GET", "ping"): Endpoint(lambda call: {}),
            ("GET", "time"): Endpoint(lambda call: {"serverTime": self.time() + call.skew}),
            ("GET", "exchangeInfo"): Endpoint(self.exchange_info),
            ("GET", "premiumIndex"): Endpoint(self.premium),
            ("GET", "fundingRate"): Endpoint(self.funding_rates),
            ("GET", "fundingInfo"): Endpoint(lambda call: []),
        }
        named |= accounts.endpoints() | self.orders.endpoints() | self.algos.endpoints()
        found = {(method, f"/fapi/v1/{name}"): endpoint for (method, name), endpoint in named.items()}
        for version in ("v2", "v3"):
            found["GET", f"/fapi/{version}/account"] = Endpoint(accounts.account, 5, "signed")
            found["GET", f"/fapi/{version}/balance"] = Endpoint(accounts.balance, 5, "signed")
            found["GET", f"/fapi/{version}/positionRisk"] = Endpoint(accounts.position_risk, 5, "signed")
        return found

    def exchange_info(self, call: Call) -> Answer:
        quotes = sorted({listing.quote for listing in self.exchange.listings.values()})
        return {
            "timezone": "UTC",
            "serverTime": self.time(),
            "futuresType": "U_MARGINED",
            "rateLimits": [
                {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400},
                {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
                {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
            ],
            "exchangeFilters": [],
            "assets": [{"asset": name, "marginAvailable": True, "autoAssetExchange": "0"} for name in quotes],
            "symbols": [_symbol(listing) for listing in self.exchange.listings.values()],
        }

    def funding(self, symbol: str) -> tuple[Decimal, int]:
        """The rate at the next funding, and when that is."""
        now = self.exchange.clock.now()
        return self.rates.get(symbol, Decimal("0.0001")), now - now % FUNDING + FUNDING

    def settle_funding(self) -> None:
        """A funding time has come: every position pays or is paid."""
        for symbol in self.exchange.listings:
            rate = self.funding(symbol)[0]
            self.exchange.fund(symbol, rate)
            paid = (self.exchange.clock.now(), rate, self.exchange.mark(symbol))
            self.paid.setdefault(symbol, []).append(paid)

    def premium(self, call: Call) -> Answer:
        rows = [
            self._premium(listing)
            for listing in self.exchange.listings.values()
            if call.params.get("symbol") in (None, listing.symbol)
        ]
        if call.params.get("symbol"):
            self.market.listing(text(call, "symbol"))
            return rows[0]
        return list(rows)

    def _premium(self, listing: Listing) -> Row:
        rate, following = self.funding(listing.symbol)
        mark = self.market.style.price(listing, self.exchange.mark(listing.symbol))
        return {
            "symbol": listing.symbol,
            "markPrice": mark,
            "indexPrice": mark,
            "estimatedSettlePrice": mark,
            "lastFundingRate": money(rate),
            "interestRate": "0.00010000",
            "nextFundingTime": following,
            "time": self.exchange.clock.now(),
        }

    def funding_rates(self, call: Call) -> Answer:
        symbol = self.market.listing(text(call, "symbol"))
        start = integer(call, "startTime") or 0
        rows = [
            {
                "symbol": symbol.symbol,
                "fundingTime": ms,
                "fundingRate": money(rate),
                "markPrice": self.market.style.price(symbol, mark),
            }
            for ms, rate, mark in self.paid.get(symbol.symbol, [])
            if ms >= start
        ]
        return list(rows[: limited(call, 100, 1000)])


def _symbol(listing: Listing) -> Row:
    tick = str(listing.ticks[0][1])
    lot = {
        "minQty": str(listing.min_quantity),
        "maxQty": str(listing.max_quantity),
        "stepSize": str(listing.lot),
    }
    return {
        "symbol": listing.symbol,
        "pair": listing.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "TRADING" if listing.trading else "SETTLING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.quote,
        "pricePrecision": places(listing.ticks[0][1]),
        "quantityPrecision": places(listing.lot),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "settlePlan": 0,
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
            {"filterType": "LOT_SIZE", **lot},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": str(listing.band[1]),
                "multiplierDown": str(listing.band[0]),
                "multiplierDecimal": "4",
            },
            {"filterType": "MAX_NUM_ORDERS", "limit": listing.max_orders},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": listing.max_conditional},
            {"filterType": "MIN_NOTIONAL", "notional": str(listing.min_notional)},
        ],
        "orderTypes": [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }
