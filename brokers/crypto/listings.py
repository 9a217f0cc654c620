"""A venue's markets as instruments: which market an id means, and what its rules are."""

from collections.abc import Iterable
from typing import Any

from brokers.crypto.exact import Row, number
from market.errors import ConfigError, nearest
from market.instruments import Fees, Instrument, Kind


def market_of(exchange: Any, instrument: str) -> Row:
    """ccxt's market of SYMBOL@venue; SYMBOL as the venue writes it, or as ccxt does. Raises ConfigError."""
    symbol = instrument.partition("@")[0]
    if symbol in exchange.markets:
        return dict(exchange.markets[symbol])
    found = [market for market in exchange.markets_by_id.get(symbol, ()) if _traded(exchange, market)]
    if len(found) == 1:
        return dict(found[0])
    if found:
        listed = ", ".join(market["symbol"] for market in found)
        raise ConfigError(f"{instrument}: several markets have this name: {listed}. Name one of them.")
    raise ConfigError(
        f"{instrument}: {exchange.id} has no such market. {_near(symbol, exchange.markets_by_id)}"
    )


def instrument_of(name: str, market: Row) -> Instrument:
    """The market's own facts under the id ``name``: steps, limits, the venue's usual fees."""
    limits, precision = market["limits"], market["precision"]
    amounts, costs = limits.get("amount") or {}, limits.get("cost") or {}
    lot = _step(precision.get("amount"), 1e-8)
    spot = bool(market["spot"])
    return Instrument(
        id=name,
        kind=Kind.SPOT if spot else Kind.FUTURE,
        base=market["base"] or "",
        quote=market["quote"] or "",
        multiplier=1.0 if spot else float(market["contractSize"] or 1.0),
        ticks=((0.0, _step(precision.get("price"), 0.0)),),
        lot=lot,
        min_quantity=max(float(number(amounts.get("min"))), lot),
        max_quantity=float(number(amounts.get("max"))) or float("inf"),
        min_notional=float(number(costs.get("min"))),
        fees=Fees(float(market.get("maker") or 0.0), float(market.get("taker") or 0.0), "quote"),
    )


def _traded(exchange: Any, market: Row) -> bool:
    """Whether a market belongs to the kind this exchange class is for."""
    kind = exchange.options.get("defaultType", "spot")
    return bool(market["spot"]) if kind == "spot" else not market["spot"]


def _step(value: Any, otherwise: float) -> float:
    found = float(value) if value is not None else 0.0
    return found if found > 0 else otherwise


def _near(symbol: str, known: Iterable[str]) -> str:
    """The nearest names only: a venue has thousands."""
    from difflib import get_close_matches

    close = get_close_matches(symbol, list(known), n=5, cutoff=0.5)
    return nearest(symbol, close) if close else "Names are the venue's own, such as BTCUSDT or KRW-BTC."
