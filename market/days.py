"""The days that losses and lessons are counted by."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from market.timeframes import SECOND


@lru_cache(maxsize=64)
def day_offset(zone: str) -> int:
    """By how much a zone's clocks are ahead of UTC, ns. Without summer time, whose changes would make days of
    23 and 25 hours."""
    winter = datetime(2024, 1, 1, tzinfo=ZoneInfo(zone))
    ahead = (winter.utcoffset() or timedelta()) - (winter.dst() or timedelta())
    return int(ahead.total_seconds()) * SECOND
