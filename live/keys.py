"""Where secrets come from: the environment, a private .env file, the system's keyring. Never a profile."""

import os
import stat
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from market.errors import ConfigError

SERVICE = "maemae"  # the keyring's name for us


def read_key(
    name: str, folder: Path | None = None, environment: Mapping[str, str] = os.environ
) -> str | None:
    """The secret ``name``, such as MAEMAE_TELEGRAM_TOKEN; None when nobody has it.

    folder: where the .env file is. Raises ConfigError for a .env that others can read.
    """
    found = environment.get(name) or (_from_file(folder / ".env", name) if folder else None)
    return (found or _from_keyring(name) or "").strip() or None


def _from_file(path: Path, name: str) -> str | None:
    if not path.is_file():
        return None
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"{path}: others can read it. Run: chmod 600 {path}")
    for line in path.read_text(encoding="utf-8").splitlines():
        key, equals, value = line.removeprefix("export ").partition("=")
        if equals and key.strip() == name:
            return value.strip().strip("\"'")
    return None


def _from_keyring(name: str) -> str | None:
    try:
        found = import_module("keyring").get_password(SERVICE, name)
    except Exception:  # not installed, or none is unlocked on a server: nothing is kept there
        return None
    return str(found) if found else None
