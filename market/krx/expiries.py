"""Last trading days: the second Thursday of a month, and the Mondays and Thursdays of weekly options."""

from datetime import date, timedelta

from market.errors import DataError
from market.krx.calendar import Calendar
from market.krx.clock import ns_of

MONDAY, THURSDAY = "Monday", "Thursday"
_WEEKDAYS = {MONDAY: 0, THURSDAY: 3}
LAST_MINUTE = 15 * 60 + 20  # of an expiring contract's last day, since 2016
# The first last days that could end at another time aren't served: see hours.FIRST_DAY.


def monthly(year: int, month: int, days: Calendar) -> date:
    """The last trading day of monthly contracts: the second Thursday; on a holiday, the trading day
    before."""
    return days.up_to(nth_weekday(year, month, THURSDAY, 2))


def weekly(year: int, month: int, week: int, weekday: str, days: Calendar) -> date:
    """The last trading day of a weekly option of that month's week.

    weekday: "Monday" (on a holiday, the next trading day) or "Thursday" (on a holiday, the one before).
    DataError for a week the month hasn't, and for the second Thursday, on which the monthly ones expire.
    """
    if weekday == THURSDAY and week == 2:
        raise DataError(
            f"{year}-{month:02d} W2 Thursday: no weekly expires on the second Thursday; monthly options do."
        )
    day = nth_weekday(year, month, weekday, week)
    return days.from_on(day) if weekday == MONDAY else days.up_to(day)


def weekly_from(today: date, week: int, weekday: str, days: Calendar) -> date:
    """The last trading day of the option named by week alone ("C 월 W1") that is listed on ``today``: the
    first on or after it."""
    if not 1 <= week <= 5:
        raise DataError(f"W{week}: expected weeks 1 to 5.")
    year, month = (today - timedelta(days=7)).year, (today - timedelta(days=7)).month
    for n in range(year * 12 + month - 1, year * 12 + month + 5):
        if week == 5 and not _has_fifth(n // 12, n % 12 + 1, weekday):
            continue
        found = weekly(n // 12, n % 12 + 1, week, weekday, days)
        if found >= today:
            return found
    raise DataError(f"W{week} {weekday}: none expires within months of {today}.")


def nth_weekday(year: int, month: int, weekday: str, n: int) -> date:
    """The n-th Monday or Thursday of a month, n from 1. DataError when the month hasn't so many."""
    if weekday not in _WEEKDAYS:
        raise DataError(f"weekday {weekday!r}: expected Monday or Thursday.")
    first = date(year, month, 1)
    day = first + timedelta(days=(_WEEKDAYS[weekday] - first.weekday()) % 7 + 7 * (n - 1))
    if n < 1 or day.month != month:
        raise DataError(f"{year}-{month:02d} has no {weekday} number {n}.")
    return day


def last_instant(last_day: date, days: Calendar) -> int:
    """When an expiring contract stops trading: 15:20 KST of its last day, 16:20 on an examination's, ns UTC.
    The earlier where it isn't known whether it is one."""
    return ns_of(last_day, LAST_MINUTE + (60 if days.exam(last_day) else 0))


def _has_fifth(year: int, month: int, weekday: str) -> bool:
    first = date(year, month, 1)
    day = first + timedelta(days=(_WEEKDAYS[weekday] - first.weekday()) % 7 + 28)
    return day.month == month
