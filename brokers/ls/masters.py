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
# What is asked for each group: TR and fields. t8436 is of KOSPI's and KOSDAQ's shares, ETFs among them.
GROUPS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "index futures": ("t8467", NO_GROUP),
    "volatility futures": ("t8467", {"gubun": "V"}),
    "sector futures": ("t8467", {"gubun": "S"}),
    "options": ("t8433", DUMMY),
    "mini futures": ("t8435", {"gubun": "MF"}),
    "mini options": ("t8435", {"gubun": "MO"}),
    "weekly options": ("t8435", {"gubun": "WK"}),
    "KOSDAQ150 futures": ("t8435", {"gubun": "SF"}),
    "KOSDAQ150 weekly options": ("t8435", {"gubun": "QW"}),
    "stock futures": ("t8401", DUMMY),
    "commodity futures": ("t8426", DUMMY),
    "shares": ("t8436", {"gubun": "0"}),
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
    ask: Asker, today: date, days: krx.Calendar | None = None, groups: Iterable[str] = tuple(GROUPS)
) -> Masters:
    """Ask for all groups' masters. Raises what asking raises: a part is never taken for the whole.

    groups: names in ``GROUPS``. DataError for a code that comes twice with different names.
    """
    rows: dict[str, Row] = {}
    for group in groups:
        if group not in GROUPS:
            raise ConfigError(f"master '{group}': expected one of {', '.join(GROUPS)}.")
        code, block = GROUPS[group]
        await _take_all(rows, ask, code, block)
    return Masters(today, rows, days or krx.calendar())


async def _take_all(rows: dict[str, Row], ask: Asker, code: str, block: Mapping[str, object]) -> None:
    """Every page; a key that comes again ends them."""
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
