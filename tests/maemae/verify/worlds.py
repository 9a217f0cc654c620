"""Markets to verify on, and user files to verify."""

from pathlib import Path
from typing import Any

import numpy as np

from desk.pipeline import Pipeline
from desk.rules import Act, DecisionRules, DeskRules, FilterRules, MonitorRules, StrategyRules
from filters.registry import load_filter
from market.bars import Panel
from market.instruments import Instrument
from strategies.load import load_strategy

HOUR = 3_600_000_000_000
LEAKS = Path(__file__).parent / "leaks"
SYMBOLS = tuple(3 * letter for letter in "ABCDEFGHIJKL")


def market(n_bars: int = 3_000, n_instruments: int = 1, gaps: bool = False, seed: int = 1) -> Panel:
    """Hourly bars of related random walks from a Monday on; with gaps, every instrument misses stretches."""
    rng = np.random.default_rng(seed)
    steps = 0.007 * rng.standard_normal((n_bars, n_instruments)) + 0.004 * rng.standard_normal((n_bars, 1))
    close = 100.0 * np.exp(np.cumsum(steps, axis=0))
    open_ = np.vstack([close[:1], close[:-1]]) * (1 + 0.0005 * rng.standard_normal(close.shape))
    high = np.maximum(open_, close) * (1 + 0.003 * rng.random(close.shape))
    low = np.minimum(open_, close) * (1 - 0.003 * rng.random(close.shape))
    volume = 1_000.0 * rng.random(close.shape) + 1.0
    columns = {"open": open_, "high": high, "low": low, "close": close, "volume": volume}
    if gaps:
        missing = rng.random(close.shape) < 0.01
        missing |= np.roll(missing, 1, axis=0) | np.roll(missing, 2, axis=0)
        for column in columns.values():
            column[missing] = np.nan
    ts = np.datetime64("2023-01-02", "ns").astype(np.int64) + HOUR * np.arange(n_bars)
    return Panel(tuple(Instrument(f"{SYMBOLS[i]}@test") for i in range(n_instruments)), HOUR, ts, **columns)


def user(name: str, **parameters: Any) -> Any:
    """The strategy or filter in a file of ``leaks``, loaded as a user's file is."""
    load = load_filter if name.endswith("filter") else load_strategy
    return load(str(LEAKS / f"{name}.py"), parameters)


def pipeline(strategy: str = "honest_cross", filters: tuple[str, ...] = (), **parameters: Any) -> Pipeline:
    """One user strategy and filters from ``leaks``, with barriers so that "win" is defined."""
    agents = tuple(user(name) for name in filters)
    decision = DecisionRules(filters=tuple(FilterRules(Act.LEARN) for _ in agents))
    rules = StrategyRules(MonitorRules(stop=0.02, target=0.03, horizon=24), decision)
    return Pipeline(((strategy, user(strategy, **parameters)),), agents, DeskRules(strategies=(rules,)))
