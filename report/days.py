"""Session days: which calendar day of its market a bar belongs to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from market.bars import Ints

SECOND = 10**9  # ns
DAY = 86_400 * SECOND


@dataclass(frozen=True)
class Calendar:
    """The days of a market. zone: IANA name of its session days. timeframe: ns of a bar.

    A bar of a day or longer that is stamped at midnight UTC is the date its source wrote. Any other one
    belongs to the local day that its twelfth hour lies in, so that a session which opens the evening before
    is the day it is traded for. A shorter bar belongs to the local day it opens in.
    """

    zone: str = "UTC"
    timeframe: int = DAY

    def days(self, ts: Ints) -> Ints:
        """Days since 1970-01-01 of bars that open at ``ts`` (ns UTC), same shape."""
        if self.timeframe < DAY:
            return (ts + _offsets(ts, self.zone)) // DAY
        noon = ts + DAY // 2
        return np.where(ts % DAY == 0, ts, noon + _offsets(noon, self.zone)) // DAY

    def day(self, ts: int) -> str:
        """2024-01-31."""
        return str(np.datetime64(int(self.days(np.array([ts], np.int64))[0]), "D"))

    def moment(self, ts: int) -> str:
        """The local minute that ``ts`` (ns UTC) lies in: 2024-01-31 09:30."""
        local = ts + _offset(ts, ZoneInfo(self.zone))
        return str(np.datetime64(local, "ns").astype("datetime64[m]")).replace("T", " ")

    def ends(self, ts: Ints) -> Ints:
        """The last row of every day that has one. ts: ascending, ns UTC, shape (n_bars,)."""
        if self.timeframe >= DAY:
            days = self.days(ts)
            return np.append(np.flatnonzero(days[1:] != days[:-1]), len(ts) - 1)
        begun = np.searchsorted(ts, _midnights(int(ts[0]), int(ts[-1]), self.zone))
        return np.append(np.unique(begun - 1), len(ts) - 1)


UTC_DAYS = Calendar()


def _midnights(first: int, last: int, zone: str) -> Ints:
    """ns UTC at which every local day begins, from the day after that of ``first`` to that of ``last``."""
    if zone == "UTC":
        return np.arange(first // DAY + 1, last // DAY + 1) * DAY
    place = ZoneInfo(zone)
    day = _utc(first).astimezone(place).date()
    end = _utc(last).astimezone(place).date()
    found = []
    while (day := day + timedelta(days=1)) <= end:
        found.append(round(datetime(day.year, day.month, day.day, tzinfo=place).timestamp()) * SECOND)
    return np.array(found, np.int64)


def _offsets(ts: Ints, zone: str) -> Ints:
    """ns east of UTC at each instant: one look-up a day, and one each on days when clocks change."""
    if zone == "UTC":
        return np.zeros_like(ts)
    place = ZoneInfo(zone)
    days, which = np.unique(ts // DAY, return_inverse=True)
    start, end = (np.array([_offset(day * DAY, place) for day in each.tolist()], np.int64)
                  for each in (days, days + 1))  # fmt: skip
    offsets = start[which]
    for row in np.flatnonzero((start != end)[which]):
        offsets[row] = _offset(int(ts[row]), place)
    return offsets


def _offset(ts: int, zone: ZoneInfo) -> int:
    span = _utc(ts).astimezone(zone).utcoffset() or timedelta(0)
    return (span.days * 86_400 + span.seconds) * SECOND


def _utc(ts: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=ts // SECOND)
