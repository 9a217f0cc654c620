"""Bars cut out of a panel are the panel's column, whatever is looked at first, and behave as any bars."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from market.bars import PRICES, Bars, Panel
from market.instruments import Instrument

MINUTE = 60_000_000_000


def panel_of(seed: int, n: int, columns: int, missing: float) -> Panel:
    random = np.random.default_rng(seed)
    gone = random.random((n, columns)) < missing
    prices = {name: np.where(gone, np.nan, random.random((n, columns))) for name in PRICES}
    names = tuple(Instrument(f"S{k}@test") for k in range(columns))
    return Panel(names, MINUTE, np.arange(n) * MINUTE, **prices)


@given(
    st.integers(0, 10_000),
    st.integers(1, 40),
    st.integers(1, 20),
    st.sampled_from([0.0, 0.3]),
    st.permutations(PRICES),
)
def test_each_field_is_the_panels_column(
    seed: int, n: int, columns: int, missing: float, order: list[str]
) -> None:
    panel = panel_of(seed, n, columns, missing)
    for column in range(columns):
        bars, rows = panel.bars(column)
        there = np.flatnonzero(~np.isnan(panel.close[:, column]))
        assert_array_equal(np.arange(n) if rows is None else rows, there)
        assert_array_equal(bars.ts, panel.ts[there])
        for field in order:
            assert_array_equal(getattr(bars, field), getattr(panel, field)[there, column])


def test_they_can_be_replaced_and_pickled_and_say_what_they_lack() -> None:
    bars, _ = panel_of(1, 9, 3, 0.3).bars(1)
    doubled = replace(bars, close=bars.close * 2)
    assert type(doubled) is Bars
    assert_array_equal(doubled.open, bars.open)
    again = pickle.loads(pickle.dumps(panel_of(1, 9, 3, 0.3).bars(1)[0]))
    for field in PRICES:
        assert_array_equal(getattr(again, field), getattr(bars, field))
    with pytest.raises(AttributeError, match=r"no 'adj'; they have ts, open"):
        getattr(bars, "adj")  # noqa: B009
