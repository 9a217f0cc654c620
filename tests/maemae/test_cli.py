"""The command line: what it writes, its exit codes, and its answers to wrong input."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maemae.cli import run

ROOT = Path(__file__).resolve().parents[2]
SMA = ["--strategy", "sma_cross", "--set", "fast=5", "--set", "slow=20"]


def frame(n_bars: int = 300) -> pd.DataFrame:
    random = np.random.default_rng(5)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, n_bars)))
    opens = np.concatenate(([100.0], close[:-1]))
    return pd.DataFrame(
        {
            "time": pd.date_range("2020-01-01", periods=n_bars, freq="D", tz="UTC"),
            "open": opens,
            "high": np.maximum(opens, close) * 1.01,
            "low": np.minimum(opens, close) * 0.99,
            "close": close,
            "volume": 1e6,
        }
    )


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


def own(folder: Path, body: str, name: str = "mine.py") -> Path:
    """A strategy file whose ``signals`` has the given body."""
    path = folder / name
    path.write_text(
        "from dataclasses import dataclass\n"
        "import numpy as np\n"
        "from market.bars import Bars\n"
        "from strategies.base import BarStrategy\n"
        "from strategies.signals import Signals\n\n"
        "@dataclass(frozen=True)\n"
        "class Mine(BarStrategy):\n"
        "    length: int = 5\n\n"
        "    def signals(self, bars: Bars) -> Signals:\n" + body
    )
    return path


def csv(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], list[str]]:
    """Arguments that run SMA over a changed file."""

    def arguments(folder: Path) -> list[str]:
        path = folder / "bad.csv"
        change(frame()).to_csv(path, index=False)
        return [*SMA, "--data", str(path)]

    return arguments


def put(row: int, column: str, value: object) -> Callable[[Path], list[str]]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table[column] = table[column].astype(object)
        table.loc[row, column] = value
        return table

    return csv(change)


def good(*arguments: str) -> Callable[[Path], list[str]]:
    """Sound data, other arguments."""

    def all_arguments(folder: Path) -> list[str]:
        path = folder / "good.csv"
        frame().to_csv(path, index=False)
        return [*arguments, "--data", str(path)]

    return all_arguments


def written(body: str) -> Callable[[Path], list[str]]:
    return lambda folder: good("--strategy", str(own(folder, body)))(folder)


def naive_and_aware(table: pd.DataFrame) -> pd.DataFrame:
    times = [moment.isoformat() for moment in table["time"]]
    times[7] = times[7].replace("+00:00", "+09:00")
    return table.assign(time=times)


def faster_half(table: pd.DataFrame) -> pd.DataFrame:
    start = table["time"].iloc[149]
    minutes = pd.date_range(start + pd.Timedelta("1min"), periods=150, freq="min")
    return table.assign(time=[*table["time"][:150], *minutes])


BAD_INPUT: dict[str, tuple[Callable[[Path], list[str]], list[str]]] = {
    "nothing to run": (lambda folder: [], ["profile", "--strategy"]),
    "unknown option": (good("--stratgy", "sma_cross"), ["--stratgy"]),
    "a number that is none": (good(*SMA, "--cash", "lots"), ["lots"]),
    "unknown strategy": (good("--strategy", "sma_cros"), ["sma_cros", "Did you mean 'sma_cross'"]),
    "unknown parameter": (good("--strategy", "sma_cross", "--set", "fst=5"), ["fst", "fast"]),
    "parameter out of range": (good("--strategy", "sma_cross", "--set", "fast=0"), ["fast", "0"]),
    "parameters in the wrong order": (
        good("--strategy", "sma_cross", "--set", "fast=50", "--set", "slow=20"), ["fast", "50", "20"],
    ),
    "parameter of the wrong type": (good(*SMA, "--set", "fast=quick"), ["fast", "quick"]),
    "unknown key": (good(*SMA, "--set", "sizing.metod=1"), ["sizing.metod"]),
    "negative cash": (good(*SMA, "--cash", "-5"), ["cash", "-5"]),
    "unknown sizing": (good(*SMA, "--sizing", "double:1"), ["double", "fixed"]),
    "symbol that isn't there": (good(*SMA, "--symbol", "XYZ"), ["XYZ"]),
    "dates outside the data": (good(*SMA, "--since", "2035-01-01"), ["2035-01-01", "2020-01-01"]),
    "a date that is none": (good(*SMA, "--since", "soon"), ["soon", "2024-01-31"]),
    "another timeframe": (good(*SMA, "--timeframe", "1m"), ["1m", "1d"]),
    "a timeframe that is none": (good(*SMA, "--timeframe", "fast"), ["fast"]),
    "no such profile": (lambda folder: [str(folder / "no.toml")], ["no.toml"]),
    "no such data": (lambda folder: [*SMA, "--data", str(folder / "no.csv")], ["no.csv"]),
    "no such strategy file": (lambda folder: good("--strategy", str(folder / "no.py"))(folder), ["no.py"]),
    "empty file": (lambda folder: [*SMA, "--data", str(touched(folder / "empty.csv"))], ["empty.csv"]),
    "only a head": (csv(lambda table: table[:0]), ["bad.csv"]),
    "one bar": (csv(lambda table: table[:1]), ["1", "at least 2"]),
    "all-NaN column": (csv(lambda table: table.assign(close=np.nan)), ["close"]),
    "a price that is text": (put(7, "close", "n/a?"), ["close", "n/a?"]),
    "missing column": (csv(lambda table: table.drop(columns="high")), ["high"]),
    "mixed time zones": (csv(naive_and_aware), ["+09:00"]),
    "mixed timeframes": (csv(faster_half), ["bad.csv"]),
    "unsorted rows": (csv(lambda table: table.iloc[[0, 2, 1, *range(3, 300)]]), ["row"]),
    "duplicated rows": (csv(lambda table: table.iloc[[0, 1, 1, *range(2, 300)]]), ["row", "2020-01-02"]),
    "zero price": (put(7, "low", 0.0), ["low", "row"]),
    "negative price": (put(7, "open", -3.0), ["-3", "row"]),
    "high below low": (put(7, "high", 1.0), ["high", "row"]),
    "a strategy that raises": (written("        return 1 // 0\n"), ["ZeroDivision", "mine.py", "line 12"]),
    "a strategy that returns nothing": (written("        return None\n"), ["mine", "NoneType", "Signals"]),
    "a strategy of the wrong shape": (
        written("        return Signals.of(enter=np.ones(len(bars) + 5, bool))\n"), ["mine", "bar"],
    ),
    "a strategy that isn't Python": (written("        return (\n"), ["mine.py"]),
    "an unknown filter": (good(*SMA, "--set", "filters.use=technical"), ["filters"]),
    "json details without json": (good(*SMA, "--trades"), ["--trades", "--json"]),
    "json into a folder that isn't there": (good(*SMA, "--json", "/no/such/out.json"), ["/no/such"]),
}  # fmt: skip


def touched(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize("case", BAD_INPUT)
def test_wrong_input_is_one_clear_line_and_nothing_is_written(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = BAD_INPUT[case]
    arguments = make(tmp_path)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    out = [] if "--json" in arguments or "--trades" in arguments else ["--json", str(tmp_path / "out.json")]
    code = run(["backtest", *arguments, *out])
    captured = capsys.readouterr()
    assert code == 2, captured
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("maemae: "), captured.err
    assert "Traceback" not in captured.err and captured.out == ""
    for words in said:
        assert words in lines[0], lines[0]
    after = sorted(path.name for path in tmp_path.rglob("*") if "__pycache__" not in path.parts)
    assert [name for name in after if name != "__pycache__"] == before


def test_debug_shows_the_trace(bars: Path) -> None:
    with pytest.raises(Exception, match="sma_cros"):
        run(["backtest", "--strategy", "sma_cros", "--data", str(bars), "--debug"])


def test_help_comes_at_once() -> None:
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "maemae", "--help"], cwd=ROOT, capture_output=True, text=True
        )
        seconds.append(time.perf_counter() - began)
        assert done.returncode == 0 and "backtest" in done.stdout
    assert min(seconds) <= 0.35


def test_every_command_has_help_and_takes_json() -> None:
    for command in (
        ["backtest"],
        ["demo"],
        ["verify"],
        ["version"],
        ["data", "import"],
        ["data", "list"],
        ["data", "check"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "maemae", *command, "--help"], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0 and "--json" in done.stdout, command


def test_interrupting_leaves_nothing_behind(tmp_path: Path) -> None:
    slow = own(tmp_path, "        import time\n        print('now', flush=True)\n        time.sleep(30)\n")
    frame().to_csv(tmp_path / "bars.csv", index=False)
    before = sorted(path.name for path in tmp_path.iterdir())
    arguments = [
        "--strategy",
        str(slow),
        "--data",
        str(tmp_path / "bars.csv"),
        "--json",
        str(tmp_path / "o.json"),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "maemae", "backtest", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "now\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.strip().splitlines()[-1] == "Interrupted. Nothing was written."
    assert "Traceback" not in err
    assert [
        name for name in sorted(path.name for path in tmp_path.iterdir()) if name != "__pycache__"
    ] == before


def test_versions_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version", "--json", "-"]) == 0
    assert {"maemae", "python", "numpy", "numba", "cpu"} <= set(json.loads(capsys.readouterr().out))
