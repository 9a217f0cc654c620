"""What comes over LS's WebSocket: an answer to a registration, or a message of a stream."""

from dataclasses import dataclass
from typing import Any

import orjson

from market.errors import DataError


@dataclass(frozen=True, slots=True)
class Message:
    """tr, key: of the stream. body: None in an answer to a registration, which has code and text."""

    tr: str
    key: str
    code: str
    text: str
    body: dict[str, Any] | None


def message(raw: str | bytes) -> Message:
    """One frame. Raises DataError for what can't be read."""
    try:
        found = orjson.loads(raw)
        header, body = found["header"], found.get("body")
        return Message(
            str(header.get("tr_cd") or ""),
            str(header.get("tr_key") or ""),
            str(header.get("rsp_cd") or ""),
            str(header.get("rsp_msg") or ""),
            body if isinstance(body, dict) else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(f"LS sent a frame that can't be read: {str(raw)[:80]!r}.") from None
