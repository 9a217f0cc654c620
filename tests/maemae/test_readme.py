"""What the README shows is what happens, and what the documents name exists."""

import re
import runpy
from pathlib import Path

import pytest

from maemae.cli import run

pytest.importorskip("bokeh_sampledata")
ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"```\n\$ maemae (.*?)\n(.*?)```", README, re.DOTALL)
CHANGES = re.compile(r"[0-9a-f]{12}")  # the manifest's id changes with any line of code


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the reader's, with the strategy in it."""
    (tmp_path / "trend.py").write_text(PYTHON[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    return tmp_path


def stable(text: str) -> list[str]:
    """The lines that are the same everywhere: all but the last, which tells seconds."""
    lines = [CHANGES.sub("…", line.rstrip()) for line in text.rstrip().splitlines()]
    return lines[: next(place for place, line in enumerate(lines) if line.startswith("Seconds"))]


def test_the_strategy_prints_exactly_what_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ((arguments, shown),) = COMMANDS
    assert run(arguments.split()) == 0
    assert stable(capsys.readouterr().out) == stable(shown)


def test_the_strategy_passes_the_gate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = COMMANDS[0][0].split()
    assert run(["verify", *arguments[1:]]) == 0, capsys.readouterr().out


def test_the_python_example_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "example.py").write_text(PYTHON[1], encoding="utf-8")
    found = runpy.run_path(str(folder / "example.py"))
    assert found["result"].summary["trades"] > 50
    assert len(capsys.readouterr().out.split()) == 2


def test_the_first_screen_says_what_it_is_and_how_to_start() -> None:
    first = "\n".join(README.splitlines()[:20])
    assert "make demo" in first and "make test" in first and "Python 3.11" in first
    assert "Commons Clause" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere_and_every_file_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (document.parent / link).exists(), link
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]*\.(?:py|toml))`", text):
        assert (ROOT / path).exists() or (ROOT / "maemae" / path).exists(), path


def test_the_map_shows_every_folder_of_the_house() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = [path.parent.name for path in ROOT.glob("*/__init__.py")]
    for folder in set(folders) - {"tests", "benchmarks"}:
        assert f"| `{folder}/` |" in text, folder
