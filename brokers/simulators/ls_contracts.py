"""What KRX lists: futures, options and stocks by LS's short codes, their ticks, limits and names."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from brokers.simulators.listing import ZERO, Fees, Listing
from brokers.simulators.ls_hours import second_thursday
from brokers.simulators.ls_words import KST, isin
from market.errors import DataError

YEARS = "6789012345ABCDEFGHJKLMNPQRSTVW"  # 1996 .. 2025 of codes that begin with a digit
MONTHS = "123456789ABC"
KINDS = {"1": "future", "2": "call", "3": "put", "A": "future", "B": "call", "C": "put"}
MULTIPLIERS = {"01": 250_000, "05": 50_000, "06": 10_000, "09": 250_000, "AF": 250_000}
STEPS = (Decimal("0.08"), Decimal("0.15"), Decimal("0.20"))
FEES = Fees(Decimal("0.00003"), Decimal("0.00003"), "quote")
OPTION_FEES = Fees(Decimal("0.0015"), Decimal("0.0015"), "quote")
STOCK_FEES = Fees(Decimal("0.00015"), Decimal("0.00015"), "quote")


def _ladder(*steps: tuple[str, str]) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple((Decimal(start), Decimal(tick)) for start, tick in steps)


TICKS = {
    "future": _ladder(("0", "0.05")),
    "mini future": _ladder(("0", "0.02")),
    "option": _ladder(("0", "0.01"), ("10", "0.05")),
    "mini option": _ladder(("0", "0.01"), ("3", "0.02"), ("10", "0.05")),
    "stock": _ladder(
        ("0", "1"),
        ("2000", "5"),
        ("5000", "10"),
        ("20000", "50"),
        ("50000", "100"),
        ("200000", "500"),
        ("500000", "1000"),
    ),
    "etf": _ladder(("0", "1"), ("2000", "5")),
}


@dataclass
class Contract(Listing):
    """kind: future, call, put or stock. reference: yesterday's close, the middle of the limits.

    name: as the masters write it. multiplier: KRW per point. expiry: ms, 0 = never. product: characters two
    and three of the code. steps: how far up and down the limits have been widened, 0 to 2. spot: what the
    option's limits lean on. tax: of a sale. kosdaq, etf: of a stock.
    """

    kind: str = "future"
    reference: Decimal = ZERO
    name: str = ""
    multiplier: Decimal = Decimal(1)
    expiry: int = 0
    strike: Decimal = ZERO
    product: str = ""
    steps: tuple[int, int] = (0, 0)
    spot: Decimal = ZERO
    margin_rate: Decimal = Decimal("0.078")
    tax: Decimal = ZERO
    kosdaq: bool = False
    etf: bool = False

    @property
    def isin(self) -> str:
        return isin(self.symbol)

    @property
    def stock(self) -> bool:
        return self.kind == "stock"

    @property
    def option(self) -> bool:
        return self.kind in ("call", "put")

    @property
    def month(self) -> str:
        """YYYYMM of the expiry."""
        return datetime.fromtimestamp(self.expiry / 1000, KST).strftime("%Y%m")

    @property
    def long_name(self) -> str:
        """As order replies write it: the year in full."""
        head, _, rest = self.name.partition(" ")
        return f"{head} 20{rest}" if rest[:4].isdigit() else self.name

    def limits(self, night: bool = False) -> tuple[Decimal, Decimal]:
        """The lowest and the highest price allowed now."""
        if self.stock:
            return self._rounded_in(self.reference * Decimal("0.7"), self.reference * Decimal("1.3"))
        up, down = (0, 0) if night else self.steps
        return self.stage(down, up)

    def stage(self, down: int, up: int) -> tuple[Decimal, Decimal]:
        """The limits of given stages (0, 1, 2 = 8, 15, 20 %)."""
        around = (self.spot or self.strike or self.reference) if self.option else self.reference
        low, high = self.reference - around * STEPS[down], self.reference + around * STEPS[up]
        return self._rounded_in(max(low, self.ticks[0][1]), high)

    def _rounded_in(self, low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
        below, above = self.tick(low), self.tick(high)
        lowest = (low / below).to_integral_value(ROUND_CEILING) * below
        return lowest, (high / above).to_integral_value(ROUND_FLOOR) * above

    def margin_of(self, price: Decimal, side: int) -> Decimal:
        """Won that one opening lot needs: a rate of the underlying; a bought option, its premium."""
        if self.option and side > 0:
            return price * self.multiplier
        around = (self.spot or self.strike) if self.option else price
        return (around * self.multiplier * self.margin_rate).to_integral_value()


def contract_of(code: str, **terms: Any) -> Contract:
    """The contract or stock of a short code. ``terms`` override what the code says, or complete it.

    Raises DataError where a strike can't be read from the code (from 1,000 on KRX numbers them) nor is given.
    """
    found = _stock(code) if len(code) == 6 else _derivative(code, terms)
    return replace(found, **terms)


def _stock(code: str) -> Contract:
    return Contract(
        code,
        code,
        "KRW",
        ticks=TICKS["stock"],
        **_lots(Decimal(10**9)),
        fees=STOCK_FEES,
        level=Decimal(1000),
        kind="stock",
        name=code,
        tax=Decimal("0.002"),
    )


def _derivative(code: str, terms: dict[str, Any]) -> Contract:
    if len(code) != 8 or code[0] not in KINDS:
        raise DataError(f"'{code}': expected a short code of six (stocks) or eight characters, as 101V3000.")
    kind, product = KINDS[code[0]], code[1:3]
    mini, option = product == "05", kind != "future"
    word = ("mini " if mini else "") + ("option" if option else "future")
    strike = terms.get("strike") or (_strike(code) if option else ZERO)
    expiry = terms.get("expiry") or _expiry(code)
    return Contract(
        code,
        code,
        "KRW",
        ticks=TICKS[word],
        **_lots(Decimal(10_000)),
        fees=OPTION_FEES if option else FEES,
        margin=True,
        kind=kind,
        name=_name(kind, mini, expiry, strike),
        multiplier=Decimal(MULTIPLIERS.get(product, 250_000)),
        expiry=expiry,
        strike=strike,
        product=product,
    )


def _lots(most: Decimal) -> dict[str, Any]:
    """Whole lots, no least value, and any price that the venue's own limits allow."""
    return {
        "lot": Decimal(1),
        "min_quantity": Decimal(1),
        "max_quantity": most,
        "min_notional": ZERO,
        "max_orders": 10_000,
        "band": (Decimal(-1), Decimal(10**9)),
    }


def _name(kind: str, mini: bool, expiry: int, strike: Decimal) -> str:
    month = datetime.fromtimestamp(expiry / 1000, KST).strftime("%y%m")
    head = ("M" if mini else "") + {"future": "F", "call": "C", "put": "P"}[kind]
    return f"{head} {month}" if kind == "future" else f"{head} {month} {strike:,.1f}"


def _strike(code: str) -> Decimal:
    if not code[5:].isdigit():
        raise DataError(f"'{code}': the strike of a numbered code can't be read from it; give strike=.")
    whole = Decimal(code[5:])
    return whole + Decimal("0.5") if code[7] in "27" else whole


def _expiry(code: str) -> int:
    """15:20 on the second Thursday of the code's month, in ms."""
    year = 2026 + "6789012345".index(code[3]) if code[0] in "ABC" else 1996 + YEARS.index(code[3])
    if code[4] not in MONTHS:
        raise DataError(f"'{code}': its expiry can't be read from it; give expiry= (ms).")
    day = second_thursday(year, MONTHS.index(code[4]) + 1)
    return int(datetime.combine(day, time(15, 20), KST).timestamp() * 1000)
