"""Declared splits: returns stay, levels before them are rescaled, and a wrong declaration is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.bars import PRICES
from market.checks import check
from market.errors import ConfigError, DataError
from market.loaders import load_panel
from market.splits import adjust_splits
from tests.market.bars_world import frame


def raw(ratio: float, day: int = 20, n_bars: int = 40) -> pd.DataFrame:
    """Daily bars with a split before bar ``day``."""
    table = frame(n_bars, "1D")
    for name in PRICES[:4]:
        table.loc[: day - 1, name] *= ratio
    table.loc[: day - 1, "volume"] /= ratio
    return table


@given(st.sampled_from([2.0, 3.0, 7.0, 50.0, 1.5, 0.5, 0.1]), st.integers(1, 39))
def test_adjusting_undoes_the_split_and_leaves_the_rest(ratio: float, day: int) -> None:
    whole = load_panel(frame(40, "1D"), symbol="X")
    panel = load_panel(raw(ratio, day), symbol="X")
    when = str(np.datetime64(int(panel.ts[day]), "ns"))[:10]
    adjusted = adjust_splits(panel, ((("X", "X@file")[day % 2], when, ratio),))
    for name in PRICES:
        np.testing.assert_allclose(getattr(adjusted, name), getattr(whole, name), rtol=1e-12)
        np.testing.assert_array_equal(getattr(adjusted, name)[day:], getattr(panel, name)[day:])
    assert panel.close[0, 0] == raw(ratio, day).close[0]  # the panel given is as it was


def test_local_bars_split_on_their_local_day() -> None:
    table = raw(2.0).assign(time=raw(2.0)["time"].dt.tz_localize(None))
    for zone in ("Asia/Seoul", "America/New_York"):
        panel = load_panel(table, symbol="X", timezone=zone)
        from dataclasses import replace

        local = replace(panel, instruments=(replace(panel.instruments[0], timezone=zone),))
        adjusted = adjust_splits(local, (("X", "2024-01-21", 2.0),))
        np.testing.assert_allclose(adjusted.close[:, 0], frame(40, "1D")["close"], rtol=1e-12)


@pytest.mark.parametrize(
    ("split", "error", "words"),
    [
        (("Y", "2024-01-21", 2.0), DataError, "'Y': it isn't in the panel. Known: X"),
        (("X", "21.1.2024", 2.0), ConfigError, "day '21.1.2024': expected one such as 2014-06-09"),
        (("X", "2024-01-21", 0.0), ConfigError, "ratio 0.0"),
        (("X", "2024-01-21", 1.0), ConfigError, "ratio 1.0"),
        (("X", "2030-01-01", 2.0), DataError, "its bars cover 2024-01-01 to 2024-02-09"),
        (("X", "2020-01-01", 2.0), DataError, "its bars cover 2024-01-01"),
        (("X", "2024-01-25", 2.0), DataError, "adjusted already, or is the day another?"),
        (("X", "2024-01-21", 0.5), DataError, "adjusted already"),
    ],
)
def test_a_split_that_the_prices_don_t_show_is_refused(
    split: tuple[str, str, float], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        adjust_splits(load_panel(raw(2.0), symbol="X"), (split,))
    assert words in str(caught.value)


def test_a_split_is_not_undone_twice() -> None:
    once = adjust_splits(load_panel(raw(2.0), symbol="X"), (("X", "2024-01-21", 2.0),))
    with pytest.raises(DataError, match="adjusted already"):
        adjust_splits(once, (("X", "2024-01-21", 2.0),))


def test_real_splits_found_by_check_are_all_undone(real_data: Path) -> None:
    panel = load_panel(real_data / "us_equity" / "lean_daily_raw.parquet", instruments=("AAPL", "BAC"))
    known = (
        ("AAPL", "2000-06-21", 2.0), ("AAPL", "2005-02-28", 2.0), ("AAPL", "2014-06-09", 7.0),
        ("BAC", "2004-08-30", 2.0),
    )  # fmt: skip
    found = [each for each in check(panel) if each.kind == "split"]
    assert [(each.instrument[:-5], str(np.datetime64(each.ts, "ns"))[:10]) for each in found] == [
        (symbol, day) for symbol, day, _ in known
    ]
    assert "split" not in [each.kind for each in check(adjust_splits(panel, known))]
