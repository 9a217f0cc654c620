"""What each shipped strategy says, against its idea written plainly."""

import numpy as np
import pytest

from market import ta
from market.errors import ConfigError
from strategies.momentum_rotation import MomentumRotation
from strategies.month_ends import DAY, month_ends
from strategies.rsi_macd import RsiMacd
from strategies.signals import SignalKind
from strategies.sma_cross import SmaCross
from tests.strategies.worlds import daily, panel_of, real_panel, weekdays


def crossings(panel, fast, slow):
    """Bars where the fast mean is above now and wasn't before, and the reverse, plainly."""
    close = panel.close[:, 0]
    means = [
        np.convolve(close, np.full(n, 1.0 / n), "valid")[-(len(close) - slow + 1) :] for n in (fast, slow)
    ]
    above = means[0] > means[1]
    up, down = ~above[:-1] & above[1:], above[:-1] & ~above[1:]
    return np.flatnonzero(up) + slow, np.flatnonzero(down) + slow


def picked(rows, kind, side=1):
    return rows[(rows["kind"] == kind) & (rows["side"] == side)]


def test_sma_cross_is_long_while_the_fast_mean_is_above(real_data):
    panel = real_panel(real_data, "crypto/binance_spot_1h/BTCUSDT", 20_000)
    up, down = crossings(panel, 20, 50)
    rows = SmaCross().read(panel).rows
    assert picked(rows, SignalKind.ENTER)["bar"].tolist() == up.tolist()
    assert picked(rows, SignalKind.EXIT)["bar"].tolist() == down.tolist()
    assert len(rows) == len(up) + len(down) > 300


def test_sma_cross_with_shorts_turns_around(real_data):
    panel = real_panel(real_data, "crypto/binance_spot_1h/BTCUSDT", 5_000)
    up, down = crossings(panel, 20, 50)
    rows = SmaCross(shorts=True).read(panel).rows
    assert picked(rows, SignalKind.ENTER)["bar"].tolist() == up.tolist()
    assert picked(rows, SignalKind.ENTER, -1)["bar"].tolist() == down.tolist()
    assert len(rows) == len(up) + len(down)


def test_rsi_macd_enters_when_momentum_turns_and_the_move_isnt_spent(real_data):
    panel = real_panel(real_data, "crypto/binance_spot_1h/BTCUSDT", 20_000)
    close = panel.close[:, 0].copy()
    rsi, (macd, mean, _) = ta.RSI(close, 14), ta.MACD(close, 12, 26, 9)
    turned_up = np.concatenate([[False], (macd[1:] > mean[1:]) & (macd[:-1] <= mean[:-1])])
    turned_down = np.concatenate([[False], (macd[1:] < mean[1:]) & (macd[:-1] >= mean[:-1])])
    rows = RsiMacd(low=45.0, high=55.0, stop=0.01, target=0.03, horizon=12).read(panel).rows
    longs, shorts = (picked(rows, SignalKind.ENTER, side) for side in (1, -1))
    assert longs["bar"].tolist() == np.flatnonzero(turned_up & (rsi < 55.0)).tolist()
    assert shorts["bar"].tolist() == np.flatnonzero(turned_down & (rsi > 45.0)).tolist()
    assert len(longs) > 100 and len(shorts) > 100 and len(rows) == len(longs) + len(shorts)
    for name, value in (("stop", 0.01), ("target", 0.03), ("horizon", 12)):
        assert (rows[name] == value).all()
    assert len(RsiMacd(shorts=False).read(panel).rows) > 100
    assert (RsiMacd(shorts=False).read(panel).rows["side"] == 1).all()


def rotation_said_plainly(panel, names, weight, skip, lookback):
    """Month by month and instrument by instrument, from the prices that exist."""
    said, held = [], []
    for row in month_ends(panel).tolist():
        strengths = []
        for k in range(len(panel.instruments)):
            own = [r for r in range(row + 1) if not np.isnan(panel.close[r, k])]
            fresh = own and panel.ts[row] - panel.ts[own[-1]] <= 7 * DAY
            if fresh and len(own) > lookback:
                recent, past = (panel.close[own[-1 - back], k] for back in (skip, lookback))
                strengths.append((recent / past - 1.0, k))
        best = sorted(k for _, k in sorted(strengths, key=lambda one: (-one[0], one[1]))[:names])
        said += [(row, SignalKind.EXIT, k, None) for k in held if k not in best]
        said += [(row, SignalKind.ENTER, k, weight) for k in best if not np.isnan(panel.close[row, k])]
        held = best
    return said


@pytest.mark.parametrize("gaps", [False, True])
def test_rotation_holds_the_strongest_of_each_month(gaps):
    panel = daily(700, 8, gaps=gaps, seed=11)
    rows = MomentumRotation(names=3, invested=0.9, skip=10, lookback=60).read(panel).rows
    found = [
        (int(r["bar"]), r["kind"], int(r["instrument"]), None if np.isnan(r["weight"]) else r["weight"])
        for r in rows
    ]
    assert found == rotation_said_plainly(panel, 3, 0.9 / 3, 10, 60)
    assert {SignalKind.ENTER, SignalKind.EXIT} == set(rows["kind"])


def test_of_equals_the_first_are_held_and_fewer_than_wanted_leave_cash():
    flat = panel_of(weekdays(100), np.full((100, 4), 10.0))
    rows = MomentumRotation(names=3, skip=1, lookback=20).read(flat).rows
    assert set(rows["instrument"]) == {0, 1, 2}
    rows = MomentumRotation(names=50, invested=1.0, skip=1, lookback=20).read(flat).rows
    assert set(rows["weight"]) == {1.0 / 50} and set(rows["instrument"]) == {0, 1, 2, 3}


def test_who_stopped_trading_is_left_and_not_entered_again():
    close = daily(500, 3, seed=2).close.copy()
    close[250:, 0] = np.nan
    rows = MomentumRotation(names=3, skip=1, lookback=20).read(panel_of(weekdays(500), close)).rows
    gone = rows[rows["instrument"] == 0]
    assert picked(gone, SignalKind.ENTER)["bar"].max() < 250
    assert len(picked(gone, SignalKind.EXIT)) == 1 and 250 <= picked(gone, SignalKind.EXIT)["bar"][0] < 280


def ends(dates, timezone="UTC", hours=0):
    """The dates that end a month."""
    days = np.array(dates, "datetime64[D]")
    ts = days.astype("datetime64[ns]").astype(np.int64) + hours * DAY // 24
    rows = month_ends(panel_of(ts, np.ones((len(ts), 1)), timezone=timezone))
    return days[rows].astype(str).tolist()


def test_a_month_ends_on_its_last_weekday():
    every_day = np.arange("2024-01-02", "2024-04-10", dtype="datetime64[D]")
    assert ends(every_day) == ["2024-01-31", "2024-02-29", "2024-03-29"]
    year = weekdays(260, "2019-01-01").astype("datetime64[ns]").astype("datetime64[D]")
    assert ends(year) == [str(np.busday_offset(f"2019-{m:02}", -1, roll="forward")) for m in range(2, 13)]


def test_a_weekend_after_the_month_ended_ends_nothing_again():
    assert ends(["2024-03-28", "2024-03-29", "2024-03-30", "2024-03-31", "2024-04-01"]) == ["2024-03-29"]


def test_when_the_last_weekday_is_a_holiday_the_month_ends_with_the_next_months_first_row():
    """Good Friday 2024 was March's last weekday; prices couldn't tell on Thursday that it was a holiday."""
    assert ends(["2024-03-27", "2024-03-28", "2024-04-01", "2024-04-02"]) == ["2024-04-01"]


def test_a_row_on_which_nothing_traded_ends_no_month():
    ts = np.array(["2024-03-28", "2024-03-29", "2024-04-01"], "datetime64[ns]").astype(np.int64)
    panel = panel_of(ts, np.array([[1.0, 1.0], [np.nan, np.nan], [1.0, np.nan]]))
    assert month_ends(panel).tolist() == [2]


def test_a_day_is_the_exchanges_own():
    """A Seoul day that opens at 00:00 local time is written 15:00 of the day before in UTC."""
    days = ["2024-03-27", "2024-03-28", "2024-03-31"]  # in Seoul: Thursday 28, Friday 29, Monday 1
    assert ends(days, "Asia/Seoul", hours=15) == ["2024-03-28"]
    assert ends(days, "UTC", hours=15) == ["2024-03-31"]


OUT_OF_RANGE = [
    (SmaCross, {"fast": 0}, "SmaCross: fast = 0; expected a whole number from 1 to 10,000"),
    (SmaCross, {"fast": 50, "slow": 20}, "fast = 50, slow = 20; expected fast < slow"),
    (SmaCross, {"fast": 20, "slow": 20}, "expected fast < slow"),
    (SmaCross, {"slow": 50.5}, "slow = 50.5; expected a whole number"),
    (SmaCross, {"slow": True}, "slow = True; expected a whole number"),
    (SmaCross, {"shorts": 1}, "shorts = 1; expected true or false"),
    (RsiMacd, {"rsi": 1}, "RsiMacd: rsi = 1; expected a whole number from 2 to 10,000"),
    (RsiMacd, {"fast": 26}, "fast = 26, slow = 26; expected fast < slow"),
    (RsiMacd, {"smooth": 0}, "smooth = 0; expected a whole number from 1"),
    (RsiMacd, {"low": -1.0}, "low = -1.0; expected a number from 0 to 100"),
    (RsiMacd, {"high": float("nan")}, "high = nan; expected a number from 0 to 100"),
    (RsiMacd, {"stop": 0.0}, "stop = 0.0; expected a number from 0.0001 to 0.99"),
    (RsiMacd, {"target": -0.1}, "target = -0.1; expected a number from 0.0001 to 100"),
    (RsiMacd, {"horizon": -1}, "horizon = -1; expected a whole number from 0"),
    (RsiMacd, {"horizon": "12"}, "horizon = '12'; expected a whole number"),
    (MomentumRotation, {"names": 0}, "MomentumRotation: names = 0; expected a whole number from 1"),
    (MomentumRotation, {"invested": 1.5}, "invested = 1.5; expected a number from 0.01 to 1"),
    (MomentumRotation, {"skip": 252}, "skip = 252, lookback = 252; expected skip < lookback"),
    (MomentumRotation, {"lookback": 20_000}, "lookback = 20000; expected a whole number from 0 to 10,000"),
]


@pytest.mark.parametrize(("strategy", "parameters", "expected"), OUT_OF_RANGE)
def test_a_parameter_out_of_range_is_refused_with_its_range(strategy, parameters, expected):
    with pytest.raises(ConfigError) as refusal:
        strategy(**parameters)
    assert expected in str(refusal.value)
