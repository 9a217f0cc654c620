"""What LS says of the markets (JIF) and of shares' volatility interruptions (VI_), as states.

A number means different things per market, and markets abroad come too: both are ``krx.States``' to know.
After a gap begin anew: nothing is said twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brokers.ls.values import decimal
from market import krx
from market.errors import DataError
from market.krx.states import DERIVATIVES, KOSDAQ, KOSPI, NIGHT, NXT

STREAM = ("JIF", "0")
VI = "VI_"
MARKETS = {
    KOSPI: ("KOSPI", "코스피"),
    KOSDAQ: ("KOSDAQ", "코스닥"),
    DERIVATIVES: ("Derivatives", "파생상품"),
    NXT: ("NXT", "넥스트레이드"),
    NIGHT: ("Night derivatives", "야간 파생상품"),
}
COMMON = {
    "11": ("opening auction", "장전 동시호가 개시"),
    "21": ("open", "장 시작"),
    "31": ("closing auction", "장 마감 동시호가 개시"),
    "41": ("closed", "장 마감"),
}
SHARES = {
    "61": ("circuit breaker, stage 1", "서킷브레이커 1단계 발동"),
    "62": ("circuit breaker 1 lifted, orders gather", "서킷브레이커 1단계 해제, 호가 접수"),
    "63": ("trading again after circuit breaker 1", "서킷브레이커 1단계 동시호가 종료"),
    "64": ("sidecar: programme sales held", "사이드카 매도 발동"),
    "65": ("sidecar over: programme sales go on", "사이드카 매도 해제"),
    "66": ("sidecar: programme purchases held", "사이드카 매수 발동"),
    "67": ("sidecar over: programme purchases go on", "사이드카 매수 해제"),
    "68": ("circuit breaker, stage 2", "서킷브레이커 2단계 발동"),
    "69": ("circuit breaker, stage 3: the day is over", "서킷브레이커 3단계 발동, 당일 장 종료"),
    "70": ("circuit breaker 2 lifted, orders gather", "서킷브레이커 2단계 해제, 호가 접수"),
    "71": ("trading again after circuit breaker 2", "서킷브레이커 2단계 동시호가 종료"),
}
FUTURES = {
    "61": ("the day is over: KOSPI's circuit breaker 3", "코스피 서킷브레이커 3단계로 당일 장 종료"),
    "62": ("circuit breaker lifted, orders gather", "서킷브레이커 해제, 호가 접수"),
    "63": ("trading again after a circuit breaker", "서킷브레이커 동시호가 종료"),
    "70": ("upper limit widens to stage 2 in 5 minutes", "상한가 2단계 확대 5분 전"),
    "71": ("lower limit widens to stage 2 in 5 minutes", "하한가 2단계 확대 5분 전"),
    "72": ("upper limit widens to stage 3 in 5 minutes", "상한가 3단계 확대 5분 전"),
    "73": ("lower limit widens to stage 3 in 5 minutes", "하한가 3단계 확대 5분 전"),
    "74": ("upper limit at stage 2", "상한가 2단계 확대 적용"),
    "75": ("lower limit at stage 2", "하한가 2단계 확대 적용"),
    "76": ("upper limit at stage 3", "상한가 3단계 확대 적용"),
    "77": ("lower limit at stage 3", "하한가 3단계 확대 적용"),
}
_OWN = {KOSPI: SHARES, KOSDAQ: SHARES, DERIVATIVES: FUTURES}


@dataclass(frozen=True, slots=True)
class Status:
    """market: jangubun. code: jstatus."""

    market: str
    code: str

    @property
    def words(self) -> tuple[str, str]:
        """English and Korean. "" for what changes no market of ours."""
        said = _OWN.get(self.market, {}).get(self.code) or COMMON.get(self.code)
        if self.market not in MARKETS or said is None:
            return "", ""
        name = MARKETS[self.market]
        return f"{name[0]}: {said[0]}", f"{name[1]}: {said[1]}"


def status(body: Mapping[str, Any]) -> Status:
    """One JIF message. Raises DataError for what can't be read."""
    market, code = (str(body.get(name) or "").strip() for name in ("jangubun", "jstatus"))
    if not market or not code:
        raise DataError(f"LS sent a market status that can't be read: {dict(body)}.")
    return Status(market, code)


def after(states: krx.States, body: Mapping[str, Any]) -> krx.States:
    """The states once a message has come."""
    said = status(body)
    return states.after(said.market, said.code)


@dataclass(eq=False)
class Interruptions:
    """Shares' interruptions by code; what was never said is none. Whether one has been in force since before
    the registration isn't sent."""

    _now: dict[str, krx.Interruption] = field(default_factory=dict)

    def hear(self, body: Mapping[str, Any]) -> tuple[str, krx.Interruption]:
        """One VI_ message: the share and its state. Raises DataError; the state stays as it was then."""
        code = krx.stock_code(str(body.get("ref_shcode") or body.get("shcode") or ""))
        prices = (decimal(body.get(name)) for name in ("svi_recprice", "dvi_recprice", "vi_trgprice"))
        static, dynamic, trigger = (float(price) for price in prices)
        kind = str(body.get("vi_gubun") or "").strip()
        found = self.of(code).after(kind, dynamic if kind == "2" else static, trigger)
        self._now[code] = found
        return code, found

    def of(self, code: str) -> krx.Interruption:
        return self._now.get(krx.stock_code(code), krx.Interruption())

    def forget(self) -> None:
        """After a gap."""
        self._now.clear()
