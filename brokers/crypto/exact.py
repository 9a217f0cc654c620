"""Numbers without float noise: ccxt's own parsers, asked for text instead of floats."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from desk.orders import ZERO

Row = dict[str, Any]


def exactly(exchange: Any, parse: Callable[..., Row], raw: Any, market: Any = None) -> Row:
    """ccxt's structure of one of the venue's rows, its numbers as the venue wrote them.

    ccxt parses numbers by ``exchange.number``; parsing waits for nothing, so nobody sees it changed.
    """
    kept, exchange.number = exchange.number, str
    try:
        return parse(raw, market)
    finally:
        exchange.number = kept


def number(value: Any) -> Decimal:
    """Text or a float as a decimal; nothing is 0."""
    if value is None or value == "":
        return ZERO
    return (
        Decimal(value)
        if isinstance(value, str)
        else Decimal(repr(value) if isinstance(value, float) else value)
    )


def maybe(value: Any) -> Decimal | None:
    """As ``number``; nothing and 0 are None, as venues write 0 for a price that isn't there."""
    found = number(value)
    return found or None


def plain(value: Decimal) -> str:
    """As venues read numbers: no exponent, no zeros behind."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def floor(value: Decimal, step: Decimal) -> Decimal:
    """The multiple of ``step`` at or below."""
    return value // step * step if step else value
