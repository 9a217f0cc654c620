"""The prices a day allows: futures by stages of 8, 15 and 20 %, shares within 30 %."""

from dataclasses import dataclass
from datetime import date

from market.contracts import KRX_STOCK_TICKS
from market.errors import ConfigError
from market.krx.clock import ns_of
from market.krx.codes import Code, Form
from market.krx.sessions import Session, Span
from market.krx.ticks import Ticks, tick_at, tick_down, tick_up

STAGES = (0.08, 0.15, 0.20)
STOCK_LIMIT = 0.30
WIDENING_FROM = 9 * 60  # minutes: stages above the first exist from 09:00 of the day session on


@dataclass(frozen=True)
class Limits:
    """Lowest and highest price an order may have."""

    low: float
    high: float

    def hold(self, price: float) -> bool:
        return self.low <= price <= self.high


def future_limits(code: Code, base: float, ticks: Ticks, up: int = 1, down: int = 1) -> Limits:
    """A future's limits around its base price, rounded inward. up, down: the stages in force, 1 to 3.

    ConfigError for options and spreads: how KRX computes theirs isn't stated, so take the venue's (t2111's
    or the master's limits).
    """
    if code.form is not Form.FUTURE:
        raise ConfigError(
            f"{code}: a {code.form.value}'s price limits aren't a share of its price. Take the venue's: "
            "t2111 uplmtprice and dnlmtprice, or the master's hprice and lprice."
        )
    if not base > 0.0:
        raise ConfigError(f"{code}: base price {base}: expected the venue's recprice, above 0.")
    low, high = base * (1.0 - _stage(down)), base * (1.0 + _stage(up))
    return Limits(tick_up(ticks, _clean(low)), tick_down(ticks, _clean(high)))


def widest_stage(ns: int, span: Span, late: bool = False) -> int:
    """The highest stage the limits can have at an instant of a span: 1 at night and until 09:00, else 3.

    late: the day began an hour later; then until 10:00, which is taken from the hour's shift and not
    confirmed.
    """
    if span.session is not Session.DAY or span.trading_day is None:
        return 1
    return 3 if ns >= widening_from(span.trading_day, late) else 1


def widening_from(day: date, late: bool = False) -> int:
    """From when on a day's limits may be wider than 8 %, ns UTC."""
    return ns_of(day, WIDENING_FROM + (60 if late else 0))


def stock_limits(base: float, ticks: Ticks = KRX_STOCK_TICKS) -> Limits:
    """A share's limits: the base price and 30 % of it, cut to whole ticks of the base.

    Where the limit lies on a coarser step than the base it is rounded inward. Sources differ in the last
    tick: where the venue's own limits are at hand (t8436, t1102) they hold.
    """
    if not base > 0.0:
        raise ConfigError(f"base price {base}: expected the venue's recprice, above 0.")
    width = tick_down(((0.0, tick_at(ticks, base)),), _clean(base * STOCK_LIMIT))
    return Limits(tick_up(ticks, base - width), tick_down(ticks, base + width))


def _stage(stage: int) -> float:
    if stage not in (1, 2, 3):
        raise ConfigError(f"price-limit stage {stage}: expected 1, 2 or 3 (8, 15, 20 %).")
    return STAGES[stage - 1]


def _clean(price: float) -> float:
    """Without the dust of binary fractions: 340.2 * 1.08 is 367.416 and not 367.41600000000005."""
    return round(price, 8)
