"""Ready-made instruments by the names that profiles and the command line use."""

from collections.abc import Mapping
from typing import Any

from market import contracts
from market.errors import ConfigError, nearest
from market.instruments import Instrument

CONTRACTS = {
    "crypto_spot": contracts.crypto_spot,
    "us_equity": contracts.us_equity,
    "korean_equity": contracts.korean_equity,
    "korean_etf": contracts.korean_etf,
    "kospi200_future": contracts.kospi200_future,
}


def contract_of(name: str, symbol: str, venue: str, margin: float | None = None) -> Instrument:
    """The exchange's facts of a ``symbol``. margin: what a future needs, fraction of notional."""
    if name not in CONTRACTS:
        raise ConfigError(f"contract '{name}' is unknown. {nearest(name, CONTRACTS)}")
    needed: Mapping[str, Any] = {}
    if name == "kospi200_future":
        if margin is None:
            raise ConfigError(
                f"{symbol}: contract 'kospi200_future' needs the initial margin your broker asks for: "
                "margin = '9%', for example."
            )
        needed = {"margin": margin}
    make: Any = CONTRACTS[name]
    made: Instrument = make(symbol, venue, **needed)
    return made
