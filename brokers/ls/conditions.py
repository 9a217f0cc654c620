"""The broker's own condition search (조건검색): searches that are made in the HTS, run and watched by LS.

A watch has a number of its own, the key of its stream; who watches again after a gap asks who meets the
condition now, since what came and went meanwhile isn't said again.
"""

from dataclasses import dataclass
from enum import Enum

from brokers.ls.answers import Answer
from brokers.ls.messages import Message
from brokers.ls.rest import Rest
from brokers.ls.values import Row, decimal
from market.errors import ConfigError, VenueDown

STREAM = "AFR"


class Change(Enum):
    """What happened to a stock in a watched condition."""

    ENTERED = "N"
    AGAIN = "R"
    LEFT = "O"


@dataclass(frozen=True, slots=True)
class Condition:
    """index: LS's twelve characters for it."""

    index: str
    group: str
    name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A stock that meets a condition, or did. price: won."""

    code: str
    name: str
    price: float
    change: Change = Change.ENTERED


async def saved(rest: Rest, user: str) -> list[Condition]:
    """The searches of an HTS user (its id), all groups. Raises VenueDown."""
    found: list[Condition] = []
    block: Row = {"user_id": user, "gb": "0", "group_name": "", "cont": "N", "cont_key": ""}
    async for answer in rest.all("t1866", block, _more):
        found += [
            Condition(*(str(row[name]).strip() for name in ("query_index", "group_name", "query_name")))
            for row in answer.rows("OutBlock1")
        ]
    return found


async def named(rest: Rest, user: str, name: str) -> Condition:
    """The search that is called so, or has this index. Raises ConfigError naming those there are."""
    there = await saved(rest, user)
    found = [each for each in there if name in (each.index, each.name)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"'{each.name}' ({each.index})" for each in there) or "none"
    what = "several are called so: give the index" if found else "there is none"
    raise ConfigError(f"condition '{name}': {what}. Saved in the HTS: {listed}.")


async def matching(rest: Rest, condition: Condition) -> list[Hit]:
    """Who meets it now. Raises VenueDown."""
    answer = await rest.ask("t1859", {"t1859InBlock": {"query_index": condition.index}})
    return [
        Hit(_code(row["shcode"]), str(row["hname"]).strip(), float(decimal(row["price"])))
        for row in answer.rows("OutBlock1")
    ]


async def watch(rest: Rest, condition: Condition) -> str:
    """Begin a watch; its number is the key of ``STREAM``. Raises VenueDown."""
    return await _asked(rest, {"sFlag": "E", "sAlertNum": "", "query_index": condition.index})


async def unwatch(rest: Rest, number: str, condition: Condition) -> None:
    """End a watch. Raises VenueDown."""
    await _asked(rest, {"sFlag": "D", "sAlertNum": number, "query_index": condition.index})


def hit(message: Message) -> Hit | None:
    """None for what is no news of a watch. Raises ValueError for a flag that isn't known."""
    row = message.body
    if message.tr != STREAM or row is None:
        return None
    name, price = str(row["gshname"]).strip(), float(decimal(row["gsPrice"]))
    return Hit(_code(row["gsCode"]), name, price, Change(str(row["gsJobFlag"]).strip()))


async def _asked(rest: Rest, block: Row) -> str:
    answer = await rest.ask("t1860", {"t1860InBlock": {"sSysUserFlag": "U", **block}})
    row = answer.row("OutBlock")
    if str(row.get("sResultFlag") or "").strip() not in ("S", ""):
        raise VenueDown(f"ls: t1860: {str(row.get('Msg') or 'refused').strip()}. Ask again later.")
    return str(row.get("sAlertNum") or "").strip()


def _more(answer: Answer) -> Row:
    row = answer.row("OutBlock")
    if str(row.get("cont") or "").strip() != "Y":
        return {}
    return {"cont": "Y", "cont_key": str(row.get("cont_key") or "")}


def _code(value: object) -> str:
    """Six digits; LS puts an A before some."""
    return str(value).strip()[-6:]
