"""App keys whose new token ends the one before: nobody takes it from a bot that trades with the key."""

from hashlib import sha256
from pathlib import Path

from brokers.keys import Keys
from live.control.places import Places
from market.errors import ConfigError
from records.lock import holder_of


def lock_of(key: str, places: Places | None = None) -> Path:
    """The file that the bot which trades with ``key`` holds. places: a bot's; None: the user's."""
    folder = (places or Places.of("any")).folder.parent.parent / "keys"
    return folder / f"{sha256(key.encode()).hexdigest()[:16]}.lock"


def check_unused(keys: Keys) -> None:
    """Raises ConfigError when a bot trades with the key."""
    holder = holder_of(lock_of(keys.key))
    if holder is not None:
        raise ConfigError(
            f"a bot trades with this app key ({holder}), and a new token would end its. Nothing was asked. "
            "Stop it first, or use another key."
        )
