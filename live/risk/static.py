"""Controls 1 to 4: what the venue and the operator forbid whatever the price. Each returns None to pass."""

from decimal import Decimal
from math import isnan

from live.risk.case import Case
from live.risk.codes import Code
from live.risk.facts import Session
from live.risk.judgement import Bound
from live.risk.limits import key
from live.risk.words import number, span


def tradable(case: Case) -> Bound | None:
    """R01: listed, not expired, in a session that takes this kind of order."""
    market, order = case.market, case.order
    if not market.listed:
        return Bound(Code.NOT_TRADABLE, 0, "delisted")
    if market.expires is not None and case.now >= market.expires:
        return Bound(Code.NOT_TRADABLE, 0, "expired", (span(case.now - market.expires),))
    if market.session is Session.CLOSED:
        return Bound(Code.NOT_TRADABLE, 0, "closed", (), case.later)
    if market.session is Session.AUCTION and order.limit is None:
        kind = "stop" if order.trigger is not None else "market"
        return Bound(Code.NOT_TRADABLE, 0, "auction", (kind,), case.later)
    return None


def on_tick(case: Case) -> Bound | None:
    """R02: limits and triggers lie on the grid that holds at their price."""
    price = case.order.limit if case.order.limit is not None else case.order.trigger
    if price is None:
        return None
    if not price > 0:
        return Bound(Code.OFF_TICK, 0, "bad_price", (number(price),))
    tick = case.terms.tick_at(price)
    if not tick or not price % tick:
        return None
    below = price - price % tick
    return Bound(Code.OFF_TICK, 0, "off_tick", tuple(map(number, (price, tick, below, below + tick))))


def quantity(case: Case) -> Bound | None:
    """R03: whole lots within the venue's minima and maxima."""
    asked, instrument = case.order.quantity, case.terms.instrument
    if not case.whole:
        return Bound(Code.QUANTITY, 0, "part_lot", (number(asked), number(case.terms.lot)))
    if float(asked) > instrument.max_quantity:
        return Bound(Code.QUANTITY, 0, "too_many", (number(asked), number(instrument.max_quantity)))
    return enough(case, asked)


def enough(case: Case, units: Decimal) -> Bound | None:
    """R03 again, for what is left after a reduction: not below the venue's minima."""
    instrument = case.terms.instrument
    if float(units) < instrument.min_quantity:
        return Bound(Code.QUANTITY, 0, "too_few", (number(units), number(instrument.min_quantity)))
    if instrument.min_notional <= 0.0:
        return None
    price = case.reference if isnan(case.price) else case.price
    worth = float(units) * price * instrument.multiplier
    if worth >= instrument.min_notional * (1.0 - 1e-12):
        return None
    values = (number(units), number(worth), instrument.quote, number(instrument.min_notional))
    return Bound(Code.QUANTITY, 0, "too_cheap", values)


def restricted(case: Case) -> Bound | None:
    """R04: what the operator has put on the list, and short sales where only longs are wanted."""
    order = case.order
    if (order.instrument, order.side) in case.limits.restricted:
        what = f"{order.instrument} {'buy' if order.side > 0 else 'sell'}"
        return Bound(Code.RESTRICTED, 0, "restricted", (what, key("restricted")))
    if case.limits.long_only and order.side < 0:
        return Bound(Code.RESTRICTED, 0, "long_only", (key("long_only"),))
    return None
