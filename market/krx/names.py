"""What the masters' names say: months, weeks, strikes. ``C 2610   745.0``, ``C 월 W1 1,140.0``, ``F SP
09-2512``."""

import re
from dataclasses import dataclass

from market.errors import DataError
from market.krx.codes import Form
from market.krx.expiries import MONDAY, THURSDAY

_SPREAD = re.compile(r"SP +(\d{2}|\d{4})-(\d{4})$", re.ASCII)
_OPTION = re.compile(
    r"(?:^| |[A-Z])(?P<right>[CP]) *(?:(?P<day>[월목]) +)?(?P<when>\d{6}|(?:\d{4})?W\d|\d{4}) +"
    r"(?P<strike>[\d,]+(?:\.\d+)?)(?:\(.*\)\*?)?$",
    re.ASCII,
)
_BETWEEN = re.compile(r"SP +(\d{6})$", re.ASCII)
_FUTURE = re.compile(r"(?:^|[A-Z ])F +(\d{6}|\d{4})$", re.ASCII)
_SESSION = re.compile(r" *\((?:주간|야간|정규)\)$")
_MONDAYS = re.compile(r"위클리M|^월| 월 ")


@dataclass(frozen=True)
class Name:
    """A name read. year, month: 0 where it doesn't say (weekly names of LS; the near leg has its month only).

    week: 1 to 5 for weekly options, weekday "Monday" or "Thursday"; far: year and month of a spread's far
    leg. strike: index points, or won for stock options.
    """

    form: Form
    year: int = 0
    month: int = 0
    week: int = 0
    weekday: str = ""
    strike: float = 0.0
    far: tuple[int, int] = (0, 0)


def read_name(text: str) -> Name:
    """What a master's name (hname, or KRX's own ISU_NM) says. DataError for one of another shape."""
    bare = _SESSION.sub("", text.strip())
    if found := _SPREAD.search(bare):
        near, far = found[1], found[2]
        year, month = (0, _month(far[:2] + near)[1]) if len(near) == 2 else _month(near)
        return Name(Form.SPREAD, year, month, far=_month(far))
    if found := _BETWEEN.search(bare):
        return Name(Form.SPREAD, *_month(found[1]))
    if found := _FUTURE.search(bare):
        return Name(Form.FUTURE, *_month(found[1]))
    if found := _OPTION.search(bare):
        form = Form.CALL if found["right"] == "C" else Form.PUT
        strike = float(found["strike"].replace(",", ""))
        when = found["when"]
        if "W" not in when:
            return Name(form, *_month(when), strike=strike)
        head, _, week = when.partition("W")
        year, month = _month(head) if head else (0, 0)
        weekday = MONDAY if found["day"] == "월" or _MONDAYS.search(bare) else THURSDAY
        return Name(form, year, month, int(week), weekday, strike)
    raise DataError(
        f"name {text!r}: expected a master's, such as 'F 2612', 'C 2610   745.0', 'C 월 W1 1,140.0' or "
        "'F SP 09-2512'."
    )


def _month(text: str) -> tuple[int, int]:
    """Year and month of YYYYMM or YYMM (2000 to 2099)."""
    year, month = int(text[:-2]), int(text[-2:])
    if not 1 <= month <= 12:
        raise DataError(f"month {text!r} of a name: expected YYMM or YYYYMM.")
    return (year if year > 99 else 2000 + year), month
