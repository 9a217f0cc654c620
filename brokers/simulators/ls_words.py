"""How LS writes times, sides, prices and refusals."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from brokers.simulators.listing import ZERO
from brokers.simulators.server import VenueError

KST = timezone(timedelta(hours=9))
DAY_MS = 86_400_000
Row = dict[str, Any]
# What FnoOrdprcPtnCode and OrdprcPtnCode are called in listings.
PRICE_TYPES = {
    "00": "지정가",
    "03": "시장가",
    "05": "조건부지정가",
    "06": "최유리지정가",
    "10": "지정가(IOC)",
    "13": "시장가(IOC)",
    "16": "최유리(IOC)",
    "20": "지정가(FOK)",
    "23": "시장가(FOK)",
    "26": "최유리(FOK)",
}
MESSAGES = {
    "00000": "정상적으로 조회가 완료되었습니다.",
    "00039": "매도 주문이 완료되었습니다.",
    "00040": "매수 주문이 완료되었습니다.",
    "00132": "정정주문이 완료되었습니다.",
    "00133": "조회가 계속 됩니다. 계속하시려면 연속버튼을 누르십시오.",
    "00136": "조회가 완료되었습니다.",
    "00156": "취소주문이 완료되었습니다.",
    "00200": "조회내역이 없습니다.",
    "00462": "정정주문이 완료되었습니다.",
    "00463": "취소주문이 완료되었습니다.",
    "00707": "조회할 내역이 없습니다.",
    "01414": "주문을 처리할 수 없습니다.",
    "01427": "주문가격이 상하한가 범위를 벗어났습니다.",
    "01442": "정정/취소 수량이 원주문 잔량을 초과합니다.",
    "01458": "장종료 상태입니다.",
    "01491": "모의투자 주문이 등록되지 않은 계좌입니다.",
    "01706": "주문가능수량을 초과합니다.",
    "01900": "모의투자에서는 제공하지 않는 서비스입니다.",
    "03181": "정정주문을 할 수 없습니다.",
    "IGW00103": "유효하지 않은 AppKey입니다.",
    "IGW00105": "유효하지 않은 AppSecret입니다.",
    "IGW00121": "유효하지 않은 token 입니다.",
    "IGW00123": "기간이 만료된 token 입니다.",
    "IGW00201": "초당 거래건수를 초과하였습니다.",
    "IGW40011": "요청 데이터의 형식이 올바르지 않습니다.",
    "IGW40013": "조회 중 오류가 발생했습니다.",
    "IGW40014": "응답 처리 중 오류가 발생했습니다.",
    "IGW50008": "요청하신 서비스를 찾을 수 없습니다.",
}
NO_DATA = "해당자료가 없습니다."


class Refusal(Exception):
    """A business rejection: HTTP 200 with a code that isn't among the successes."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES[code]


def gateway(code: str, status: int) -> VenueError:
    """The gateway's own refusal, before any TR has run."""
    return VenueError(status, {"rsp_cd": code, "rsp_msg": MESSAGES[code]})


def kst(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, KST)


def day_of(ms: int) -> str:
    """YYYYMMDD in Seoul."""
    return kst(ms).strftime("%Y%m%d")


def clock_of(ms: int, digits: int = 6) -> str:
    """HHMMSS in Seoul, followed by fractions of a second up to ``digits`` characters."""
    return (kst(ms).strftime("%H%M%S") + f"{ms % 1000:03d}" + "0" * 6)[:digits]


def ms_of(day: str, clock: str = "000000") -> int:
    """The instant of a day and a time in Seoul (YYYYMMDD, HHMMSS and more digits)."""
    at = datetime.strptime(day + clock[:6], "%Y%m%d%H%M%S").replace(tzinfo=KST)
    return int(at.astimezone(UTC).timestamp() * 1000)


def side_code(side: int) -> str:
    """1 = sell, 2 = buy."""
    return "2" if side > 0 else "1"


def side_word(side: int) -> str:
    return "매수" if side > 0 else "매도"


def moved(price: Decimal, base: Decimal) -> Row:
    """sign, change (without one) and diff (%) of a price against the base."""
    change = price - base
    sign = "3" if not change else "2" if change > 0 else "5"
    return {"sign": sign, "change": abs(change), "diff": change / base * 100 if base else ZERO}


def account_number(name: str) -> str:
    """Eleven digits that stand for an account's name."""
    return f"200{sum(n * byte for n, byte in enumerate(name.encode(), 1)) % 10**8:08d}"


def isin(code: str) -> str:
    """The ISIN around a short code: KR4 + eight characters, KR7 + six and 00, with its check digit."""
    body = f"KR4{code}" if len(code) == 8 else f"KR7{code}00"
    return body + _check_digit(body)


def _check_digit(body: str) -> str:
    """ISO 6166: letters are numbers from 10 on, every second digit from the right counts twice."""
    digits = "".join(str(int(letter, 36)) for letter in body)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)
