"""What can be traded, and what a trade in it costs."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from market.errors import ConfigError


class Kind(IntEnum):
    """The kinds there are. The ledger holds the first three; an index can't be traded."""

    SPOT = 0
    EQUITY = 1
    FUTURE = 2
    OPTION = 3
    INDEX = 4


@dataclass(frozen=True)
class Fees:
    """Commission per fill.

    maker, taker: fractions of the traded notional (0.0005 = 5 bps).
    currency: "quote", "base" (taken from what a buy receives) or a third currency's code.
    price: quote currency per unit of the third currency; unused otherwise.
    """

    maker: float = 0.0
    taker: float = 0.0
    currency: str = "quote"
    price: float = 1.0


@dataclass(frozen=True)
class Instrument:
    """One tradable thing.

    id: ``SYMBOL@venue``. multiplier: quote currency per point and unit.
    ticks: ((price from, tick), ...) ascending; a tick of 0 means any price.
    lot: smallest quantity step, in units (base coins, shares, contracts).
    min_quantity, max_quantity: units per order. min_notional: quote currency per order.
    long_margin, short_margin: initial margin, fraction of notional (1 = unlevered).
    maintenance: fraction of notional below which the account is liquidated; 0 = never.
    borrow: a year's cost of being short, fraction of notional.
    slippage: fraction of the price lost by market and stop fills.
    sell_taxes: ((ISO date from which it holds, fraction of a sale), ...) ascending.
    timezone: IANA zone of the session day.
    expiry: last instant of trading, ns UTC; 0 = it never ends. underlying: what a derivative leans on.
    strike: of an option, points or quote currency. right: "call" or "put" for options, else "".
    """

    id: str
    kind: Kind = Kind.SPOT
    base: str = ""
    quote: str = "USD"
    multiplier: float = 1.0
    ticks: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    lot: float = 1.0
    min_quantity: float = 0.0
    max_quantity: float = float("inf")
    min_notional: float = 0.0
    fees: Fees = field(default_factory=Fees)
    sell_taxes: tuple[tuple[str, float], ...] = ()
    long_margin: float = 1.0
    short_margin: float = 1.0
    maintenance: float = 0.0
    borrow: float = 0.0
    slippage: float = 0.0
    timezone: str = "UTC"
    expiry: int = 0
    underlying: str = ""
    strike: float = 0.0
    right: str = ""

    def __post_init__(self) -> None:
        symbol, at, venue = self.id.partition("@")
        if not (symbol and at and venue):
            raise ConfigError(f"instrument id '{self.id}': expected SYMBOL@venue, such as BTCUSDT@binance.")
        if not self.lot > 0:
            raise ConfigError(f"{self.id}: lot = {self.lot}: expected a quantity step above 0.")
        if not self.multiplier > 0:
            raise ConfigError(f"{self.id}: multiplier = {self.multiplier}: expected a number above 0.")
        starts = [start for start, _ in self.ticks]
        if not starts or starts[0] != 0.0 or starts != sorted(set(starts)):
            raise ConfigError(f"{self.id}: ticks must start at price 0 and ascend, got {self.ticks}.")
        if any(not tick >= 0.0 for _, tick in self.ticks):
            raise ConfigError(f"{self.id}: ticks = {self.ticks}: expected price steps of 0 or more.")
        if not self.min_quantity <= self.max_quantity:
            raise ConfigError(
                f"{self.id}: min_quantity = {self.min_quantity} is above max_quantity = {self.max_quantity}."
            )
        self._check_taxes()
        self._check_right()

    def _check_right(self) -> None:
        if self.expiry < 0:
            raise ConfigError(f"{self.id}: expiry = {self.expiry}: expected ns UTC, or 0 for none.")
        if self.kind is Kind.OPTION:
            if self.right not in ("call", "put") or not 0.0 < self.strike < float("inf") or not self.expiry:
                raise ConfigError(
                    f"{self.id}: an option needs right (call or put), a strike above 0 and an expiry; got "
                    f"{self.right!r}, {self.strike}, {self.expiry}."
                )
        elif self.right or self.strike:
            raise ConfigError(f"{self.id}: a {self.kind.name.lower()} has neither right nor strike.")

    def _check_taxes(self) -> None:
        for start, rate in self.sell_taxes:
            if not _is_day(start) or not 0.0 <= rate < 1.0:
                raise ConfigError(
                    f"{self.id}: sell tax ({start!r}, {rate}): expected a day like 2024-01-01 and a fraction."
                )
        starts = [start for start, _ in self.sell_taxes]
        if starts != sorted(set(starts)):
            raise ConfigError(f"{self.id}: sell taxes must ascend by day, got {', '.join(starts)}.")

    @property
    def symbol(self) -> str:
        return self.id.split("@", 1)[0]

    @property
    def venue(self) -> str:
        return self.id.split("@", 1)[1]

    def tick_at(self, price: float) -> float:
        """The price step that holds at ``price``; 0 when any price is allowed."""
        return next((tick for start, tick in reversed(self.ticks) if price >= start), self.ticks[0][1])


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except (TypeError, ValueError):
        return False
