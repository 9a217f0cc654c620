"""What the controls say, in English and Korean. Values are put in the same order in both."""

import re
from decimal import Decimal
from math import isfinite

# say: (English, Korean); each a clause that ``tail`` or a full stop ends.
WORDS: dict[str, tuple[str, str]] = {
    "allowed": ("every control passed", "모든 통제를 통과했습니다"),
    # R01 to R04
    "unknown": (
        "nothing is known of this instrument, so it isn't one of the profile's",
        "프로필에 없는 종목이라 아는 정보가 없습니다",
    ),
    "delisted": ("the venue doesn't list it any more", "거래소에서 상장 폐지되었습니다"),
    "expired": ("it expired {0} ago", "{0} 전에 만기가 지났습니다"),
    "closed": ("its session is closed", "장이 닫혀 있습니다"),
    "auction": (
        "the session is an auction, which takes limit orders only, and this is a {0} order",
        "단일가 시간에는 지정가 주문만 받는데 이 주문은 {0} 주문입니다",
    ),
    "off_tick": (
        "price {0} is off the {1} tick, nearest are {2} and {3}",
        "가격 {0}은 호가 단위 {1}에 맞지 않습니다 (가까운 호가 {2}, {3})",
    ),
    "bad_price": ("price {0} isn't above 0", "가격 {0}은 0보다 커야 합니다"),
    "part_lot": (
        "quantity {0} isn't a whole number of lots of {1}",
        "수량 {0}은 최소 거래 단위 {1}의 배수가 아닙니다",
    ),
    "too_few": (
        "quantity {0} is below the venue's minimum {1}",
        "수량 {0}이 거래소 최소 수량 {1}보다 적습니다",
    ),
    "too_many": (
        "quantity {0} is above the venue's maximum {1}",
        "수량 {0}이 거래소 최대 수량 {1}보다 많습니다",
    ),
    "too_cheap": (
        "{0} units are worth {1} {2}, below the venue's minimum {3}",
        "{0} 단위의 금액 {1} {2}이 거래소 최소 금액 {3}보다 적습니다",
    ),
    "restricted": ("{0} is on the list {1}", "{1} 목록에 {0}이(가) 있습니다"),
    "long_only": ("it would sell short and {0} is true", "공매도 주문인데 {0}이 true입니다"),
    # R05 to R10
    "no_reference": (
        "no fresh price to compare with (quote {0} old, last {1} old; {2} = {3}, {4} = {5})",
        "비교할 최신 가격이 없습니다 (호가 {0} 전, 체결가 {1} 전; {2} = {3}, {4} = {5})",
    ),
    "collar": (
        "price {0} is {1} from the reference {2} and {3} allows {4}",
        "가격 {0}이 기준가 {2}에서 {1} 벗어나 {3} 한도 {4}를 넘습니다",
    ),
    "day_limits": (
        "price {0} is outside the day's limits {1} to {2}",
        "가격 {0}이 당일 가격 제한폭 {1}–{2} 밖입니다",
    ),
    "order_quantity": ("quantity {0} is above {1} = {2}", "수량 {0}이 {1} = {2} 한도를 넘습니다"),
    "order_notional": (
        "worth {0} at {1}, above {2} = {3}",
        "{1} 기준 주문 금액 {0}이 {2} = {3} 한도를 넘습니다",
    ),
    "order_equity": (
        "worth {0}, {1} of the equity {2}, above {3} = {4}",
        "주문 금액 {0}이 자산 {2}의 {1}로 {3} = {4} 한도를 넘습니다",
    ),
    "no_value": ("it can't be valued without a price", "가격이 없어 금액을 계산할 수 없습니다"),
    "depth": (
        "quantity {0} is above {1} = {2} of the displayed depth {3}",
        "수량 {0}이 호가 잔량 {3}의 {1} = {2}를 넘습니다",
    ),
    "adv": (
        "quantity {0} is above {1} = {2} of an average day's volume {3}",
        "수량 {0}이 일평균 거래량 {3}의 {1} = {2}를 넘습니다",
    ),
    "stale": (
        "prices are old (quote {0}, last {1}; {2} = {3}, {4} = {5})",
        "가격이 오래되었습니다 (호가 {0}, 체결가 {1}; {2} = {3}, {4} = {5})",
    ),
    "crossed": ("the book is crossed: bid {0}, ask {1}", "호가가 역전되었습니다: 매수 {0}, 매도 {1}"),
    "no_clock": ("the venue's clock isn't known", "거래소 시각을 알 수 없습니다"),
    "clock": (
        "our clock is {0} from the venue's and {1} allows {2}",
        "시계가 거래소와 {0} 차이나 {1} 한도 {2}를 넘습니다",
    ),
    "backwards": (
        "our clock is {0} behind what was recorded and {1} allows {2}",
        "시계가 기록보다 {0} 뒤로 가 {1} 한도 {2}를 넘습니다",
    ),
    # R11 to R16
    "margin": (
        "needs margin {0} beside {1} in use, and the equity {2} less {3} = {4} leaves less",
        "사용 중인 증거금 {1}에 {0}이 더 필요한데 {3} = {4}를 뺀 자산 {2}이 모자랍니다",
    ),
    "cash": (
        "needs {0} {1}, and free are {2} less {3} = {4}",
        "{1} {0}이 필요한데 가용 금액 {2}에서 {3} = {4}를 빼면 모자랍니다",
    ),
    "no_shorts": (
        "sells {0} with {1} held, and this venue has no negative positions",
        "보유 {1}보다 많은 {0}을 팔 수 없습니다 (공매도 불가 거래소)",
    ),
    "position": (
        "with {0} held and {1} asked for already, {2} more would pass {3} = {4}",
        "보유 {0}, 미체결 {1}에 {2}를 더하면 {3} = {4} 한도를 넘습니다",
    ),
    "exposure": (
        "would bring the exposure from {0} above {1} = {2} of the equity {3}",
        "익스포저 {0}이 자산 {3}의 {1} = {2} 한도를 넘게 됩니다",
    ),
    "unvalued": (
        "{0} is held without a price, so exposure isn't known",
        "{0} 보유분의 가격이 없어 익스포저를 모릅니다",
    ),
    "options": ("options aren't traded by this version", "이 버전은 옵션을 거래하지 않습니다"),
    # R17 to R22
    "holds_less": (
        "{0} may be closed: book {1}, venue {2}, reductions already working {3}",
        "청산 가능 수량 {0}: 장부 {1}, 거래소 {2}, 진행 중인 청산 {3}",
    ),
    "holds_nothing": (
        "nothing to close on this side: book {0}, venue {1}",
        "이 방향으로 청산할 보유분이 없습니다: 장부 {0}, 거래소 {1}",
    ),
    "self_trade": ("it would meet our own order {0} at {1}", "자기 주문 {0} ({1})과 체결될 수 있습니다"),
    "same_id": ("an order with the id {0} was sent before", "같은 주문 번호 {0}를 이미 보냈습니다"),
    "twin": (
        "the same order was sent {0} ago and {1} = {2}",
        "같은 주문을 {0} 전에 보냈습니다 ({1} = {2})",
    ),
    "working": ("{0} orders work already and {1} = {2}", "이미 {0}개 주문이 진행 중입니다 ({1} = {2})"),
    "messages": (
        "too many messages: {0} allows {1} a second, the next in {2}",
        "메시지가 너무 많습니다: {0} = 초당 {1}, {2} 뒤 가능",
    ),
    "order_to_trade": (
        "{0} messages for {1} executions today, one more would pass {2} = {3}",
        "오늘 체결 {1}건에 메시지 {0}건이라 하나만 더 보내도 {2} = {3} 한도를 넘습니다",
    ),
    "repeated": (
        "strategy {0} reached {1} = {2} executions in {3} and stays off until a person releases it",
        "{0} 전략이 {3} 동안 체결 한도 {1} = {2}에 도달해 사람이 풀 때까지 정지합니다",
    ),
    # R23 to R30
    "daily_loss": (
        "equity {0} is {1} from the day's start {2}, the limit {3} = {4} holds until the day ends",
        "자산 {0}이 당일 시작 {2} 대비 {1}로, {3} = {4} 한도가 오늘 끝까지 적용됩니다",
    ),
    "strategy_loss": (
        "strategy {0} made {1} today, {2} of the day's start, the limit {3} = {4} holds until the day ends",
        "{0} 전략의 오늘 손익 {1}(시작 자산의 {2})로 {3} = {4} 한도가 오늘 끝까지 적용됩니다",
    ),
    "drawdown": (
        "equity {0} is {1} from the peak {2}, the limit {3} = {4} holds until a person releases it",
        "자산 {0}이 고점 {2} 대비 {1}로, {3} = {4} 한도가 사람이 풀 때까지 적용됩니다",
    ),
    "losses_in_row": (
        "strategy {0} lost {1} times in a row, the limit {2} = {3} holds until a person releases it",
        "{0} 전략이 {1}번 연속 손실로, {2} = {3} 한도가 사람이 풀 때까지 적용됩니다",
    ),
    "no_heartbeat": ("the venue hasn't been heard yet", "거래소에서 아직 소식이 없습니다"),
    "silent": (
        "the venue was last heard {0} ago and {1} = {2}",
        "거래소 소식이 {0} 동안 없습니다 ({1} = {2})",
    ),
    "deaf": (
        "the stream of the account has been down for {0} and {1} = {2}",
        "계좌 스트림이 {0} 동안 끊겨 있습니다 ({1} = {2})",
    ),
    "unresolved": (
        "order {0} has had no answer for {1}, so the venue is asked first ({2} = {3})",
        "주문 {0}의 응답이 {1} 동안 없어 거래소에 먼저 확인합니다 ({2} = {3})",
    ),
    "killed": ("the kill latch is set, {0}", "킬 스위치가 걸려 있습니다, {0}"),
    "paused": ("entries are paused: {0}", "진입이 일시 중지되었습니다: {0}"),
    "state": ("{0} is {1}, which takes exits only", "{0} 상태가 {1}이라 청산만 됩니다"),
    "drift": ("book and venue differ: {0}", "장부와 거래소가 다릅니다: {0}"),
    "never_compared": (
        "book and venue haven't been compared yet",
        "장부와 거래소를 아직 대조하지 않았습니다",
    ),
    "compared_long_ago": (
        "book and venue were last compared {0} ago and {1} = {2}",
        "장부와 거래소를 {0} 전에 대조했습니다 ({1} = {2})",
    ),
    "journal": ("nothing can be recorded: {0}", "기록할 수 없습니다: {0}"),
    "alerts": (
        "alerts haven't been delivered for {0} and {1} = {2}",
        "알림이 {0} 동안 전달되지 않았습니다 ({1} = {2})",
    ),
    "over": ("it is over", "해제되었습니다"),
    "back": (
        "the venue is heard again, entries are cancelled",
        "거래소 연결이 돌아와 진입 주문을 취소합니다",
    ),
}

_TAILS = {
    "allow": (".", "."),
    "reduce": ("; {0} of {1} go.", "; {1} 중 {0}만 보냅니다."),
    "deny": ("; nothing was sent.", "; 보내지 않았습니다."),
    "wait": ("; nothing was sent, it waits.", "; 보내지 않고 기다립니다."),
}


def english_or_korean(say: str, values: tuple[str, ...], language: str) -> str:
    """The clause ``say`` with its values."""
    return WORDS[say][language == "ko"].format(*values)


def tail(outcome: str, waits: bool, language: str) -> str:
    """What happened to the order; {0}: what passes, {1}: what was asked."""
    return _TAILS["wait" if waits else outcome][language == "ko"]


def forms() -> dict[str, str]:
    """Every sentence that a judgement or a notice may be, English to Korean, its places by name."""
    tails = [tuple(_named(each, "t") for each in pair) for pair in _TAILS.values()]
    clauses = [tuple(_named(each, "v") for each in pair) for pair in WORDS.values()]
    return {
        f"{{head}}: {english}{end}": f"{{head}}: {korean}{korean_end}"
        for english, korean in clauses
        for end, korean_end in tails
    }


def _named(clause: str, letter: str) -> str:
    return re.sub(r"\{(\d)\}", rf"{{{letter}\1}}", clause)


def number(value: float | Decimal | None) -> str:
    """As short as it is exact enough: 0.05, 65000, none."""
    if value is None:
        return "?"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return f"{value:.10g}"


def percent(fraction: float) -> str:
    return f"{fraction * 100.0:.4g}%"


def span(ns: float) -> str:
    """A duration as people write it: 1.5s, 10m, 2h."""
    if not isfinite(ns):
        return "?"
    for name, unit in (("d", 86_400e9), ("h", 3_600e9), ("m", 60e9)):
        if abs(ns) >= unit:
            return f"{ns / unit:.4g}{name}"
    return f"{ns / 1e9:.4g}s"
