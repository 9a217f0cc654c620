"""The profile's ``[alerts]`` table. Addresses of webhooks are secrets: they come from the environment."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from live.control.events import Kind

Level = Literal["on", "silent", "off"]
KindName = Literal[
    "decision", "order", "fill", "stop", "trade", "risk", "error", "connection",
    "approval", "engine", "kill", "daily", "command",
]  # fmt: skip

SLACK_KEY = "MAEMAE_SLACK_WEBHOOK"
WEBHOOK_KEY = "MAEMAE_WEBHOOK"
WEBHOOK_SIGNING_KEY = "MAEMAE_WEBHOOK_SECRET"

_QUIETER: dict[Kind, Level] = {Kind.DECISION: "silent", Kind.ORDER: "silent", Kind.COMMAND: "silent"}
ALWAYS = frozenset({Kind.KILL, Kind.ENGINE, Kind.APPROVAL})  # "off" makes these silent


class AlertSettings(BaseModel):
    """levels: by kind; "silent" arrives without a sound. timezone: of times and of the daily report's hour.

    daily_at: hour and minute, "" = no daily report. slack, webhook: use the address in the environment.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    levels: dict[KindName, Level] = Field(default_factory=dict)
    timezone: str = "UTC"
    daily_at: str = Field(default="00:05", pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")
    slack: bool = False
    webhook: bool = False

    def level(self, kind: Kind) -> Level:
        """How loud a kind is. What needs a person or tells of the end is never off."""
        chosen = self.levels.get(kind.value, _QUIETER.get(kind, "on"))
        return "silent" if chosen == "off" and kind in ALWAYS else chosen
