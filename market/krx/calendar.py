"""KRX's trading days: the package ``holidays`` (financial XKRX), put right by a table of our own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from market.errors import DataError

FIRST_YEAR = 2000  # before, the market traded on Saturdays and the package doesn't know its days
# Closed, and open by the package; seen in 6,841 days of the KOSPI200 and 4,532 of 15 shares from 2000 to
# 2018.
ALSO_CLOSED = frozenset({date(2000, 1, 3), date(2000, 12, 27), date(2000, 12, 28)})
# Open, and closed by the package: none found.
ALSO_OPEN: frozenset[date] = frozenset()
# College entrance examinations: everything opens and closes an hour later. Those before 2024 from general
# knowledge.
EXAMS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2016-11-17", "2017-11-23", "2018-11-15", "2019-11-14", "2020-12-03", "2021-11-18", "2022-11-17",
        "2023-11-16", "2024-11-14", "2025-11-13", "2026-11-19",
    )
)  # fmt: skip
_LONGEST = 30  # days within which the market always opens again


@dataclass(frozen=True)
class Calendar:
    """Trading days. closed, opened: days announced since the table was made. exams: days that begin late.

    The examination's day is announced a year or two ahead, so the table ends somewhere. Behind it each
    Thursday that may be the day is ``unsure``: it trades, and what holds in the hours in which only one of
    both clocks would trade isn't known. Neither clock alone is safe: by the ordinary one orders would be
    taken for ended at 15:45 that rest until 16:45, by the late one nobody would be flat at 15:35.
    """

    closed: frozenset[date] = ALSO_CLOSED
    opened: frozenset[date] = ALSO_OPEN
    exams: frozenset[date] = EXAMS

    def __str__(self) -> str:
        """What was given beyond the table, "exams 2027-11-18"; nothing where nothing was."""
        table = {"closed": ALSO_CLOSED, "opened": ALSO_OPEN, "exams": EXAMS}
        given = {name: sorted(getattr(self, name) - known) for name, known in table.items()}
        return ", ".join(f"{name} {' '.join(map(str, days))}" for name, days in given.items() if days)

    def trades(self, day: date) -> bool:
        """Whether a day session begins on ``day``."""
        if day in self.opened:
            return True
        return day.weekday() < 5 and day not in self.closed and day not in _holidays(day.year)

    def next(self, day: date, step: int = 1) -> date:
        """The first trading day after ``day``; step -1: the last before it."""
        for _ in range(_LONGEST):
            day += timedelta(days=step)
            if self.trades(day):
                return day
        raise DataError(
            f"no trading day within {_LONGEST} days of {day}: the calendar's closed days are wrong."
        )

    def from_on(self, day: date) -> date:
        """``day`` when it trades, else the next trading day."""
        return day if self.trades(day) else self.next(day)

    def up_to(self, day: date) -> date:
        """``day`` when it trades, else the trading day before it."""
        return day if self.trades(day) else self.next(day, -1)

    def after(self, day: date, days: int) -> date:
        """The trading day ``days`` trading days later, as T+2 counts."""
        for _ in range(days):
            day = self.next(day)
        return day

    def first_of_year(self, day: date) -> bool:
        """Whether ``day`` is its year's first trading day, which opens an hour later."""
        return day.month == 1 and day == self.from_on(date(day.year, 1, 1))

    def exam(self, day: date) -> bool:
        """Whether everything is known to begin and end an hour later."""
        return day in self.exams

    def unsure(self, day: date) -> bool:
        """Whether ``day`` may be an examination's, as nobody has said which day of its year is."""
        thursday = day.weekday() == 3 and day.month == 11 and day.day > 9 and day.year >= 2016
        return thursday and self.trades(day) and not any(exam.year == day.year for exam in self.exams)

    def unsure_after(self, day: date, days: int) -> list[date]:
        """The unsure ones among ``day`` and the ``days`` calendar days that follow."""
        ahead = (day + timedelta(days=n) for n in range(days + 1))
        return [each for each in ahead if self.unsure(each)]


def calendar(
    closed: Iterable[date] = (), opened: Iterable[date] = (), exams: Iterable[date] = ()
) -> Calendar:
    """KRX's calendar and the days announced since: closures, openings, and examinations."""
    return Calendar(ALSO_CLOSED | frozenset(closed), ALSO_OPEN | frozenset(opened), EXAMS | frozenset(exams))


@lru_cache(maxsize=128)
def _holidays(year: int) -> frozenset[date]:
    """The package's closed days of a year; loaded when first asked."""
    if year < FIRST_YEAR:
        raise DataError(f"year {year}: KRX's trading days are known from {FIRST_YEAR} on.")
    from holidays import financial_holidays

    return frozenset(financial_holidays("XKRX", years=year))
