"""Which bot a command means, and where it lives: a profile, or the name of one that has run before."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from live.control.places import Places
from maemae.live_bot import LiveBot, account_of
from maemae.profile import Tables, check_profile, read_tables
from market.errors import ConfigError, nearest
from records.durable import place

CARD = "bot.json"


@dataclass(frozen=True)
class Known:
    """A bot that can be asked. profile: its file, None when nobody knows any more."""

    name: str
    places: Places
    profile: Path | None


def read_bot(path: Path, data: str | None = None, pace_s: float = 0.0) -> LiveBot:
    """The bot of a profile. data: replay these bars on paper instead. Raises ConfigError."""
    tables: Tables = read_tables(path)
    if data is not None:
        if tables.get("mode") == "live":
            raise ConfigError(
                f"{path}: mode = 'live', so --data {data} can't be replayed. Use mode = 'paper'."
            )
        tables["market"] = {**_table(tables, "market"), "data": data}
        tables["venue"] = {"use": "paper"}
    profile = check_profile(tables, str(path))
    if profile.mode == "live" and profile.venue.use == "paper":
        raise ConfigError(
            f"{path}: mode = 'live' needs a venue: say [venue] use = 'binance', say, or mode = 'paper'."
        )
    text = path.read_text(encoding="utf-8")
    account = account_of(profile) if profile.mode == "live" else ""  # a paper account is the bot's own
    return LiveBot(profile, path, text, Places.of(profile.name, account), pace_s)


def remember(bot: LiveBot) -> None:
    """So that commands find it by its name. Raises ConfigError where the folder can't be written."""
    account = bot.places.account
    card = {"profile": str(bot.path.resolve()), "account": account.name if account else ""}
    try:
        place(bot.places.folder / CARD, json.dumps(card).encode())
    except OSError as error:
        raise ConfigError(
            f"{bot.places.folder}: nothing can be written there ({error.strerror}). Nothing was started."
        ) from None


def known_bot(asked: str) -> Known:
    """By the path of its profile or by its name. Raises ConfigError, with the names there are."""
    path = Path(asked)
    if path.suffix == ".toml" or path.is_file():
        bot = read_bot(path)
        return Known(bot.profile.name, bot.places, path)
    names = [each.name for each in known_bots()]
    if asked not in names:
        raise ConfigError(f"'{asked}' is no profile and no bot that has run here. {nearest(asked, names)}")
    return next(each for each in known_bots() if each.name == asked)


def known_bots() -> list[Known]:
    """All that have run here, by name."""
    root = Places.of("any").folder.parent
    if not root.is_dir():
        return []
    return [_known(folder) for folder in sorted(root.iterdir()) if (folder / CARD).is_file()]


def _known(folder: Path) -> Known:
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_bytes())
        account, profile = str(card["account"]), Path(card["profile"])
    except (OSError, ValueError, KeyError, TypeError):
        return Known(folder.name, Places.of(folder.name), None)
    return Known(folder.name, Places.of(folder.name, account), profile)


def language_of(bot: Known, asked: str | None = None) -> str:
    """Of what is printed about it: what was asked for, else the profile's own, "en" where nobody knows."""
    if asked is not None or bot.profile is None:
        return asked or "en"
    try:
        return str(read_tables(bot.profile).get("language", "en"))
    except ConfigError:
        return "en"


def who() -> str:
    """Who gives an order at this machine's command line."""
    return f"{os.environ.get('USER') or os.environ.get('LOGNAME') or 'somebody'} at the command line"


def _table(tables: Tables, name: str) -> dict[str, Any]:
    found = tables.get(name)
    return dict(found) if isinstance(found, dict) else {}
