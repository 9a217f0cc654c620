"""Text with bold and fixed-width parts, as the subset of HTML that Telegram reads.

Whatever comes from outside goes through ``esc``. Other readers get it by ``plain`` or ``slack``.
"""

import re
from html import escape, unescape

LONGEST = 4096  # characters that one Telegram message holds, entities resolved
LONGEST_CAPTION = 1024

_TAG = re.compile(r"</?(?:b|i|code|pre)>")
_PIECE = re.compile(r"<[^>]*>|&[^;]{1,8};|.", re.DOTALL)


def esc(value: object) -> str:
    """Outside text made harmless: no markup, no control or direction characters. Nothing is cut here: a
    secret cut in two couldn't be found any more."""
    text = "".join(sign for sign in str(value) if sign in "\n\t" or sign.isprintable())
    return escape(text, quote=False)


def b(value: object) -> str:
    return f"<b>{esc(value)}</b>"


def i(value: object) -> str:
    return f"<i>{esc(value)}</i>"


def code(value: object) -> str:
    return f"<code>{esc(value)}</code>"


def pre(value: object) -> str:
    return f"<pre>{esc(value)}</pre>"


def plain(text: str) -> str:
    """Without markup."""
    return unescape(_TAG.sub("", text))


def slack(text: str) -> str:
    """As Slack's own markup, which escapes the same three signs."""
    text = re.sub(r"</?b>", "*", text)
    text = re.sub(r"</?i>", "_", text)
    text = re.sub(r"</?pre>", "```", text)
    return re.sub(r"</?code>", "`", text)


def fit(text: str, longest: int = LONGEST) -> str:
    """At most ``longest`` characters, every tag closed and no entity cut in two."""
    if len(text) <= longest:
        return text
    room = longest - 40  # for what closes it
    kept, open_tags, length = [], list[str](), 0
    for piece in _PIECE.findall(text):
        if length + len(piece) > room:
            break
        kept.append(piece)
        length += len(piece)
        if piece.startswith("</"):
            open_tags.pop()
        elif _TAG.fullmatch(piece):
            open_tags.append(piece[1:-1])
    return "".join(kept) + " …" + "".join(f"</{tag}>" for tag in reversed(open_tags))
