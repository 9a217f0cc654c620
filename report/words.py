"""The words and sentences of reports in the languages they speak. What isn't here is said in English."""

import re
from functools import lru_cache

from report.sentences import FINISHED, SENTENCES

KOREAN = {
    "Assumptions": "가정",
    "data": "데이터",
    "period": "기간",
    "cash": "현금",
    "volume": "거래량",
    "limits": "한도",
    "strategy": "전략",
    "filter": "필터",
    "filters": "필터",
    "no answer": "무응답",
    "figures": "지표",
    "capacity": "수용량",
    "Result": "결과",
    "this run": "이 전략",
    "without filters": "필터 없이",
    "filters as rules": "필터를 규칙으로",
    "learning": "학습",
    "buy and hold": "매수 후 보유",
    "final equity": "최종 자산",
    "return": "수익률",
    "a year": "연환산",
    "Sharpe": "샤프",
    "Sortino": "소르티노",
    "worst drawdown": "최대 낙폭",
    "trades": "거래",
    "fills": "체결",
    "win rate": "승률",
    "profit factor": "프로핏 팩터",
    "exposure": "노출 기간",
    "fees": "수수료",
    "turnover": "거래대금",
    "Filter": "필터",
    "answered": "응답",
    "abstained": "기권",
    "veto": "거부",
    "late": "지연",
    "down": "중단",
    "Brier (base rate)": "브라이어 (기준율)",
    "log loss (base rate)": "로그 손실 (기준율)",
    "passed": "통과",
    "rejected": "탈락",
    "all": "전체",
    "following it": "따랐을 때",
    "net a signal": "신호당 순수익",
    "stands at": "단계",
    "Learning": "학습",
    "labels matured": "확정된 신호",
    "won": "승률",
    "break-even": "손익분기 승률",
    "stages": "단계 변화",
    "in shadow throughout": "끝까지 관찰 단계",
    "passed up for poor odds": "승산이 낮아 건너뛴 진입",
    "Costs": "비용",
    "costs": "비용",
    "Ambiguity band": "모호 구간",
    "ambiguous bars": "모호한 봉",
    "Months": "월별 수익률 (%)",
    "year": "년",
    "Worst trades": "최악의 거래",
    "side": "방향",
    "in": "진입",
    "out": "청산",
    "net": "순손익",
    "why": "이유",
    "none": "없음",
    "long": "매수",
    "short": "매도",
    "Side by side": "나란히 비교",
    "instrument": "종목",
    "timeframe": "봉 길이",
    "bars": "봉 수",
    "first": "처음",
    "last": "마지막",
    "added": "추가",
    "replaced": "교체",
    "unchanged": "그대로",
    "taxes": "세금",
    "borrow": "차입 비용",
    "slippage": "슬리피지",
    "1st": "첫째",
    "2nd": "둘째",
    "3rd": "셋째",
    "shadow": "관찰",
    "size": "비중",
    "block": "차단",
    "learn": "학습",
    "entry": "진입",
    "signal": "신호",
    "reverse": "반전",
    "resize": "비중 조정",
    "review": "재검토",
    "stop": "손절",
    "trail": "추적 손절",
    "target": "목표",
    "time": "기한",
    "risk": "위험 한도",
    "margin": "증거금",
    "yes": "예",
    "no": "아니요",
    "load": "읽기",
    "compile": "컴파일",
    "signals": "신호",
    "labels": "라벨",
    "report": "보고",
    "desk": "데스크",
    "Run": "실행",
    "open": "시가",
    "high": "고가",
    "low": "저가",
    "close": "종가",
    "empty": "봉 없음",
    "disorder": "순서 뒤바뀜",
    "duplicate": "중복",
    "missing": "값 없음",
    "price": "가격 오류",
    "high<low": "고가<저가",
    "outside": "범위 밖",
    "unreadable": "읽을 수 없음",
    "halt": "거래 정지",
    "no bar": "빈 행",
    "no volume": "거래량 없음",
    "zero volume": "무거래",
    "gap": "빠진 봉",
    "split": "액면분할",
    "reuse": "코드 재사용",
    "jump": "급변",
    "newest first": "최신순",
    "error": "오류",
    "warning": "주의",
    "and more": "그 밖에",
    "nothing found": "이상 없음",
    "Seconds": "소요 시간 (초)",
    # a life against its backtest
    "cause": "원인",
    "ticks": "호가",
    "difference": "차이",
    "live": "실거래",
    "backtest": "백테스트",
    "seen": "본 봉",
    "history": "과거 데이터",
    "Besides": "그 밖의 일",
    "Trades that differ": "다른 거래",
    "partial fill": "부분 체결",
    "missed fill": "미체결",
    "filled at another bar": "다른 봉에서 체결",
    "filled only live": "실거래에서만 체결",
    "risk control": "위험 통제",
    "not approved": "승인되지 않음",
    "pause or halt": "일시정지 또는 중지",
    "kill": "긴급 정지",
    "refused by the venue": "거래소 거부",
    "stale after a restart": "재시작으로 때를 놓침",
    "changed code or settings": "코드 또는 설정 변경",
    "by hand": "사람의 지시",
    "transfer": "입출금",
    "funding": "펀딩비",
    "changed bar": "달라진 봉",
    "late or missing bar": "늦거나 빠진 봉",
    "bar only live": "실거래에만 있는 봉",
    "follows from an earlier difference": "앞선 차이의 결과",
    "unexplained": "설명되지 않음",
}


DEMO = {
    "en": (
        "{strategy} on {stocks}, three times over: no filters, filters as rules, filters that learn.\n"
        "A demonstration of the pipeline, not a promise: strategy and filters are as shipped, nothing was "
        "tuned for the result, and five stocks say little about any other. Buy and hold has the benefit of "
        "hindsight: these are companies that survived."
    ),
    "ko": (
        "{strategy} 전략을 {stocks}에 세 번 적용합니다: 모든 신호 진입, 필터를 규칙으로, 필터가 학습하며.\n"
        "파이프라인을 보여 주는 시연일 뿐 수익을 약속하지 않습니다. 전략과 필터는 기본값 그대로이고 결과에 "
        "맞춰 조정하지 않았으며, 다섯 종목으로는 다른 종목을 말할 수 없습니다. 매수 후 보유는 살아남은 "
        "회사만 담은 결과입니다."
    ),
}


def say(text: str, language: str, **values: object) -> str:
    """``text`` in "ko" or "en", its {places} filled."""
    said = (KOREAN.get(text) or SENTENCES.get(text) or FINISHED.get(text, text)) if language == "ko" else text
    return said.format(**values) if values else said


def retell(sentence: str, language: str) -> str:
    """A finished English sentence in "ko" or "en": one whose form ``FINISHED`` knows, values and all."""
    if language != "ko" or sentence in KOREAN:
        return say(sentence, language)
    for form, korean in _forms():
        found = form.fullmatch(sentence)
        if found:
            return korean.format(
                **{name: retell(value, language) for name, value in found.groupdict().items()}
            )
    return sentence


@lru_cache(maxsize=1)
def _forms() -> list[tuple["re.Pattern[str]", str]]:
    """Each sentence as a pattern with a group for every place; first those that say most by themselves."""
    ordered = sorted(FINISHED.items(), key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[0])))
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(english)), re.DOTALL), korean)
        for english, korean in ordered
    ]
