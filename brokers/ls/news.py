"""Headlines as LS pushes them (NWS), and the text behind one (t3102)."""

from dataclasses import dataclass

from brokers.ls.messages import Message
from brokers.ls.rest import Rest
from brokers.ls.values import instant

STREAM = ("NWS", "NWS001")
CODE = 12  # characters of each code behind one another


@dataclass(frozen=True, slots=True)
class Headline:
    """key: asks for the text. codes: of the stocks it is about. ts: when it was sent, ns UTC."""

    key: str
    title: str
    codes: tuple[str, ...]
    ts: int


def headline(message: Message) -> Headline | None:
    """None for what is no headline. Raises DataError for one without a time."""
    row = message.body
    if message.tr != STREAM[0] or row is None:
        return None
    return Headline(
        str(row["realkey"]).strip(),
        str(row["title"]).strip(),
        _codes(str(row.get("code") or "")),
        instant(str(row["date"]), str(row["time"])),
    )


async def text(rest: Rest, headline: Headline) -> str:
    """The article's lines. Raises VenueDown."""
    answer = await rest.ask("t3102", {"t3102InBlock": {"sNewsno": headline.key}})
    return "\n".join(str(row["sBody"]).rstrip() for row in answer.rows("OutBlock1"))


def _codes(joined: str) -> tuple[str, ...]:
    """Six-digit codes behind one another, each padded to ``CODE`` or to its own six characters."""
    width = CODE if len(joined.strip()) > 6 and len(joined) % CODE == 0 else 6
    found = (joined[at : at + width].strip()[-6:] for at in range(0, len(joined), width))
    return tuple(code for code in found if code.isdigit() and code.strip("0"))
