"""KRX's days as a profile knows them."""

from datetime import date
from pathlib import Path

from maemae.profile import check_profile, read_tables
from maemae.settings import KrxSettings
from market import krx

AHEAD = 30  # calendar days in which an unsure one is worth a word
DOUBT = (
    "{days} may be the day of the college entrance examination. Until one of that year is named, bots enter "
    "nothing in the hours that would differ. Say [krx] exams = [...] in the profile"
)


def calendar_of(settings: KrxSettings) -> krx.Calendar:
    """The built-in days, and those of the profile's [krx]."""
    closed, opened, exams = (
        [date.fromisoformat(day) for day in days]
        for days in (settings.closed, settings.opened, settings.exams)
    )
    return krx.calendar(closed, opened, exams)


def calendar_in(path: Path | None) -> krx.Calendar:
    """Those of a profile's file; None = the built-in days. Raises ConfigError."""
    if path is None:
        return krx.calendar()
    return calendar_of(check_profile(read_tables(path), str(path)).krx)


def doubt(days: krx.Calendar, today: date) -> str:
    """What isn't known of the next days and what to do about it, "" = all is."""
    unsure = days.unsure_after(today, AHEAD)
    return DOUBT.format(days=", ".join(map(str, unsure))) if unsure else ""
