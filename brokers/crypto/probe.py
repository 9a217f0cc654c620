"""What is known of one request: whether it left, and what came back. ccxt's exceptions don't say."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Probe:
    """Filled by ``wire`` while ccxt asks.

    command: an order is at stake, so it isn't held back for long. sent: bytes may have left. status: of the
    answer, 0 = none came whole. body: its text.
    """

    command: bool = False
    sent: bool = False
    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """A request leaves now; what an earlier one brought says nothing of it."""
        self.sent, self.status, self.body, self.headers = True, 0, "", {}

    def answered(self, status: int, headers: Mapping[str, str], body: str) -> None:
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers.items()}

    @property
    def data(self) -> Any:
        """The answer's JSON; None when it has none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def throttled(self) -> bool:
        return self.status in (418, 429)

    @property
    def retry_after_s(self) -> float:
        """What the venue asks for; a second when it says nothing."""
        try:
            return max(float(self.headers.get("retry-after", "1")), 0.0)
        except ValueError:
            return 1.0


current: ContextVar[Probe | None] = ContextVar("maemae_probe", default=None)
