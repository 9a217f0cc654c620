"""Searches that were saved in LS's own programme, as a source of signals.

    source = Watch(rest, listen, condition, now)
    async for hit in source.hits():
        ...

LS knows of a search by its index (t1866), runs it (t1859), and tells changes by a stream of its own (t1860's
number is the key of AFR). Searches can't be made here. Whether a number outlives the connection that it was
registered on isn't documented: after a gap another is taken, and the search is run to learn what was missed.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from brokers.ls.answers import Answer, Asker
from brokers.ls.messages import Message
from brokers.ls.values import decimal, near, whole
from market import krx
from market.errors import ConfigError, DataError, VenueDown

STREAM = "AFR"
MOST_PAGES = 50
START, STOP = "E", "D"


class Change(Enum):
    """By LS's letters, which records of hits keep. AGAIN: it had left before."""

    ENTERED = "N"
    AGAIN = "R"
    LEFT = "O"


@dataclass(frozen=True, slots=True)
class Condition:
    """index: what asks for it."""

    index: str
    group: str
    name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A share enters or leaves a search. price: won; 0 = not said. ts: ns UTC when it was learnt, 0 = not
    said (the stream says no time)."""

    code: str
    name: str = ""
    price: float = 0.0
    change: Change = Change.ENTERED
    ts: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Who meets a search. clock: HHMMSS in Seoul. whole: LS sent all that it counted."""

    hits: tuple[Hit, ...]
    clock: str
    whole: bool


async def saved(ask: Asker, user: str, group: str = "") -> tuple[Condition, ...]:
    """The searches of a login, or of one of its groups. Raises ConfigError without a login's name."""
    if not user.strip():
        raise ConfigError("condition_user = '': LS lists searches by the login ID of its HTS. Say it.")
    block = {"user_id": user, "gb": "2" if group else "0", "group_name": group}
    found: dict[str, Condition] = {}
    key, seen = "", {""}
    for _ in range(MOST_PAGES):
        page = {**block, "cont": "1" if key else "0", "cont_key": key}
        answer = await ask.ask("t1866", {"t1866InBlock": page})
        found |= {each.index: each for each in saved_in(answer)}
        head = answer.row("OutBlock")
        key = str(head.get("cont_key") or "").strip()
        if str(head.get("cont") or "").strip() not in ("1", "Y") or key in seen:
            return tuple(found.values())
        seen.add(key)
    raise VenueDown(f"ls: t1866 has more than {MOST_PAGES} pages. Nothing was taken of it.")


async def named(ask: Asker, user: str, name: str) -> Condition:
    """The search that is called so, or has this index. Raises ConfigError naming those there are."""
    there = await saved(ask, user)
    found = [each for each in there if name in (each.index, each.name)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"'{each.name}' ({each.index})" for each in there) or "none"
    what = "several are called so: give the index" if found else "there is none"
    raise ConfigError(f"condition '{name}': {what}. Saved in the HTS: {listed}.")


def saved_in(answer: Answer) -> list[Condition]:
    """Rows of groups alone have no index and are passed over."""
    names = ("query_index", "group_name", "query_name")
    rows = [[str(row.get(name) or "").strip() for name in names] for row in answer.rows("OutBlock1")]
    return [Condition(index, group, name) for index, group, name in rows if index]


async def run(ask: Asker, index: str) -> Found:
    """Who meets a search now. Raises ConfigError for an index that LS doesn't know."""
    answer = await ask.ask("t1859", {"t1859InBlock": {"query_index": index}})
    if not answer.row("OutBlock"):
        raise ConfigError(f"condition '{index}': LS knows no such search. {_remedy()}")
    return found_in(answer)


async def matching(ask: Asker, condition: Condition) -> list[Hit]:
    """Who meets it now. Raises ConfigError, and VenueDown where LS sends fewer than it counts."""
    found = await run(ask, condition.index)
    if not found.whole:
        raise VenueDown(
            f"ls: condition '{condition.name}': LS sent {len(found.hits)} stocks and counts more. "
            "Nothing was taken; narrow the search in the HTS."
        )
    return list(found.hits)


def found_in(answer: Answer) -> Found:
    rows, head = answer.rows("OutBlock1"), answer.row("OutBlock")
    hits = tuple(_hit(row, "shcode", "hname", "price") for row in rows)
    clock = str(head.get("result_time") or "").strip()
    return Found(hits, clock, len(rows) >= whole(head.get("result_count")))


async def watch(ask: Asker, condition: Condition) -> str:
    """Begin a watch; its number is the key of ``STREAM``. Raises ConfigError where LS refuses, VenueDown."""
    answer = await ask.ask("t1860", {"t1860InBlock": _registration(START, condition.index)})
    row = answer.row("OutBlock")
    number = str(row.get("sAlertNum") or "").strip()
    if not number or str(row.get("sResultFlag") or "S").strip() != "S":
        said = str(row.get("Msg") or answer.message).strip()
        raise ConfigError(f"condition '{condition.index}': LS doesn't watch it: {said}. {_remedy()}")
    return number


async def unwatch(ask: Asker, number: str, condition: Condition) -> None:
    """End a watch. Raises VenueDown."""
    await ask.ask("t1860", {"t1860InBlock": _registration(STOP, condition.index, number)})


def hit(message: Message) -> Hit | None:
    """None for what is no news of a watch. Raises DataError for what can't be read."""
    row = message.body
    if message.tr != STREAM or row is None:
        return None
    return hit_in(row)


def hit_in(body: Mapping[str, Any], ts: int = 0) -> Hit:
    """One AFR message's body. Raises DataError."""
    try:
        change = Change(str(body.get("gsJobFlag") or "").strip())
    except ValueError:
        raise DataError(f"LS sent gsJobFlag {body.get('gsJobFlag')!r}; expected N, R or O.") from None
    return replace(_hit(body, "gsCode", "gshname", "gsPrice"), change=change, ts=ts)


def _hit(row: Mapping[str, Any], code: str, name: str, price: str) -> Hit:
    found, called = str(row.get(code) or ""), str(row.get(name) or "").strip()
    return Hit(krx.stock_code(found), called, float(decimal(row.get(price))))


Bodies = AsyncIterator[Mapping[str, Any] | None]
Listen = Callable[[str, str], AbstractAsyncContextManager[Bodies]]


@dataclass(eq=False)
class Watch:
    """One search's changes. Of a share, coming in and leaving alternate, whatever the connection does.

    listen: (TR, key) -> what holds the registration; once entered, it has been answered. Its messages' bodies
    follow; None = some may have been lost. now: ns UTC. unread: messages that couldn't be read. members: who
    is in it, kept when ``hits`` ends by VenueDown and is called again.
    """

    ask: Asker
    listen: Listen
    condition: Condition
    now: Callable[[], int]
    unread: int = 0
    members: set[str] = field(default_factory=set)
    _left: set[str] = field(default_factory=set)

    async def hits(self) -> AsyncIterator[Hit]:
        """First whoever is in it already, as having entered. Ends with its messages. Raises VenueDown,
        ConfigError, and DataError for an answer that can't be read."""
        lost = True
        while lost:
            lost = False
            key = await watch(self.ask, self.condition)
            try:
                async with self.listen(STREAM, key) as bodies:
                    for each in self._caught_up(await run(self.ask, self.condition.index)):
                        yield each
                    async for body in bodies:
                        if body is None:
                            lost = True
                            break
                        if found := self._heard(body):
                            yield found
            finally:
                with suppress(VenueDown, ConfigError):
                    await unwatch(self.ask, key, self.condition)

    def _caught_up(self, found: Found) -> list[Hit]:
        """What has changed since. Of an answer that isn't whole nobody is taken to have left."""
        now = self.now()
        ts = min(near(now, found.clock), now) if found.clock else now
        there = {each.code for each in found.hits}
        gone = sorted(self.members - there) if found.whole else []
        told = [Hit(code, change=Change.LEFT, ts=ts) for code in gone]
        told += [replace(each, ts=ts) for each in found.hits]
        return [each for one in told if (each := self._told(one))]

    def _heard(self, body: Mapping[str, Any]) -> Hit | None:
        try:
            return self._told(hit_in(body, self.now()))
        except DataError:
            self.unread += 1
            return None

    def _told(self, one: Hit) -> Hit | None:
        """None for what is known: the run and the stream tell the same."""
        if (one.change is not Change.LEFT) is (one.code in self.members):
            return None
        if one.change is Change.LEFT:
            self.members.discard(one.code)
            self._left.add(one.code)
            return one
        self.members.add(one.code)
        return replace(one, change=Change.AGAIN) if one.code in self._left else one


def _registration(flag: str, index: str, key: str = "") -> dict[str, object]:
    return {"sSysUserFlag": "U", "sFlag": flag, "sAlertNum": key, "query_index": index}


def _remedy() -> str:
    return "Indices are t1866's query_index, of searches saved on LS's server by its HTS."
