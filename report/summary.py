"""The figures of one run, under the names that JSON, terminal and Telegram share."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.bars import Floats, Ints
from report import metrics

COSTS = ("fees", "taxes", "borrow", "slippage")  # what trading and holding cost, each by itself


def curve_figures(ts: Ints, timeframe: int, equity: Floats, cash: float, zone: str = "UTC") -> dict[str, Any]:
    """What an equity curve, shape (n_bars,), says by itself. Percentages are times 100. zone: of its days."""
    returns = metrics.period_returns(ts, timeframe, equity, cash, zone)
    return {
        "final_equity": float(equity[-1]),
        "return_pct": 100.0 * metrics.total_return(equity, cash),
        "cagr_pct": 100.0 * metrics.cagr(ts, timeframe, equity, cash),
        "sharpe": metrics.sharpe(returns),
        "sortino": metrics.sortino(returns),
        "max_drawdown_pct": 100.0 * metrics.max_drawdown(equity, cash),
    }


def summarise(
    ts: Ints,
    timeframe: int,
    equity: Floats,
    cash: float,
    trades: NDArray[np.void],
    n_fills: int,
    account: Mapping[str, Any],
    zone: str = "UTC",
) -> dict[str, Any]:
    """The curve's figures and the trades'; NaN where one has no meaning. Money is in account currency.

    trades: TRADE rows, closed ones. account: the desk's totals by field name. ``fees`` are commissions alone,
    ``taxes`` those on sales, ``borrow`` the cost of being short, ``slippage`` what market fills lost against
    the price they met (it is in the fills' prices). ``turnover`` is the money traded; ``exposure_pct`` the
    share of bars that ended with a position.
    """
    pnl = trades["pnl"]
    return {
        "bars": len(ts),
        "trades": len(trades),
        "fills": n_fills,
        **curve_figures(ts, timeframe, equity, cash, zone),
        "win_rate_pct": 100.0 * metrics.win_rate(pnl),
        "profit_factor": metrics.profit_factor(pnl),
        "exposure_pct": 100.0 * float(account["exposed_bars"]) / len(ts),
        **{name: float(account[name]) for name in COSTS},
        "turnover": float(account["turnover"]),
    }
