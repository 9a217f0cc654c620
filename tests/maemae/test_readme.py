"""What the README shows is what happens, and what the documents name exists."""

import re
import runpy
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from maemae.cli import run
from maemae.compose_panel import shaped
from maemae.profile import check_profile
from market.instruments import Fees, Instrument
from tests.backtest.market import walk

pytest.importorskip("bokeh_sampledata")
ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"```\n\$ maemae (.*?)\n(.*?)```", README, re.DOTALL)
LAST = "\n\nRun "  # begins what is another on every machine: the run's id, seconds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the reader's, with the strategy in it."""
    (tmp_path / "trend.py").write_text(PYTHON[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    return tmp_path


def test_the_strategy_prints_exactly_what_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ((arguments, shown),) = COMMANDS
    assert run(arguments.split()) == 0
    printed, said, _ = capsys.readouterr().out.partition(LAST)
    assert said and shown.partition(LAST)[0] == printed, printed


def test_the_strategy_passes_the_gate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = COMMANDS[0][0].split()
    assert run(["verify", *arguments[1:]]) == 0, capsys.readouterr().out


def test_the_python_example_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "example.py").write_text(PYTHON[1], encoding="utf-8")
    found = runpy.run_path(str(folder / "example.py"))
    assert found["result"].summary["trades"] > 50
    assert len(capsys.readouterr().out.split()) == 2


def test_the_profile_example_says_what_it_claims() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    tables = tomllib.loads(shown)["instruments"]
    for name, quote in (("BTCUSDT", "USDT"), ("005930", "KRW")):
        panel = replace(walk(width=1), instruments=(Instrument(f"{name}@x", quote=quote),))
        asked = {"strategy": [{"use": "sma_cross"}], "instruments": {name: tables[name]}}
        (found,) = shaped(panel, check_profile(asked, "README")).instruments
        if name == "BTCUSDT":
            assert found.fees == Fees(0.00075, 0.00075, "BNB", 600.0) and found.borrow == pytest.approx(0.08)
        else:
            assert found.sell_taxes == (("2024-01-01", 0.0018), ("2025-01-01", 0.0015))
            assert found.ticks == ((0.0, 1.0), (2000.0, 5.0)) and found.timezone == "Asia/Seoul"


def test_the_first_screen_says_what_it_is_and_how_to_start() -> None:
    first = "\n".join(README.splitlines()[:20])
    assert "make demo" in first and "make test" in first and "Python 3.11" in first
    assert "Commons Clause" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere_and_every_file_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in link or (document.parent / link).exists(), link
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]*\.(?:py|toml))`", text):
        assert (ROOT / path).exists() or (ROOT / "maemae" / path).exists(), path


def test_the_map_shows_every_folder_of_the_house() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = [path.parent.name for path in ROOT.glob("*/__init__.py")]
    for folder in set(folders) - {"tests", "benchmarks"}:
        assert f"| `{folder}/` |" in text, folder
