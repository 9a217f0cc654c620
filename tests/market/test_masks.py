"""``true_rows`` is ``np.flatnonzero``, whatever the mask's length, place in memory and density."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from market.masks import WORTH_IT, true_rows

SHARES = st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.5, 1.0])
LENGTHS = st.one_of(st.integers(0, 70), st.integers(WORTH_IT - 9, WORTH_IT + 40))


@given(st.integers(0, 2**32 - 1), SHARES, LENGTHS, st.integers(0, 9), st.integers(1, 2))
def test_every_mask(seed: int, share: float, length: int, begin: int, step: int) -> None:
    mask = (np.random.default_rng(seed).random(begin + step * length) < share)[begin::step]
    assert len(mask) == length
    assert_array_equal(true_rows(mask), np.flatnonzero(mask))
