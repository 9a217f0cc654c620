"""What every shipped strategy must keep, whatever its idea."""

import numpy as np
import pytest

from market.bars import PRICES
from strategies.base import BarStrategy, Strategy
from strategies.checks import check_signals
from strategies.registry import STRATEGIES
from strategies.signals import SIGNAL, SignalKind
from tests.strategies.worlds import (
    DAY,
    KOREAN,
    daily,
    panel_of,
    real_panel,
    real_stocks,
    shipped,
    weekdays,
    with_empty_row,
)

MARKETS = {"whole": daily(), "with gaps": daily(gaps=True, seed=3)}


def said(strategy, panel):
    """Bytes of every signal: equal means equal in every field, NaN included."""
    return strategy.read(panel).rows.tobytes()


def until(rows, n_bars):
    return rows[rows["bar"] < n_bars]


@pytest.fixture(params=[name for name in STRATEGIES if name not in KOREAN])
def strategy(request):
    return shipped(request.param)


@pytest.fixture(params=MARKETS)
def panel(request):
    return MARKETS[request.param]


def test_it_is_a_strategy_and_says_something(strategy, panel):
    assert isinstance(strategy, Strategy)
    assert len(strategy.read(panel)) > 10


def test_signals_are_well_formed(strategy, panel):
    rows = check_signals(strategy.read(panel), panel, "x").rows
    assert rows.dtype == SIGNAL
    entries = rows[rows["kind"] == SignalKind.ENTER]
    assert ((entries["strength"] >= 0) & (entries["strength"] <= 1)).all()
    assert (rows["strategy"] == 0).all()  # the profile's place is given later
    assert not np.isnan(panel.close[entries["bar"], entries["instrument"]]).any()
    assert len(np.unique(rows[["bar", "instrument", "kind", "side"]])) == len(rows)


def test_no_bar_changes_what_was_said_before_it(strategy, panel):
    whole = strategy.read(panel).rows
    for n_bars in [*range(1, 600, 23), *(until(whole, 599)["bar"] + 1)[::7].tolist()]:
        assert strategy.read(panel.head(n_bars)).rows.tobytes() == until(whole, n_bars).tobytes()


def test_a_different_future_changes_nothing_that_was_said(strategy, panel):
    whole = strategy.read(panel).rows
    changed = {name: getattr(panel, name).copy() for name in PRICES}
    for column in changed.values():
        column[400:] *= 1.5
    other = strategy.read(type(panel)(panel.instruments, panel.timeframe, panel.ts, **changed)).rows
    assert until(other, 400).tobytes() == until(whole, 400).tobytes()


def test_asked_twice_it_says_the_same_and_leaves_the_market_as_it_was(strategy, panel):
    before = [getattr(panel, name).copy() for name in PRICES]
    first = said(strategy, panel)
    assert said(strategy, panel) == first == said(type(strategy)(**vars(strategy)), panel)
    for old, name in zip(before, PRICES, strict=True):
        assert np.array_equal(old, getattr(panel, name), equal_nan=True)


@pytest.mark.parametrize("row", [1, 100, 333, 599])
def test_a_row_without_bars_changes_nothing_but_row_numbers(strategy, panel, row):
    expected = strategy.read(panel).rows.copy()
    expected["bar"] += expected["bar"] >= row
    assert said(strategy, with_empty_row(panel, row)) == expected.tobytes()


def test_an_instrument_is_read_from_its_own_bars(strategy):
    """Two instruments that never trade on the same row are what each is alone."""
    if not isinstance(strategy, BarStrategy):
        pytest.skip("reads instruments together")
    alone = [daily(300, 1, seed=seed).close for seed in (4, 5)]
    close = np.full((600, 2), np.nan)
    close[0::2, :1], close[1::2, 1:] = alone
    rows = strategy.read(panel_of(weekdays(600), close)).rows
    for column in (0, 1):
        mine = rows[rows["instrument"] == column].copy()
        mine["bar"] //= 2
        mine["instrument"] = 0
        assert mine.tobytes() == said(strategy, panel_of(weekdays(300), alone[column]))


@pytest.mark.parametrize("n_bars", [0, 1, 2, 30])
def test_too_short_a_market_says_nothing(strategy, n_bars):
    assert len(strategy.read(daily().head(n_bars))) == 0


def test_a_market_without_any_bar_says_nothing(strategy):
    assert len(strategy.read(panel_of(weekdays(300), np.full((300, 2), np.nan)))) == 0


def test_an_instrument_without_any_bar_says_nothing_and_disturbs_no_other(strategy):
    close = daily().close.copy()
    close[:, 2] = np.nan
    rows = strategy.read(panel_of(weekdays(600), close)).rows
    assert len(rows) > 10 and not (rows["instrument"] == 2).any()


@pytest.mark.parametrize("price", [100.1, 1e-8, 3e7])
def test_prices_that_never_move_are_no_reason_to_change_a_position(strategy, price):
    rows = strategy.read(panel_of(weekdays(900), np.full((900, 3), price))).rows
    assert not (rows["kind"] == SignalKind.EXIT).any()
    if isinstance(strategy, BarStrategy):
        assert len(rows) == 0


def test_prices_in_another_unit_say_the_same(strategy):
    whole = daily(seed=8)
    cents = panel_of(whole.ts, whole.close * 128.0)  # a power of two: no rounding
    assert said(strategy, cents) == said(strategy, whole)


@pytest.mark.parametrize("market", ["bitcoin hours", "dogecoin 5 minutes", "stocks", "ties", "gaps"])
def test_after_its_warmup_nothing_depends_on_earlier_history(strategy, market, real_data):
    """Cut history to ``warmup`` bars before a signal, and to a few more: from there on the same is said."""
    panel = {
        "bitcoin hours": lambda: real_panel(real_data, "crypto/binance_spot_1h/BTCUSDT", 30_000),
        "dogecoin 5 minutes": lambda: real_panel(
            real_data, "crypto/binance_perp_5m/DOGEUSDT", 30_000, DAY // 288
        ),
        "stocks": lambda: real_stocks(real_data),
        "ties": lambda: panel_of(weekdays(4_000), np.round(daily(4_000, 2, seed=6).close / 4.0) * 4.0),
        "gaps": lambda: daily(2_000, gaps=True, seed=7),
    }[market]()
    rows = strategy.read(panel).rows
    own = [panel.present(column) for column in range(len(panel.instruments))]
    bars = np.unique(rows["bar"])
    compared = 0
    for bar in np.random.default_rng(0).choice(bars, min(len(bars), 40), replace=False).tolist():
        before = [mine[mine < bar] for mine in own]
        for more in (0, 5):
            reach = strategy.warmup + more
            start = min((int(mine[-reach]) if len(mine) >= reach else 0) for mine in before)
            if start == 0:
                continue
            stop = min(len(panel), bar + 300)
            cut = strategy.read(panel.rows(start, stop)).rows.copy()
            cut["bar"] += start
            expected = rows[(rows["bar"] >= bar) & (rows["bar"] < stop)]
            assert cut[cut["bar"] >= bar].tobytes() == expected.tobytes()
            compared += 1
    assert compared > 5
