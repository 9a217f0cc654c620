"""News: headlines as they come (NWS, key NWS001), and the text behind one (t3102).

LS says UTF-8; a text that was read by another table on its way is put right where that can be told for sure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from brokers.ls.answers import Answer, Asker
from brokers.ls.values import instant, whole
from market.errors import DataError

STREAM = ("NWS", "NWS001")
WIDTH = 12  # of each code in a headline: zeros before six characters
TABLES = ("utf-8", "cp949")


@dataclass(frozen=True, slots=True)
class News:
    """key: what asks for the text. ts: ns UTC. source: LS's two digits. codes: shares it is about. size: of
    the text, bytes as LS counts them."""

    key: str
    ts: int
    source: str
    title: str
    codes: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Article:
    """lines: LS's rows, as they came. Whether a row ends a line or is cut at its 100 characters isn't
    documented, so nothing is taken away between them."""

    key: str
    title: str
    lines: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def news(body: Mapping[str, Any]) -> News:
    """One headline. Raises DataError for what can't be read."""
    key = str(body.get("realkey") or "").strip()
    if not key:
        raise DataError(f"LS sent news without realkey: {str(dict(body))[:120]}.")
    return News(
        key,
        instant(str(body.get("date")), str(body.get("time"))),
        str(body.get("id") or "").strip(),
        readable(str(body.get("title") or "")).strip(),
        codes_of(str(body.get("code") or "")),
        whole(body.get("bodysize")),
    )


async def article(ask: Asker, key: str) -> Article:
    """The text behind a headline's key. Raises DataError where LS has none."""
    return article_of(key, await ask.ask("t3102", {"t3102InBlock": {"sNewsno": key}}))


def article_of(key: str, answer: Answer) -> Article:
    lines = tuple(readable(str(row.get("sBody") or "")) for row in answer.rows("OutBlock1"))
    title = readable(str(answer.row("OutBlock2").get("sTitle") or "")).strip()
    if not lines and not title:
        raise DataError(f"news {key!r}: LS has no text of it. Keys are a headline's realkey, 24 characters.")
    codes = (str(row.get("sJongcode") or "").strip() for row in answer.rows("OutBlock"))
    return Article(key, title, lines, tuple(dict.fromkeys(code for code in codes if code)))


def codes_of(text: str) -> tuple[str, ...]:
    """Shares of a headline. Raises DataError where the text isn't made of whole codes."""
    text = text.strip()
    if len(text) == 6:
        return (text,)
    if len(text) % WIDTH:
        raise DataError(f"LS sent codes {text!r} with news; expected {WIDTH} characters for each.")
    found = (text[at : at + WIDTH].strip().lstrip("0") for at in range(0, len(text), WIDTH))
    return tuple(dict.fromkeys(code.rjust(6, "0") for code in found if code))


def readable(text: str) -> str:
    """Without marks of HTML and zero bytes; Korean that was read as Latin is Korean again."""
    return unescape(_repaired(text)).replace("\x00", "")


def _repaired(text: str) -> str:
    if text.isascii() or max(text) > "\xff":
        return text
    for table in TABLES:
        try:
            found = text.encode("latin-1").decode(table)
        except UnicodeDecodeError:
            continue
        if any("가" <= each <= "힣" for each in found):
            return found
    return text
