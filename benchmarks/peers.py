"""The peers, each as its own documentation would write the workload. Imported only where they are run.

Every function takes the arrays and returns the answer; building the peer's own containers from them is part
of the work when the peer can't run without it and is cheap, and done once outside (a ``prepared_…``
function) when it isn't.
"""

import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import numpy as np

from benchmarks.answers import Answer
from benchmarks.arrays import Market
from benchmarks.recipe import Ints
from benchmarks.reference import CASH, FAST, FEE, SHARE, SLOW, STOP, TARGET, TOP


def vectorbt() -> Any:
    """vectorbt with its default engine, "auto": Rust where it applies, numba elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what pandas 3 deprecates
        import vectorbt as vbt
    warnings.filterwarnings("ignore", module=r"vectorbt\.")
    return vbt


def vectorbt_w1(market: Market, **stops: Any) -> Answer:
    """Crosses of two moving averages, moved one bar on, filled at that bar's open."""
    import pandas as pd

    vbt = vectorbt()
    close = pd.Series(market.close)
    fast, slow = vbt.MA.run(close, FAST), vbt.MA.run(close, SLOW)
    portfolio = vbt.Portfolio.from_signals(
        close,
        entries=fast.ma_crossed_above(slow).vbt.signals.fshift(1),
        exits=fast.ma_crossed_below(slow).vbt.signals.fshift(1),
        price=market.open,
        size=1.0,
        fees=FEE,
        init_cash=CASH,
        **stops,
    )
    return answer_of(portfolio)


def vectorbt_w4(market: Market) -> Answer:
    """W1 with sl_stop and tp_stop measured from the fill price."""
    return vectorbt_w1(
        market,
        open=market.open,
        high=market.high,
        low=market.low,
        sl_stop=STOP,
        tp_stop=TARGET,
        stop_entry_price="fillprice",
    )


def vectorbt_w3(market: Market, decisions: Ints) -> Answer:
    """Target weights, cash shared, sales first. Valued at the close before the fill: val_price = -inf."""
    vbt = vectorbt()
    rows = decisions[decisions + 1 < len(market)]
    past = market.close[rows - 21] / market.close[rows - 252] - 1.0
    best = np.argsort(-past, axis=1, kind="stable")[:, :TOP]
    weights = np.full(market.close.shape, np.nan)  # NaN = leave as it is
    weights[rows + 1] = 0.0
    weights[rows[:, None] + 1, best] = SHARE / TOP
    portfolio = vbt.Portfolio.from_orders(
        market.close,
        size=weights,
        size_type="targetpercent",
        price=market.open,
        val_price=-np.inf,
        fees=FEE,
        init_cash=CASH,
        group_by=True,
        cash_sharing=True,
        call_seq="auto",
    )
    return answer_of(portfolio)


def answer_of(portfolio: Any) -> Answer:
    return Answer(float(portfolio.final_value()), len(portfolio.orders.records))


def prepared_backtesting(market: Market) -> Callable[[], Answer]:
    """W1 in backtesting.py; its DataFrame and Backtest are built here, the returned function runs."""
    import pandas as pd
    from backtesting import Backtest, Strategy
    from backtesting.lib import crossover

    def sma(values: Any, n: int) -> Any:
        return pd.Series(values).rolling(n).mean()

    class SmaCross(Strategy):  # type: ignore[misc]
        def init(self) -> None:
            self.fast = self.I(sma, self.data.Close, FAST)
            self.slow = self.I(sma, self.data.Close, SLOW)

        def next(self) -> None:
            if crossover(self.fast, self.slow):
                self.buy(size=1)
            elif crossover(self.slow, self.fast):
                self.position.close()

    names = {"Open": market.open, "High": market.high, "Low": market.low, "Close": market.close}
    frame = pd.DataFrame(names | {"Volume": market.volume}, index=pd.to_datetime(market.ts))
    test = Backtest(frame, SmaCross, cash=CASH, commission=FEE)

    def run() -> Answer:
        with warnings.catch_warnings(), redirect_stderr(StringIO()):  # its progress bar
            warnings.simplefilter("ignore")  # trades left open at the end are meant to be
            stats = test.run()
        still_open = len(stats._strategy.trades)
        return Answer(float(stats["Equity Final [$]"]), 2 * int(stats["# Trades"]) + still_open)

    return run
