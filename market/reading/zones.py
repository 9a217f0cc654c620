"""Local times to UTC, by IANA zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from market.bars import Ints
from market.errors import ConfigError, DataError, nearest
from market.timeframes import DAY, SECOND

_EPOCH = datetime(1970, 1, 1)


def zone_named(name: str) -> ZoneInfo:
    """The zone, or ConfigError with the nearest name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = nearest(name, available_timezones()).partition(" Known")[0]
        raise ConfigError(
            f"timezone '{name}' is unknown; expected an IANA name such as UTC or Asia/Seoul."
            f"{' ' + hint if hint.startswith('Did') else ''}"
        ) from None


def localised(local: Ints, name: str, source: str) -> Ints:
    """ns UTC of ascending or unsorted wall-clock times in zone ``name``; shape as given.

    A midnight that a clock change skips or repeats stands for its day. Any other time that didn't exist,
    or came twice, is refused with its row: only an offset or UTC can say which instant is meant.
    """
    zone = zone_named(name)
    days, place = np.unique(local // DAY, return_inverse=True)
    start = np.array([_offset(day * DAY, zone) for day in days.tolist()], np.int64)
    end = np.array([_offset((day + 1) * DAY, zone) for day in days.tolist()], np.int64)
    offsets = start[place]
    for row in np.flatnonzero((start != end)[place]):
        offsets[row] = _offset(int(local[row]), zone)
        if local[row] % DAY and not _exact(int(local[row]), zone):
            wall = str(np.datetime64(int(local[row]), "ns"))[:16]
            raise DataError(
                f"{source}: row {row + 1}: {wall} doesn't name one instant in {name}, whose clocks change "
                "there. Give times in UTC or with their offset."
            )
    return local - offsets


def _offset(local: int, zone: ZoneInfo, fold: int = 0) -> int:
    """ns east of UTC at a wall-clock time."""
    moment = (_EPOCH + timedelta(seconds=local // SECOND)).replace(tzinfo=zone, fold=fold)
    span = moment.utcoffset() or timedelta(0)
    return (span.days * 86_400 + span.seconds) * SECOND


def _exact(local: int, zone: ZoneInfo) -> bool:
    """False where the wall clock skips or repeats this time."""
    return _offset(local, zone) == _offset(local, zone, fold=1)


def utc_of(moment: datetime, zone: ZoneInfo) -> int:
    """ns UTC of a datetime; a naive one is in ``zone``."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    span = aware.astimezone(UTC).replace(tzinfo=None) - _EPOCH
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds * 1000
