"""Korean clock times and nanoseconds UTC. Korea has had no summer time since 1988."""

from datetime import UTC, date, datetime, time, timedelta, timezone

from market.timeframes import SECOND

KST = timezone(timedelta(hours=9), "KST")
NEVER = 2**63 - 1  # ns: no such instant
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ns_of(day: date, minute: int) -> int:
    """ns UTC of a minute of a Korean day; minutes from 1440 on are the next day's."""
    midnight = datetime.combine(day, time(), KST) - _EPOCH
    return (midnight.days * 86_400 + midnight.seconds + minute * 60) * SECOND


def day_of(ns: int) -> date:
    """The Korean calendar day of an instant."""
    return (_EPOCH + timedelta(seconds=ns // SECOND)).astimezone(KST).date()


def clock_of(ns: int) -> str:
    """``2026-11-26 15:35:00 KST``, for messages."""
    return f"{(_EPOCH + timedelta(seconds=ns // SECOND)).astimezone(KST):%Y-%m-%d %H:%M:%S} KST"
