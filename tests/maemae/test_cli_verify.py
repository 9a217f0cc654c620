"""``maemae verify``: exit 0 and a proof for what is honest, exit 1 and the reason for what isn't."""

import json
from pathlib import Path

import pytest

from maemae.cli import run
from tests.maemae.bad_input import SMA, frame, own, the_line

TOMORROW = (
    "        rises = np.append(bars.close[1:] > bars.close[:-1], False)\n"
    "        return Signals.of(enter=rises, exit=~rises)\n"
)


@pytest.fixture(autouse=True)
def proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where proofs are kept."""
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / "proofs"


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    frame().to_csv(tmp_path / "bars.csv", index=False)
    return tmp_path / "bars.csv"


def test_an_honest_strategy_is_proved_and_the_proof_kept(
    bars: Path, proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", *SMA, "--data", str(bars), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] and {check["ok"] for check in found["checks"]} == {True}
    assert [path.stem for path in proofs.iterdir()] == [found["manifest"]]


def test_the_proof_is_of_the_run_that_a_backtest_would_make(
    bars: Path, proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [*SMA, "--data", str(bars), "--json", "-"]
    assert run(["verify", *said]) == 0
    proved = json.loads(capsys.readouterr().out)["manifest"]
    assert run(["backtest", *said]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["id"] == proved


def test_a_strategy_that_knows_tomorrow_is_told_so(
    bars: Path, tmp_path: Path, proofs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", "--strategy", str(own(tmp_path, TOMORROW)), "--data", str(bars)]) == 1
    text = capsys.readouterr().out
    assert "FAILED: no lookahead: strategy 'mine'" in text and "next bar" in text
    (kept,) = proofs.iterdir()
    assert json.loads(kept.read_text())["ok"] is False


def test_wrong_input_is_refused_before_anything_is_proved(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", "--strategy", "sma_cros", "--data", str(bars)]) == 2
    assert "sma_cros" in the_line(capsys.readouterr().err)
