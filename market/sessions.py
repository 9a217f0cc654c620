"""Where bars are missing, by what the data themselves say of their market's hours.

The rule, so that nobody has to ship calendars of every exchange:

* A market is open around the clock when its Saturdays and Sundays have at least half as many bars as its
  other days. Then every step longer than the timeframe is a gap.
* Otherwise it has sessions. Between two days, more than ``LONGEST_HOLIDAY`` weekdays without a bar are a gap:
  the longest closures on record here are 6 (Korea's Chuseok of 2017); New York's after 2001-09-11 was 4.
* Within a day of such a market a longer step is a gap, unless it is a habit: the same step at the same time
  of day on at least a fifth of the days is a lunch break or the end of a session.
"""

import numpy as np

from market.bars import Ints
from market.timeframes import DAY

LONGEST_HOLIDAY = 6  # weekdays
HABIT = 0.2  # of the days
_MONDAY = 4 * DAY  # 1970-01-05


def open_around_the_clock(ts: Ints) -> bool:
    """True when the weekend trades like the week. Too short to hold a weekend: as its days look."""
    days = np.unique(ts // DAY)
    spans_weekend = any(
        (day - 2) % 7 < 2 for day in range(int(days[0]), min(int(days[-1]), int(days[0]) + 7))
    )
    if not spans_weekend:
        return bool(len(ts) > 48 and len(np.unique(ts % DAY // (DAY // 24))) == 24)
    counts = np.bincount(((ts - _MONDAY) // DAY % 7).astype(np.int64), minlength=7)
    return bool(2 * counts[5:].mean() >= counts[:5].mean())


def gaps(ts: Ints, timeframe: int) -> Ints:
    """Places of the bars that come after missing ones, shape (n_gaps,). ts: ascending opens, ns."""
    if len(ts) < 2:
        return np.zeros(0, np.int64)
    long = np.flatnonzero(np.diff(ts) > timeframe) + 1
    if len(long) == 0:
        return long
    if open_around_the_clock(ts):
        # a local day may last 25 hours
        return long[ts[long] - ts[long - 1] >= timeframe + timeframe // 2] if timeframe >= DAY else long
    closed = _weekdays(ts[long - 1], ts[long])
    within = closed < 0
    return long[(closed > LONGEST_HOLIDAY) | (within & ~_habitual(ts, long))]


def _weekdays(before: Ints, after: Ints) -> Ints:
    """Weekdays strictly between the days of two times; -1 when they are on one day."""
    first, last = before // DAY, after // DAY
    # A session may cross midnight UTC: bars less than 12 hours apart share a day.
    same = (after - before) < DAY // 2
    count = np.busday_count(
        (first + 1).astype("datetime64[D]"), np.maximum(last, first + 1).astype("datetime64[D]")
    )
    return np.where(same, -1, count)


def _habitual(ts: Ints, long: Ints) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """True where the same step begins at the same time of day on at least ``HABIT`` of the days."""
    steps = np.stack([ts[long - 1] % DAY, ts[long] - ts[long - 1]])
    _, place, counts = np.unique(steps, axis=1, return_inverse=True, return_counts=True)
    days = len(np.unique(ts // DAY))
    habit: np.ndarray[tuple[int], np.dtype[np.bool_]] = counts[place.reshape(-1)] >= max(2.0, HABIT * days)
    return habit
