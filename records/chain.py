"""One entry of a journal, its canonical form, and the chain of hashes that ties it to all before it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.errors import ConfigError

Body = str | bytes  # canonical JSON, or the bytes of arrays


@dataclass(frozen=True)
class Draft:
    """What is to be appended. ts: when we knew it, ns UTC.

    key: names the entry, with its kind, for ever: a second one of that name isn't appended. None: no name.
    body: a JSON object (Decimals as strings, finite floats) or bytes.
    """

    ts: int
    kind: str
    body: Mapping[str, Any] | bytes
    key: str | None = None


@dataclass(frozen=True)
class Entry:
    """What stands in the journal under ``number``. chain: sha256 over this entry and all before it."""

    number: int
    ts: int
    kind: str
    key: str | None
    body: Body
    chain: bytes

    @property
    def value(self) -> Any:
        """The JSON value; bytes as they are."""
        return json.loads(self.body) if isinstance(self.body, str) else self.body


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, ASCII, floats by repr, Decimals as strings.

    Raises ConfigError for NaN, infinities and what JSON doesn't know.
    """
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{error} in {value!r}. Write such numbers as strings.") from None


def genesis(account: str) -> bytes:
    """What the first entry of an account's journal is chained to."""
    return hashlib.sha256(f"maemae journal 1\n{account}".encode()).digest()


def link(previous: bytes, number: int, ts: int, kind: str, key: str | None, body: Body) -> bytes:
    """The chain value of an entry that follows ``previous``."""
    text = isinstance(body, str)
    # A JSON array ends where it ends, so that no two entries give the same bytes.
    head = _ENCODER.encode((number, ts, kind, key, text)).encode()
    raw = body.encode() if isinstance(body, str) else body
    return hashlib.sha256(previous + head + raw).digest()


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} isn't JSON")


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True, default=_as_text
)
