"""One entry of a journal, its canonical form, and the chain of hashes that ties it to all before it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted
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
        return "".join(_pieces(value))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{error} in {value!r}. Write such numbers as strings.") from None


def genesis(account: str) -> bytes:
    """What the first entry of an account's journal is chained to."""
    return hashlib.sha256(f"maemae journal 1\n{account}".encode()).digest()


def link(previous: bytes, number: int, ts: int, kind: str, key: str | None, body: Body) -> bytes:
    """The chain value of an entry that follows ``previous``."""
    raw, text = (body.encode(), "true") if isinstance(body, str) else (body, "false")
    name = "null" if key is None else quoted(key)
    # A JSON array ends where it ends, so that no two entries give the same bytes.
    head = f"[{number},{ts},{quoted(kind)},{name},{text}]"
    return hashlib.sha256(previous + head.encode() + raw).digest()


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} isn't JSON")


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True, default=_as_text
)


def _pieces_of() -> Callable[[Any], Iterable[str]]:
    """``_ENCODER.iterencode``; json makes its inside anew for every value, at thrice the cost of the text."""
    from json import encoder

    make: Any = getattr(encoder, "c_make_encoder", None)
    if make is None:  # a Python without json's compiled half
        return _ENCODER.iterencode
    inside = make(None, _as_text, quoted, None, ":", ",", True, False, False)
    return lambda value: inside(value, 0)


_pieces = _pieces_of()
