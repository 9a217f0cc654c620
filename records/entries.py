"""Messages to drafts of the journal and entries back, by kind and version.

A new field with a default keeps a kind's version: what lacks it gets the default, code that doesn't know it
skips it. A field that changes its meaning raises the version, and ``older`` says how to read the past.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from market.errors import ConfigError, DataError
from records.chain import Body, Draft, Entry
from records.codec import from_json, to_json
from records.errors import DamagedError
from records.inputs import (
    Approval,
    Bar,
    Checkpoint,
    Funding,
    Intent,
    Owned,
    Start,
    Stop,
    Timer,
    Transfer,
    Update,
)
from records.message import Message
from records.outcomes import Alert, Decision, Equity, Note, Risk, Trade
from records.steps import Step, step_from_body, step_to_body

Upgrade = Callable[[int, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """How messages of one class are written. older: a body of an earlier version as one of this."""

    message: type[Message]
    version: int = 1
    older: Upgrade | None = None


@dataclass(frozen=True)
class Unknown(Message):
    """An entry of a kind this code doesn't know, as it stands. The journal keeps it; a fold skips it."""

    kind: str
    body: Body


KINDS: Mapping[str, Kind] = {
    "start": Kind(Start),
    "stop": Kind(Stop),
    "bar": Kind(Bar),
    "step": Kind(Step),
    "intent": Kind(Intent),
    "update": Kind(Update),
    "approval": Kind(Approval),
    "timer": Kind(Timer),
    "transfer": Kind(Transfer),
    "funding": Kind(Funding),
    "owned": Kind(Owned),
    "checkpoint": Kind(Checkpoint),
    "risk": Kind(Risk),
    "decision": Kind(Decision),
    "trade": Kind(Trade),
    "equity": Kind(Equity),
    "alert": Kind(Alert),
    "note": Kind(Note),
}
_NAMES = {kind.message: name for name, kind in KINDS.items()}
_BASELINE = "baseline|"  # began the id of a transfer that told of what an account owned: one an instrument
_BYTES: Mapping[type[Message], tuple[Callable[[Any], bytes], Callable[[bytes], Message]]] = {
    Step: (step_to_body, step_from_body),
    Checkpoint: (lambda checkpoint: bytes(checkpoint.data), Checkpoint),
}


def draft(ts: int, message: Message) -> Draft:
    """What to append for ``message``. ts: when we knew it, ns UTC."""
    name = _NAMES[type(message)]
    return Draft(ts, name, to_body(message), message.key)


def to_body(message: Message) -> dict[str, Any] | bytes:
    """The body of an entry: an object with its version ``v``, or bytes for arrays."""
    as_bytes = _BYTES.get(type(message))
    if as_bytes:
        return as_bytes[0](message)
    return {"v": KINDS[_NAMES[type(message)]].version, **to_json(message)}


def message_of(entry: Entry, kinds: Mapping[str, Kind] = KINDS) -> Message:
    """The message of an entry, ``Unknown`` for a kind that isn't ours.

    Raises ConfigError for a newer version of a kind we know, DamagedError for a body that isn't one.
    """
    kind = kinds.get(entry.kind)
    if kind is None:
        return Unknown(entry.kind, entry.body)
    try:
        return from_body(kind, entry.value)
    except (DataError, DamagedError) as error:
        raise DamagedError(f"entry {entry.number} ({entry.kind}): {error}") from None
    except ConfigError as error:
        raise ConfigError(f"entry {entry.number} ({entry.kind}): {error}") from None


def from_body(kind: Kind, body: Any) -> Message:
    """The message of a body as ``Entry.value`` gives it. Raises as ``message_of``."""
    as_bytes = _BYTES.get(kind.message)
    if isinstance(body, bytes):
        if as_bytes is None:
            raise DataError("bytes, where an object was expected.")
        return as_bytes[1](body)
    version = body.get("v") if isinstance(body, dict) else None
    if as_bytes or not isinstance(version, int):
        raise DataError(f"no body of this kind: {str(body)[:200]}")
    if version > kind.version:
        raise ConfigError(
            f"written by a newer Maemae (version {version}; this one knows {kind.version}). "
            "Nothing was changed. Run the newer one."
        )
    if version < kind.version:
        if kind.older is None:
            raise ConfigError(f"version {version} can't be read any more; nothing was changed.")
        body = kind.older(version, body)
    message: Message = from_json(kind.message, body)
    if isinstance(message, Transfer) and message.transfer_id.startswith(_BASELINE):
        return Owned({message.currency: message.amount})
    return message
