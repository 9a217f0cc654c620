"""The profile's ``[telegram]`` table. The token comes from the environment or the keyring only."""

from enum import IntEnum

from pydantic import BaseModel, ConfigDict, Field

TOKEN_KEY = "MAEMAE_TELEGRAM_TOKEN"


class Role(IntEnum):
    """What a user may do; each may do what those before it may."""

    VIEWER = 1
    TRADER = 2
    OWNER = 3


class TelegramSettings(BaseModel):
    """owners, traders, viewers: Telegram user ids. chat: where alerts go; the first owner when left out.

    commands_s: an older command is refused, seconds. confirm_s: how long a confirmation button works.
    api: the Bot API's address, for a server of your own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    owners: list[int] = Field(min_length=1)
    traders: list[int] = Field(default_factory=list)
    viewers: list[int] = Field(default_factory=list)
    chat: int | None = None
    commands_s: float = Field(default=60.0, gt=0.0)
    confirm_s: float = Field(default=60.0, gt=0.0)
    api: str = "https://api.telegram.org"

    def role(self, user: int) -> Role | None:
        """The highest that a user has; None for a stranger."""
        for role, members in (
            (Role.OWNER, self.owners),
            (Role.TRADER, self.traders),
            (Role.VIEWER, self.viewers),
        ):
            if user in members:
                return role
        return None

    @property
    def alerts_chat(self) -> int:
        return self.owners[0] if self.chat is None else self.chat
