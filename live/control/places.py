"""Where the processes of one bot meet on disk."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from market.errors import ConfigError

_NAME = re.compile(r"\w[\w.-]{0,63}")


@dataclass(frozen=True)
class Places:
    """folder: the bot's own. account: what bots on one account share, the bot's folder when left out."""

    folder: Path
    account: Path | None = None

    @classmethod
    def of(cls, bot: str, account: str = "", environment: Mapping[str, str] = os.environ) -> "Places":
        """The usual places of a bot: under MAEMAE_STATE, else the user's state folder.

        account: the name of one that several bots share. Raises ConfigError for what can't name a folder.
        """
        for name in (bot, account or "x"):
            if not _NAME.fullmatch(name):
                raise ConfigError(f"'{name}' can't name a folder: use letters, digits, '-', '_' and '.'.")
        state = Path(environment.get("MAEMAE_STATE") or _user_state(environment))
        return cls(state / "bots" / bot, state / "accounts" / account if account else None)

    @property
    def socket(self) -> Path:
        """The engine's control socket."""
        return self.folder / "control.sock"

    @property
    def supervisor(self) -> Path:
        """What the supervisor remembers: the last Telegram update, languages, whether to run."""
        return self.folder / "supervisor.json"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def latch(self) -> Path:
        """The kill latch; ``touch`` of this path kills."""
        return (self.account or self.folder) / "KILL"

    @property
    def killed(self) -> Path:
        """How far the last kill got."""
        return (self.account or self.folder) / "kill.json"

    @property
    def journal(self) -> Path:
        """The account's journal."""
        return (self.account or self.folder) / "journal.db"

    @property
    def lock(self) -> Path:
        """The account's lock."""
        return (self.account or self.folder) / "account.lock"

    def make(self) -> "Places":
        """Make the folders, for this user alone. Raises ConfigError."""
        for folder in {self.folder, self.account or self.folder}:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigError(
                    f"{folder}: the bot's folder can't be made ({error.strerror}). Name another."
                ) from None
        return self


def _user_state(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_STATE_HOME")
    return Path(home) / "maemae" if home else Path.home() / ".local" / "state" / "maemae"
