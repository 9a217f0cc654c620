"""The command line: what it writes, its exit codes, its help."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from maemae import __version__
from maemae.cli import run
from tests.maemae.bad_input import SMA, frame, own

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    path = tmp_path / "bars.csv"
    frame().to_csv(path, index=False)
    return path


def test_a_backtest_writes_its_json_and_prints_its_report(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert run(["backtest", *SMA, "--data", str(bars), "--json", str(out), "--trades", "--equity"]) == 0
    found = json.loads(out.read_text())
    assert found["summary"]["bars"] == 300 and len(found["trades"]) == found["summary"]["trades"] > 0
    assert len(found["equity"]["value"]) == 300 and "fills" not in found
    assert found["manifest"]["profile"]["strategy"][0]["fast"] == 5
    text = capsys.readouterr().out
    assert text.index("Assumptions") < text.index("final equity")


def test_json_on_standard_output_is_nothing_but_json(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", *SMA, "--data", str(bars), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["trades"] > 0


def test_what_a_strategy_prints_is_kept_out_of_the_json(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chatty = own(tmp_path, "        print('thinking')\n        return Signals.at(0)\n")
    assert run(["backtest", "--strategy", str(chatty), "--data", str(bars), "--json", "-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["summary"]["fills"] == 1 and "thinking" in captured.err


def test_a_reader_who_has_enough_is_no_failure() -> None:
    done = subprocess.run(
        f"{sys.executable} -m maemae version --json - | head -c 1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_nothing_asked_is_answered_with_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["data"]):
        assert run(arguments) == 2
        said = capsys.readouterr().err
        assert said.startswith("Usage: maemae") and "Traceback" not in said


def test_the_command_line_lies_over_the_profile(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(
        f"name = 'mine'\n[market]\ndata = '{bars}'\n[[strategy]]\nuse = 'sma_cross'\nfast = 5\nslow = 20\n"
        "[[filters]]\nuse = 'technical'\n[costs]\nfee_bps = 9\n"
    )
    arguments = [
        "--cash",
        "5000",
        "--sizing",
        "fixed:2",
        "--fee-bps",
        "0",
        "--slippage-bps",
        "0",
        "--no-filters",
    ]
    assert run(["backtest", str(profile), *arguments, "--json", "-", "--fills"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["filters"] == [] and found["summary"]["fees"] == 0.0
    assert {fill["quantity"] for fill in found["fills"]} == {2.0}
    assert found["manifest"]["profile"]["cash"] == 5000.0


def test_a_users_own_file_is_a_strategy(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["backtest", "--strategy", str(own(tmp_path, BUY_FIRST)), "--data", str(bars), "--json", "-"])
        == 0
    )
    assert json.loads(capsys.readouterr().out)["summary"]["fills"] == 1


BUY_FIRST = "        return Signals.at(0)\n"


def test_help_lists_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "maemae", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0 and "backtest" in done.stdout


COMMANDS = ["backtest", "demo", "verify", "version", "data import", "data list", "data check"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_takes_json(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert "--json" in said and f"Usage: maemae {command}" in said


def test_versions_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version", "--json", "-"]) == 0
    assert {"maemae", "python", "numpy", "numba", "cpu"} <= set(json.loads(capsys.readouterr().out))


def test_the_version_is_told_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"maemae {__version__}\n"


def test_a_question_is_not_ended_with_a_full_stop_too(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong, ending in (
        (["backtset"], "'backtest'? See maemae --help."),
        (["backtest", "--lost"], ". See "),
    ):
        assert run(wrong) == 2
        said = capsys.readouterr().err
        assert ending in said and "?." not in said and ".." not in said


def test_an_interrupt_during_the_imports_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")  # as if Ctrl-C came while it loads
    done = subprocess.run(
        [sys.executable, "-m", "maemae", "version"],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_standard_output_is_one_place_however_it_is_named(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("-", "/dev/stdout", "/dev/fd/1"):
        assert run(["backtest", *SMA, "--data", str(bars), "--json", name]) == 0
        assert json.loads(capsys.readouterr().out)["summary"]["trades"] > 0


def test_the_command_line_s_costs_hold_for_every_side_of_every_instrument(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(
        "[[strategy]]\nuse = 'sma_cross'\nfast = 5\nslow = 20\n[costs]\nmaker_bps = 7\ntaker_bps = 8\n"
        "[instruments.bars]\ntaker_bps = 9\nslippage_bps = 4\n"
    )
    arguments = ["backtest", str(profile), "--data", str(bars), "--json", "-"]
    for more, said in (
        ([], "fee 9 bps taker, 7 bps maker in USD, slippage 4 bps"),
        (["--fee-bps", "1", "--slippage-bps", "2"], "fee 1 bps taker, 1 bps maker in USD, slippage 2 bps"),
    ):
        assert run([*arguments, *more]) == 0
        assert said in json.loads(capsys.readouterr().out)["assumptions"]["costs"]


def test_a_run_that_buys_nothing_says_why_and_what_to_do(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, said, remedy in (("en", "0 bought", "more cash"), ("ko", "매수(진입) 0", "현금이나")):
        arguments = ["backtest", *SMA, "--data", str(bars), "--cash", "50", "--language", language]
        assert run(arguments) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert said in told and "[instruments.bars] lot = 0.001" in told and remedy in told
