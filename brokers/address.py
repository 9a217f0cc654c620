"""Addresses that a profile names."""

from urllib.parse import urlsplit

from market.errors import ConfigError


def check_address(name: str, url: str, schemes: tuple[str, ...] = ("http", "https")) -> None:
    """Raises ConfigError for what isn't an address; "" is none. What stands before an @ may be a secret."""
    found = urlsplit(url)
    if url and (found.scheme not in schemes or not found.hostname or "@" in found.netloc):
        raise ConfigError(
            f"[venue] {name} = '{url.rpartition('@')[2]}': expected an address such as "
            f"{schemes[0]}://127.0.0.1:8080, without a user's name."
        )
