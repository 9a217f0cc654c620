"""The desk against backtesting.py on real markets, where both mean the same."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from desk.records import Reason
from desk.run import DeskRun
from market.bars import PRICES, Panel
from strategies.signals import BarrierUnit, Signals
from tests.peers.markets import CASH, FEE
from tests.peers.orders import Crosses, Mask, traded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    backtesting = pytest.importorskip("backtesting")
STOP, TARGET = 0.03, 0.05


def simulated(panel: Panel, buy: Mask, sell: Mask, turn: bool = False, barriers: bool = False) -> Any:
    """buy, sell: bars at whose close it acts. turn: a sale opens a short too. barriers: from that close."""

    class Wishes(backtesting.Strategy):  # type: ignore[misc, name-defined]
        def init(self) -> None:
            pass

        def next(self) -> None:
            bar = len(self.data) - 1
            if not buy[bar] and not sell[bar]:
                return
            if turn or sell[bar]:
                self.position.close()
            if buy[bar] or turn:
                side = 1 if buy[bar] else -1
                close = self.data.Close[-1]
                levels = (
                    {"sl": close * (1 - side * STOP), "tp": close * (1 + side * TARGET)} if barriers else {}
                )
                (self.buy if side > 0 else self.sell)(size=1, **levels)

    columns = {name.title(): getattr(panel, name)[:, 0] for name in PRICES}
    frame = pd.DataFrame(columns, index=pd.to_datetime(panel.ts))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a trade left open at the end is meant to be
        return backtesting.Backtest(frame, Wishes, cash=CASH, commission=FEE).run()


def assert_same(run: DeskRun, stats: Any) -> None:
    """Final equity to 1e-9, and every closed trade: its bars, side and prices."""
    assert run.equity[-1] == pytest.approx(stats["Equity Final [$]"], rel=1e-9, abs=0)
    ours, theirs = run.trades, stats["_trades"].sort_values("ExitBar", kind="stable")
    still_open = len(stats["_strategy"].trades)
    assert len(run.fills) == 2 * len(theirs) + still_open
    for mine, column in (("entry_bar", "EntryBar"), ("exit_bar", "ExitBar")):
        assert (ours[mine] == theirs[column].to_numpy()).all()
    assert (ours["side"] == np.sign(theirs["Size"].to_numpy())).all()
    np.testing.assert_allclose(ours["exit"], theirs["ExitPrice"].to_numpy(), rtol=1e-9)


def test_long_only_crosses_end_with_the_same_money(panel: Panel) -> None:
    crosses = Crosses.of(panel)
    run = traded(panel, Signals.of(enter=crosses.up, exit=crosses.down))
    assert_same(run, simulated(panel, crosses.up, crosses.down))


def test_turning_around_ends_with_the_same_money(panel: Panel) -> None:
    crosses = Crosses.of(panel)
    run = traded(panel, Signals.of(enter=crosses.up, enter_short=crosses.down))
    assert_same(run, simulated(panel, crosses.up, crosses.down, turn=True))


def test_barriers_beside_exits_end_with_the_same_money(panel: Panel) -> None:
    """Levels from the signal's close, live on the entry bar, an exit due at the open before them."""
    crosses = Crosses.of(panel)
    close = panel.close[:, 0]
    wishes = Signals.of(
        enter=crosses.up,
        exit=crosses.down,
        stop=close * (1 - STOP),
        target=close * (1 + TARGET),
        unit=int(BarrierUnit.PRICE),
    )
    run = traded(panel, wishes, targets_on_entry_bar=True)
    assert np.isin(run.fills["reason"], (Reason.STOP, Reason.TARGET)).any()
    assert_same(run, simulated(panel, crosses.up, crosses.down, barriers=True))
