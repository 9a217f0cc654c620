"""Finished English sentences of the engine's in Korean.

What the engine says of itself travels in English, through journals and over the control socket.
"""

from functools import lru_cache

from live.risk.words import forms
from report.retelling import Retelling

FORMS = {
    # health
    "nothing was heard yet": "아직 소식이 없습니다",
    "heard {span} ago": "{span} 전에 소식을 들었습니다",
    "up": "연결되어 있습니다",
    "none for {span}": "{span} 동안 봉이 없습니다",
    "as they close": "마감되는 대로 옵니다",
    "the account's stream is down for {span}": "계좌 스트림이 {span} 동안 끊겨 있습니다",
    "never compared": "아직 대조하지 않았습니다",
    "compared {span} ago": "{span} 전에 대조했습니다",
    "as at the venue": "거래소와 같습니다",
    "outcome unknown: {names}": "결과를 모르는 주문: {names}",
    "all known": "모두 확인되었습니다",
    "not set": "걸려 있지 않습니다",
    "on its way out": "종료하는 중입니다",
    "delivered": "전달되고 있습니다",
    "not delivered for {span}": "{span} 동안 전달되지 않았습니다",
    "the venue's time isn't known": "거래소 시각을 알 수 없습니다",
    "{span} from the venue's": "거래소와 {span} 차이입니다",
    # latch, pause, the end
    "killed by {who} at {when}: {why}": "{who} 님이 {when}에 비상 정지: {why}",
    "killed: {why}": "비상 정지: {why}",
    "the latch counts as set because {what}": "걸린 것으로 봅니다: {what}",
    "the file is garbled": "파일이 깨졌습니다",
    "its folder can't be searched": "폴더를 읽을 수 없습니다",
    "it can't be read: {what}": "읽을 수 없습니다: {what}",
    "paused by {who} at {when}": "{who} 님이 {when}에 일시 정지",
    "stopped by {who}": "{who} 님이 멈춤",
    "reloaded by {who}": "{who} 님이 다시 읽게 함",
    "{who} at the command line": "명령줄의 {who}",
    "somebody": "누군가",
    "asked for": "요청",
    "account: {what}": "계좌: {what}",
    # money
    "transfers and funding couldn't be asked for: {what}": "입출금과 펀딩비를 조회하지 못했습니다: {what}",
    "{moved} moved by {amount} without a fill, and the venue lists no transfer for it yet; "
    "the bot's cash is as it was": "체결 없이 {moved} 잔고가 {amount} 움직였는데 "
    "거래소 입출금 내역에는 아직 없습니다. 봇의 현금은 그대로 둡니다",
    # orders
    "the venue filled {filled} of an order of {ordered}": "{ordered} 주문에 거래소가 {filled} 체결했습니다",
    "an order of somebody else's rests on this account": "다른 곳에서 낸 주문이 이 계좌에 남아 있습니다",
    "order {name}: its answer was lost, and these at the venue may be it: {numbers}. Nothing new is risked "
    "in the instrument until somebody says which: settle, with its number or none": (
        "주문 {name}: 응답을 받지 못했고, 거래소 주문 {numbers} 중 하나일 수 있습니다. 어느 것인지 정할 "
        "때까지 이 종목에는 새로 진입하지 않습니다: settle 명령에 그 번호 또는 none"
    ),
    "no such order waits to be settled; those that do: {names}": (
        "정할 것이 있는 주문이 아닙니다. 정해야 할 주문: {names}"
    ),
    "the venue can't say what it holds; ask again": "거래소 보유 수량을 알 수 없습니다. 다시 시도하세요",
    "book and venue agree": "장부와 거래소가 같습니다",
    "the venue holds what the book lacks: trade it there": (
        "장부에 없는 수량이 거래소에 있습니다. 거래소에서 처리하세요"
    ),
    "{amount} count as closed at {price}": "{amount} 수량을 {price}에 청산된 것으로 장부에 적었습니다",
    "{instrument} has expired: {amount} settled in cash by the venue, booked as closed at {price}, the last "
    "price known here; the venue's settlement price may differ, and its cash is right": (
        "{instrument} 만기: 거래소가 {amount} 수량을 현금 결제했고, 장부에는 여기서 아는 마지막 가격 "
        "{price}에 청산된 것으로 적었습니다. 거래소의 최종결제가격은 다를 수 있으며 거래소 잔고가 맞습니다"
    ),
    "{instrument} has expired and the venue still shows {amount} of it: nothing can be sent, it is asked for "
    "again and booked once the venue has settled it": (
        "{instrument} 만기: 거래소에 아직 {amount} 수량이 남아 있습니다. 주문은 낼 수 없으며, 다시 조회해 "
        "거래소가 결제하면 장부에 적습니다"
    ),
    "no order waits to be settled": "정해야 할 주문이 없습니다",
    "'{word}' isn't among {numbers}; none says that it never reached the venue": (
        "'{word}': {numbers} 중에 없습니다. none은 거래소에 닿지 않았다는 뜻입니다"
    ),
}
SHAPES = {"head": r"R\d\d [A-Z_]+(?: [^:]+)?", "span": r"-?[\d.]+[smhd]", "when": r"\d{4}-\S+|now"}


@lru_cache(maxsize=1)
def engine_forms() -> dict[str, str]:
    """Everything that the engine says of itself: health, the latch, and what its controls say."""
    return {**FORMS, **forms()}


@lru_cache(maxsize=1)
def _engine() -> Retelling:
    return Retelling(engine_forms(), shapes=SHAPES)


def retell(sentence: str, language: str) -> str:
    """A sentence of the engine's in "en" or "ko"."""
    return _engine()(sentence) if language == "ko" else sentence
