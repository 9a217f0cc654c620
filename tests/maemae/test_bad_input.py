"""Wrong input is one clear line, exit 2, and leaves nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maemae.cli import run
from tests.maemae.bad_input import CASES, SMA, frame, own, the_line

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def empty_catalog(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAEMAE_DATA", str(tmp_path_factory.mktemp("data")))


def files(folder: Path) -> list[str]:
    """All of them but Python's own caches."""
    return sorted(str(path) for path in folder.rglob("*") if "__pycache__" not in str(path))


@pytest.mark.parametrize("case", CASES)
def test_wrong_input_is_one_clear_line_and_nothing_is_written(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = CASES[case]
    arguments = make(tmp_path)
    before = files(tmp_path)
    out = [] if "--json" in arguments or "--trades" in arguments else ["--json", str(tmp_path / "out.json")]
    code = run(["backtest", *arguments, *out])
    captured = capsys.readouterr()
    assert code == 2, captured
    line = the_line(captured.err)
    assert line.startswith("maemae: ") and line.endswith((".", "?", ")")), line
    assert "Traceback" not in captured.err and captured.out == ""
    for words in said:
        assert words in line, line
    assert files(tmp_path) == before


def test_debug_shows_the_trace(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "bars.csv", index=False)
    with pytest.raises(Exception, match="sma_cros"):
        run(["backtest", "--strategy", "sma_cros", "--data", str(tmp_path / "bars.csv"), "--debug"])


def test_a_refused_run_leaves_the_json_of_the_run_before(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "bars.csv", index=False)
    out = tmp_path / "out.json"
    good = ["backtest", *SMA, "--data", str(tmp_path / "bars.csv"), "--json", str(out)]
    assert run(good) == 0
    kept = out.read_bytes()
    assert run([*good, "--set", "fast=0"]) == 2
    assert out.read_bytes() == kept


def test_interrupting_leaves_nothing_behind(tmp_path: Path) -> None:
    slow = own(tmp_path, "        import time\n        print('now', flush=True)\n        time.sleep(30)\n")
    frame().to_csv(tmp_path / "bars.csv", index=False)
    before = files(tmp_path)
    process = subprocess.Popen(
        [
            sys.executable, "-m", "maemae", "backtest", "--strategy", str(slow),
            "--data", str(tmp_path / "bars.csv"), "--json", str(tmp_path / "o.json"),
        ],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "now\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.strip().splitlines()[-1] == "Interrupted. Nothing was left half-written."
    assert "Traceback" not in err
    assert files(tmp_path) == before
