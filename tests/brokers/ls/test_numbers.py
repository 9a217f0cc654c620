"""The session that order numbers belong to."""

from datetime import date

import pytest

from brokers.ls.values import session_day
from market import krx
from market.krx.clock import ns_of

DAYS = krx.calendar()
THURSDAY, FRIDAY, SATURDAY, MONDAY = (date(2026, 10, day) for day in (15, 16, 17, 19))


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (THURSDAY, (9, 0), "20261015"),
        (THURSDAY, (15, 44), "20261015"),
        (THURSDAY, (15, 45), "20261015"),  # the closing auction's fills
        (THURSDAY, (17, 0), "20261015"),
        (THURSDAY, (18, 0), "20261016N"),
        (FRIDAY, (5, 59), "20261016N"),
        (FRIDAY, (6, 0), "20261016N"),
        (FRIDAY, (9, 0), "20261016"),
        (SATURDAY, (6, 0), "20261019N"),
        (SATURDAY, (12, 0), "20261019N"),
        (MONDAY, (9, 0), "20261019"),
    ],
)
def test_a_sessions_numbers_are_its_own_until_the_next_begins(
    day: date, clock: tuple[int, int], expected: str
) -> None:
    hour, minute = clock
    assert session_day(ns_of(day, 60 * hour + minute), DAYS) == expected
