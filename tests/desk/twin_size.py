"""Section 4 of docs/desk-rules.md: how many lots an entry may have, and which cap said so."""

import math
from dataclasses import dataclass

import numpy as np

from desk.records import Cap
from desk.rules import SizeBy, Style
from strategies.signals import BarrierUnit, Entry
from tests.desk.twin_numbers import Terms, ceil, floor
from tests.desk.twin_plans import rung_prices, rung_weights
from tests.desk.twin_state import Desk, Position


@dataclass(frozen=True)
class Ask:
    """One entry to be sized. kelly: the fraction for KELLY. half: sized by half."""

    position: Position
    signal: np.void
    method: SizeBy
    kelly: float
    half: bool
    held: int  # lots that a weight already has


def reference(desk: Desk, position: Position, signal: np.void) -> float:
    """The price an entry is sized at."""
    if signal["entry"] != Entry.MARKET:
        return float(signal["price"])
    close = desk.last[position.instrument]
    rules = desk.rules.strategies[position.strategy].execution
    if rules.entry != Style.LADDER:
        return close
    weights, prices = rung_weights(rules), rung_prices(rules, close, -int(signal["side"]))
    return sum(w * p for w, p in zip(weights, prices, strict=True)) / sum(weights)


def stop_distance(signal: np.void, ref: float) -> float | None:
    """Points between reference and stop; None = unknown."""
    unit, stop, trail = signal["unit"], float(signal["stop"]), float(signal["trail"])
    fraction = unit == BarrierUnit.FRACTION
    distances = []
    if not math.isnan(stop):
        distances.append(ref * stop if fraction else stop if unit == BarrierUnit.POINTS else abs(ref - stop))
    if not math.isnan(trail):
        distances.append(ref * trail if fraction else trail)
    return min(distances) if distances else None


def weighted_lots(desk: Desk, position: Position, signal: np.void) -> int:
    """Lots that a finite weight asks for, unsigned."""
    value = reference(desk, position, signal) * desk.terms[position.instrument].size
    return floor(abs(float(signal["weight"])) * desk.equity / value) if value > 0 else 0


def lots_and_cap(desk: Desk, ask: Ask) -> tuple[int, Cap]:
    """Lots to enter (0 = none) and the cap that bound them."""
    if reference(desk, ask.position, ask.signal) <= 0:  # no bar yet
        return 0, Cap.NONE
    lots, cap = _asked(desk, ask), Cap.NONE
    for name, most in _caps(desk, ask):
        if most < lots:
            lots, cap = most, name
    terms = desk.terms[ask.position.instrument]
    rules, value = terms.instrument, reference(desk, ask.position, ask.signal) * terms.size
    if lots > 0 and (lots < ceil(rules.min_quantity / terms.lot) or lots * value < rules.min_notional):
        return 0, Cap.MIN
    return max(lots, 0), cap


def _asked(desk: Desk, ask: Ask) -> int:
    position, terms = ask.position, desk.terms[ask.position.instrument]
    sizing = desk.rules.strategies[position.strategy].sizing
    ref = reference(desk, position, ask.signal)
    value, loss = ref * terms.size, _loss_per_lot(terms, ask.signal, ref)
    if math.isfinite(ask.signal["weight"]):
        lots = weighted_lots(desk, position, ask.signal) - ask.held
    elif ask.method == SizeBy.FIXED:
        lots = floor(sizing.quantity / terms.lot)
    elif ask.method == SizeBy.KELLY:
        lots = max(1, floor(ask.kelly * desk.equity / value))
    elif loss is not None:
        lots = floor(sizing.risk * desk.equity / loss)
    else:
        lots = floor(sizing.notional * desk.equity / value)
    return min(lots, max(1, lots // 2)) if ask.half else lots


def _loss_per_lot(terms: Terms, signal: np.void, ref: float) -> float | None:
    """Money lost at the stop per lot; None without a stop, or with one that costs nothing."""
    distance = stop_distance(signal, ref)
    if distance is None or distance + ref * terms.slippage <= 0:
        return None
    return (distance + ref * terms.slippage) * terms.size


def _caps(desk: Desk, ask: Ask) -> list[tuple[Cap, int]]:
    """Every cap that there is, in the order of the page."""
    position, side, equity = ask.position, int(ask.signal["side"]), desk.equity
    terms, risk = desk.terms[position.instrument], desk.rules.risk
    rules, sizing = terms.instrument, desk.rules.strategies[position.strategy].sizing
    ref = reference(desk, position, ask.signal)
    value, loss = ref * terms.size, _loss_per_lot(terms, ask.signal, ref)
    net = net_lots(desk, position, side)
    notional = [abs(n) * t.size * p if n else 0.0 for n, t, p in zip(net, desk.terms, desk.last, strict=True)]
    margin = sum(
        money * (t.instrument.long_margin if n > 0 else t.instrument.short_margin)
        for money, n, t in zip(notional, net, desk.terms, strict=True)
    )
    own_margin = rules.long_margin if side > 0 else rules.short_margin
    caps = []
    if loss is not None and math.isfinite(sizing.max_risk):
        caps.append((Cap.RISK, floor(sizing.max_risk * equity / loss)))
    if math.isfinite(sizing.max_notional):
        caps.append((Cap.NOTIONAL, floor(sizing.max_notional * equity / value)))
    if math.isfinite(risk.max_position):
        caps.append((Cap.POSITION, floor(risk.max_position / terms.lot) - side * net[position.instrument]))
    if math.isfinite(risk.max_gross):
        caps.append((Cap.GROSS, floor((risk.max_gross * equity - sum(notional)) / value)))
    free = (1 - sizing.reserve) * equity - margin
    caps.append((Cap.POWER, floor(free / ((own_margin + terms.taker + terms.slippage) * value))))
    if math.isfinite(rules.max_quantity):
        caps.append((Cap.MAX_QUANTITY, floor(rules.max_quantity / terms.lot)))
    return caps


def net_lots(desk: Desk, sized: Position, side: int) -> list[int]:
    """Per instrument: held, working and planned entry lots, signed.

    Of the position that is being sized, lots of the other side count as closed, and an entry plan gives way.
    """
    net = [0] * len(desk.terms)
    for position in desk.positions:
        if position is not sized or position.side == side:
            net[position.instrument] += position.lots
        if position is not sized:
            net[position.instrument] += sum(o.side * o.left for o in position.working(exits=False))
            if position.entry_plan is not None:
                net[position.instrument] += position.entry_plan.side * position.entry_plan.unsent
    return net
