"""How a profile says which account of which venue is traded, and where its keys are kept."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

from market.errors import ConfigError

SERVICE = "maemae"  # the keyring's name for us


@dataclass(frozen=True)
class Access:
    """One account of a venue.

    venue: ccxt's name, such as "binance", "binanceusdm", "upbit". key_env, secret_env, password_env: names
    of environment variables (or keyring entries), never secrets; without a key only market data are read.
    allow_withdraw: accept a key that may move money out. leverage, margin_mode: set on each future and read
    back; None = as the account stands. max_clock_offset_s: between this machine's clock and the venue's.
    timeout_s: of one request. url: address of a simulator that speaks the venue's protocol; "" = the venue.
    options: ccxt's own, for venues that need some.
    """

    venue: str
    key_env: str = ""
    secret_env: str = ""
    password_env: str = ""
    allow_withdraw: bool = False
    leverage: int | None = None
    margin_mode: Literal["cross", "isolated"] | None = None
    max_clock_offset_s: float = 1.0
    timeout_s: float = 10.0
    url: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Keys:
    """What signs requests. Never printed."""

    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.key)


def read_keys(access: Access, environment: Mapping[str, str] = os.environ) -> Keys:
    """The secrets that ``access`` names; ConfigError for a name behind which nothing is."""
    names = (access.key_env, access.secret_env, access.password_env)
    if bool(access.key_env) != bool(access.secret_env):
        raise ConfigError(
            f"[venue] key_env = '{access.key_env}', secret_env = '{access.secret_env}': expected both."
        )
    return Keys(*(_secret(name, environment) for name in names))


def _secret(name: str, environment: Mapping[str, str]) -> str:
    if not name:
        return ""
    found = (environment.get(name) or _from_keyring(name) or "").strip()
    if not found:
        raise ConfigError(
            f"[venue] names the secret {name}, but the environment and the keyring have nothing under it. "
            f"Set it: export {name}=..."
        )
    return found


def _from_keyring(name: str) -> str | None:
    try:
        found = import_module("keyring").get_password(SERVICE, name)
    except Exception:  # not installed, or locked: nothing is kept there
        return None
    return str(found) if found else None
