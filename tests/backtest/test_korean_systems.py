"""The Korean profiles through a backtest: their sessions, their contracts, their won."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtest.result import Result
from backtest.run import backtest
from maemae.compose import plan_of
from maemae.profile import check_profile, read_tables
from market import krx
from market.bars import PRICES, Panel
from market.krx.clock import day_of, ns_of
from market.timeframes import DAY, MINUTE
from strategies.korean_sessions import session_bars
from tests.strategies.test_korean import DAYS, REAL, minutes, sessions

CONFIG = Path(__file__).resolve().parents[2] / "config"


def ran(profile: str, panel: Panel, **change: Any) -> Result:
    path = CONFIG / f"{profile}.toml"
    tables = read_tables(path) | {"market": {"timeframe": None}} | change
    tables["market"] = {}
    return backtest(plan_of(check_profile(tables, str(path)), panel), variants=False)


def rows_of(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = result.to_json(["trades"])["trades"]
    return found


def moment(text: str) -> int:
    """ns UTC."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 10**9


def test_the_day_and_night_bot_is_flat_at_every_auction() -> None:
    panel = sessions(3, MINUTE, 5)
    result = ran("kospi200-daynight", panel, filters=[])
    trades = rows_of(result)
    assert len(trades) >= 5
    marks = session_bars(panel.instruments[0], panel.ts, MINUTE, 0.0, DAYS)
    for trade in trades:
        at = [moment(trade[name]) for name in ("entry_time", "exit_time")]
        entered, left = np.searchsorted(panel.ts, at, "right") - 1
        assert marks.number[entered] == marks.number[left], trade


def test_the_trend_trades_each_contract_in_its_time_on_real_prices() -> None:
    pytest.importorskip("pandas")
    if not REAL.exists():
        pytest.skip("needs the shared market data")
    import pandas as pd

    frame = pd.read_csv(REAL)
    ts = pd.to_datetime(frame["date"]).astype("datetime64[ns]").astype("int64").to_numpy()
    instruments = tuple(krx.instrument(f"101{y}{m}000", margin=0.1) for y in "FGHJK" for m in "369C")
    lasts = np.array([one.expiry for one in instruments])
    alive = (ts[:, None] < lasts) & (ts[:, None] > lasts - 280 * DAY)
    names = ("start", "high", "low", "close")
    columns = [np.where(alive, frame[name].to_numpy(float)[:, None], np.nan) for name in names]
    panel = Panel(instruments, DAY, ts, *columns, np.where(alive, 1e5, np.nan))
    strategy = {"use": "futures_trend", "entry": 20, "exit": 10, "memory": 100, "roll_days": 3}
    trades = rows_of(ran("kospi200-trend", panel, strategy=[strategy], filters=[], monitor={"stop": "5%"}))
    assert len(trades) > 30 and len({trade["instrument"] for trade in trades}) > 12
    by_id = {one.id: one for one in instruments}
    for trade in trades:
        last = day_of(by_id[trade["instrument"]].expiry)
        assert moment(trade["exit_time"]) < ns_of(DAYS.next(DAYS.next(last, -1), -1), 0) + DAY


def test_what_the_condition_found_is_bought_in_parts(tmp_path: Path) -> None:
    bars = minutes()
    share = krx.instrument("005930")
    falls = 70_000.0 - 100.0 * (np.arange(len(bars)) % 7)
    columns = {name: falls.reshape(-1, 1).copy() for name in PRICES if name != "volume"}
    columns["high"], columns["low"] = columns["high"] + 100.0, columns["low"] - 100.0
    panel = Panel((share,), MINUTE, bars.ts, volume=np.full((len(bars), 1), 1e5), **columns)
    record = tmp_path / "hits.csv"
    record.write_text("time,code,change\n2026-10-12T09:05:30+09:00,005930,N\n")
    result = ran(
        "krx-condition", panel, strategy=[{"use": "condition_hits", "hits": str(record)}], filters=[]
    )
    orders = [row for row in result.to_json(["orders"])["orders"] if row["event"] == "sent"]
    entries = [row for row in orders if row["side"] == 1]
    assert len(entries) == 3 and len({row["price"] for row in entries}) == 3
