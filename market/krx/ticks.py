"""Prices on the exchange's grid, counted exactly: a tick of 0.05 is five hundredths."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite

from market.errors import DataError

Ticks = tuple[tuple[float, float], ...]


def tick_at(ticks: Ticks, price: float) -> float:
    """The step that holds at a price; below the first, as spreads' negative prices are, the first's."""
    return next((tick for start, tick in reversed(ticks) if price >= start), ticks[0][1])


def on_tick(ticks: Ticks, price: float) -> bool:
    """Whether a price is one the exchange takes."""
    return isfinite(price) and tick_down(ticks, price) == price


def tick_down(ticks: Ticks, price: float) -> float:
    """The highest price on a tick that isn't above ``price``."""
    return _round(ticks, price, ROUND_FLOOR)


def tick_up(ticks: Ticks, price: float) -> float:
    """The lowest price on a tick that isn't below ``price``; it may be the first of the next step."""
    return _round(ticks, price, ROUND_CEILING)


def moved(ticks: Ticks, price: float, steps: int) -> float:
    """The price ``steps`` ticks above (below when negative); across a change of step, tick by tick."""
    for _ in range(abs(steps)):
        near = Decimal(repr(price))
        if steps > 0:
            price = float(near + _exact(tick_at(ticks, price)))
        else:
            # Below a step's first price the smaller tick holds.
            price = float(near - _exact(tick_at(ticks, float(near - Decimal("0.000001")))))
    return price


def _round(ticks: Ticks, price: float, how: str) -> float:
    if not isfinite(price):
        raise DataError(f"price {price}: expected a number.")
    tick = _exact(tick_at(ticks, price))
    if not tick:
        return price
    return float((_exact(price) / tick).to_integral_value(how) * tick)


def _exact(number: float) -> Decimal:
    return Decimal(repr(float(number)))
