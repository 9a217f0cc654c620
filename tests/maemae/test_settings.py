"""A profile says everything, and a wrong word in it is answered with key, value, expectation and remedy."""

from pathlib import Path

import pytest

from maemae.profile import check_profile, read_tables, set_sizing, set_value
from maemae.settings import Profile
from market.errors import ConfigError

BASE = {"strategy": [{"use": "sma_cross", "fast": 20, "slow": 50}]}


def checked(**tables: object) -> Profile:
    return check_profile({**BASE, **tables}, "p.toml")


def test_a_strategys_other_keys_are_its_parameters() -> None:
    profile = checked()
    assert profile.strategy[0].use == "sma_cross"
    assert profile.strategy[0].parameters == {"fast": 20, "slow": 50}


def test_percents_basis_points_and_fractions_are_the_same_number() -> None:
    for written in ("2%", "2 %", "200bps", "0.02", 0.02):
        assert checked(monitor={"stop": written}).monitor.stop == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"sizng": {}}, ["'sizng' is not a known key", "Did you mean 'sizing'?"]),
        ({"sizing": {"us": "kelly"}}, ["'sizing.us' is not a known key", "Did you mean 'use'?", "max_risk"]),
        (
            {"sizing": {"use": "kely"}},
            ["sizing.use = 'kely'", "'fixed', 'fractional' or 'kelly'", "Did you mean"],
        ),
        ({"sizing": {"quantity": 0}}, ["sizing.quantity = 0", "a number above 0"]),
        ({"sizing": {"fraction": "150%"}}, ["sizing.fraction = '150%'", "at most 1"]),
        ({"monitor": {"stop": 2}}, ["monitor.stop = 2", "below 1", "'2%'"]),
        ({"monitor": {"stop": "two"}}, ["monitor.stop = 'two'", "a percent such as '2%'"]),
        ({"monitor": {"horizon": "4 hours"}}, ["monitor.horizon = '4 hours'", "a duration such as '5m'"]),
        ({"monitor": {"horizon": -1}}, ["monitor.horizon = -1", "a number of bars"]),
        ({"execution": {"slices": "3"}}, ["execution.slices = '3'", "a whole number"]),
        ({"execution": {"slices": 2.5}}, ["execution.slices = 2.5", "a whole number"]),
        ({"execution": {"rungs": 6}}, ["execution.rungs = 6", "at most 5"]),
        ({"risk": {"long_only": "yes"}}, ["risk.long_only = 'yes'", "true or false"]),
        ({"fills": {"participation": 1.5}}, ["fills.participation = 1.5", "at most 1"]),
        ({"costs": {"fee_bps": -1}}, ["costs.fee_bps = -1", "at least 0"]),
        ({"cash": float("nan")}, ["cash = nan", "finite"]),
        ({"cash": True}, ["cash = true", "a number"]),
        ({"market": {"instruments": "AAPL@us"}}, ["market.instruments = 'AAPL@us'", "a list"]),
        ({"market": 5}, ["market = 5", "a table"]),
        ({"instruments": {"A@x": {"lots": 1}}}, ["'instruments.A@x.lots' is not", "Did you mean 'lot'?"]),
        ({"filters": [{"use": "regime", "min_p": 0.5}]}, ["filters[0]", "min_p = 0.5", 'act = "rule"']),
        ({"filters": [{"use": "regime", "act": "rules"}]}, ["filters[0].act = 'rules'", "'learn' or 'rule'"]),
        ({"filters": [{"act": "rule"}]}, ["'filters[0].use' is missing"]),
        ({"strategy": []}, ["'strategy' is empty", "sma_cross"]),
        ({"strategy": [{"use": "a", "sizing": {"riks": 1}}]}, ["'strategy[0].sizing.riks'", "'risk'"]),
        ({"language": "kr"}, ["language = 'kr'", "'en' or 'ko'"]),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_was_expected(
    tables: dict[str, object], said: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(**tables)
    message = str(caught.value)
    assert message.startswith("p.toml: ") and "\n" not in message
    for words in said:
        assert words in message, message


def test_a_profile_without_a_strategy_says_how_to_name_one() -> None:
    with pytest.raises(ConfigError, match=r"'strategy' is missing.*sma_cross"):
        check_profile({}, "p.toml")


def test_of_several_errors_the_first_is_told_and_the_rest_counted() -> None:
    with pytest.raises(ConfigError, match=r"1 more"):
        checked(cash=-1, language="kr")


def test_set_reaches_the_strategys_parameters_and_every_table() -> None:
    tables = {"strategy": [{"use": "sma_cross"}]}
    for each in ("fast=10", "name_like=abc", "sizing.use=kelly", "monitor.stop=1%", "risk.long_only=true"):
        set_value(tables, each)
    assert tables["strategy"] == [{"use": "sma_cross", "fast": 10, "name_like": "abc"}]
    assert tables["sizing"] == {"use": "kelly"}  # type: ignore[comparison-overlap]
    profile = check_profile(tables, "command line")
    assert profile.monitor.stop == pytest.approx(0.01) and profile.risk.long_only


@pytest.mark.parametrize("wrong", ["fast", "=3", "strategy.fast=3"])
def test_a_set_that_assigns_nothing_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match="--set"):
        set_value({"strategy": [{"use": "sma_cross"}]}, wrong)


def test_a_parameter_of_two_strategies_is_ambiguous() -> None:
    with pytest.raises(ConfigError, match="2 strategies"):
        set_value({"strategy": [{"use": "a"}, {"use": "b"}]}, "fast=3")


def test_sizing_in_one_word() -> None:
    for text, key, value in (
        ("fixed:3", "quantity", 3),
        ("fractional:2%", "risk", 0.02),
        ("kelly:0.5", "fraction", 0.5),
    ):
        tables = {"strategy": [{"use": "a", "sizing": {"use": "fixed"}}], "sizing": {"max_risk": "3%"}}
        set_sizing(tables, text)
        sizing = check_profile(tables, "command line").sizing
        assert sizing.use == text.partition(":")[0] and getattr(sizing, key) == pytest.approx(value)
        assert sizing.max_risk == pytest.approx(0.03)
    with pytest.raises(ConfigError, match="fixed:UNITS"):
        set_sizing({}, "all:1")


def test_a_profile_that_is_not_there_or_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such profile"):
        read_tables(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("cash = \n")
    with pytest.raises(ConfigError, match=r"broken.toml: not valid TOML.*line 1"):
        read_tables(broken)
