"""vectorbt's ledger against ours, from the same fills."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.result import Result
from backtest.run import backtest
from backtest.to_vectorbt import filled_closes, order_rows
from market.errors import DataError
from tests.backtest.market import plan, walk, with_rules

pytest.importorskip("vectorbt")


def close_rows(result: Result) -> np.ndarray:
    """The last of the rows of each bar."""
    bars = order_rows(result)[3]
    return np.append(np.flatnonzero(np.diff(bars)), len(bars) - 1)


@pytest.mark.parametrize("short", [True, False])
def test_vectorbt_values_the_account_as_we_do(short: bool) -> None:
    result = backtest(plan(filters=False, short=short), variants=False)
    value = result.to_vectorbt().value().to_numpy()[close_rows(result)]
    np.testing.assert_allclose(value, result.equity, rtol=1e-9)


def test_several_fills_in_one_bar_are_all_there() -> None:
    wild = replace(walk(), high=walk().high * 1.05, low=walk().low * 0.95)
    result = backtest(plan(wild, filters=False, short=False), variants=False)
    size, price, fees, bars, ts = order_rows(result)
    assert len(bars) > len(wild) and (np.diff(ts) > 0).all()
    assert np.count_nonzero(~np.isnan(size)) == len(result.run.fills) == np.count_nonzero(~np.isnan(price))
    assert fees.sum() == pytest.approx(result.summary["fees"])
    value = result.to_vectorbt().value().to_numpy()[close_rows(result)]
    np.testing.assert_allclose(value, result.equity, rtol=1e-9)


def test_missing_bars_are_valued_at_the_last_close() -> None:
    panel = walk()
    gap = np.zeros(panel.close.shape, bool)
    gap[:30, 0] = gap[200:260, 1] = gap[590:, 0] = True
    holes = {
        name: np.where(gap, np.nan, getattr(panel, name))
        for name in ("open", "high", "low", "close", "volume")
    }
    result = backtest(plan(replace(panel, **holes), filters=False), variants=False)
    value = result.to_vectorbt().value().to_numpy()[close_rows(result)]
    np.testing.assert_allclose(value, result.equity, rtol=1e-9)
    assert not np.isnan(filled_closes(result.plan.panel.close)).any()


def test_a_run_on_margin_is_refused_with_the_reason() -> None:
    panel = walk()
    geared = tuple(replace(each, long_margin=0.05, short_margin=0.05) for each in panel.instruments)
    chosen = plan(replace(panel, instruments=geared), filters=False, short=False)
    (rules,) = chosen.pipeline.rules.strategies
    risky = replace(rules, sizing=replace(rules.sizing, risk=0.2, max_notional=10.0))
    with pytest.raises(DataError, match="margin"):
        backtest(with_rules(chosen, strategies=(risky,)), variants=False).to_vectorbt()
