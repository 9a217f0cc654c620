"""One order about to be judged: the numbers that the controls share, worked out once."""

from dataclasses import dataclass
from decimal import Decimal
from math import floor, isnan, nan

from desk.orders import ZERO, Order
from live.risk.facts import AccountFacts, MarketFacts, Working
from live.risk.limits import RiskLimits
from live.risk.memory import Memory
from live.risk.sums import Exposures
from live.risk.terms import Terms


@dataclass(slots=True)
class Case:
    """lots: whole lots asked; whole: and nothing else. working: the account's orders in this instrument,
    without the one that is being replaced. Of entries also: price: limit or trigger, NaN for a market order.
    reference: a fresh price to compare with, NaN = none. worst: what a unit may cost, in points. value: that
    in account currency."""

    order: Order
    terms: Terms
    market: MarketFacts
    account: AccountFacts
    limits: RiskLimits
    memory: Memory
    now: int
    strategy: str
    replaces: str
    working: tuple[Working, ...]
    exposures: Exposures
    lots: int
    whole: bool
    price: float = nan
    reference: float = nan
    worst: float = nan
    value: float = nan

    @property
    def later(self) -> int | None:
        """When to ask again: exits wait, entries are over."""
        return self.now if self.order.reduces else None

    def lots_in(self, units: float) -> int:
        """Whole lots in ``units``, at most those asked; NaN holds none. 1e-9 lots are forgiven."""
        lots = units / self.terms.instrument.lot + 1e-9
        if lots >= self.lots:
            return self.lots
        return floor(lots) if lots >= 1.0 else 0

    def units(self, lots: int) -> Decimal:
        return self.order.quantity if lots == self.lots and self.whole else lots * self.terms.lot


def without(working: tuple[Working, ...], replaced: str) -> tuple[Working, ...]:
    """The orders that work beside the one that is being replaced."""
    return tuple(each for each in working if each.client_id != replaced) if replaced else working


def reference_of(market: MarketFacts, now: int, limits: RiskLimits) -> float:
    """The fresh mid, else the fresh last price, else NaN."""
    if now - market.quoted_at <= limits.max_quote_age:
        mid = market.mid
        if mid > 0.0:
            return mid
    if now - market.last_at <= limits.max_last_age and market.last > 0.0:
        return market.last
    return nan


def priced(case: Case) -> None:
    """Fill in what only entries are asked for: prices and worth."""
    order, instrument = case.order, case.terms.instrument
    own = order.limit if order.limit is not None else order.trigger
    case.reference = reference_of(case.market, case.now, case.limits)
    if own is not None:
        case.price = float(own)
        case.worst = case.price if isnan(case.reference) else max(case.price, case.reference)
    else:
        case.worst = case.reference * (1.0 + instrument.slippage)
    case.value = case.worst * instrument.multiplier * case.market.rate


def remaining(working: tuple[Working, ...], side: int) -> Decimal:
    """Units that orders of one side may still bring."""
    return sum((each.remaining for each in working if each.side == side), ZERO)
