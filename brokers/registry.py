"""Which broker a profile's ``[venue] use`` names. Nothing of a venue is imported before it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from market.errors import ConfigError, nearest

if TYPE_CHECKING:
    from brokers.contract import Venue
    from brokers.keys import Keys, Named

# ccxt's venues with a file of their own; every other venue of ccxt is spoken to by its unified API.
KNOWN = ("binance", "binanceusdm", "upbit")
LS = "ls"
UNSET: tuple[Any, ...] = (None, "", False, {}, (), "probe", "day")  # as settings stand that nobody made


def is_venue(name: str) -> bool:
    """Whether a name is one of ccxt's venues with streams."""
    import ccxt.pro

    return name in ccxt.pro.exchanges


def open_venue(name: str, settings: Mapping[str, Any] = {}, signed: bool = True, **more: Any) -> "Venue":
    """A broker of the venue, not connected. settings: its access's fields, as a profile's [venue] has them.
    signed: with the keys that these name. more: the broker's other fields. Raises ConfigError for an unknown
    name, key or secret."""
    if name == LS:
        return _open_ls(settings, signed, **more)
    if name not in KNOWN and not is_venue(name):
        import ccxt.pro

        raise ConfigError(f"venue '{name}' is unknown. {nearest(name, _close(name, ccxt.pro.exchanges))}")
    from brokers.crypto.access import Access
    from brokers.crypto.broker import CcxtBroker
    from brokers.keys import Keys, read_keys

    access = Access(name, **_known(settings, Access, name))
    if access.url:
        more.setdefault("point", _at(access.url, name))
    keys = read_keys(access) if signed else Keys()
    return CcxtBroker(access, keys, _dialect(name), **more)


def needs_key(name: str) -> bool:
    """Whether a venue says nothing without a key, not even prices."""
    return name == LS


def keys_named(name: str, settings: Mapping[str, Any]) -> "Keys":
    """The keys that a profile's [venue] names, or the venue's usual names do."""
    from brokers.keys import read_keys

    return read_keys(names_of_keys(name, settings))


def names_of_keys(name: str, settings: Mapping[str, Any]) -> "Named":
    """Where they are kept."""
    from brokers.crypto.access import Access
    from brokers.ls.access import LsAccess

    named = {key: settings[key] for key in ("key_env", "secret_env", "password_env") if settings.get(key)}
    return LsAccess(**named) if name == LS else Access(name, **named)


def _open_ls(settings: Mapping[str, Any], signed: bool, **more: Any) -> "Venue":
    from brokers.keys import Keys, read_keys
    from brokers.ls.access import LsAccess
    from brokers.ls.broker import LsBroker

    access = LsAccess(**_known(settings, LsAccess, LS))
    return LsBroker(access, read_keys(access) if signed else Keys(), **more)


def _known(settings: Mapping[str, Any], access: type, name: str) -> dict[str, Any]:
    """The settings that a venue's access has. ConfigError for one that was set and that it lacks."""
    known = {each.name: each.default for each in fields(access) if each.name != "venue"}
    for key, value in settings.items():
        if key not in known and value not in UNSET:
            raise ConfigError(f"[venue] {key} means nothing at '{name}'. {nearest(key, known)}")
    return {key: value for key, value in settings.items() if key in known and value not in UNSET}


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
    place = SimpleNamespace(url=(url.partition("//")[2] or url).rstrip("/"))
    return lambda exchange: kind.point(place, exchange)


def _close(name: str, known: list[str]) -> list[str]:
    """The nearest names and ours; a list of a hundred helps nobody."""
    from difflib import get_close_matches

    return [*KNOWN, LS, *get_close_matches(name, known, n=5, cutoff=0.5)]
