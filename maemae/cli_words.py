"""Korean for what the live commands print. ``tell`` fills a sentence; ``retell`` knows finished ones."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from report.retelling import Retelling

SENTENCES = {
    # status
    "No bot has run here yet: maemae live PROFILE.toml": (
        "아직 실행한 봇이 없습니다: maemae live PROFILE.toml"
    ),
    "{name}: not running": "{name}: 실행 중이 아닙니다",
    "{activity}, {mode} at {venue}, process {pid}, version {version}": (
        "{activity}, {venue} {mode}, 프로세스 {pid}, 버전 {version}"
    ),
    "equity {equity} {currency} ({gain} today), cash {cash}, newest bar closed {time}": (
        "자산 {equity} {currency} (오늘 {gain}), 현금 {cash}, 마지막 봉 {time}"
    ),
    "because: {reason}": "이유: {reason}",
    "{side} {quantity} {instrument} at {entry}, now {price} ({pnl}), stop {stop}  [{id}]": (
        "{side} {quantity} {instrument} 진입 {entry}, 현재 {price} ({pnl}), 손절 {stop}  [{id}]"
    ),
    "order {id}: {side} {quantity} {instrument}, {status}": (
        "주문 {id}: {instrument} {quantity} {side}, {status}"
    ),
    "not well: {name}: {detail}": "이상: {name}: {detail}",
    "never": "없음",
    # stop, pause, resume
    "{name}: not running.": "{name}: 실행 중이 아닙니다.",
    "{name}: stopped.": "{name}: 멈췄습니다.",
    "{name}: still there after {seconds} s; maemae kill {asked} ends it for certain.": (
        "{name}: {seconds}초가 지나도 남아 있습니다. maemae kill {asked} 명령이 확실히 끝냅니다."
    ),
    "{name}: paused.": "{name}: 일시 정지했습니다.",
    "{name}: resumed.": "{name}: 재개했습니다.",
    "{name}: settled.": "{name}: 정했습니다.",
    "{name}: nothing to do, it is so already.": "{name}: 이미 그 상태라 할 일이 없습니다.",
    "{name}: paused. It isn't running; it will start paused.": (
        "{name}: 일시 정지했습니다. 실행 중이 아니며, 시작하면 정지 상태입니다."
    ),
    "{name}: resumed. It isn't running.": "{name}: 재개했습니다. 실행 중이 아닙니다.",
    "released: {what}": "해제: {what}",
    # kill
    "{count} orders cancelled, {closing} closing orders sent.": (
        "주문 {count}건 취소, 청산 주문 {closing}건 전송."
    ),
    "still held: {left}": "아직 보유 중: {left}",
    "NOT done: {problem}": "하지 못함: {problem}",
    "{name}: no kill is in force.": "{name}: 비상 정지 상태가 아닙니다.",
    "{name}: released; start it again: maemae live {profile}": (
        "{name}: 해제했습니다. 다시 시작하려면: maemae live {profile}"
    ),
    # live
    "'{name}' will trade real money at {venue}.": "'{name}' 봇이 {venue}에서 실제 돈으로 거래합니다.",
    "Type the account's name, {account}, to go on: ": "계속하려면 계좌 이름 {account}을(를) 입력하세요: ",
    "The engine goes on asking.": "엔진이 계속 다시 묻습니다.",
    # backup, restore
    "{name}: {count} entries are in {path}, digest {digest}.": (
        "{name}: 기록 {count}건을 {path}에 저장, 해시 {digest}."
    ),
    "{name}: restored to {count} entries, digest {digest}.": (
        "{name}: 기록 {count}건으로 복원, 해시 {digest}."
    ),
    "What stood there is kept as {path}.": "그 자리에 있던 것은 {path}(으)로 보관했습니다.",
    # data download
    "{symbol}: {venue} has no bars of {length} since {time}.": (
        "{symbol}: {venue}에 {time} 이후 {length} 봉이 없습니다."
    ),
    # the doctor's marks
    "ok": "정상",
    "FAILED": "실패",
    "not judged": "판단 못함",
    # the demo
    "bar {bar}: planted: {fault}": "봉 {bar}: 심은 장애: {fault}",
    "bar {bar}/{bars}   equity {equity} ({gain})   {trades} trades   {decisions} decisions": (
        "봉 {bar}/{bars}   자산 {equity} ({gain})   거래 {trades}건   결정 {decisions}건"
    ),
    "position": "포지션",
    "side": "방향",
    "entry": "진입",
    "price": "가격",
    "result": "손익",
    "stop at the venue": "거래소 손절",
    "{price} (missing)": "{price} (없음)",
    "struck, survived": "발생, 견딤",
    "waits to strike": "대기 중",
    "planted at bar {bar}: {fault} ({mark})": "봉 {bar}에 심음: {fault} ({mark})",
    "{instrument} {action}{why} p {p} against {bar}": "{instrument} {action}{why} 확률 {p}, 기준 {bar}",
    "{instrument} {side} {quantity} {kind} {status} [{id}]": (
        "{instrument} {quantity} {side} {kind} {status} [{id}]"
    ),
    "{instrument} {side} {quantity} @ {price} {reason}": "{instrument} {quantity} {side} @ {price} {reason}",
    "{instrument} closed, {pnl} ({pct} %) {outcome}": "{instrument} 청산, {pnl} ({pct} %) {outcome}",
    "{bars} bars: result {pnl} {currency} ({pct} %), {trades} trades, {wins} won, profit factor {factor}, "
    "fees {fees}, worst fall {fall} %": (
        "봉 {bars}개: 손익 {pnl} {currency} ({pct} %), 거래 {trades}건, 승 {wins}건, 프로핏 팩터 {factor}, "
        "수수료 {fees}, 최대 낙폭 {fall} %"
    ),
    "faults: {struck} struck of {planted} planted": "장애: {planted}건을 심어 {struck}건 발생",
    "reconciled: {orders} orders in the journal, {venue} at the venue; positions agree; a second comparison "
    "appended {appended} entries: {verdict}.": (
        "대조: 일지 주문 {orders}건, 거래소 {venue}건; 포지션 일치; 두 번째 대조에서 추가된 "
        "기록 {appended}건: {verdict}."
    ),
    "reconciled: {orders} orders in the journal, {venue} at the venue; positions differ; a second comparison "
    "appended {appended} entries: {verdict}.": (
        "대조: 일지 주문 {orders}건, 거래소 {venue}건; 포지션 불일치; 두 번째 대조에서 추가된 "
        "기록 {appended}건: {verdict}."
    ),
    "nothing lost, nothing doubled": "잃거나 두 번 보낸 주문 없음",
    "NOT reconciled: {what}": "대조 실패: {what}",
    "orders differ": "주문이 다름",
    # faults of the demo
    "the answer to the next order gets lost": "다음 주문의 응답이 사라짐",
    "the account's stream breaks": "계좌 스트림이 끊김",
    "the next order is accepted, yet answered by a 503": "다음 주문은 접수되나 503으로 응답",
    "the venue says a thing twice": "거래소가 같은 말을 두 번 함",
    "the connection drops in the middle of an answer": "응답 도중 연결이 끊김",
    "the next order is answered by a 503 and was not accepted": "다음 주문은 503으로 응답하고 접수되지 않음",
    "three messages of the market's are lost": "시세 메시지 세 개가 사라짐",
    # kinds of events
    "order": "주문",
    "fill": "체결",
    "stop": "손절",
    "trade": "거래",
    "engine": "엔진",
    "approval": "승인",
    "kill": "비상 정지",
    "daily": "일일 보고",
}

# What arrives with its values in it: findings of the doctor, progress, problems of a kill.
FINISHED = {
    "token": "토큰",
    "mode": "모드",
    "session of futures and options": "선물·옵션 장",
    "session of stocks": "주식 장",
    "account of futures and options": "선물·옵션 계좌",
    "account of stocks": "주식 계좌",
    "night session": "야간 장",
    "stream": "실시간",
    "KOSPI200 futures": "KOSPI200 선물",
    "KOSPI200 options": "KOSPI200 옵션",
    "mini futures": "미니 선물",
    "mini options": "미니 옵션",
    "weekly options": "위클리 옵션",
    "KOSDAQ150 futures": "KOSDAQ150 선물",
    "stocks": "주식",
    "real trading, by what LS says of the key": "실전 투자 (LS가 키에 대해 답한 대로)",
    "paper trading, by what LS says of the key": "모의 투자 (LS가 키에 대해 답한 대로)",
    "taken; it holds until {time} in Seoul, and one taken elsewhere ends it": (
        "받음; 서울 시각 {time}까지 유효하며, 다른 곳에서 새로 받으면 끝납니다"
    ),
    "closed until {time} in Seoul": "서울 시각 {time}까지 닫힘",
    "day, {phase} until {time} in Seoul": "주간, {phase}, 서울 시각 {time}까지",
    "night, {phase} until {time} in Seoul": "야간, {phase}, 서울 시각 {time}까지",
    "opening auction": "시가 단일가",
    "opening auction's last minute": "시가 단일가의 마지막 1분",
    "continuous trading": "접속 매매",
    "closing auction": "종가 단일가",
    "time in which trading may not have begun": "거래가 시작되지 않았을 수 있는 시간",
    "time in which trading may have ended": "거래가 끝났을 수 있는 시간",
    "days of KRX": "거래소 휴장일과 수능일",
    "known for {count} days": "{count}일 뒤까지 확인됨",
    "{days} may be the day of the college entrance examination. Until one of that year is named, bots enter "
    "nothing in the hours that would differ. Say [krx] exams = [...] in the profile": (
        "{days}이(가) 수능일일 수 있습니다. 그해의 수능일을 알려 주기 전에는 달라질 수 있는 시간에 봇이 "
        "진입하지 않습니다. 프로파일의 [krx]에 exams = [...]로 적으세요"
    ),
    "{there} KRW deposited, {free} free for orders": "예탁금 {there}원, 주문 가능 {free}원",
    "{there} KRW on the second day from now, {free} free for orders": (
        "D+2 예수금 {there}원, 주문 가능 {free}원"
    ),
    "not with this key: {error}": "이 키로는 안 됨: {error}",
    "paper accounts have none": "모의 투자에는 없음",
    "may be traded; {code}: {lots} lots could be bought": "거래 가능; {code}: {lots}계약 매수 가능",
    "answers": "응답함",
    "none listed": "상장된 것 없음",
    "{count} listed: {shown}": "{count}개 상장: {shown}",
    "profile": "프로파일",
    "keys": "키",
    "proof": "검증",
    "disk": "디스크",
    "journal": "일지",
    "account lock": "계좌 잠금",
    "kill latch": "비상 정지 장치",
    "symbols": "종목",
    "order size {instrument}": "주문 크기 {instrument}",
    "withdrawals": "출금 권한",
    "leverage": "레버리지",
    "stops": "손절 주문",
    "telegram": "텔레그램",
    "'{name}', {mode} at {venue}": "'{name}', {mode}, 거래소 {venue}",
    "paper": "모의",
    "live": "실전",
    "{key} and {secret} are set": "{key}, {secret} 설정됨",
    "this code under these settings is verified": "이 코드와 설정은 검증되었습니다",
    "{free} MB are free at {folder}; expected {least} MB. Free some, or set MAEMAE_STATE to a larger disk.": (
        "{folder}에 {free} MB만 남았습니다. {least} MB가 필요합니다. 공간을 비우거나 MAEMAE_STATE를 더 큰 "
        "디스크로 지정하세요."
    ),
    "{free} GB free": "{free} GB 남음",
    "{folder} can't be written. Make it writable, or set MAEMAE_STATE to another.": (
        "{folder}에 쓸 수 없습니다. 쓰기 권한을 주거나 MAEMAE_STATE를 다른 곳으로 지정하세요."
    ),
    "new: {path}": "새 일지: {path}",
    "{count} entries, writable": "기록 {count}건, 쓰기 가능",
    "{count} entries, in use": "기록 {count}건, 사용 중",
    "free": "비어 있음",
    "held by {holder}. Stop that one first: maemae stop {name}": (
        "{holder}이(가) 쓰고 있습니다. 먼저 멈추세요: maemae stop {name}"
    ),
    "process {pid} on {host}, profile '{name}', since {since}": (
        "{host}의 프로세스 {pid}, 프로파일 '{name}', {since}부터"
    ),
    "{latched}. Release it: maemae kill {path} --release": (
        "{latched}. 해제하려면: maemae kill {path} --release"
    ),
    "{venue} answers": "{venue} 응답함",
    "{venue} answers, the key may trade": "{venue} 응답함, 키에 거래 권한이 있음",
    "{seconds} s from the venue's": "거래소와 {seconds}초 차이",
    "no price in the last two hours: not judged": "최근 두 시간 동안 가격이 없어 판단하지 못함",
    "about {asks} {currency}, the venue takes {least} and more": (
        "약 {asks} {currency}, 거래소 최소 {least}"
    ),
    "an entry asks for {said}. Raise [sizing] quantity or notional, or cash ({cash}).": (
        "진입 주문이 {said}. [sizing]의 quantity나 notional, 또는 cash({cash})를 올리세요."
    ),
    "the venue doesn't say whether the key may; look there": (
        "키에 출금 권한이 있는지 거래소가 알려 주지 않습니다. 거래소에서 확인하세요"
    ),
    "the key may withdraw, and the profile allows that": "키에 출금 권한이 있고, 프로파일이 허용합니다",
    "the key may not withdraw": "키에 출금 권한이 없습니다",
    "{there} {currency} there, cash = {cash} in the profile": (
        "계좌에 {there} {currency}, 프로파일의 cash = {cash}"
    ),
    "{said}. Lower cash, or bring money.": "{said}. cash를 낮추거나 입금하세요.",
    "as the account stands; the profile sets none": "계좌 설정 그대로; 프로파일에 설정이 없음",
    "set and read back: {leverage}, {mode}": "설정하고 확인함: {leverage}, {mode}",
    "as is": "그대로",
    "rest at the venue": "거래소에 걸립니다",
    "this venue keeps none: they are watched here, and only while the bot runs": (
        "이 거래소에는 없습니다. 봇이 실행되는 동안만 여기서 감시합니다"
    ),
    "{key} isn't set. Set it in the environment, .env or keyring.": (
        "{key}이(가) 없습니다. 환경 변수, .env 또는 키링에 설정하세요."
    ),
    "{api} can't be reached ({error}). Trading goes on without it.": (
        "{api}에 연결할 수 없습니다 ({error}). 거래는 그대로 계속됩니다."
    ),
    "{key} is refused. Ask @BotFather for a new one.": (
        "{key}이(가) 거부되었습니다. @BotFather에게 새로 받으세요."
    ),
    "@{name} answers in {seconds} s": "@{name} 봇이 {seconds}초 만에 응답",
    # progress
    "Connecting to {venue}": "{venue}에 연결하는 중",
    "{instrument} {length}: {time} ({share} %)": "{instrument} {length}: {time} ({share} %)",
    # what a kill couldn't do
    "the engine's process could not be ended. Nothing was cancelled: end it by hand.": (
        "엔진 프로세스를 끝내지 못했습니다. 취소한 주문이 없습니다. 직접 끝내세요."
    ),
    "the account is held on another machine ({holder}). Kill it there.": (
        "다른 컴퓨터가 계좌를 쓰고 있습니다 ({holder}). 그곳에서 비상 정지하세요."
    ),
    "the account is held by a process that doesn't say who it is. End it by hand.": (
        "알 수 없는 프로세스가 계좌를 쓰고 있습니다. 직접 끝내세요."
    ),
    "the kill runs inside the engine itself: run it from another process.": (
        "엔진 안에서 비상 정지를 실행했습니다. 다른 프로세스에서 실행하세요."
    ),
    "process {pid} belongs to another user: end it by hand.": (
        "프로세스 {pid}은(는) 다른 사용자의 것입니다. 직접 끝내세요."
    ),
    "process {pid} could not be ended. Nothing was cancelled: end it by hand.": (
        "프로세스 {pid}을(를) 끝내지 못했습니다. 취소한 주문이 없습니다. 직접 끝내세요."
    ),
    "closing was sent before ({orders}) and is not repeated; look at the venue for what is still held.": (
        "청산 주문을 이미 보냈으므로({orders}) 다시 보내지 않습니다. 남은 보유분은 거래소에서 확인하세요."
    ),
    "may still rest at the venue: {names}. {why}": "거래소에 남아 있을 수 있음: {names}. {why}",
    "may still rest at the venue: {names}.": "거래소에 남아 있을 수 있음: {names}.",
    "{name}: {held} is on the account, but the journal can't be read, so how much of it is the bot's isn't "
    "known. Nothing of it was sold: close it by hand.": (
        "{name}: 계좌에 {held}이(가) 있으나 일지를 읽을 수 없어 봇의 몫을 모릅니다. 팔지 않았으니 직접 "
        "청산하세요."
    ),
    "{instrument}: closing {quantity} was refused: {error} The next kill closes it; a supervisor that runs "
    "tries it by itself.": (
        "{instrument}: {quantity} 청산이 거부됨: {error} 다음 비상 정지 때 청산하며, 실행 중인 감독 "
        "프로세스는 스스로 다시 시도합니다."
    ),
    "{instrument}: whether closing {quantity} was accepted is unknown ({error}); it was not sent twice. "
    "Look at the venue.": (
        "{instrument}: {quantity} 청산이 접수되었는지 알 수 없습니다 ({error}). 두 번 보내지 않았으니 "
        "거래소에서 확인하세요."
    ),
    "closing {instruments} was sent but isn't filled yet.": (
        "{instruments} 청산 주문을 보냈으나 아직 체결되지 않았습니다."
    ),
}


def tell(sentence: str, language: str, **values: object) -> str:
    """One of ``SENTENCES``, or a word that people hear elsewhere, in "ko" or "en", its {places} filled."""
    if language == "ko" and sentence in SENTENCES:
        return SENTENCES[sentence].format(**values) if values else SENTENCES[sentence]
    from live.messages.voice import Voice

    return Voice("ko" if language == "ko" else "en").say(sentence, **values)


def retell(sentence: str, language: str) -> str:
    """A finished sentence of the doctor's, a kill's or the engine's, as far as its form is known."""
    if language != "ko":
        return sentence
    from live.messages.words import KOREAN

    return FINISHED.get(sentence) or KOREAN.get(sentence) or _known()(sentence)


@lru_cache(maxsize=1)
def _known() -> "Retelling":
    from live.messages.retold import SHAPES, engine_forms
    from report.retelling import Retelling

    return Retelling({**engine_forms(), **FINISHED}, shapes=SHAPES)
