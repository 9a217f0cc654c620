"""The house: who may import whom, what is packaged, and what a start of the command line may load."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Data flows downwards: a folder may import itself and the folders above it.
ORDER = (
    "market",
    "pricing",
    "strategies",
    "filters",
    "desk",
    "brokers",
    "records",
    "report",
    "backtest",
    "research",
    "live",
    "maemae",
)
SIBLINGS = {"backtest": {"research", "live"}, "research": {"live"}, "live": {"backtest", "research"}}
FOLDERS = tuple(name for name in ORDER if (ROOT / name).is_dir())


def imported_folders(source: str, module: str) -> set[str]:
    """Top-level names that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(module if node.level else (node.module or "").partition(".")[0])
    return found


def forbidden(folder: str) -> set[str]:
    """Folders below ``folder``, and the siblings it must not know."""
    return set(ORDER[ORDER.index(folder) + 1 :]) | SIBLINGS.get(folder, set())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_from_folders_above_it(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        wrong = imported_folders(path.read_text(encoding="utf-8"), folder) & forbidden(folder)
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}, which come after {folder}/"


def test_the_check_sees_an_import_inside_a_function() -> None:
    source = "def late() -> None:\n    from maemae.settings import Profile\n"
    assert imported_folders(source, "desk") & forbidden("desk") == {"maemae"}


def test_research_may_import_backtest_and_backtest_not_research() -> None:
    assert "backtest" not in forbidden("research")
    assert {"research", "live"} <= forbidden("backtest")
    assert {"backtest", "research"} <= forbidden("live")


def test_the_product_does_not_import_tests_or_benchmarks() -> None:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            wrong = imported_folders(path.read_text(encoding="utf-8"), folder) & {"tests", "benchmarks"}
            assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


def test_config_holds_no_python() -> None:
    assert not list((ROOT / "config").rglob("*.py"))


def test_every_package_is_listed_for_installation_and_marked_as_typed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert set(listed["tool"]["setuptools"]["packages"]) == packages
    assert {name for name in packages if "." not in name} == set(FOLDERS)
    for folder in FOLDERS:
        assert (ROOT / folder / "py.typed").is_file(), f"{folder}/py.typed is missing"


def test_starting_the_command_line_loads_nothing_heavy() -> None:
    heavy = ("numpy", "pandas", "numba", "pyarrow", "talib", "rich", "pydantic", "vectorbt")
    script = f"import maemae.cli, maemae.commands, sys; print(sorted(set({heavy!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
