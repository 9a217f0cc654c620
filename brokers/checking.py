"""An order against the instrument's rules before anything is sent. Each refusal says that nothing was."""

from decimal import Decimal

from desk.orders import Order, decimal
from market.errors import OrderRefused
from market.instruments import Instrument


def check(order: Order, instrument: Instrument, last: Decimal | None = None) -> None:
    """Raises OrderRefused for what the venue could only refuse. last: what a market order is worth by; None:
    the venue judges that itself."""
    _check_quantity(order, instrument)
    price = order.limit if order.limit is not None else order.trigger
    if price is not None:
        _check_price(order, price, instrument)
    price = last if price is None else price
    if price is None:
        return
    notional = price * order.quantity * decimal(instrument.multiplier)
    if notional < decimal(instrument.min_notional) and not order.reduces:
        raise _refused(
            order,
            f"{order.quantity} at {price} are {notional:f} {instrument.quote}; the venue takes orders from "
            f"{instrument.min_notional:g} {instrument.quote} on",
        )


def check_cost(order: Order, cost: Decimal, instrument: Instrument) -> None:
    """A market buy sized in money."""
    if cost < decimal(instrument.min_notional):
        raise _refused(
            order,
            f"it would spend {cost:f} {instrument.quote}; the venue takes orders from "
            f"{instrument.min_notional:g} {instrument.quote} on",
        )


def check_lots(order: Order, instrument: Instrument) -> None:
    """Raises OrderRefused for a part of a lot."""
    quantity, lot = order.quantity, decimal(instrument.lot)
    if quantity % lot:
        down = quantity // lot * lot
        raise _refused(
            order, f"quantity {quantity:f} is off the lot of {lot:f}; nearest are {down:f} and {down + lot:f}"
        )


def _check_quantity(order: Order, instrument: Instrument) -> None:
    check_lots(order, instrument)
    quantity = order.quantity
    if quantity < decimal(instrument.min_quantity):
        raise _refused(order, f"quantity {quantity:f} is below the least, {instrument.min_quantity:g}")
    if float(quantity) > instrument.max_quantity:
        raise _refused(order, f"quantity {quantity:f} is above the most, {instrument.max_quantity:g}")


def _check_price(order: Order, price: Decimal, instrument: Instrument) -> None:
    if price <= 0:
        raise _refused(order, f"price {price:f}; expected one above 0")
    tick = decimal(instrument.tick_at(float(price)))
    if tick and price % tick:
        down = price // tick * tick
        raise _refused(
            order, f"price {price:f} is off the tick of {tick:f}; nearest are {down:f} and {down + tick:f}"
        )


def _refused(order: Order, why: str) -> OrderRefused:
    return OrderRefused(f"order {order.client_id}, {order.instrument}: {why}. Nothing was sent.")
