"""What spot and futures queries share: windows of time, and what a lagging query doesn't see yet."""

from collections.abc import Iterable, Iterator

from brokers.simulators.binance_errors import error
from brokers.simulators.binance_words import integer
from brokers.simulators.exchange import Exchange
from brokers.simulators.order import Execution, VenueOrder
from brokers.simulators.server import Call

EVER = 10**15


def seen(call: Call, orders: Iterable[VenueOrder]) -> Iterator[VenueOrder]:
    """The orders a query finds; a fault may hide the newest."""
    limit = EVER if call.unseen_since is None else call.unseen_since
    return (order for order in list(orders) if order.created <= limit)


def trades_of(call: Call, exchange: Exchange, symbol: str) -> list[Execution]:
    """An account's executions in one symbol, oldest first."""
    orders = seen(call, exchange.orders_of(call.trader.name, symbol))
    return sorted((trade for order in orders for trade in order.executions), key=lambda trade: trade.id)


def window(call: Call, longest: int) -> tuple[int, int]:
    """[startTime, endTime] in ms, open where not given. Raises when it is longer than ``longest``."""
    start, end = integer(call, "startTime"), integer(call, "endTime")
    if start is not None and end is not None and end - start > longest:
        raise error(-1127, f"More than {longest // 3_600_000} hours between startTime and endTime.")
    return 0 if start is None else start, EVER if end is None else end
