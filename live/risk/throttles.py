"""Controls 18 to 22: an order against the account's other orders, and against how many there were lately."""

from decimal import Decimal
from math import ceil

from live.risk.case import Case
from live.risk.codes import Code
from live.risk.facts import Working
from live.risk.judgement import Bound
from live.risk.limits import RiskLimits, key
from live.risk.memory import twin_of
from live.risk.words import number, span
from market.timeframes import SECOND


def self_trade(case: Case) -> Bound | None:
    """R18: no entry that would meet an order of our own, of whichever strategy."""
    order = case.order
    if order.trigger is not None:
        return None  # it is judged by where it rests only once it has triggered, by the venue
    for other in case.working:
        if other.side != order.side and not other.trigger and _meets(order.side, order.limit, other):
            at = "market" if other.price is None else number(other.price)
            return Bound(Code.SELF_TRADE, 0, "self_trade", (other.client_id, at))
    return None


def _meets(side: int, limit: Decimal | None, other: Working) -> bool:
    return limit is None or other.price is None or side * (limit - other.price) >= 0


def same_id(case: Case) -> Bound | None:
    """R19: one client id, one order, ever; exits too."""
    client_id = case.order.client_id
    if client_id in case.memory.ids and client_id != case.replaces:
        return Bound(Code.DUPLICATE, 0, "same_id", (client_id,))
    return None


def twin(case: Case) -> Bound | None:
    """R19: not the same strategy, instrument, side, price and quantity twice within a window."""
    sent = case.memory.twins.get(twin_of(case.order, case.strategy))
    window = case.limits.duplicate_window
    if sent is None or case.now - sent >= window or case.replaces:
        return None
    values = (span(case.now - sent), key("duplicate_window"), span(window))
    return Bound(Code.DUPLICATE, 0, "twin", values, sent + window)


def working_orders(case: Case) -> Bound | None:
    """R20: so many orders at work in one instrument, and in all."""
    limits = case.limits
    for count, name, most in (
        (len(case.working), "max_working_instrument", limits.max_working_instrument),
        (case.exposures.working, "max_working", limits.max_working),
    ):
        if count >= most:
            return Bound(Code.WORKING_ORDERS, 0, "working", (str(count), key(name), str(most)))
    return None


def messages(case: Case) -> Bound | None:
    """R21: a token bucket over all messages; cancels and exits are counted, never held up."""
    limits = case.limits
    tokens = case.memory.available(case.now)
    if tokens >= 1.0:
        return None
    wait = ceil((1.0 - tokens) / limits.messages_per_s * SECOND)
    values = (key("messages_per_s"), number(limits.messages_per_s), span(wait))
    return Bound(Code.MESSAGES, 0, "messages", values, case.now + wait)


def order_to_trade(case: Case) -> Bound | None:
    """R21: so many messages for each execution of the UTC day, once there were enough to judge by."""
    limits = case.limits
    sent, executed = case.memory.today(case.now)
    if sent < limits.order_to_trade_after or sent < limits.max_order_to_trade * max(executed, 1):
        return None
    values = (str(sent), str(executed), key("max_order_to_trade"), number(limits.max_order_to_trade))
    return Bound(Code.ORDER_TO_TRADE, 0, "order_to_trade", values)


def repeated(case: Case) -> Bound | None:
    """R22: a strategy that executed too often is off until a person releases it."""
    if (Code.REPEATED, "", case.strategy) not in case.memory.disabled:
        return None
    return Bound(Code.REPEATED, 0, "repeated", repeated_values(case.strategy, case.limits))


def repeated_values(strategy: str, limits: RiskLimits) -> tuple[str, ...]:
    """The words of R22."""
    window = span(limits.execution_window)
    return (strategy, key("max_executions"), str(limits.max_executions), window)
