"""The shipped strategies: name → where its class lives. One line each."""

STRATEGIES = {
    "sma_cross": "strategies.sma_cross:SmaCross",
    "rsi_macd": "strategies.rsi_macd:RsiMacd",
    "momentum_rotation": "strategies.momentum_rotation:MomentumRotation",
}
