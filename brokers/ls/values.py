"""How LS writes numbers, times and sides, read without trusting their form.

A decimal comes as a number, as text with fixed digits or zeros before it, or as nothing; one order's number
is 69039 in an answer, "69039" in O01 and "0000069039" in C01.
"""

from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from market import krx
from market.errors import DataError
from market.timeframes import SECOND

Row = dict[str, Any]
SEOUL = timezone(timedelta(hours=9))
BUY, SELL = "2", "1"
MOST_DIGITS = 30  # of a number before its point
SIDES = {BUY: 1, SELL: -1, "매수": 1, "매도": -1}


def decimal(value: object) -> Decimal:
    """Nothing and blanks are 0. Raises DataError for what is no number."""
    text = "" if value is None else str(value).strip().replace(",", "")
    if not text:
        return Decimal(0)
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise DataError(f"LS sent {value!r} where a number was expected.") from None
    if not found.is_finite() or found.adjusted() > MOST_DIGITS:
        raise DataError(f"LS sent {value!r} where a number was expected.")
    return found


def whole(value: object) -> int:
    """Lots, shares, won. Raises DataError for what isn't whole."""
    found = decimal(value)
    if found != int(found):
        raise DataError(f"LS sent {value!r} where a whole number was expected.")
    return int(found)


def number(value: object) -> str:
    """An order's number without the zeros before it; "" = none."""
    return str(whole(value) or "")


def session_day(now: int, days: krx.Calendar) -> str:
    """YYYYMMDD of the trading day at an instant, N behind it by night: numbers may begin anew with each.
    Between two sessions it is the earlier one's: the fills of its closing auction are told then."""
    span = krx.session_at(now, days)
    if span.session is krx.Session.CLOSED and span.start > 0:
        now = span.start - 1
        span = krx.session_at(now, days)
    night = span.session is krx.Session.NIGHT
    return krx.trading_day(now, days).strftime("%Y%m%d") + ("N" if night else "")


def dated(day: str, number: str) -> str:
    """An order's name at LS for ever: its numbers begin anew each session (``session_day``)."""
    return f"{day}-{number}"


def undated(venue_id: str) -> tuple[str, str]:
    """(the session's day, number) of such a name."""
    day, _, number = venue_id.rpartition("-")
    return day, number


def side(value: object) -> int:
    """+1 buy, -1 sell, of a code or a word. Raises DataError."""
    found = SIDES.get(str(value).strip())
    if found is None:
        raise DataError(f"LS sent {value!r} where a side (1, 2, 매도, 매수) was expected.")
    return found


def side_code(side: int) -> str:
    return BUY if side > 0 else SELL


def instant(day: str, clock: str) -> int:
    """ns UTC of YYYYMMDD and HHMMSS in Seoul, with as many digits of a second behind as there are."""
    day, clock = str(day).strip(), str(clock).strip()
    try:
        at = datetime.strptime(day + clock[:6].ljust(6, "0"), "%Y%m%d%H%M%S").replace(tzinfo=SEOUL)
        parts = int(clock[6:15].ljust(9, "0")) if clock[6:] else 0
    except ValueError:
        raise DataError(f"LS sent day {day!r}, time {clock!r}; expected YYYYMMDD and HHMMSS.") from None
    return int(at.timestamp()) * SECOND + parts


def day_of(ns: int) -> str:
    """YYYYMMDD in Seoul."""
    return datetime.fromtimestamp(ns // SECOND, SEOUL).strftime("%Y%m%d")


def near(now: int, clock: str) -> int:
    """ns UTC of a time in Seoul without a day: the one nearest to ``now``."""
    found = instant(day_of(now), clock)
    day = 86_400 * SECOND
    return min((found - day, found, found + day), key=lambda each: abs(each - now))
