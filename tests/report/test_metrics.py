"""Metrics against values worked out by hand, and against vectorbt's."""

from math import inf, isnan, sqrt

import numpy as np
import pytest

from report import metrics

DAY = 86_400 * 10**9
START = int(np.datetime64("2020-01-01", "ns").astype(np.int64))


def days(count: int) -> np.ndarray:
    return START + DAY * np.arange(count, dtype=np.int64)


def test_growth_a_year_uses_the_time_that_really_passed() -> None:
    ts = days(731)  # 2020-01-01 .. 2021-12-31: two years and 0.5 of a day by 365.25
    equity = np.full(731, 144.0)
    years = 731 / 365.25
    assert metrics.cagr(ts, DAY, equity, 100.0) == pytest.approx(1.44 ** (1 / years) - 1)
    assert metrics.total_return(equity, 100.0) == pytest.approx(0.44)


def test_growth_of_a_ruined_account_is_minus_everything() -> None:
    assert metrics.cagr(days(3), DAY, np.array([100.0, 5.0, -2.0]), 100.0) == -1.0


def test_growth_a_year_of_one_good_hour_is_not_a_number() -> None:
    assert isnan(metrics.cagr(days(1), DAY // 24, np.array([150.0]), 100.0))


def test_drawdown_counts_from_the_starting_cash() -> None:
    assert metrics.max_drawdown(np.array([90.0, 80.0, 95.0]), 100.0) == pytest.approx(0.2)
    assert metrics.max_drawdown(np.array([110.0, 120.0, 60.0]), 100.0) == pytest.approx(0.5)
    assert metrics.max_drawdown(np.array([101.0, 102.0]), 100.0) == 0.0


def test_sharpe_and_sortino_by_hand() -> None:
    equity = np.array([110.0, 99.0, 108.9])  # returns +10 %, -10 %, +10 %
    returns = metrics.period_returns(days(3), DAY, equity, 100.0)
    assert returns.per_year == pytest.approx(365.25)
    mean, spread = 0.1 / 3, sqrt(((0.2 / 3) ** 2 * 2 + (0.4 / 3) ** 2) / 2)
    assert metrics.sharpe(returns) == pytest.approx(mean / spread * sqrt(365.25))
    assert metrics.sortino(returns) == pytest.approx(mean / sqrt(0.01 / 3) * sqrt(365.25))


def test_ratios_without_variation_or_loss_are_not_a_number() -> None:
    flat = metrics.period_returns(days(3), DAY, np.full(3, 100.0), 100.0)
    assert isnan(metrics.sharpe(flat)) and isnan(metrics.sortino(flat))
    one = metrics.period_returns(days(1), DAY, np.array([110.0]), 100.0)
    assert isnan(metrics.sharpe(one)) and isnan(metrics.sortino(one))


def test_minute_bars_are_judged_by_day() -> None:
    ts = START + 60 * 10**9 * np.arange(3 * 1440, dtype=np.int64)
    equity = np.repeat([101.0, 102.0, 103.0], 1440) + np.tile(np.linspace(-5.0, 0.0, 1440), 3)
    by_minute = metrics.period_returns(ts, 60 * 10**9, equity, 100.0)
    by_day = metrics.period_returns(days(3), DAY, np.array([101.0, 102.0, 103.0]), 100.0)
    np.testing.assert_allclose(by_minute.values, by_day.values)
    assert by_minute.period == "day" and by_minute.per_year == pytest.approx(365.25)


def test_trade_figures_by_hand() -> None:
    pnl = np.array([30.0, -10.0, 0.0, -5.0])
    assert metrics.win_rate(pnl) == 0.25
    assert metrics.profit_factor(pnl) == 2.0
    assert metrics.profit_factor(np.array([1.0])) == inf
    assert isnan(metrics.profit_factor(np.zeros(0))) and isnan(metrics.win_rate(np.zeros(0)))


def test_months_compound_to_the_total() -> None:
    ts = days(100)
    equity = 100.0 * np.cumprod(1.0 + 0.01 * np.sin(np.arange(100)))
    months = metrics.monthly_returns(ts, equity, 100.0)
    assert [name for name, _ in months] == ["2020-01", "2020-02", "2020-03", "2020-04"]
    assert months[0][1] == pytest.approx(equity[30] / 100.0 - 1.0)
    assert np.prod([1.0 + value for _, value in months]) == pytest.approx(equity[-1] / 100.0)


def test_buy_and_hold_waits_for_a_late_listing_and_keeps_a_dead_one_at_its_last_close() -> None:
    nan = float("nan")
    opens = np.array([[10.0, nan], [11.0, 20.0], [nan, 30.0]])
    closes = np.array([[11.0, nan], [12.0, 25.0], [nan, 40.0]])
    equity = metrics.buy_and_hold(opens, closes, np.array([0.0, 0.25]), 200.0)
    np.testing.assert_allclose(equity, [110.0 + 100.0, 120.0 + 100.0, 120.0 + 4.0 * 40.0])


def test_buy_and_hold_of_nothing_stays_in_cash() -> None:
    empty = np.full((2, 1), np.nan)
    np.testing.assert_allclose(metrics.buy_and_hold(empty, empty, np.zeros(1), 50.0), [50.0, 50.0])


def test_figures_equal_those_of_vectorbt() -> None:
    vectorbt = pytest.importorskip("vectorbt")
    import pandas as pd

    random = np.random.default_rng(7)
    equity = 1000.0 * np.cumprod(1.0 + random.normal(0.0005, 0.01, 400))
    index = pd.to_datetime(days(400), utc=True)
    series = pd.Series(
        np.diff(np.concatenate(([1000.0], equity))) / np.concatenate(([1000.0], equity[:-1])), index
    )
    theirs = series.vbt.returns(freq="1D", year_freq=f"{365.25}D")
    ours = metrics.period_returns(days(400), DAY, equity, 1000.0)
    assert vectorbt.__version__.startswith("1.")
    assert metrics.sharpe(ours) == pytest.approx(theirs.sharpe_ratio(), rel=1e-9)
    assert metrics.sortino(ours) == pytest.approx(theirs.sortino_ratio(), rel=1e-9)
    assert metrics.max_drawdown(equity, 1000.0) == pytest.approx(-theirs.max_drawdown(), rel=1e-9)
    assert metrics.total_return(equity, 1000.0) == pytest.approx(theirs.total(), rel=1e-9)
    assert metrics.cagr(days(400), DAY, equity, 1000.0) == pytest.approx(theirs.annualized(), rel=1e-9)
