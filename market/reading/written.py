"""Dates as people and spreadsheets write them: 2024/1/31, 31-Jan-24, Jan 31, 2024, 1/31/2024 4:00 PM …"""

from typing import Any

import numpy as np

from market.bars import Ints
from market.errors import DataError
from market.reading.arrow_arrays import first_null, ints_of
from market.reading.epochs import bad_days, days_of
from market.timeframes import DAY, HOUR, MINUTE, SECOND

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: place + 1 for place, name in enumerate(_NAMES)}
_CLOCK = (
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp][Mm])?)?$"
)
_YEAR_FIRST = r"^(?P<year>\d{4})\s*[-/.년]\s*(?P<a>\d{1,2})\s*[-/.월]\s*(?P<b>\d{1,2})\s*[일.]?" + _CLOCK
_COMPACT = r"^(?P<year>\d{4})(?P<a>\d{2})(?P<b>\d{2})" + _CLOCK
_DAY_NAME = r"^(?P<b>\d{1,2})[-\s/](?P<a>[A-Za-z]{3})[a-z]*[-\s/,]+(?P<year>\d{4}|\d{2})" + _CLOCK
_NAME_DAY = r"^(?P<a>[A-Za-z]{3})[a-z]*\.?\s+(?P<b>\d{1,2}),?\s+(?P<year>\d{4})" + _CLOCK
_YEAR_LAST = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _CLOCK


def written(text: Any, source: str, first: int = 0) -> Ints:
    """Wall-clock ns of a column written in one of these ways throughout; DataError names the row. first: the
    source's row of the first text, from 0."""
    from pyarrow import compute as pc

    for form in (_YEAR_FIRST, _COMPACT, _DAY_NAME, _NAME_DAY, _YEAR_LAST):
        parts = pc.extract_regex(text, form)
        if parts.null_count == 0:
            return _assembled(parts, text, form, source, first)
        if parts.null_count < len(parts):
            raise _unreadable(text, first_null(parts), source, first)
    raise _unreadable(text, 0, source, first)


def _assembled(parts: Any, text: Any, form: str, source: str, first: int) -> Ints:
    """A year, a month and day in either order, and a time of day into ns."""
    from pyarrow import compute as pc

    month = _named_months(parts) if form in (_DAY_NAME, _NAME_DAY) else _number(parts, "a")
    day, year = _number(parts, "b"), _number(parts, "year")
    year = np.where(year < 69, year + 2000, np.where(year < 100, year + 1900, year))
    if form == _YEAR_LAST:
        month, day = _month_and_day(month, day, text, source)
    hour, minute, second = (_number(parts, name) for name in ("hour", "minute", "second"))
    half = pc.fill_null(pc.utf8_lower(pc.struct_field(parts, "half")), "")
    pm, am = (ints_of(pc.equal(half, each).cast("int64")) > 0 for each in ("pm", "am"))
    hour = np.where(pm, hour % 12 + 12, np.where(am, hour % 12, hour))
    wrong = bad_days(year, month, day) | (hour > 23) | (minute > 59) | (second > 59)
    if wrong.any():
        raise _unreadable(text, int(wrong.argmax()), source, first)
    part = pc.utf8_rpad(pc.fill_null(pc.struct_field(parts, "part"), ""), 9, "0")
    ns: Ints = days_of(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND
    return ns + ints_of(part.cast("int64"))


def _named_months(parts: Any) -> Ints:
    from pyarrow import compute as pc

    encoded = pc.utf8_lower(pc.struct_field(parts, "a")).combine_chunks().dictionary_encode()
    numbers: Ints = np.array([_MONTHS.get(name, 0) for name in encoded.dictionary.to_pylist()], np.int64)
    return numbers[ints_of(encoded.indices)]


def _month_and_day(first: Ints, second: Ints, text: Any, source: str) -> tuple[Ints, Ints]:
    """Of 3/4/2024 which is the month: whichever never exceeds 12, when that is only one of them."""
    if (first > 12).any() == (second > 12).any():
        raise DataError(
            f"{source}: row 1: date '{text[0]}' may be day/month or month/day, and no row tells which. Write "
            "dates as 2024-01-31."
        )
    return (second, first) if (first > 12).any() else (first, second)


def _number(parts: Any, name: str) -> Ints:
    """The part's digits; nothing is 0."""
    from pyarrow import compute as pc

    digits = pc.fill_null(pc.struct_field(parts, name), "")
    return ints_of(pc.if_else(pc.equal(digits, ""), "0", digits).cast("int64"))


def _unreadable(text: Any, row: int, source: str, first: int) -> DataError:
    return DataError(
        f"{source}: row {first + row + 1}: time '{text[row]}' can't be read; expected a date such as "
        "2024-01-31, a time such as 2024-01-31T09:30:00Z, or s, ms, us or ns since 1970. Correct or remove "
        "the row."
    )
