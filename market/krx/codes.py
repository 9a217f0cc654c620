"""KRX's short codes of derivatives, 8 characters: what they say, and what they don't.

Up to 2025 expiries ``PPP Y M SSS`` with P1 1 = future, 2 = call, 3 = put, 4 = spread; from 2026 expiries A,
B, C. Years are one letter of a cycle of 30 that began in 1996 and, with the new first letters, in 2026.
Weekly options have a running serial where others have year and month, and from 1,000 on strikes are serials
too: those are known from the masters' names only.
"""

from dataclasses import dataclass
from enum import Enum

from market.errors import DataError

YEARS = "6789012345ABCDEFGHJKLMNPQRSTVW"
MONTHS = "123456789ABC"
OLD_FIRST, NEW_FIRST = 1996, 2026
WEEKLY = {"09": "Thursday", "AF": "Monday", "AJ": "Thursday", "AK": "Monday"}
STRIKES_IN_CODE = frozenset({"01", "05", "09", "AF"})  # whose strikes below 1,000 stand in the code
_UNSURE_D = (
    "that D begins spreads from 2026 on isn't confirmed. Compare the master (t8467) and pass "
    "new_spreads=True if it lists them so."
)
_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Form(Enum):
    """What a code stands for."""

    FUTURE = "future"
    CALL = "call"
    PUT = "put"
    SPREAD = "spread"


_FIRST = {
    "1": (Form.FUTURE, OLD_FIRST), "2": (Form.CALL, OLD_FIRST), "3": (Form.PUT, OLD_FIRST),
    "4": (Form.SPREAD, OLD_FIRST), "A": (Form.FUTURE, NEW_FIRST), "B": (Form.CALL, NEW_FIRST),
    "C": (Form.PUT, NEW_FIRST), "D": (Form.SPREAD, NEW_FIRST),
}  # fmt: skip


@dataclass(frozen=True)
class Code:
    """What a short code says; ``str()`` gives it back.

    product: characters 2 and 3. first_year: of the code's cycle, 1996 or 2026. year, month: of the expiry,
    the near leg's of a spread; 0 for weekly options, which have ``serial`` instead. tail: an option's last
    three characters. far: year and month of a calendar spread's far leg; (0, 0) for spreads between products
    (3- and 10-year bonds).
    """

    form: Form
    product: str
    first_year: int
    year: int = 0
    month: int = 0
    serial: str = ""
    tail: str = ""
    far: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        first = next(key for key, said in _FIRST.items() if said == (self.form, self.first_year))
        when = self.serial or _month_text(self.year, self.month)
        if self.far[0]:
            return f"{first}{self.product}{when}{_month_text(*self.far)}S"
        return f"{first}{self.product}{when}{self.tail or '000'}"

    @property
    def option(self) -> bool:
        return self.form in (Form.CALL, Form.PUT)

    @property
    def strike(self) -> float:
        """Index points. DataError where the code doesn't hold it."""
        if not self.option:
            raise DataError(f"{self}: a {self.form.value} has no strike.")
        if self.product not in STRIKES_IN_CODE or not self.tail.isdigit():
            raise DataError(
                f"{self}: its last characters '{self.tail}' number the strike and don't hold it (so from "
                "1,000 on, and in stock and KOSDAQ150 options). Give the master's name (t8433/t8435 "
                "hname) or the strike (t2301 actprice)."
            )
        return float(self.tail) + (0.5 if self.tail[-1] in "27" else 0.0)


def parse(text: str, *, new_spreads: bool = False) -> Code:
    """What an 8-character code says. DataError for anything else.

    new_spreads: take a first letter D for spreads whose near leg expires from 2026 on; that it is D is
    inferred from A, B and C and not confirmed, so without this they are refused.
    """
    if len(text) != 8 or not set(text) <= _CHARACTERS:
        raise DataError(f"code {text!r}: expected KRX's 8 characters, such as A016C000 or 101V3000.")
    if text[0] not in _FIRST:
        raise DataError(f"code {text!r}: begins with '{text[0]}'; expected 1 to 4 or A to D.")
    form, first_year = _FIRST[text[0]]
    product, when, tail = text[1:3], text[3:5], text[5:]
    if form is Form.SPREAD:
        if first_year == NEW_FIRST and not new_spreads:
            raise DataError(f"code {text!r}: {_UNSURE_D}")
        return _spread(text, first_year)
    if form is Form.FUTURE and tail != "000":
        raise DataError(f"code {text!r}: ends in '{tail}'; a future's ends in 000.")
    if product in WEEKLY and form is not Form.FUTURE:
        return Code(form, product, first_year, serial=when, tail=tail)
    year, month = _month_of(text, when, first_year)
    return Code(form, product, first_year, year, month, tail="" if form is Form.FUTURE else tail)


def future(product: str, year: int, month: int) -> Code:
    """The code of a future by its expiry month."""
    return Code(Form.FUTURE, product, _cycle(year), year, _valid(month))


def option(right: str, product: str, year: int, month: int, strike: float) -> Code:
    """The code of a monthly KOSPI200 option below 1,000. right: "call" or "put"."""
    form = Form(right) if right in ("call", "put") else None
    if form is None or product not in STRIKES_IN_CODE or product in WEEKLY:
        raise DataError(f"option code for {right!r} of '{product}': expected call or put of 01 or 05; "
                        "others' codes are in the masters (t8435) only.")  # fmt: skip
    code = Code(form, product, _cycle(year), year, _valid(month), tail=f"{int(strike):03d}")
    if not 0 < strike < 1_000 or code.strike != strike:
        raise DataError(
            f"strike {strike:g}: expected a multiple of 2.5 below 1,000; higher ones are serials "
            "of the master (t8433) and can't be written."
        )
    return code


def spread(product: str, near: tuple[int, int], far: tuple[int, int], *, new_spreads: bool = False) -> Code:
    """The code of a calendar spread; near, far: (year, month). new_spreads: as in ``parse``."""
    if not near < far:
        raise DataError(f"spread of {near} and {far}: the far leg must expire later.")
    if near[0] >= NEW_FIRST and not new_spreads:
        raise DataError(f"spread from {near}: {_UNSURE_D}")
    return Code(Form.SPREAD, product, _cycle(near[0]), near[0], _valid(near[1]), far=(far[0], _valid(far[1])))


def legs(code: Code) -> tuple[Code, Code]:
    """The futures a spread is made of, near and far."""
    if not code.far[0]:
        raise DataError(f"{code}: not a calendar spread, it has no legs of one product.")
    return future(code.product, code.year, code.month), future(code.product, *code.far)


def isin(code: Code | str) -> str:
    """The 12-character ISIN: KR4, the short code, a check digit."""
    body = f"KR4{code}"
    return body + _check_digit(body)


def short(isin_code: str) -> str:
    """The short code inside a derivative's ISIN. DataError where the check digit doesn't fit."""
    if (
        len(isin_code) != 12
        or not isin_code.startswith("KR4")
        or _check_digit(isin_code[:11]) != isin_code[11]
    ):
        raise DataError(f"ISIN {isin_code!r}: expected KR4, 8 characters and their check digit.")
    return isin_code[3:11]


def _check_digit(body: str) -> str:
    """ISO 6166: letters are 10 to 35, every second digit from the right doubled."""
    digits = "".join(str(int(each, 36)) for each in body)
    total = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(digits)))
    return str(-total % 10)


def _spread(text: str, first_year: int) -> Code:
    near = _month_of(text, text[3:5], first_year)
    if text[5:] == "000":
        return Code(Form.SPREAD, text[1:3], first_year, *near)
    if text[7] != "S":
        raise DataError(
            f"code {text!r}: ends in '{text[7]}'; a spread's ends in S, or in 000 between products."
        )
    far = _month_of(text, text[5:7], first_year)
    if far <= near:  # the letter's next round: 401V36CS is December 2026 beside March 2024
        far = (far[0] + len(YEARS), far[1])
    return Code(Form.SPREAD, text[1:3], first_year, *near, far=far)


def _month_of(text: str, when: str, first_year: int) -> tuple[int, int]:
    if when[0] not in YEARS or when[1] not in MONTHS:
        raise DataError(
            f"code {text!r}: '{when}' isn't a year letter (of {YEARS}) and a month (1-9, A, B, C)."
        )
    return first_year + YEARS.index(when[0]), MONTHS.index(when[1]) + 1


def _month_text(year: int, month: int) -> str:
    return YEARS[(year - OLD_FIRST) % len(YEARS)] + MONTHS[month - 1]


def _cycle(year: int) -> int:
    if not OLD_FIRST <= year < NEW_FIRST + len(YEARS):
        raise DataError(f"year {year}: KRX's codes reach from {OLD_FIRST} to {NEW_FIRST + len(YEARS) - 1}.")
    return OLD_FIRST if year < NEW_FIRST else NEW_FIRST


def _valid(month: int) -> int:
    if not 1 <= month <= 12:
        raise DataError(f"month {month}: expected 1 to 12.")
    return month
