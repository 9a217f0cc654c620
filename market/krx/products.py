"""What the exchange says of each product: won per point, price steps, night session."""

from dataclasses import dataclass

from market.errors import ConfigError
from market.krx.codes import WEEKLY, Code

Ticks = tuple[tuple[float, float], ...]
_OPTION: Ticks = ((0.0, 0.01), (10.0, 0.05))
_MINI_OPTION: Ticks = ((0.0, 0.01), (3.0, 0.02), (10.0, 0.05))


@dataclass(frozen=True)
class Product:
    """One product. multiplier: KRW per point, 0 = not known here. ticks: () = not known here.

    night: whether a master of the night session (t8455) exists for it; None = not known.
    second_thursday: whether its last day is known to be that (weekly ones': their own day).
    """

    name: str
    underlying: str
    multiplier: float = 0.0
    future_ticks: Ticks = ()
    option_ticks: Ticks = ()
    night: bool | None = None
    second_thursday: bool = False


# KOSPI200 and mini: KRX's pages of 2025 and t8455's tradeunit of 2026; options of the mini: one source, and
# every price of a real day. KOSDAQ150's 10,000 and 0.1, VKOSPI's and KRX300's multiplier: from that day's
# values alone.
PRODUCTS: dict[str, Product] = {
    "01": Product("KOSPI200", "KOSPI200", 250_000.0, ((0.0, 0.05),), _OPTION, True, True),
    "05": Product("Mini KOSPI200", "KOSPI200", 50_000.0, ((0.0, 0.02),), _MINI_OPTION, True, True),
    "06": Product("KOSDAQ150", "KOSDAQ150", 10_000.0, ((0.0, 0.1),), (), True, True),
    "09": Product("KOSPI200 weekly (Thursday)", "KOSPI200", 250_000.0, (), _OPTION, True),
    "AF": Product("KOSPI200 weekly (Monday)", "KOSPI200", 250_000.0, (), _OPTION, True),
    "AJ": Product("KOSDAQ150 weekly (Thursday)", "KOSDAQ150", 10_000.0),
    "AK": Product("KOSDAQ150 weekly (Monday)", "KOSDAQ150", 10_000.0),
    "04": Product("VKOSPI", "VKOSPI", 250_000.0),
    "08": Product("KRX300", "KRX300", 50_000.0),
}


def product_of(code: Code) -> Product:
    """The product a code belongs to; one without figures for those not in the table."""
    return PRODUCTS.get(code.product, Product(f"product {code.product}", code.product))


def multiplier_of(code: Code, given: float | None = None) -> float:
    """KRW per point: the master's when given (it must agree), else the table's. ConfigError without
    either."""
    known = product_of(code).multiplier
    if given is None and not known:
        raise ConfigError(
            f"{code}: the multiplier of product '{code.product}' isn't known here. Give the master's "
            "tradeunit."
        )
    if given is not None and known and given != known:
        raise ConfigError(
            f"{code}: the master says {given:,.0f} KRW a point, KRX's table {known:,.0f}. Nothing was "
            "traded; find out which holds before trading it."
        )
    return known if given is None else given


def ticks_of(code: Code, given: Ticks = ()) -> Ticks:
    """Price steps by price: given, else the table's. ConfigError without either."""
    product = product_of(code)
    known = product.option_ticks if code.option else product.future_ticks
    if not (given or known):
        raise ConfigError(
            f"{code}: the price steps of product '{code.product}' aren't known here. Pass ticks=((0.0, "
            "step),)."
        )
    return given or known


def has_night(code: Code, given: bool | None = None) -> bool:
    """Whether a contract trades at night: given, else the table's. ConfigError without either."""
    known = product_of(code).night if given is None else given
    if known is None:
        raise ConfigError(
            f"{code}: whether product '{code.product}' has a night session isn't known here. Look for it in "
            "t8455's lists and pass night=True or False."
        )
    return known


def weekday_of(code: Code) -> str:
    """ "Monday" or "Thursday" for weekly options, "" for others."""
    return WEEKLY.get(code.product, "") if code.serial else ""
