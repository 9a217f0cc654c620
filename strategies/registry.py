"""The shipped strategies: name → where its class lives. One line each."""

STRATEGIES = {
    "sma_cross": "strategies.sma_cross:SmaCross",
    "rsi_macd": "strategies.rsi_macd:RsiMacd",
    "momentum_rotation": "strategies.momentum_rotation:MomentumRotation",
    "futures_trend": "strategies.futures_trend:FuturesTrend",
    "session_breakout": "strategies.session_breakout:SessionBreakout",
    "condition_hits": "strategies.condition_hits:ConditionHits",
}
