"""What LS lists today: futures, options, stocks, as the masters' rows say it.

From 1,000 points on a strike stands in the master's name only, and a weekly's weekday and week as well: the
masters are read anew each day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from brokers.ls.rest import Rest
from brokers.ls.values import Row
from market import krx

# Groups of products: the TR, its block, and what people call it.
GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "KOSPI200 futures": ("t8467", {"gubun": ""}),
    "KOSPI200 options": ("t8433", {"dummy": ""}),
    "mini futures": ("t8435", {"gubun": "MF"}),
    "mini options": ("t8435", {"gubun": "MO"}),
    "weekly options": ("t8435", {"gubun": "WK"}),
    "KOSDAQ150 futures": ("t8435", {"gubun": "SF"}),
    "stocks": ("t8436", {"gubun": "0"}),
}
OPTIONS = ("KOSPI200 options", "mini options", "weekly options")


@dataclass(frozen=True)
class Master:
    """rows: of one group, as LS sends them (shcode, hname, ...)."""

    group: str
    rows: tuple[Row, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(str(row["shcode"]).strip() for row in self.rows)


async def master(rest: Rest, group: str) -> Master:
    """Raises VenueDown."""
    code, block = GROUPS[group]
    answer = await rest.ask(code, {f"{code}InBlock": block})
    return Master(group, tuple(answer.rows("OutBlock")))


async def option_chain(rest: Rest, today: date, days: krx.Calendar) -> krx.Chain:
    """Every option that is listed, by product, last day, right and strike. Its ``find`` names the nearest
    strikes where the master lacks one."""
    rows = [row for group in OPTIONS for row in (await master(rest, group)).rows]
    return krx.chain(rows, today, days)


async def front(rest: Rest) -> str:
    """The KOSPI200 future that expires next, by its code; "" = none is listed."""
    listed = [krx.parse(code) for code in (await master(rest, "KOSPI200 futures")).codes if code[0] in "1A"]
    return str(min(listed, key=lambda code: (code.year, code.month))) if listed else ""
