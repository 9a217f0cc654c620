"""Binance's refusals: HTTP status, code and message of each."""

from brokers.simulators.listing import Listing
from brokers.simulators.server import VenueError
from brokers.simulators.settlement import Reason, Rejected


def error(code: int, message: str, status: int = 400, headers: dict[str, str] | None = None) -> VenueError:
    return VenueError(status, {"code": code, "msg": message}, headers)


def missing(name: str) -> VenueError:
    return error(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


INVALID_SYMBOL = (-1121, "Invalid symbol.")
NO_ORDER = (-2013, "Order does not exist.")
UNKNOWN_ORDER = (-2011, "Unknown order sent.")
BAD_KEY = (-2015, "Invalid API-key, IP, or permissions for action.")
NO_LISTEN_KEY = (-1125, "This listenKey does not exist.")

SPOT: dict[Reason, tuple[int, str]] = {
    Reason.SYMBOL: INVALID_SYMBOL,
    Reason.CLOSED: (-1013, "Market is closed."),
    Reason.PRICE: (-1013, "Filter failure: PRICE_FILTER"),
    Reason.LOT: (-1013, "Filter failure: LOT_SIZE"),
    Reason.QUANTITY: (-1013, "Filter failure: LOT_SIZE"),
    Reason.NOTIONAL: (-1013, "Filter failure: NOTIONAL"),
    Reason.FUNDS: (-2010, "Account has insufficient balance for requested action."),
    Reason.DUPLICATE: (-2010, "Duplicate order sent."),
    Reason.WOULD_MATCH: (-2010, "Order would immediately match and take."),
    Reason.WOULD_TRIGGER: (-2010, "Stop price would trigger immediately."),
    Reason.BAND: (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    Reason.TOO_MANY: (-1013, "Filter failure: MAX_NUM_ORDERS"),
    Reason.TOO_MANY_CONDITIONAL: (-1013, "Filter failure: MAX_NUM_ALGO_ORDERS"),
    Reason.NO_ORDER: NO_ORDER,
    Reason.NO_CHANGE: (-2038, "Order amend rejected."),
}
USDM: dict[Reason, tuple[int, str]] = {
    Reason.SYMBOL: INVALID_SYMBOL,
    Reason.CLOSED: (-4140, "Invalid symbol status for opening position."),
    Reason.PRICE: (-4014, "Price not increased by tick size."),
    Reason.LOT: (-1111, "Precision is over the maximum defined for this asset."),
    Reason.QUANTITY: (-4005, "Quantity greater than max quantity."),
    Reason.MARGIN: (-2019, "Margin is insufficient."),
    Reason.REDUCE: (-2022, "ReduceOnly Order is rejected."),
    Reason.DUPLICATE: (-4116, "ClientOrderId is duplicated."),
    Reason.WOULD_MATCH: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. "
        "The order will not be recorded in the order history",
    ),
    Reason.WOULD_TRIGGER: (-2021, "Order would immediately trigger."),
    Reason.NO_ORDER: NO_ORDER,
    Reason.NO_CHANGE: (-5027, "No need to modify the order."),
    Reason.BAND: (-4016, "Limit price can't be higher than the price band allows."),
    Reason.TOO_MANY: (-2025, "Reach max open order limit."),
    Reason.TOO_MANY_CONDITIONAL: (-4045, "Reach max stop order limit."),
    Reason.SIDE: (-4061, "Order's position side does not match user's setting."),
}


def refusal(rejected: Rejected, table: dict[Reason, tuple[int, str]]) -> VenueError:
    """What the venue answers to a rejection of the exchange."""
    if rejected.reason is Reason.NOTIONAL and table is USDM:
        return error(-4164, _notional(rejected.listing))
    return error(*table[rejected.reason])


def _notional(listing: Listing | None) -> str:
    least = listing.min_notional if listing is not None else 5
    return f"Order's notional must be no smaller than {least} (unless you choose reduce only)."
