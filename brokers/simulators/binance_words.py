"""How Binance writes numbers, names intervals and reads parameters."""

from decimal import Decimal, InvalidOperation
from typing import Any

from brokers.simulators.binance_errors import error, missing
from brokers.simulators.listing import Listing
from brokers.simulators.server import Call

INTERVALS = {
    "1s": 1_000,
    "1m": 60_000,
    "3m": 180_000,
    "5m": 300_000,
    "15m": 900_000,
    "30m": 1_800_000,
    "1h": 3_600_000,
    "2h": 7_200_000,
    "4h": 14_400_000,
    "6h": 21_600_000,
    "8h": 28_800_000,
    "12h": 43_200_000,
    "1d": 86_400_000,
}


def places(step: Decimal) -> int:
    """Decimal places of a step."""
    return max(-int(step.normalize().as_tuple().exponent), 0)


class Style:
    """Spot writes eight decimals everywhere, futures those of the tick and the lot."""

    def __init__(self, futures: bool) -> None:
        self.futures = futures

    def price(self, listing: Listing, price: Decimal | float | None) -> str:
        if self.futures:
            return f"{price or 0:.{places(listing.ticks[0][1])}f}"
        return f"{price or 0:.8f}"

    def quantity(self, listing: Listing, quantity: Decimal | float) -> str:
        return f"{quantity:.{places(listing.lot)}f}" if self.futures else f"{quantity:.8f}"


def money(amount: Decimal | float) -> str:
    return f"{amount:.8f}"


def side_word(side: int) -> str:
    return "BUY" if side > 0 else "SELL"


def text(call: Call, name: str) -> str:
    """A parameter that must be there."""
    value = call.params.get(name)
    if value in (None, ""):
        raise missing(name)
    return str(value)


def integer(call: Call, name: str) -> int | None:
    value = call.params.get(name)
    if value in (None, ""):
        return None
    try:
        return int(str(value))
    except ValueError:
        raise error(
            -1100, f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'."
        ) from None


def decimal(call: Call, name: str) -> Decimal | None:
    value = call.params.get(name)
    if value in (None, ""):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise missing(name) from None
    if not found.is_finite():
        raise missing(name)
    return found


def needed(call: Call, name: str) -> Decimal:
    """A number that must be there."""
    found = decimal(call, name)
    if found is None:
        raise missing(name)
    return found


def flag(call: Call, name: str) -> bool:
    return str(call.params.get(name, "false")).lower() == "true"


def side_of(call: Call) -> int:
    word = text(call, "side")
    if word not in ("BUY", "SELL"):
        raise error(-1117, "Invalid side.")
    return 1 if word == "BUY" else -1


def interval(call: Call) -> int:
    """ms of the interval asked for."""
    step = INTERVALS.get(text(call, "interval"))
    if step is None:
        raise error(-1120, "Invalid interval.")
    return step


def limited(call: Call, default: int, most: int) -> int:
    found = integer(call, "limit")
    return default if found is None else max(min(found, most), 1)


Row = dict[str, Any]
