"""The book of one symbol: liquidity the market brings, and the orders of clients among it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulators.listing import ZERO, Listing
from brokers.simulators.order import VenueOrder

Levels = list[tuple[Decimal, Decimal]]


@dataclass
class Level:
    """Liquidity of the market at one price."""

    price: Decimal
    size: Decimal


@dataclass
class Book:
    """resting: clients' limit orders. waiting: conditional ones. bids, asks: the market's, best first."""

    listing: Listing
    last: Decimal | None = None
    resting: dict[int, VenueOrder] = field(default_factory=dict)
    waiting: dict[int, VenueOrder] = field(default_factory=dict)
    update: int = 1
    ms: int = 0
    _sides: tuple[list[Level], list[Level]] | None = None
    _center: Decimal | None = None

    @property
    def bids(self) -> list[Level]:
        return self._both()[0]

    @property
    def asks(self) -> list[Level]:
        return self._both()[1]

    def _both(self) -> tuple[list[Level], list[Level]]:
        """Both ladders; they are laid out when somebody looks."""
        if self._sides is None:
            self._sides = ([], [])
            if self._center is not None:
                rules = self.listing
                bid = rules.beside(self._center, -rules.spread)
                ask = rules.beside(self._center, rules.spread)
                self._sides = (self._ladder(bid, -1), self._ladder(ask, 1))
        return self._sides

    @property
    def idle(self) -> bool:
        """No client has an order here."""
        return not self.resting and not self.waiting

    def center(self, price: Decimal, ms: int) -> None:
        """The market quotes around a price."""
        self._center, self._sides = price, None
        self.touch(ms)

    def quote(self, bid: Level, ask: Level, ms: int) -> None:
        """The market's best bid and ask as recorded."""
        self._sides = ([bid], [ask])
        self.touch(ms)

    def touch(self, ms: int) -> None:
        self.update += 1
        self.ms = ms

    def _ladder(self, best: Decimal, step: int) -> list[Level]:
        prices = [best]
        for _ in range(self.listing.depth - 1):
            following = self.listing.beside(prices[-1], step)
            if following == prices[-1]:
                break
            prices.append(following)
        return [Level(price, self.listing.level) for price in prices]

    def market(self, side: int) -> list[Level]:
        """The market's levels a taker of ``side`` meets, best first."""
        return self.asks if side > 0 else self.bids

    def makers(self, side: int) -> list[VenueOrder]:
        """Clients' orders a taker of ``side`` meets, by price, then time."""
        found = [order for order in self.resting.values() if order.side == -side and order.limit is not None]
        return sorted(found, key=lambda order: (side * (order.limit or ZERO), order.id))

    def best(self, side: int) -> Decimal | None:
        """The best price a taker of ``side`` meets."""
        prices = [level.price for level in self.market(side)[:1]]
        prices += [order.limit for order in self.makers(side)[:1] if order.limit is not None]
        if not prices:
            return None
        return min(prices) if side > 0 else max(prices)

    def crosses(self, side: int, limit: Decimal) -> bool:
        best = self.best(side)
        return best is not None and side * (limit - best) >= 0

    def offers(self, side: int, limit: Decimal | None = None) -> Iterator[tuple[Decimal, Decimal]]:
        """(price, size) a taker of ``side`` meets, best first, no worse than ``limit``."""
        for price, size in self.levels(-side):
            if limit is not None and side * (limit - price) < 0:
                return
            yield price, size

    def levels(self, side: int, limit: int = 5000) -> Levels:
        """Bids (+1) or asks (-1) as published: the market's and the clients' together."""
        sizes: dict[Decimal, Decimal] = {}
        for level in self.bids if side > 0 else self.asks:
            sizes[level.price] = sizes.get(level.price, ZERO) + level.size
        for order in self.resting.values():
            if order.side == side and order.limit is not None:
                sizes[order.limit] = sizes.get(order.limit, ZERO) + order.left
        return sorted(sizes.items(), reverse=side > 0)[:limit]

    def take(self, side: int, price: Decimal, quantity: Decimal) -> None:
        """Consume the market's level at ``price``."""
        levels = self.market(side)
        for level in levels:
            if level.price == price:
                level.size -= quantity
        levels[:] = [level for level in levels if level.size > 0]

    def triggers_between(self, start: Decimal, end: Decimal) -> list[Decimal]:
        """Trigger prices strictly between two prices, in the order a move meets them."""
        if not self.waiting:
            return []
        low, high = min(start, end), max(start, end)
        found = {order.ticket.trigger for order in self.waiting.values() if order.ticket.trigger is not None}
        return sorted((price for price in found if low < price < high), reverse=end < start)
