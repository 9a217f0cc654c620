"""Every other venue of ccxt, by what ccxt says it can do."""

from typing import Any

from brokers.contract import Capabilities
from brokers.crypto.dialect import Dialect


class Unified(Dialect):
    """A capability that ccxt doesn't know of is taken as lacking."""

    def __init__(self, venue: str) -> None:
        import ccxt.pro

        exchange: Any = getattr(ccxt.pro, venue)()
        kind = "swap" if exchange.options.get("defaultType") in ("swap", "future") else "spot"
        features = (exchange.features or {}).get(kind) or {}
        features = features.get("linear") or features
        orders = features.get("createOrder") or {}
        self.capabilities = Capabilities(
            resting_stops=bool(orders.get("stopLossPrice")),
            reduce_only=kind == "swap",
            short=kind == "swap",
            lists_transfers=exchange.has.get("fetchDeposits") is True,
            lists_funding=kind == "swap" and exchange.has.get("fetchFundingHistory") is True,
            query_lag_s=2.0,
            orders_per_s=min(1000.0 / max(float(exchange.rateLimit), 1.0), 10.0),
        )
        self.candles = int((features.get("fetchOHLCV") or {}).get("limit") or 100)
