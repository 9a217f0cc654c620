"""The desk against vectorbt on real markets, where both mean the same."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from desk.records import Reason
from desk.run import DeskRun
from market.bars import Panel
from strategies.signals import Signals
from tests.peers.markets import CASH, FEE
from tests.peers.orders import Crosses, Mask, touches_on_entry_bars, traded

warnings.filterwarnings("ignore", module="vectorbt")
vbt = pytest.importorskip("vectorbt")
BARRIERS: dict[str, Any] = {"stop": 0.08, "target": 0.12}


def next_bar(mask: Mask) -> Mask:
    """Seen at a close, acted on at the next open."""
    return np.concatenate([[False], mask[:-1]])


def simulated(panel: Panel, **wishes: Any) -> Any:
    return vbt.Portfolio.from_signals(
        pd.Series(panel.close[:, 0]), price=panel.open[:, 0], size=1.0, fees=FEE, init_cash=CASH, **wishes
    )


def assert_same(run: DeskRun, portfolio: Any) -> None:
    """Final equity to 1e-9, and every fill: its bar, side, quantity and price."""
    assert run.equity[-1] == pytest.approx(portfolio.final_value(), rel=1e-9, abs=0)
    np.testing.assert_allclose(run.equity, portfolio.value().to_numpy(), rtol=1e-9, atol=0)
    ours, theirs = netted(run), portfolio.orders.records
    assert len(ours) == len(theirs)
    assert (ours.index.to_numpy() == theirs["idx"].to_numpy()).all()
    np.testing.assert_allclose(ours["units"].abs(), theirs["size"], rtol=1e-9)
    assert (np.sign(ours["units"]) == np.where(theirs["side"] == 0, 1, -1)).all()
    np.testing.assert_allclose(ours["price"], theirs["price"], rtol=1e-9)


def netted(run: DeskRun) -> pd.DataFrame:
    """Fills by bar: vectorbt turns a position around in one order, the desk in two."""
    fills = pd.DataFrame({name: run.fills[name] for name in ("bar", "price")})
    fills["units"] = run.fills["side"].astype(float) * run.fills["lots"]
    assert (fills.groupby("bar")["price"].nunique() == 1).all()
    return fills.groupby("bar").agg({"units": "sum", "price": "first"})


def test_long_only_crosses_end_with_the_same_money(panel: Panel) -> None:
    crosses = Crosses.of(panel)
    run = traded(panel, Signals.of(enter=crosses.up, exit=crosses.down))
    assert_same(run, simulated(panel, entries=next_bar(crosses.up), exits=next_bar(crosses.down)))


def test_turning_around_ends_with_the_same_money(panel: Panel) -> None:
    crosses = Crosses.of(panel)
    run = traded(panel, Signals.of(enter=crosses.up, enter_short=crosses.down))
    assert (run.fills["reason"] == Reason.REVERSE).any()
    assert_same(run, simulated(panel, entries=next_bar(crosses.up), short_entries=next_bar(crosses.down)))


@pytest.mark.parametrize("side", [1, -1])
def test_stops_and_targets_end_with_the_same_money(panel: Panel, side: int) -> None:
    """Barriers alone close. vectorbt doesn't test the entry bar: we first see that none is touched there."""
    crosses = Crosses.of(panel)
    wish = crosses.up if side > 0 else crosses.down
    entries: dict[str, Any] = {"enter": wish} if side > 0 else {"enter_short": wish}
    run = traded(panel, Signals.of(**entries, **BARRIERS))
    assert touches_on_entry_bars(panel, run, BARRIERS["stop"]) == 0
    assert np.isin(run.fills["reason"], (Reason.STOP, Reason.TARGET)).any()
    assert_same(
        run,
        simulated(
            panel,
            entries=next_bar(wish),
            direction="longonly" if side > 0 else "shortonly",
            **{name: getattr(panel, name)[:, 0] for name in ("open", "high", "low")},
            sl_stop=BARRIERS["stop"],
            tp_stop=BARRIERS["target"],
            stop_entry_price="fillprice",
        ),
    )
