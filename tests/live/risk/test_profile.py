"""The profile's [risk] becomes the gate's limits; what is wrong is said with key, value and remedy."""

from math import inf
from typing import Any

import pytest

from live.risk.limits import InstrumentLimits, RiskLimits, key
from maemae.compose_risk import risk_limits
from maemae.profile import check_profile
from market.errors import ConfigError
from market.timeframes import SECOND as S
from tests.live.risk.world import BTC, ETH


def limits_of(risk: dict[str, Any]) -> RiskLimits:
    profile = check_profile({"strategy": [{"use": "sma_cross"}], "risk": risk}, "bot.toml")
    return risk_limits(profile.risk, (BTC.id, ETH.id))


def test_an_empty_profile_has_the_safe_defaults() -> None:
    limits = limits_of({})
    assert limits == RiskLimits()
    assert limits.max_daily_loss == 0.05 and limits.max_drawdown == 0.2 and limits.price_collar == 0.05


def test_what_the_profile_says_holds() -> None:
    controls = {
        "restricted": ["XRP@test", "DOGE@test sell"],
        "price_collar": "2%",
        "max_quote_age": "500ms",
        "max_executions": 5,
        "execution_window": "30m",
        "max_order_quantity": 3,
        "instruments": {BTC.id: {"max_position": 2.5}},
    }
    limits = limits_of({"max_daily_loss": "3%", "max_position": 9.0, "long_only": True, "controls": controls})
    assert limits.restricted == {("XRP@test", 1), ("XRP@test", -1), ("DOGE@test", -1)}
    assert (limits.price_collar, limits.max_quote_age) == (0.02, S // 2)
    assert (limits.max_executions, limits.execution_window) == (5, 1_800 * S)
    assert (limits.max_daily_loss, limits.max_position, limits.long_only) == (0.03, 9.0, True)
    assert limits.of(BTC.id) == InstrumentLimits(max_position=2.5) and limits.of(ETH.id).max_position == inf


@pytest.mark.parametrize(
    ("risk", "parts"),
    [
        (
            {"controls": {"price_colar": "5%"}},
            ["risk.controls.price_colar", "'price_collar'?"],
        ),
        ({"controls": {"price_collar": "0%"}}, ["risk.controls.price_collar", "above 0"]),
        ({"controls": {"max_quote_age": 10}}, ["risk.controls.max_quote_age = 10", "'10s'"]),
        ({"controls": {"max_quote_age": "0s"}}, ["risk.controls.max_quote_age = '0s'", "above 0"]),
        ({"controls": {"max_executions": 0}}, ["risk.controls.max_executions = 0", "at least 1"]),
        ({"controls": {"restricted": ["BTC"]}}, ["risk.controls.restricted", "not 'BTC'"]),
        ({"controls": {"instruments": {"BTCUSD@test": {}}}}, ["instruments.BTCUSD@test", "'BTCUSDT@test'?"]),
        ({"controls": {"heartbeat_block": "2m"}}, ["heartbeat_cancel = 1m", "heartbeat_block = 2m"]),
    ],
)
def test_a_wrong_key_or_value_is_named(risk: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        limits_of(risk)
    for part in parts:
        assert part in str(error.value)


def test_keys_are_where_the_profile_has_them() -> None:
    assert key("max_daily_loss") == "risk.max_daily_loss"
    assert key("price_collar") == "risk.controls.price_collar"
    assert key("max_position", BTC.id) == f'risk.controls.instruments."{BTC.id}".max_position'
