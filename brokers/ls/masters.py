"""What LS lists today: every contract and share by its code, out of the masters.

Strikes and weeks come from the masters' names: from 1,000 points on codes don't say them. An answer without
rows is success too, so that what isn't found is an error naming what is listed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

from brokers.ls.answers import Asker
from brokers.ls.values import SEOUL, Row
from market import krx
from market.errors import ConfigError, DataError, VenueDown
from market.instruments import Fees, Instrument
from market.krx.instruments import last_day
from market.krx.names import Name
from market.krx.products import Ticks
from market.timeframes import SECOND

NO_GROUP, DUMMY = {"gubun": ""}, {"dummy": ""}
Groups = Mapping[str, tuple[str, Mapping[str, object]]]
# What is asked for each group: TR and fields. t8436 is of KOSPI's and KOSDAQ's shares, ETFs among them.
GROUPS: Groups = {
    "KOSPI200 futures": ("t8467", NO_GROUP),
    "KOSPI200 options": ("t8433", DUMMY),
    "mini futures": ("t8435", {"gubun": "MF"}),
    "mini options": ("t8435", {"gubun": "MO"}),
    "weekly options": ("t8435", {"gubun": "WK"}),
    "KOSDAQ150 futures": ("t8435", {"gubun": "SF"}),
    "stocks": ("t8436", {"gubun": "0"}),
}
OPTIONS = ("KOSPI200 options", "mini options", "weekly options")
EVERY: Groups = {
    **GROUPS,
    "volatility futures": ("t8467", {"gubun": "V"}),
    "sector futures": ("t8467", {"gubun": "S"}),
    "KOSDAQ150 weekly options": ("t8435", {"gubun": "QW"}),
    "stock futures": ("t8401", DUMMY),
    "commodity futures": ("t8426", DUMMY),
}
ETF = "1"
MOST_PAGES = 50
MONTHLY = "01"
UNNAMED = Name(krx.Form.FUTURE)


@dataclass(frozen=True)
class Masters:
    """One day's. today: the day in Seoul they were asked on. rows: as LS sent them, by short code."""

    today: date
    rows: Mapping[str, Row]
    days: krx.Calendar

    def instrument(
        self,
        code: str,
        *,
        margin: float | None = None,
        fees: Fees | None = None,
        last: date | None = None,
        ticks: Ticks = (),
        multiplier: float | None = None,
    ) -> Instrument:
        """Raises ConfigError for what isn't listed or has expired, DataError where the row contradicts the
        code. margin: the house's, which derivatives need. last, ticks, multiplier: ``krx.instrument``'s, of
        products whose rules aren't known here."""
        row = self.rows.get(code)
        if row is None:
            raise ConfigError(self._missing(code))
        made = krx.instrument(
            row, margin=margin, last=last, today=self.today, ticks=ticks, multiplier=multiplier, fees=fees,
            days=self.days,
        )  # fmt: skip
        if made.expiry and (gone := _day(made.expiry)) < self.today:
            raise ConfigError(self._gone(code, gone))
        return made

    def option(self, right: str, last: date, strike: float, product: str = MONTHLY) -> str:
        """The code of an option. right: "call" or "put". DataError names the strikes or days listed."""
        return self._chain(product).find(product, last, right, strike).code

    def expiries(self, product: str = MONTHLY) -> tuple[date, ...]:
        """Last days of a product's options from today on, ascending."""
        return tuple(sorted({one.last for one in self._chain(product).series if one.last >= self.today}))

    def front(self, product: str = MONTHLY) -> str:
        """The code of the future that expires first, today's included. Raises ConfigError for none."""
        found = [
            (last_day(code, krx.read_name(str(row["hname"])), self.days, self.today), text)
            for text, row in self._of(product).items()
            if (code := krx.parse(text, new_spreads=True)).form is krx.Form.FUTURE
        ]
        live = [each for each in found if each[0] >= self.today]
        if not live:
            raise ConfigError(f"product '{product}': LS's masters of {self.today} list no future of it.")
        return min(live)[1]

    def etfs(self) -> tuple[str, ...]:
        """Codes of all ETFs; ETNs aren't among them."""
        return tuple(code for code, row in self.rows.items() if str(row.get("etfgubun") or "").strip() == ETF)

    # --- pieces

    def _of(self, product: str) -> dict[str, Row]:
        """Rows of a derivatives product: another's broken row is no reason not to trade this one."""
        return {code: row for code, row in self.rows.items() if len(code) == 8 and code[1:3] == product}

    def _chain(self, product: str) -> krx.Chain:
        return krx.chain(self._of(product).values(), self.today, self.days)

    def _missing(self, code: str) -> str:
        gone = self._last_day(code)
        if gone and gone < self.today:
            return self._gone(code, gone)
        near = get_close_matches(code, [each for each in self.rows if len(each) == len(code)], 4, 0.6)
        listed = ", ".join(f"{each} ({str(self.rows[each]['hname']).strip()})" for each in near)
        return (
            f"{code}: LS lists no such code on {self.today}: it has expired or is mistaken. "
            f"Near it: {listed or 'nothing'}."
        )

    def _last_day(self, code: str) -> date | None:
        """By the code alone; None where it doesn't say."""
        try:
            return last_day(krx.parse(code, new_spreads=True), UNNAMED, self.days)
        except DataError:
            return None

    def _gone(self, code: str, last: date) -> str:
        try:
            front = self.front(code[1:3])
        except (ConfigError, DataError):
            return f"{code}: it expired on {last}. The masters name no front month of its product."
        return f"{code}: it expired on {last}. Its product's front month is {front}."


def _day(ns: int) -> date:
    return datetime.fromtimestamp(ns // SECOND, SEOUL).date()


async def masters(
    ask: Asker, today: date, days: krx.Calendar | None = None, groups: Iterable[str] = tuple(EVERY)
) -> Masters:
    """Ask for all groups' masters. Raises what asking raises: a part is never taken for the whole.

    groups: names in ``EVERY``. DataError for a code that comes twice with different names.
    """
    rows: dict[str, Row] = {}
    for group in groups:
        await _take_all(rows, ask, group)
    return Masters(today, rows, days or krx.calendar())


@dataclass(frozen=True)
class Master:
    """rows: of one group, as LS sends them (shcode, hname, ...)."""

    group: str
    rows: tuple[Row, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(str(row["shcode"]).strip() for row in self.rows)


async def master(ask: Asker, group: str) -> Master:
    """One group's, by its name in ``EVERY``. Raises VenueDown, DataError."""
    rows: dict[str, Row] = {}
    await _take_all(rows, ask, group)
    return Master(group, tuple(rows.values()))


async def option_chain(ask: Asker, today: date, days: krx.Calendar) -> krx.Chain:
    """Every option that is listed, by product, last day, right and strike. Its ``find`` names the nearest
    strikes where the master lacks one."""
    return krx.chain((await masters(ask, today, days, OPTIONS)).rows.values(), today, days)


async def front(ask: Asker) -> str:
    """The KOSPI200 future that expires next, by its code; "" = none is listed."""
    listed = [krx.parse(code) for code in (await master(ask, "KOSPI200 futures")).codes if code[0] in "1A"]
    return str(min(listed, key=lambda code: (code.year, code.month))) if listed else ""


async def _take_all(rows: dict[str, Row], ask: Asker, group: str) -> None:
    """Every page of a group; a key that comes again ends them."""
    if group not in EVERY:
        raise ConfigError(f"master '{group}': expected one of {', '.join(EVERY)}.")
    code, block = EVERY[group]
    key, seen = "", {""}
    for _ in range(MOST_PAGES):
        answer = await ask.ask(code, {f"{code}InBlock": block}, key)
        take(rows, answer.rows("OutBlock"))
        if not answer.more or answer.key in seen:
            return
        key = answer.key
        seen.add(key)
    raise VenueDown(f"ls: {code} has more than {MOST_PAGES} pages. Nothing was taken of it.")


def take(rows: dict[str, Row], more: Iterable[Row]) -> None:
    """Add a master's rows by their codes."""
    for row in more:
        code, name = str(row.get("shcode") or "").strip(), str(row.get("hname") or "").strip()
        if not code or not name:
            raise DataError(f"LS sent a master's row without code or name: {row}. Nothing was taken.")
        before = rows.setdefault(code, row)
        if str(before["hname"]).strip() != name:
            raise DataError(f"{code}: LS lists it as {before['hname']!r} and as {name!r}. Nothing was taken.")
