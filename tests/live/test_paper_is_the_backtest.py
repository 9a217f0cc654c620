"""A desk at a paper venue does what the desk of a backtest does, to the last bit."""

import numpy as np
import pytest

from tests.desk.desks import compiled
from tests.desk.markets import market
from tests.live.paper_world import trade


def compare(seed: int) -> None:
    world = market(seed)
    run = compiled(world).run
    traded, _, _ = trade(world)
    for name in ("decisions", "fills", "trades", "orders"):
        mine, theirs = traded.rows(name), getattr(run, name)
        assert len(mine) == len(theirs), f"market({seed}): {len(mine)} {name}, in the backtest {len(theirs)}"
        for field in theirs.dtype.names or ():
            if field in ("slippage", "fee", "fees"):
                continue
            np.testing.assert_array_equal(mine[field], theirs[field], f"market({seed}): {name}.{field}")
    np.testing.assert_array_equal(traded.equity, run.equity, f"market({seed})")


@pytest.mark.parametrize("block", range(4))
def test_decisions_orders_fills_trades_and_equity_are_the_same(block: int) -> None:
    for seed in range(100 * block, 100 * (block + 1)):
        compare(seed)
