"""The shipped strategies: name → where its class lives. One line each."""

STRATEGIES = {
    "sma_cross": "strategies.sma_cross:SmaCross",
}
