"""The compiled desk against its slow twin, which was written from docs/desk-rules.md alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from tests.desk.desks import compiled, twin
from tests.desk.markets import market, seeds


def assert_same(seed: int, name: str, left: NDArray[np.void], right: NDArray[np.void]) -> None:
    """Equal rows: whole numbers exactly, floats within 1e-9 relative."""
    assert len(left) == len(right), (
        f"market({seed}): {len(left)} {name} by the twin, {len(right)} by the desk"
    )
    for field in left.dtype.names or ():
        close = np.isclose(left[field], right[field], rtol=1e-9, atol=1e-9, equal_nan=True)
        assert close.all(), f"market({seed}): {name}[{np.flatnonzero(~close)[0]}].{field} differs"


def compare(seed: int) -> None:
    world = market(seed)
    slow, fast = twin(world), compiled(world)
    for name in ("decisions", "orders", "fills", "trades"):
        assert_same(seed, name, getattr(slow, name), getattr(fast, name))
    np.testing.assert_allclose(fast.equity, slow.equity, rtol=1e-9, err_msg=f"market({seed})")
    assert fast.ambiguous_bars == slow.ambiguous_bars
    account, learners = fast.run.account, fast.run.book.learners
    assert account["state"] == slow.state
    assert account["fee_units"] == pytest.approx(slow.fee_units, rel=1e-9)
    for record, learner in zip(learners, slow.learners, strict=True):
        k = len(learner.filters)
        np.testing.assert_allclose(record["theta"][:, :k], learner.theta, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(record["mix"], learner.w, rtol=1e-9)
        assert record["n"] == learner.n and record["wins"] == learner.wins
        assert record["stage"][:k].tolist() == [one.stage for one in learner.filters]


@pytest.mark.parametrize("block", range(8))
def test_every_decision_order_fill_and_trade_is_the_twins(block: int) -> None:
    for seed in range(300 * block, 300 * (block + 1)):
        compare(seed)


@settings(max_examples=200)
@given(seed=seeds)
def test_it_holds_for_any_market(seed: int) -> None:
    compare(seed)
