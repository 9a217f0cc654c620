"""Which broker a profile's ``[venue] use`` names. Nothing of a venue is imported before it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from market.errors import ConfigError, nearest

if TYPE_CHECKING:
    from brokers.crypto.broker import CcxtBroker

# Venues with a file of their own; every other venue of ccxt is spoken to by its unified API.
KNOWN = ("binance", "binanceusdm", "upbit")


def is_venue(name: str) -> bool:
    """Whether a name is one of ccxt's venues with streams."""
    import ccxt.pro

    return name in ccxt.pro.exchanges


def open_venue(name: str, settings: Mapping[str, Any] = {}, **more: Any) -> "CcxtBroker":
    """A broker of the venue, not connected. settings: ``Access``'s other fields, as a profile's [venue] has
    them. more: ``CcxtBroker``'s other fields. Raises ConfigError for an unknown name, key or secret."""
    from brokers.crypto.access import Access
    from brokers.crypto.broker import CcxtBroker
    from brokers.keys import read_keys

    if name not in KNOWN and not is_venue(name):
        import ccxt.pro

        raise ConfigError(f"venue '{name}' is unknown. {nearest(name, _close(name, ccxt.pro.exchanges))}")
    known = {each.name for each in fields(Access)} - {"venue"}
    unknown = next((key for key in settings if key not in known), None)
    if unknown is not None:
        raise ConfigError(f"[venue] {unknown} is unknown. {nearest(unknown, known)}")
    access = Access(name, **settings)
    if access.url:
        more.setdefault("point", _at(access.url, name))
    return CcxtBroker(access, read_keys(access), _dialect(name), **more)


def _dialect(name: str) -> Any:
    if name == "binance":
        from brokers.crypto.binance_spot import BinanceSpot

        return BinanceSpot()
    if name == "binanceusdm":
        from brokers.crypto.binance_usdm import BinanceUsdm

        return BinanceUsdm()
    if name == "upbit":
        from brokers.crypto.upbit import Upbit

        return Upbit()
    from brokers.crypto.unified import Unified

    return Unified(name)


def _at(url: str, name: str) -> Callable[[Any], None]:
    """Make an exchange ask a simulator at ``url`` instead."""
    from types import SimpleNamespace

    from brokers.simulators import BinanceSim
    from brokers.simulators.upbit import UpbitSim

    kind: Any = {"binance": BinanceSim, "binanceusdm": BinanceSim, "upbit": UpbitSim}.get(name)
    if kind is None:
        raise ConfigError(f"[venue] url = '{url}': there is a simulator of {', '.join(KNOWN)} only.")
    place = SimpleNamespace(url=url.partition("//")[2] or url)
    return lambda exchange: kind.point(place, exchange)


def _close(name: str, known: list[str]) -> list[str]:
    """The nearest names and ours; a list of a hundred helps nobody."""
    from difflib import get_close_matches

    return [*KNOWN, *get_close_matches(name, known, n=5, cutoff=0.5)]
