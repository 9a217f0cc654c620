"""The words of a report in the languages it speaks. A word that isn't here is said in English."""

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
    "profit factor": "손익비",
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
    "error": "오류",
    "warning": "주의",
    "and more": "그 밖에",
    "nothing found": "이상 없음",
    "Seconds": "소요 시간 (초)",
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


def say(word: str, language: str) -> str:
    """``word`` in "ko" or "en"."""
    return KOREAN.get(word, word) if language == "ko" else word
