"""Controls 11 to 13: what the account can carry once every working order has filled. They reduce an entry."""

from math import inf

from desk.orders import ZERO
from live.risk.case import Case, remaining
from live.risk.codes import Code
from live.risk.judgement import Bound
from live.risk.limits import key
from live.risk.sums import Exposure, margin_of, strategy_group
from live.risk.words import number, percent

_LIMITS = tuple(
    (f"max_{group}gross", f"max_{group}net") for group in ("", "underlying_", "currency_", "strategy_")
)


def buying_power(case: Case) -> Bound | None:
    """R11: margin within the equity, cash within what is free, no shorts where none exist."""
    found = None
    for check in (_owned, _margin, _cash):
        bound = check(case)
        if bound is not None and (found is None or bound.lots < found.lots):
            found = bound
    return found


def position(case: Case) -> Bound | None:
    """R12: held, asked for and this order within the limit, on the worse of book and venue."""
    limit = case.terms.max_position
    if limit == inf:
        return None
    market, side = case.market, case.order.side
    book = market.book
    venue = book if market.venue is None else market.venue
    held = max(book, venue) if side > 0 else -min(book, venue)
    asked = remaining(case.working, side)
    lots = case.lots_in(limit - float(held + asked))
    if lots >= case.lots:
        return None
    values = (*map(number, (side * held, side * asked, case.order.quantity)), case.terms.key("max_position"))
    return Bound(Code.POSITION, lots, "position", (*values, number(limit)))


def exposure(case: Case) -> Bound | None:
    """R13: gross and net of account, underlying, currency and strategy, as fractions of equity."""
    sums, order, equity = case.exposures, case.order, case.account.equity
    if sums.unvalued:
        return Bound(Code.EXPOSURE, 0, "unvalued", (", ".join(sums.unvalued),))
    buys = order.side > 0
    here, own = sums.of(order.instrument), sums.of(order.instrument, order.strategy)
    groups = (*case.terms.groups, strategy_group(order.strategy))
    rooms: list[tuple[float, str, float]] = []
    for (gross, net), group in zip(_LIMITS, groups, strict=True):
        total = sums.group(group)
        part = own if gross == "max_strategy_gross" else here
        room = _gross_room(total, part, getattr(case.limits, gross) * equity, buys)
        rooms.append((room, gross, total.gross))
        end = total.high if buys else -total.low
        rooms.append((getattr(case.limits, net) * equity - end, net, end))
    room, name, before = min(rooms)
    lots = case.lots_in(room / case.value)
    if lots >= case.lots:
        return None
    values = (number(before), key(name), percent(getattr(case.limits, name)), number(equity))
    return Bound(Code.EXPOSURE, lots, "exposure", values)


def _gross_room(total: Exposure, part: Exposure, limit: float, buys: bool) -> float:
    """What a group's gross leaves to an order, of which ``part`` is the instrument's share."""
    most = limit - (total.gross - part.gross)
    end, other = (part.high, -part.low) if buys else (-part.low, part.high)
    return most - end if other <= max(most, 0.0) else 0.0  # 0: the other side alone is too much


def _margin(case: Case) -> Bound | None:
    """Initial margin of what is held, asked for and this order, each instrument at its worse side."""
    sums, order, instrument = case.exposures, case.order, case.terms.instrument
    fraction = instrument.long_margin if order.side > 0 else instrument.short_margin
    if fraction <= 0.0:
        return None
    here = sums.of(order.instrument)
    others = sums.margin - sums.need(order.instrument)
    left = case.account.equity * (1.0 - case.limits.cash_reserve) - others
    end, other = (here.high, here.low) if order.side > 0 else (-here.low, here.high)
    carried = margin_of(other, 0.0, instrument) if other else 0.0
    room = left / fraction - end if carried <= max(left, 0.0) else 0.0
    lots = case.lots_in(room / case.value)
    if lots >= case.lots:
        return None
    asked = float(order.quantity) * case.value * fraction
    reserve = (key("cash_reserve"), percent(case.limits.cash_reserve))
    values = (number(asked), number(sums.margin), number(case.account.equity), *reserve)
    return Bound(Code.BUYING_POWER, lots, "margin", values)


def _cash(case: Case) -> Bound | None:
    """The quote currency that this order takes, its fee included, out of what is free."""
    free = case.account.free
    if free is None or (case.order.side < 0 and not case.account.shorts):
        return None  # where there are no shorts, what is owned is sold: ``_owned``
    instrument = case.terms.instrument
    fraction = instrument.long_margin if case.order.side > 0 else instrument.short_margin
    worst = case.worst * instrument.multiplier * (fraction + instrument.fees.taker)
    have = free.get(instrument.quote, 0.0)
    lots = case.lots_in(have * (1.0 - case.limits.cash_reserve) / worst if worst > 0.0 else 0.0)
    if lots >= case.lots:
        return None
    asked = number(float(case.order.quantity) * worst)
    reserve = (key("cash_reserve"), percent(case.limits.cash_reserve))
    return Bound(Code.BUYING_POWER, lots, "cash", (asked, instrument.quote, number(have), *reserve))


def _owned(case: Case) -> Bound | None:
    """Where negative positions don't exist, only what is owned can be sold."""
    if case.order.side > 0 or case.account.shorts:
        return None
    market = case.market
    held = market.book if market.venue is None else min(market.book, market.venue)
    left = held - remaining(case.working, -1)
    lots = int(left // case.terms.lot) if left > ZERO else 0
    if lots >= case.lots:
        return None
    return Bound(Code.BUYING_POWER, lots, "no_shorts", (number(case.order.quantity), number(held)))
