"""A day's options by what they are, made from the masters' rows: the only way from 1,000 points on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from market.errors import DataError
from market.krx.calendar import Calendar
from market.krx.codes import parse
from market.krx.instruments import last_day, strike_of
from market.krx.names import read_name


@dataclass(frozen=True)
class Series:
    """One option. last: its last trading day; strike: index points."""

    code: str
    product: str
    right: str
    last: date
    strike: float


@dataclass(frozen=True)
class Chain:
    """The options of one day's masters, by (product, last day, right, strike)."""

    series: tuple[Series, ...]

    def find(self, product: str, last: date, right: str, strike: float) -> Series:
        """The option asked for. DataError naming the nearest strikes, or the last days, that are listed.

        product: characters 2 and 3 of its code, "01" for KOSPI200's monthly ones. right: "call" or "put".
        """
        same = [one for one in self.series if (one.product, one.last, one.right) == (product, last, right)]
        found = next((one for one in same if one.strike == strike), None)
        if found:
            return found
        what = f"{right} of product {product}, {last}, strike {strike:,g}"
        if not same:
            days = sorted({one.last for one in self.series if one.product == product})
            listed = ", ".join(str(day) for day in days) or "none"
            raise DataError(f"{what}: the master lists no such day. Last days listed: {listed}.")
        near = sorted(sorted({one.strike for one in same}, key=lambda each: abs(each - strike))[:4])
        listed = ", ".join(f"{each:,g}" for each in near)
        raise DataError(f"{what}: the master lists no such strike. Nearest: {listed}.")


def chain(rows: Iterable[Mapping[str, object]], today: date, days: Calendar) -> Chain:
    """The options of masters' rows (t8433, t8435, t9944: shcode, hname); futures among them are passed over.

    today: the day of the masters. DataError for a row that contradicts itself, or a code that comes twice.
    """
    found: dict[str, Series] = {}
    for row in rows:
        code, name = parse(str(row["shcode"]).strip(), new_spreads=True), read_name(str(row["hname"]))
        if not code.option:
            continue
        one = Series(
            str(code), code.product, code.form.value, last_day(code, name, days, today), strike_of(code, name)
        )
        if found.setdefault(one.code, one) != one:
            raise DataError(f"{code}: listed twice, once as {found[one.code]} and once as {one}.")
    return Chain(
        tuple(sorted(found.values(), key=lambda one: (one.product, one.last, one.right, one.strike)))
    )
