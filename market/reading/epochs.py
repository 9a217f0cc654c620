"""Times given as numbers: seconds to nanoseconds since 1970, or compact dates such as 20240131."""

import numpy as np
from numpy.typing import NDArray

from market.bars import Ints
from market.errors import DataError

_UNITS = ((10**11, 1_000_000_000, "s"), (10**14, 1_000_000, "ms"), (10**17, 1000, "us"), (2**63, 1, "ns"))
_FIRST_SECOND = 10**8  # 1973: smaller numbers are counters, not times


def instants_of_numbers(values: Ints, source: str) -> tuple[Ints, bool]:
    """ns, and True when the numbers are wall-clock digits (which have a zone) rather than epochs (UTC)."""
    compact = _compact(values)
    if compact is not None:
        return compact, True
    sizes = np.abs(values)
    limit, scale, unit = next(each for each in _UNITS if sizes.max() < each[0])
    smallest = limit // 1000 if unit != "s" else _FIRST_SECOND
    if unit == "s" and sizes.max() < _FIRST_SECOND:
        raise DataError(
            f"{source}: time = {values[0]} in row 1: expected dates, or s, ms, us or ns since 1970."
        )
    # Times before 1973 are small in every unit; anything else that small is another unit.
    odd = (sizes < smallest) & (sizes >= _FIRST_SECOND) if unit != "s" else np.zeros(0, bool)
    if odd.any():
        row = int(odd.argmax()) if not odd[0] else int((~odd).argmax())
        raise DataError(
            f"{source}: row {row + 1}: time = {values[row]} is in another unit than the rows before; "
            "expected one of s, ms, us or ns since 1970 throughout."
        )
    return values * scale, False


def _compact(values: Ints) -> Ints | None:
    """yyyymmdd, yyyymmddHHMM or yyyymmddHHMMSS as wall-clock ns; None when the digits are no such dates."""
    for digits in (0, 4, 6):  # of the time of day
        scale = 10**digits
        if values.min() < 19000101 * scale or values.max() > 21001232 * scale:
            continue
        days, clock = np.divmod(values, scale)
        clock = clock * 100 if digits == 4 else clock
        year, month, day = days // 10_000, days // 100 % 100, days % 100
        seconds = clock // 10_000 * 3600 + clock // 100 % 100 * 60 + clock % 100
        right = (clock // 10_000 < 24) & (clock // 100 % 100 < 60) & (clock % 100 < 60)
        right &= (year >= 1900) & (year <= 2100) & ~bad_days(year, month, day)
        if right.all():
            ns: Ints = days_of(year, month, day) * 86_400_000_000_000 + seconds * 1_000_000_000
            return ns
    return None


def bad_days(year: Ints, month: Ints, day: Ints) -> NDArray[np.bool_]:
    """True where there is no such day, such as 2023-02-29, or ns can't count to it."""
    wrong = (month < 1) | (month > 12) | (day < 1) | (day > 31) | (year < 1678) | (year > 2261)
    months = np.where(wrong, 1, month)
    first = np.ones_like(day)
    last = days_of(year + months // 12, months % 12 + 1, first) - days_of(year, months, first)
    return wrong | (day > last)


def days_of(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970-01-01."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    first: Ints = months.astype("datetime64[D]").astype(np.int64)
    return first + day - 1
