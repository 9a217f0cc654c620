"""Controls 5, 9 and 10: is the price sane, is what we know of it fresh, is the clock right."""

from math import isnan

from live.risk.case import Case
from live.risk.codes import Code
from live.risk.judgement import Bound
from live.risk.limits import key
from live.risk.words import number, percent, span

_FORGIVEN = 1.0 + 1e-12  # a limit written as 5% isn't exactly that in binary


def price_collar(case: Case) -> Bound | None:
    """R05: a price near a fresh reference, within the venue's limits of the day. No reference: no entry."""
    market, reference = case.market, case.reference
    if isnan(reference):
        return Bound(Code.PRICE_COLLAR, 0, "no_reference", _ages(case))
    if isnan(case.price):
        return None
    away = abs(case.price - reference) / reference
    if not away <= case.limits.price_collar * _FORGIVEN:
        allowed = (key("price_collar"), percent(case.limits.price_collar))
        return Bound(
            Code.PRICE_COLLAR, 0, "collar", (number(case.price), percent(away), number(reference), *allowed)
        )
    low = market.low is not None and case.price < market.low
    if low or (market.high is not None and case.price > market.high):
        values = (number(case.price), number(market.low), number(market.high))
        return Bound(Code.PRICE_COLLAR, 0, "day_limits", values)
    return None


def stale_data(case: Case) -> Bound | None:
    """R09: a fresh quote or a fresh last price, and a fresh book that isn't crossed or locked."""
    market, limits, now = case.market, case.limits, case.now
    if now - market.quoted_at <= limits.max_quote_age and not isnan(market.bid):
        if market.bid >= market.ask:
            return Bound(Code.STALE_DATA, 0, "crossed", (number(market.bid), number(market.ask)))
        if 0.0 < market.bid < market.ask:
            return None
    if now - market.last_at <= limits.max_last_age and market.last > 0.0:
        return None
    return Bound(Code.STALE_DATA, 0, "stale", _ages(case))


def clock(case: Case) -> Bound | None:
    """R10: our clock agrees with the venue's and doesn't run backwards."""
    allowed = case.limits.max_clock_offset
    offset = case.account.clock_offset
    if offset is None:
        return Bound(Code.CLOCK, 0, "no_clock")
    if abs(offset) > allowed:
        return Bound(Code.CLOCK, 0, "clock", (span(offset), key("max_clock_offset"), span(allowed)))
    behind = case.memory.now - case.now
    if behind > allowed:
        return Bound(Code.CLOCK, 0, "backwards", (span(behind), key("max_clock_offset"), span(allowed)))
    return None


def _ages(case: Case) -> tuple[str, ...]:
    """Ages and limits of quote and last price, in words."""
    market, limits = case.market, case.limits
    quote = "none" if isnan(market.bid) or isnan(market.ask) else span(case.now - market.quoted_at)
    last = "none" if isnan(market.last) else span(case.now - market.last_at)
    names = (key("max_quote_age"), span(limits.max_quote_age), key("max_last_age"), span(limits.max_last_age))
    return (quote, last, *names)
