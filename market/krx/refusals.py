"""Why KRX would refuse an order, said before it leaves. Each rule gives one sentence, or "" when all is well.

Sentences name the value and the remedy, and end with what happened: nothing was sent.
"""

from dataclasses import dataclass
from enum import Enum

from market.errors import OrderRefused
from market.instruments import Instrument, Kind
from market.krx.clock import clock_of, day_of
from market.krx.limits import Limits
from market.krx.sessions import Phase, Session, Span
from market.krx.states import MarketState
from market.krx.ticks import on_tick, tick_down, tick_up

NOTHING = "Nothing was sent."


class Deed(Enum):
    """What is asked of the exchange."""

    NEW = "order"
    REPLACE = "change"
    CANCEL = "cancellation"


@dataclass(frozen=True)
class Asked:
    """One request. quantity: contracts or shares. price: 0 for a market order. immediate: IOC or FOK.
    market: an order without a price of its own: market, or best price.

    night: it goes to the night session's order TRs. reduces: it closes what is held.
    """

    instrument: Instrument
    quantity: float
    price: float = 0.0
    market: bool = False
    immediate: bool = False
    night: bool = False
    deed: Deed = Deed.NEW
    reduces: bool = False

    @property
    def head(self) -> str:
        return self.instrument.symbol

    @property
    def may_be_negative(self) -> bool:
        """A spread's price, the difference of two months."""
        return self.instrument.kind is Kind.FUTURE and self.head[0] in "4D"


def refusal(
    asked: Asked, now: int, span: Span, state: MarketState | None = None, limits: Limits | None = None
) -> str:
    """The first reason to refuse a request at ``now`` (ns UTC), or "".

    span: what ``session_at`` says of now; state: what the market's messages say; limits: the prices allowed
    now.
    """
    reasons = [
        expired(asked, now, span), closed(asked, span), wrong_session(asked, span), frozen(asked, span),
    ]  # fmt: skip
    if asked.deed is not Deed.CANCEL:
        reasons += [
            unsure(asked, span), untradable(asked), bad_quantity(asked), stopped(asked, state),
            in_auction(asked, span, state), off_tick(asked), beyond(asked, limits),
        ]  # fmt: skip
    return next((reason for reason in reasons if reason), "")


def check(
    asked: Asked, now: int, span: Span, state: MarketState | None = None, limits: Limits | None = None
) -> None:
    """OrderRefused with the first reason there is."""
    if reason := refusal(asked, now, span, state, limits):
        raise OrderRefused(reason)


def untradable(asked: Asked) -> str:
    if asked.instrument.kind is not Kind.INDEX:
        return ""
    return f"{asked.head}: an index can't be traded; take its future or an ETF. {NOTHING}"


def expired(asked: Asked, now: int, span: Span) -> str:
    last = asked.instrument.expiry
    if not last or now < last or span.phase.unsure:
        return ""
    return (
        f"{asked.head}: it expired at {clock_of(last)}, and it is {clock_of(now)}. Take the next month "
        f"from the master. {NOTHING}"
    )


def closed(asked: Asked, span: Span) -> str:
    if span.session is not Session.CLOSED:
        return ""
    return f"{asked.head}: the market is closed until {clock_of(span.end)}. Send it then. {NOTHING}"


def wrong_session(asked: Asked, span: Span) -> str:
    """A night order by day, or a day order at night."""
    meant = Session.NIGHT if asked.night else Session.DAY
    if span.session in (meant, Session.CLOSED):
        return ""
    return (
        f"{asked.head}: a {meant.value} {asked.deed.value} while the {span.session.value} session runs until "
        f"{clock_of(span.end)}. Send it as a {span.session.value} {asked.deed.value}. {NOTHING}"
    )


def frozen(asked: Asked, span: Span) -> str:
    """No change or cancellation in the opening auction's last minute."""
    if asked.deed is Deed.NEW or span.phase is not Phase.FROZEN:
        return ""
    return (
        f"{asked.head}: a {asked.deed.value} isn't taken in the opening auction's last minute, until "
        f"{clock_of(span.end)}. Send it then. {NOTHING}"
    )


def unsure(asked: Asked, span: Span) -> str:
    """Nothing new while nobody knows whether it is traded; what closes a position may try."""
    if asked.reduces or not span.phase.unsure:
        return ""
    day = day_of(span.start)
    return (
        f"{asked.head}: {day} may be the day of the college entrance examination, on which everything is an "
        f"hour later, and whether it is traded before {clock_of(span.end)} isn't known. Name the day that it "
        f"is, in [krx] of the profile: exams = [{day}], or another. {NOTHING}"
    )


def stopped(asked: Asked, state: MarketState | None) -> str:
    """The day is over, or a circuit breaker holds."""
    if state is None or not (state.over or state.halted):
        return ""
    if state.over:
        return (
            f"{asked.head}: the exchange has ended trading for today. Send it on the next trading day. "
            f"{NOTHING}"
        )
    return (
        f"{asked.head}: circuit breaker, stage {state.breaker}. Send it when the market says that orders "
        f"are taken again. {NOTHING}"
    )


def in_auction(asked: Asked, span: Span, state: MarketState | None = None) -> str:
    """A market, IOC or FOK order while orders gather for one price."""
    gathering = span.phase.auction or (state is not None and state.auction)
    if not (asked.market or asked.immediate) or not gathering:
        return ""
    where = span.phase.value if span.phase.auction else "auction that the market tells of"
    what = "market order" if asked.market else "IOC or FOK order"
    return (
        f"{asked.head}: a {what} in the {where}. Send a limit order, or wait for continuous trading. "
        f"{NOTHING}"
    )


def bad_quantity(asked: Asked) -> str:
    lot, one = asked.instrument.lot, asked.instrument
    whole = asked.quantity > 0 and abs(asked.quantity / lot - round(asked.quantity / lot)) < 1e-9
    if whole and one.min_quantity <= asked.quantity <= one.max_quantity:
        return ""
    return (
        f"{asked.head}: quantity {asked.quantity:g}; expected a multiple of {lot:g} from "
        f"{one.min_quantity:g} to {one.max_quantity:g}. {NOTHING}"
    )


def off_tick(asked: Asked) -> str:
    price, ticks = asked.price, asked.instrument.ticks
    if asked.market:
        return ""
    if not abs(price) < float("inf"):
        return f"{asked.head}: limit {price}; expected a price. {NOTHING}"
    if price <= 0.0 and not asked.may_be_negative:
        return f"{asked.head}: limit {price:g}; expected a price above 0. {NOTHING}"
    if on_tick(ticks, price):
        return ""
    low, high = tick_down(ticks, price), tick_up(ticks, price)
    tick = asked.instrument.tick_at(price)
    near = f"{low:,.{_digits(tick)}f} and {high:,.{_digits(tick)}f}"
    return f"{asked.head}: limit {price:.10g} is off the {tick:g} tick; nearest are {near}. {NOTHING}"


def beyond(asked: Asked, limits: Limits | None) -> str:
    if asked.market or limits is None or limits.hold(asked.price):
        return ""
    return (
        f"{asked.head}: limit {asked.price:,.10g} is outside today's {limits.low:,.10g} to "
        f"{limits.high:,.10g}. Take a price inside. {NOTHING}"
    )


def _digits(tick: float) -> int:
    return 0 if tick >= 1 else 1 if tick >= 0.1 else 2
