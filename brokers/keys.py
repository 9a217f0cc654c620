"""Secrets: from the environment or the keyring, never printed."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

from market.errors import ConfigError

_NAME = re.compile("[A-Z][A-Z0-9_]{0,40}")
SERVICE = "maemae"  # the keyring's name for us


class Named(Protocol):
    """Where an account's secrets are kept: names of environment variables or keyring entries."""

    @property
    def key_env(self) -> str: ...

    @property
    def secret_env(self) -> str: ...

    @property
    def password_env(self) -> str: ...


@dataclass(frozen=True)
class Keys:
    """What signs requests. Never printed."""

    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.key)


def read_keys(access: Named, environment: Mapping[str, str] = os.environ) -> Keys:
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
        if not _NAME.fullmatch(name):  # the secret itself, perhaps
            raise ConfigError(
                "[venue] key_env, secret_env and password_env name environment variables, such as "
                "VENUE_API_KEY; what stands there is no such name, and nothing is kept under it. Never write "
                "a key or a secret into a profile."
            )
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
