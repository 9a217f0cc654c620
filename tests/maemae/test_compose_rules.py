"""A profile's tables become the desk's numbers, and nothing is lost on the way."""

from math import inf, isnan

import pytest

from desk.rules import Act, LimitFill, OnEmpty, RungWeights, SizeBy, Style, Tie
from maemae.compose_rules import bars_in, desk_rules
from maemae.profile import check_profile
from market.errors import ConfigError

MINUTE = 60 * 10**9
FULL = {
    "cash": 50_000,
    "strategy": [
        {"use": "sma_cross", "fast": 5},
        {
            "use": "sma_cross",
            "sizing": {"quantity": 3},
            "execution": {"use": "market"},
            "monitor": {"target": 0.05, "horizon": "1h"},
        },
    ],
    "filters": [
        {"use": "technical", "act": "rule", "min_p": 0.55, "required": True},
        {"use": "regime", "prior": 0.0},
    ],
    "decision": {"on_empty": "block", "kappa": 1.0},
    "sizing": {"use": "kelly", "base": "fixed", "fraction": 0.5, "max_risk": "2%"},
    "execution": {"use": "twap", "exit": "ladder", "slices": 4, "every": "5m", "weights": "linear"},
    "monitor": {"stop": "1%", "horizon": 240},
    "risk": {"max_gross": 2.0, "max_daily_loss": "3%", "long_only": True, "day_begins": "06:30"},
    "fills": {"tie": "best", "limit_fill": "touch", "targets_on_entry_bar": True},
}


def test_every_table_reaches_the_desk() -> None:
    rules = desk_rules(check_profile(FULL, "p.toml"), MINUTE, 0.1)
    first, second = rules.strategies
    assert rules.cash == 50_000.0
    assert (first.sizing.by, first.sizing.base) == (SizeBy.KELLY, SizeBy.FIXED)
    assert first.sizing.fraction == 0.5 and first.sizing.max_risk == 0.02 and first.sizing.max_notional == inf
    assert (first.execution.entry, first.execution.exit) == (Style.TWAP, Style.LADDER)
    assert (first.execution.slices, first.execution.every) == (4, 5)
    assert first.execution.weights == RungWeights.LINEAR
    assert first.monitor.stop == 0.01 and isnan(first.monitor.target) and first.monitor.horizon == 240
    assert first.decision.on_empty == OnEmpty.BLOCK and first.decision.kappa == 1.0
    assert [each.act for each in first.decision.filters] == [Act.RULE, Act.LEARN]
    assert first.decision.filters[0].min_p == 0.55 and first.decision.filters[0].required
    assert first.decision.filters[1].prior == 0.0
    assert (rules.fills.tie, rules.fills.limit_fill) == (Tie.BEST, LimitFill.TOUCH)
    assert rules.fills.targets_on_entry_bar and rules.fills.participation == 0.1
    assert rules.risk.day_begins == 23_400 * 10**9
    assert (rules.risk.max_gross, rules.risk.max_daily_loss, rules.risk.max_drawdown) == (2.0, 0.03, inf)
    assert rules.risk.long_only
    assert second.decision == first.decision


def test_a_strategys_own_tables_lie_over_the_profiles() -> None:
    second = desk_rules(check_profile(FULL, "p.toml"), MINUTE, 0.1).strategies[1]
    assert second.sizing.quantity == 3.0 and second.sizing.by == SizeBy.KELLY
    assert second.execution.entry == Style.MARKET and second.execution.exit == Style.LADDER
    assert second.monitor.stop == 0.01 and second.monitor.target == 0.05 and second.monitor.horizon == 60


def test_participation_in_the_profile_wins_over_the_default() -> None:
    profile = check_profile({**FULL, "fills": {"participation": 0}}, "p.toml")
    assert desk_rules(profile, MINUTE, 0.1).fills.participation == 0.0


def test_durations_become_bars() -> None:
    assert bars_in("4h", MINUTE, "x") == 240
    assert bars_in("1w", 86_400 * 10**9, "x") == 7
    assert bars_in(17, MINUTE, "x") == 17


def test_execution_finer_than_the_data_is_refused_with_the_data_it_needs() -> None:
    with pytest.raises(ConfigError, match=r"execution.every = '5m'.*bars are 1h long.*data of 5m or finer"):
        desk_rules(check_profile(FULL, "p.toml"), 60 * MINUTE, 0.1)
