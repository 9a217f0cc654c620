"""What a venue lists, and the rules it holds orders to."""

from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
SATOSHI = Decimal("1E-8")


@dataclass(frozen=True)
class Fees:
    """Fractions of the notional, and where they are taken.

    taken: "received" (from what the order brings, as Binance spot does), "quote" (on top of the notional), or
    the code of a third currency. price: quote currency per unit of the third. discount: what paying in it
    saves.
    """

    maker: Decimal = Decimal("0.001")
    taker: Decimal = Decimal("0.001")
    taken: str = "received"
    price: Decimal = Decimal(600)
    discount: Decimal = Decimal("0.25")

    def rate(self, maker: bool) -> Decimal:
        return self.maker if maker else self.taker


@dataclass
class Listing:
    """One symbol of the venue.

    symbol: the venue's own id. ticks: ((price from, tick), ...) ascending. lot, min_quantity, max_quantity:
    units. min_notional: quote currency. margin: positions in a wallet of the quote currency instead of two
    balances. trading: False once halted or delisted. max_orders, max_conditional: open ones of an account.
    band: how far from the last price a limit may be, as multiples; on margin venues only the side that would
    take is bounded. depth: synthetic levels of the book on each side, each
    ``level`` units deep; ``spread``: ticks between the last price and the best bid, and the best ask.
    """

    symbol: str
    base: str
    quote: str
    ticks: tuple[tuple[Decimal, Decimal], ...] = ((ZERO, Decimal("0.01")),)
    lot: Decimal = Decimal("0.00001")
    min_quantity: Decimal = Decimal("0.00001")
    max_quantity: Decimal = Decimal(9000)
    min_notional: Decimal = Decimal(5)
    fees: Fees = field(default_factory=Fees)
    margin: bool = False
    trading: bool = True
    max_orders: int = 200
    max_conditional: int = 5
    band: tuple[Decimal, Decimal] = (Decimal("0.2"), Decimal(5))
    depth: int = 10
    level: Decimal = Decimal(10)
    spread: int = 1

    def tick(self, price: Decimal) -> Decimal:
        """The price step that holds at ``price``."""
        if len(self.ticks) == 1:
            return self.ticks[0][1]
        return next((tick for start, tick in reversed(self.ticks) if price >= start), self.ticks[0][1])

    def on_tick(self, price: Decimal) -> bool:
        return price % self.tick(price) == 0

    def rounded(self, price: float) -> Decimal:
        """The price of the ladder nearest to a number that history gives."""
        exact = Decimal(repr(float(price)))
        tick = self.tick(exact)
        return max((exact / tick).to_integral_value() * tick, tick)

    def beside(self, price: Decimal, steps: int) -> Decimal:
        """``price`` moved by ``steps`` ticks of the ladder; never below one tick."""
        for _ in range(abs(steps)):
            price = price + self.tick(price) if steps > 0 else self._below(price)
        return price

    def _below(self, price: Decimal) -> Decimal:
        tick = self.tick(price - self.ticks[0][1])  # at a seam the finer step leads down
        return price - tick if price > tick else price


def down(value: Decimal, step: Decimal) -> Decimal:
    """The multiple of ``step`` at or below ``value``."""
    return (value // step) * step
