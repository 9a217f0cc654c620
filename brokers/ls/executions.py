"""Executions of stock orders, whose lists say only how much of an order was filled, and at which average.

An execution is named by where its shares lie in the order: the fourth to the tenth of order 8123 is
"8123-10", whether the stream said it or it is what the list has more than the stream. So the same shares
never count twice, whatever was missed, said twice or heard in another order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.ls.lines import Trade
from desk.orders import Fill
from market.errors import VenueDown

Key = tuple[str, str]  # trading day, number


@dataclass(eq=False)
class Executions:
    _known: dict[Key, dict[Decimal, Trade]] = field(default_factory=dict)  # by the last share's place

    def heard(self, key: Key, end: Decimal, quantity: Decimal, price: Decimal, ts: int) -> Trade | None:
        """The stream says one. end: how much of the order is filled with it. None = its shares are known."""
        known = self._known.setdefault(key, {})
        start = end - quantity
        if any(start < place and end > place - trade.quantity for place, trade in known.items()):
            return None
        known[end] = Trade(f"{key[1]}-{end:f}", quantity, price, ts)
        return known[end]

    def listed(self, key: Key, total: Decimal, average: Decimal, ts: int) -> tuple[Trade, ...]:
        """All executions of an order of which a list says that ``total`` were filled. What nobody said in
        detail has the price that makes the average right. Raises VenueDown for a list that is
        behind the stream."""
        known = self._known.setdefault(key, {})
        there = sum((trade.quantity for trade in known.values()), Decimal(0))
        if there > total:
            raise VenueDown(
                f"ls: {total} filled of order {key[1]} are listed yet, {there} were said. Ask again."
            )
        if there < total:
            paid = sum((trade.quantity * trade.price for trade in known.values()), Decimal(0))
            price = (average * total - paid) / (total - there)
            for start, end in _gaps(known, total):
                known[end] = Trade(f"{key[1]}-{end:f}", end - start, price, ts)
        return tuple(known[end] for end in sorted(known))

    def told(self, key: Key, fills: Iterable[Fill]) -> None:
        """What whoever keeps the orders knows of one from before this connection."""
        known = self._known.setdefault(key, {})
        for fill in fills:
            name = fill.trade_id.rpartition(":")[2]
            known[Decimal(name.rpartition("-")[2])] = Trade(name, fill.quantity, fill.price, fill.ts)


def _gaps(known: dict[Decimal, Trade], total: Decimal) -> list[tuple[Decimal, Decimal]]:
    """The stretches of an order that no execution covers, up to ``total``."""
    found, at = [], Decimal(0)
    for end in sorted(known):
        start = end - known[end].quantity
        if start > at:
            found.append((at, start))
        at = end
    if at < total:
        found.append((at, total))
    return found
