"""The demo: three honest columns over real stocks, readable in 80 of the terminal's."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from rich.cells import cell_len

from maemae.cli import run
from maemae.compose import demo_plans
from maemae.profile import check_profile, read_tables
from strategies.load import load_strategy
from strategies.rsi_macd import RsiMacd

pytest.importorskip("bokeh_sampledata")
ALL = sorted((Path(__file__).resolve().parents[2] / "config").glob("*.toml"))
CONFIGS = [path for path in ALL if "venue" not in read_tables(path)]  # the others' bars come from a venue


@pytest.fixture(scope="module")
def found() -> dict:  # type: ignore[type-arg]
    """The demo's JSON, by column."""
    told = io.StringIO()
    with redirect_stdout(told):
        assert run(["demo", "--json", "-"]) == 0
    return json.loads(told.getvalue())  # type: ignore[no-any-return]


def test_every_column_trades(found: dict) -> None:  # type: ignore[type-arg]
    assert list(found) == ["without filters", "filters as rules", "learning"]
    fills = {name: column["summary"]["fills"] for name, column in found.items()}
    assert fills["without filters"] > fills["filters as rules"] > 0
    assert fills["learning"] > 0
    assert len({column["summary"]["final_equity"] for column in found.values()}) == 3


def test_only_the_filters_differ(found: dict) -> None:  # type: ignore[type-arg]
    profiles = [{**column["manifest"]["profile"], "filters": []} for column in found.values()]
    assert profiles[0] == profiles[1] == profiles[2]
    assert len({column["manifest"]["data"] for column in found.values()}) == 1


def test_the_learning_column_learns(found: dict) -> None:  # type: ignore[type-arg]
    (learned,) = found["learning"]["learning"]
    assert learned["labels"] > 500 and 0 < learned["wins"] < learned["labels"]
    assert [each["stage"] for each in learned["stages"]][:1] == ["size"]
    cards = found["learning"]["filters"]
    assert all(card["act"] == "learn" and card["standings"] for card in cards)
    assert all(card["act"] == "rule" for card in found["filters as rules"]["filters"])


def test_the_rules_stand_near_the_chance_without_drift_and_the_strategy_is_as_shipped() -> None:
    (_, plan) = demo_plans()[1]
    (name, strategy), *others = plan.pipeline.strategies
    assert strategy == load_strategy(name, {}) == RsiMacd() and not others
    chance = RsiMacd().stop / (RsiMacd().stop + RsiMacd().target)
    for rule in plan.pipeline.rules.strategies[0].decision.filters:
        assert abs(rule.min_p - chance) < 0.01


def test_it_is_readable_in_eighty_columns_and_promises_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["demo"]) == 0
    text = capsys.readouterr().out
    assert max(cell_len(line) for line in text.splitlines()) <= 80 and "…" not in text
    assert "not a promise" in " ".join(text.split())
    for words in ("Side by side", "labels matured", "Assumptions", "Filter regime (learn)", "Worst trades"):
        assert words in text


def test_it_speaks_korean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--language", "ko"]) == 0
    text = capsys.readouterr().out
    assert "약속하지 않습니다" in text and "나란히 비교" in text and "Side by side" not in text


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_profile_that_is_shipped_runs_and_trades(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_profile(read_tables(path), path.name).name == path.stem
    assert run(["backtest", str(path), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["fills"] > 50
