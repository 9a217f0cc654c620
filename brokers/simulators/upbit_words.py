"""How Upbit writes numbers and times, its price units, and its refusals."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from brokers.simulators.listing import SATOSHI, Fees, Listing
from brokers.simulators.order import Status, VenueOrder
from brokers.simulators.server import Call, VenueError
from brokers.simulators.settlement import Reason, Rejected

KST = timezone(timedelta(hours=9))
Row = dict[str, Any]
# Price units of the KRW market since 2025-07-31.
KRW_TICKS = tuple(
    (Decimal(start), Decimal(tick))
    for start, tick in (
        ("0", "0.00000001"),
        ("0.00001", "0.0000001"),
        ("0.0001", "0.000001"),
        ("0.001", "0.00001"),
        ("0.01", "0.0001"),
        ("0.1", "0.001"),
        ("1", "0.01"),
        ("10", "0.1"),
        ("100", "1"),
        ("5000", "5"),
        ("10000", "10"),
        ("50000", "50"),
        ("100000", "100"),
        ("500000", "500"),
        ("1000000", "1000"),
    )
)
MINIMUM = Decimal(5000)


def upbit_listing(market: str) -> Listing:
    """The rules of a KRW pair where none are given."""
    quote, base = market.split("-")
    return Listing(
        market,
        base,
        quote,
        ticks=KRW_TICKS,
        lot=SATOSHI,
        min_quantity=SATOSHI,
        max_quantity=Decimal(10**12),
        min_notional=MINIMUM,
        fees=Fees(Decimal("0.0005"), Decimal("0.0005"), "quote"),
        max_orders=10_000,
        band=(Decimal(0), Decimal(10**9)),
    )


def plain(number: Decimal | None) -> str | None:
    """As the order endpoints write numbers: text without an exponent."""
    return None if number is None else f"{number.normalize():f}"


def local(ms: int) -> str:
    """A time of the order endpoints: KST, whole seconds."""
    return datetime.fromtimestamp(ms // 1000, KST).isoformat()


def utc(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def kst(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, KST).strftime("%Y-%m-%dT%H:%M:%S")


def instant(text: str) -> int:
    """ms of an ISO time or of a number of ms."""
    if text.isdigit():
        return int(text)
    found = datetime.fromisoformat(text)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def order_uuid(number: int) -> str:
    return str(uuid.UUID(int=(0x75706269 << 96) | number, version=4))


def trade_uuid(symbol: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{symbol} {number}"))


def number_of(text: str) -> int:
    """The order behind a uuid; -1 when it is none of ours."""
    try:
        value = uuid.UUID(text).int
    except ValueError:
        return -1
    return value & ((1 << 48) - 1) if value >> 96 == 0x75706269 else -1


def side_word(side: int) -> str:
    return "bid" if side > 0 else "ask"


def state_word(order: VenueOrder) -> str:
    """wait, done or cancel. A market buy that couldn't spend its last won ends in cancel, filled as it is."""
    if order.open:
        return "watch" if not order.working else "wait"
    if order.status is Status.FILLED and not (order.ticket.cost is not None and order.cost_left > 0):
        return "done"
    return "cancel"


def error(status: int, name: str, message: str, headers: dict[str, str] | None = None) -> VenueError:
    return VenueError(status, {"error": {"name": name, "message": message}}, headers)


def invalid(name: str) -> VenueError:
    return error(400, "validation_error", f"잘못된 파라미터: {name}")


def no_order() -> VenueError:
    return error(404, "order_not_found", "주문을 찾지 못했습니다.")


def no_market() -> VenueError:
    return error(404, "notfoundmarket", "마켓을 찾지 못했습니다.")


def refusal(rejected: Rejected, side: int) -> VenueError:
    """What the venue answers to a rejection of the exchange."""
    word, listing = side_word(side), rejected.listing
    currency = "" if listing is None else listing.quote if side > 0 else listing.base
    if rejected.reason is Reason.FUNDS:
        return error(400, f"insufficient_funds_{word}", f"주문가능한 금액({currency})이 부족합니다.")
    if rejected.reason is Reason.NOTIONAL:
        return error(400, f"under_min_total_{word}", "최소주문금액 이상으로 주문해주세요")
    if rejected.reason is Reason.PRICE:
        return error(
            400, f"invalid_price_{word}", "주문가격 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요."
        )
    if rejected.reason is Reason.SYMBOL:
        return no_market()
    if rejected.reason is Reason.CLOSED:
        return error(400, "market_offline", "현재 거래가 지원되지 않는 마켓입니다.")
    if rejected.reason is Reason.NO_ORDER:
        return no_order()
    return error(400, f"create_{word}_error", "주문 요청 정보가 올바르지 않습니다.")


def number(call: Call, name: str) -> Decimal | None:
    """A parameter as a number; None when it isn't there."""
    value = call.params.get(name)
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise invalid(name) from None


def several(call: Call, name: str) -> list[str]:
    """A list parameter: ``name[]`` repeated, or ``name`` with commas."""
    found = call.params.get(f"{name}[]")
    if found is None:
        return [item for item in str(call.params.get(name) or "").split(",") if item]
    return [str(item) for item in found]
