"""What LS answers, and what its codes mean. Success is a set of codes, not one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from brokers.ls.values import Row

DONE = frozenset({"00000", "00136", "00133", "00200", "00707", "00009"})  # a query's
TAKEN = frozenset({"00000", "00039", "00040", "00462", "00463", "00132", "00156"})  # an order's, a change's
DEAD_TOKEN = frozenset({"IGW00121", "IGW00122", "IGW00123"})
BAD_KEY = frozenset({"IGW00103", "IGW00105"})
TOO_MANY = "IGW00201"
BAD_TYPE = "IGW40011"  # a field of the wrong type: nothing was done
NOT_IN_PAPER = frozenset({"01900", "01491"})
KEY_REMEDY = "Check the app key and its secret (key_env, secret_env)."
SAYS_PAPER = "모의투자"


@dataclass(frozen=True, slots=True)
class Answer:
    """blocks: the body without code and message. more, key: there is another page, and what asks for it."""

    tr: str
    code: str
    message: str
    blocks: dict[str, Any] = field(default_factory=dict)
    more: bool = False
    key: str = ""

    def row(self, block: str) -> Row:
        """A block's only row; {} when it is missing."""
        found = self.blocks.get(f"{self.tr}{block}")
        if isinstance(found, list):
            found = found[0] if found else {}
        return found if isinstance(found, dict) else {}

    def rows(self, block: str) -> list[Row]:
        """A block's rows; one without any may be missing."""
        found = self.blocks.get(f"{self.tr}{block}")
        if isinstance(found, dict):
            return [found]
        return list(found) if isinstance(found, list) else []


class Asker(Protocol):
    """Who asks TRs that change nothing."""

    async def ask(self, tr: str, blocks: Mapping[str, Mapping[str, object]], more: str = "") -> Answer:
        """blocks: the request's body. more: the key of another page. Raises VenueDown or ConfigError."""
        ...


def said(code: str, message: str) -> str:
    """LS's own words."""
    return f"{message.strip() or 'no message'} ({code or 'no code'})"
