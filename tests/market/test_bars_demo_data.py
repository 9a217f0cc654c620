"""The demo's stocks: five, real, adjusted for the splits that are in them and for nothing else."""

import importlib.util

import numpy as np
import pytest

from market import demo_data
from market.checks import check
from market.errors import DataError
from market.instruments import Kind
from market.timeframes import DAY

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("bokeh_sampledata") is None, reason="bokeh-sampledata is not installed"
)


@needs_package
def test_the_demo_is_five_us_stocks_of_thirteen_years() -> None:
    panel = demo_data.load()
    assert panel.close.shape == (3270, 5) and panel.timeframe == DAY
    assert [each.id for each in panel.instruments] == [
        "AAPL@nasdaq", "FB@nasdaq", "GOOG@nasdaq", "IBM@nyse", "MSFT@nasdaq",
    ]  # fmt: skip
    assert {each.kind for each in panel.instruments} == {Kind.EQUITY}
    assert [len(panel.present(column)) for column in range(5)] == [3270, 196, 2148, 3270, 3270]


@needs_package
def test_declared_splits_are_exactly_those_that_check_finds_in_the_raw_prices() -> None:
    found = [each for each in check(demo_data.load_raw()) if each.kind == "split"]
    days = [(each.instrument.split("@")[0], str(np.datetime64(each.ts, "ns"))[:10], 2.0) for each in found]
    assert tuple(days) == demo_data.SPLITS
    left = [(each.kind, each.instrument) for each in check(demo_data.load())]
    assert left == [("jump", "AAPL@nasdaq")]  # the fall of 2000-09-29 is real


@needs_package
def test_adjusted_returns_are_those_of_the_source_s_own_adjusted_closes_but_for_dividends() -> None:
    from bokeh_sampledata import stocks

    panel = demo_data.load()
    for column, symbol in enumerate(demo_data.VENUES):
        theirs = np.array(getattr(stocks, symbol)["adj_close"])
        close = panel.close[panel.present(column), column]
        ours = np.diff(np.log(close)) - np.diff(np.log(theirs))
        assert (np.abs(ours) < 0.12).all()  # MSFT paid $3.08 on 2004-11-15, a tenth of its price
        assert np.mean(np.abs(ours) < 1e-4) > 0.97


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_data, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install 'maemae\[demo\]'"):
        demo_data.load()
