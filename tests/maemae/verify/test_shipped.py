"""Everything shipped passes its own gate: each strategy under all filters, on real and generated markets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desk.pipeline import Pipeline
from desk.rules import Act, DecisionRules, DeskRules, FilterRules, MonitorRules, StrategyRules
from filters.registry import FILTERS, load_filter
from maemae.verify.gate import Effort, verify_pipeline
from maemae.verify.report import Report
from market.bars import PRICES, Panel
from market.instruments import Fees, Instrument
from strategies.load import load_strategy
from strategies.registry import STRATEGIES
from tests.maemae.verify.worlds import HOUR, market
from tests.strategies.test_korean import sessions
from tests.strategies.worlds import KOREAN

QUICK = Effort(budget_s=1.0, every_bar_s=4.0, futures_s=4.0, engine_bars=1_500)
DAY = 24 * HOUR
EVERYWHERE = [name for name in STRATEGIES if name not in KOREAN]


def judge(strategy: str, panel: Panel, **parameters: object) -> Report:
    agents = tuple(load_filter(name, {}) for name in FILTERS)
    decision = DecisionRules(filters=tuple(FilterRules(Act.LEARN) for _ in agents))
    rules = StrategyRules(MonitorRules(stop=0.02, target=0.03, horizon=48), decision)
    return verify_pipeline(
        Pipeline(((strategy, load_strategy(strategy, parameters)),), agents, DeskRules(strategies=(rules,))),
        panel,
        "shipped",
        QUICK,
    )


def ahead(report: Report) -> Mapping[str, Any]:
    """The numbers behind "no lookahead"."""
    return next(check.counts for check in report.checks if check.name == "no lookahead")


def real_hours(folder: Path, n_bars: int) -> Panel:
    """Two coins' hours, outages left missing, the second one listed later."""
    import pandas as pd

    frames = [
        pd.read_parquet(folder / "crypto" / "binance_spot_1h" / f"{symbol}.parquet").set_index("date")
        for symbol in ("BTCUSDT", "XRPUSDT")
    ]
    hours = frames[0].index.union(frames[1].index)[:n_bars]
    columns = {
        name: np.stack([frame[name].reindex(hours).to_numpy(float) for frame in frames], axis=1)
        for name in PRICES
    }
    ts = hours.tz_localize(None).to_numpy().astype("datetime64[ns]").astype(np.int64)
    fees = Fees(maker=0.0002, taker=0.0005)
    coins = tuple(Instrument(f"{name}@binance", lot=1e-5, fees=fees) for name in ("BTCUSDT", "XRPUSDT"))
    return Panel(coins, HOUR, ts, **{name: np.ascontiguousarray(column) for name, column in columns.items()})


@pytest.mark.parametrize("strategy", EVERYWHERE)
def test_a_shipped_strategy_and_every_filter_pass_on_a_real_market(strategy: str, real_data: Path) -> None:
    panel = real_hours(real_data, 21_000)
    assert not panel.complete
    report = judge(strategy, panel)
    assert report.ok, report.lines
    assert ahead(report)["bars_cut"] > 1_000 and ahead(report)["bars_with_other_futures"] > 500
    parity = report.checks[-2]
    assert parity.counts["bars"] == 21_000
    assert int(parity.counts["decisions"]) > 50 and int(parity.counts["fills"]) > 20


@pytest.mark.parametrize("strategy", EVERYWHERE)
def test_a_shipped_strategy_and_every_filter_pass_on_a_generated_market(strategy: str) -> None:
    report = judge(strategy, market(6_000, 3, gaps=True))
    assert report.ok, report.lines
    assert int(report.checks[-2].counts["decisions"]) > 20


def test_a_rotation_that_drops_names_passes_on_generated_weekdays() -> None:
    whole = market(5_000, 4)
    ts = np.datetime64("2005-01-03", "ns").astype(np.int64) + DAY * np.arange(5_000)
    rows = np.flatnonzero(np.arange(5_000) % 7 < 5)  # Monday to Friday
    columns = {name: np.ascontiguousarray(getattr(whole, name)[rows]) for name in PRICES}
    report = judge("momentum_rotation", Panel(whole.instruments, DAY, ts[rows], **columns), names=2)
    assert report.ok, report.lines


@pytest.mark.parametrize(
    ("strategy", "panel", "parameters"),
    [
        ("futures_trend", sessions(4, count=20), {"entry": 10, "exit": 5, "memory": 60, "overnight": False}),
        ("session_breakout", sessions(6, count=40), {}),
    ],
    ids=["trend", "breakout"],
)
def test_what_is_for_krx_passes_on_its_contracts_and_hours(
    strategy: str, panel: Panel, parameters: Mapping[str, object]
) -> None:
    report = judge(strategy, panel, **parameters)
    assert report.ok, report.lines
    assert int(report.checks[-2].counts["decisions"]) > 10
