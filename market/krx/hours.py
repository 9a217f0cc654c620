"""The clock of each session: minutes of a Korean day, by the date they hold from."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from market.errors import DataError


class Board(Enum):
    """Which clock: derivatives', or shares'."""

    DERIVATIVES = "derivatives"
    STOCKS = "stocks"


@dataclass(frozen=True)
class Hours:
    """Minutes since midnight (from 1440 on: the next day's).

    opening: the opening auction begins. frozen: from here to ``start`` orders can't be changed or cancelled;
    equal to ``start`` where no such minute is known. start: trading. closing: the closing auction begins.
    end: all over.
    """

    opening: int
    frozen: int
    start: int
    closing: int
    end: int

    def shifted(self, opening: int, ending: int) -> "Hours":
        """Begun and ended so many minutes later."""
        return Hours(
            self.opening + opening, self.frozen + opening, self.start + opening, self.closing + ending,
            self.end + ending,
        )  # fmt: skip


FIRST_DAY = date(2016, 8, 1)  # closing at 15:30 and 15:45; hours before aren't in the table
EARLIER_OPEN = date(2023, 7, 31)  # derivatives at 08:45, a quarter of an hour before shares
FIRST_NIGHT = date(2025, 6, 9)  # KRX's own night session
DERIVATIVES = Hours(8 * 60 + 30, 8 * 60 + 44, 8 * 60 + 45, 15 * 60 + 35, 15 * 60 + 45)
DERIVATIVES_BEFORE_2023 = Hours(8 * 60 + 30, 8 * 60 + 59, 9 * 60, 15 * 60 + 35, 15 * 60 + 45)
STOCKS = Hours(8 * 60 + 30, 9 * 60, 9 * 60, 15 * 60 + 20, 15 * 60 + 30)
NIGHT = Hours(17 * 60 + 50, 17 * 60 + 59, 18 * 60, 29 * 60 + 50, 30 * 60)


def hours_on(board: Board, day: date) -> Hours:
    """The day session of an ordinary day. DataError before 2016-08-01."""
    if day < FIRST_DAY:
        raise DataError(f"{day}: KRX's hours are known from {FIRST_DAY} on; before, give your own.")
    if board is Board.STOCKS:
        return STOCKS
    return DERIVATIVES if day >= EARLIER_OPEN else DERIVATIVES_BEFORE_2023
