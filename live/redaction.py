"""Takes secrets out of everything that leaves a process in words: logs, traces, alerts, answers.

Two nets: every configured secret, literally and in the shapes it takes on the wire, and whatever looks like
one by its name or its form. What a secret was is never shown, not even in part.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 4  # a shorter secret would blot out ordinary words; it is still hidden by its name
DEEPEST = 20

_NAMES = (
    r"api[_-]?key|secret|token|passw(?:or)?d|passphrase|authorization|signature|private[_-]?key|"
    r"access[_-]?key|listen[_-]?key|app[_-]?key|credential|cookie"
)
_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    # 123456789:AAF... anywhere, and whatever stands where a Bot API address has its token
    (re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}"), HIDDEN),
    (re.compile(r"(/(?:file/)?bot)\d+:[^/\s\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(hooks\.slack\.com/)[^\s\"'<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(discord(?:app)?\.com/api/webhooks/)[^\s\"'<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://[^/\s:@\"']*):[^/\s@\"']+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            rf"((?:{_NAMES})[\w-]*[\"']?\s*[=:]\s*[\"']?)"
            r"(?!(?:bearer|basic)\s)[^\s\"'&,;{}\[\]()<>]{4,}",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
)


class Redactor:
    """Knows the configured secrets. Cheap: about 10 µs for a line of a log."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._shapes: set[str] = set()
        self._literal: re.Pattern[str] | None = None
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Hide these from now on."""
        for secret in secrets:
            self._shapes.update(shape for shape in _shapes_of(secret) if len(shape) >= SHORTEST)
        if self._shapes:
            longest_first = sorted(self._shapes, key=lambda shape: (-len(shape), shape))
            self._literal = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """The text without secrets. Cleaning twice changes nothing more."""
        if self._literal is not None:
            text = self._literal.sub(HIDDEN, text)
        for form, instead in _FORMS:
            text = form.sub(instead, text)
        return text

    def tree(self, value: Any, depth: int = 0) -> Any:
        """A JSON-like value without secrets; what JSON doesn't know becomes its cleaned ``repr``."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.text(value)
        if depth >= DEEPEST:
            return HIDDEN
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._named(str(key), one, depth) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.tree(one, depth + 1) for one in value]
        return self.text(_shown(value))

    def _named(self, name: str, value: Any, depth: int) -> Any:
        """A secret's name hides any text or number under it."""
        hides = _SECRET_NAME.search(name) and not isinstance(value, bool | None | Mapping | list | tuple)
        return HIDDEN if hides else self.tree(value, depth + 1)


def _shapes_of(secret: str) -> set[str]:
    """How a secret looks in addresses, JSON, reprs, HTML and basic authentication."""
    shapes = {secret, secret.strip(), quote(secret, safe=""), quote_plus(secret)}
    shapes |= {base64.b64encode(secret.encode()).decode().rstrip("=")}
    shapes |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    return shapes | {escape(shape, quote=quotes) for shape in shapes for quotes in (False, True)}


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
