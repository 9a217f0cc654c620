"""``true_rows`` is ``np.flatnonzero``, whatever the mask's length, place in memory and density."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from market.masks import true_rows


@given(st.lists(st.booleans(), max_size=70), st.integers(0, 9), st.integers(1, 3))
def test_every_short_mask(values: list[bool], begin: int, step: int) -> None:
    mask = np.array(values, bool)[begin::step]
    assert_array_equal(true_rows(mask), np.flatnonzero(mask))


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.5, 1.0]), st.integers(900, 1100))
def test_every_density(seed: int, share: float, length: int) -> None:
    mask = np.random.default_rng(seed).random(length) < share
    assert_array_equal(true_rows(mask), np.flatnonzero(mask))
