"""Korean shares: codes, price steps, volatility interruptions, settlement."""

from dataclasses import dataclass, replace
from datetime import date

from market.contracts import (
    KRX_ETF_TICKS,
    KRX_KOSDAQ_TICKS_BEFORE_2023,
    KRX_KOSPI_TICKS_BEFORE_2023,
    KRX_STOCK_TICKS,
)
from market.errors import DataError
from market.krx.calendar import Calendar
from market.krx.ticks import Ticks

SETTLES_AFTER = 2  # trading days
ONE_TABLE_FROM = date(2023, 1, 25)


def stock_code(text: str) -> str:
    """A share's six characters, from ``005930``, ``A005930`` or NXT's and the integrated ``N005930``,
    ``U005930``."""
    code = text.strip()
    bare = (
        code[1:] if len(code) == 7 and (code[0] in "NU" or (code[0] == "A" and code[1:].isdigit())) else code
    )
    if len(bare) != 6 or not (bare.isalnum() and bare.isascii() and bare[0].isdigit()):
        raise DataError(f"share {text!r}: expected six characters such as 005930.")
    return bare.upper()


def stock_ticks(day: date, *, etf: bool = False, kosdaq: bool = False) -> Ticks:
    """Price steps of a share or ETF on a day. Before 2023-01-25 from general knowledge, ETFs' 5 won
    included."""
    if etf:
        return KRX_ETF_TICKS if day >= ONE_TABLE_FROM else ((0.0, 5.0),)
    if day >= ONE_TABLE_FROM:
        return KRX_STOCK_TICKS
    return KRX_KOSDAQ_TICKS_BEFORE_2023 if kosdaq else KRX_KOSPI_TICKS_BEFORE_2023


def settlement_day(traded: date, days: Calendar) -> date:
    """When money and shares change hands: the second trading day after the trade. DataError for a closed
    day."""
    if not days.trades(traded):
        raise DataError(f"{traded}: KRX is closed, nothing was traded then.")
    return days.after(traded, SETTLES_AFTER)


@dataclass(frozen=True)
class Interruption:
    """Volatility interruptions (VI) of a share: single-price trading for a while. Fed by the stream VI_.

    static, dynamic: in force. reference: the price the static one is measured from, won; trigger: the price
    that set it off; 0 = none. Their widths differ by share and time and aren't stated: they are never
    computed here.
    """

    static: bool = False
    dynamic: bool = False
    reference: float = 0.0
    trigger: float = 0.0

    @property
    def active(self) -> bool:
        """Whether orders gather for one price: market orders would wait."""
        return self.static or self.dynamic

    def after(self, kind: str, reference: float = 0.0, trigger: float = 0.0) -> "Interruption":
        """Once a message has come. kind: vi_gubun: 0 released, 1 static, 2 dynamic, 3 both. DataError
        else."""
        if kind not in ("0", "1", "2", "3"):
            raise DataError(f"vi_gubun {kind!r}: expected 0 (released), 1 (static), 2 (dynamic) or 3 (both).")
        if kind == "0":
            return Interruption()
        return replace(
            self, static=kind in "13", dynamic=kind in "23", reference=reference, trigger=trigger
        )  # fmt: skip
