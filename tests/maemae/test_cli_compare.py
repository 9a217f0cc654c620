"""``maemae compare``: a live period against its backtest, from the command line."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from rich.cells import cell_len

from live.compare_report import print_comparison
from maemae.cli import run
from maemae.cli_compare_run import Wanted, market_of, subject_of
from maemae.compose_live_run import manifest_of
from maemae.live_bots import read_bot
from records.journal import JournalView
from report.words import KOREAN, say
from tests.live.planted import Faults, Life, compared, crossing, nth_entry, ticks_worse, trending
from tests.live.test_compare import Chance
from tests.maemae.bad_input import the_line

PROFILE = """
name = "trend"
mode = "paper"
[market]
instruments = ["S0@test"]
[instruments."S0@test"]
tick = 0.01
[[strategy]]
use = "sma_cross"
fast = 4
slow = 10
shorts = true
[sizing]
use = "fixed"
quantity = {quantity}
"""


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path: that of a socket in it has room for a hundred bytes."""
    with TemporaryDirectory(prefix="m") as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, short: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile, the bars it is replayed on, and a state folder of its own."""
    monkeypatch.setenv("MAEMAE_STATE", str(short))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    write(trending(), tmp_path / "bars.csv")
    (tmp_path / "trend.toml").write_text(PROFILE.format(quantity=10))
    return tmp_path


def write(panel: Any, path: Path) -> None:
    columns = {name: getattr(panel, name)[:, 0] for name in ("open", "high", "low", "close", "volume")}
    frame = pd.DataFrame({"date": pd.to_datetime(panel.ts, utc=True), "symbol": "S0@test", **columns})
    frame.to_csv(path, index=False)


def life(folder: Path, faults: Faults, quantity: int = 10) -> Path:
    """The journal of the profile's bot, which lived with faults under this very code and these settings, or
    traded another quantity than they say."""
    wanted = Wanted(Path("trend.toml"), data="bars.csv")
    bot = read_bot(wanted.profile, wanted.data)
    market = market_of(bot, wanted)
    pipeline = subject_of(bot.profile, market, wanted).pipeline
    faults = replace(faults, manifest=manifest_of(bot.profile, market, pipeline))
    if quantity != 10:
        (folder / "other.toml").write_text(PROFILE.format(quantity=quantity))
        other = market_of(read_bot(folder / "other.toml", wanted.data), wanted)
        pipeline = replace(pipeline, rules=other.rules)
    panel = replace(trending(), instruments=market.instruments)
    return Life(pipeline, panel, folder, faults).lived().path


def test_a_bot_that_ran_on_a_replay_is_its_backtest(capsys: pytest.CaptureFixture[str]) -> None:
    program = [sys.executable, "-m", "maemae", "live", "trend.toml", "--data", "bars.csv", "--engine-only"]
    done = subprocess.run(program, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    assert run(["compare", "trend.toml", "--data", "bars.csv"]) == 0
    text = capsys.readouterr().out
    assert "trend against its backtest, 2024-01-01 00:00 to 2024-01-17 15:00 UTC" in text
    assert "14 trades, 14 the same, 0 not." in text and "400 bars: 0 changed, 0 late or missing" in text
    assert text.rstrip().endswith("Every difference is explained.")


def test_a_bot_that_ends_leaves_its_tables_up_to_date() -> None:
    program = [sys.executable, "-m", "maemae", "live", "trend.toml", "--data", "bars.csv", "--engine-only"]
    subprocess.run(program, capture_output=True, env=environment(), check=True)
    (tables,) = Path(os.environ["MAEMAE_STATE"]).rglob("*.tables.db")
    (journal,) = (path for path in tables.parent.glob("*.db") if path != tables)
    with sqlite3.connect(tables) as db, JournalView.read(journal) as told:
        closed = len(list(told.entries(kinds=["trade"])))
        assert db.execute("SELECT count(*) FROM trades").fetchone() == (closed,) and closed > 10


def environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": root}


def test_every_trade_that_differs_is_told_with_its_cause(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worse = Faults(fill=lambda order, fill: ticks_worse(order, fill, 2), lost=nth_entry(3))
    path = life(folder, worse)
    asked = ["compare", "trend.toml", "--journal", str(path), "--data", "bars.csv"]
    assert run(asked) == 0
    text = capsys.readouterr().out
    assert re.search(r"slippage: entered 2 ticks worse: 103\.\d+, 103\.\d+ in the backtest \(-0\.2", text)
    assert "missed fill: order run-" in text and "live none, backtest" in text
    assert max(map(len, text.splitlines())) <= 80
    assert run([*asked, "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["explained"] and found["same"] == 0 and found["trades"] == 14
    assert {each["cause"] for each in found["causes"]} == {"slippage", "missed fill"}
    assert found["lines"][0]["findings"][0]["ticks"] == pytest.approx(2.0)
    money = sum(each["money"] for each in found["causes"])
    made = found["made"]
    assert made["live"] - made["backtest"] == pytest.approx(money + made["elsewhere"], abs=1e-6)


def test_a_difference_without_a_cause_is_exit_code_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = life(folder, Faults(), quantity=7)
    assert run(["compare", "trend.toml", "--journal", str(path), "--data", "bars.csv"]) == 1
    assert "14 trades differ without a known cause." in capsys.readouterr().out


def test_bars_that_were_corrected_since_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = life(folder, Faults())
    panel = trending()
    panel.open[19] += 0.04
    write(panel, folder / "corrected.csv")
    assert run(["compare", "trend.toml", "--journal", str(path), "--data", "corrected.csv"]) == 0
    text = capsys.readouterr().out
    assert "400 bars: 1 changed, 0 late or missing, 0 only seen live." in text
    assert "changed bar: S0 at 2024-01-01 19:00: the bot saw open 103.31, history has 103.35" in " ".join(
        text.split()
    )


def test_only_the_days_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = life(folder, Faults(lost=nth_entry(0)))
    asked = ["compare", "trend.toml", "--journal", str(path), "--data", "bars.csv", "--json", "-"]
    assert run([*asked, "--since", "2024-01-05"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert 0 < found["trades"] == found["same"] < 14


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--journal", "none.db"], "none.db: there is no journal"),
        ([], "journal.db: there is no journal"),
        (["--account", "other"], "accounts/other/journal.db: there is no journal"),
        (["--account", "../x"], "can't name a folder"),
        (["--journal", "bars.csv"], "isn't a SQLite database"),
        (["--journal", "a", "--account", "b"], "--journal and --account both name a journal"),
        (["--journal", "journal.db", "--data", "none.csv"], "none.csv"),
        (["--journal", "journal.db", "--data", "bars.csv", "--since", "soon"], "soon"),
    ],
)
def test_wrong_input_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    if "journal.db" in arguments:
        life(folder, Faults())
    assert run(["compare", "trend.toml", *arguments]) == 2
    assert said in the_line(capsys.readouterr().err)


def test_a_profile_that_trades_something_else_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = life(folder, Faults())
    (folder / "trend.toml").write_text(PROFILE.format(quantity=10).replace("S0@test", "T0@test"))
    bars = (folder / "bars.csv").read_text().replace("S0@test", "T0@test")
    (folder / "bars.csv").write_text(bars)
    assert run(["compare", "trend.toml", "--journal", str(path), "--data", "bars.csv"]) == 2
    assert "the journal has bars of S0@test, which the profile doesn't trade" in the_line(
        capsys.readouterr().err
    )


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [80, 50])
def test_it_fits_the_terminal_in_either_language(folder: Path, language: str, width: int) -> None:
    one = Life(crossing(stop=0.01, slices=2), trending(n=2), folder, Chance(9).faults()).lived()
    history = trending(n=2)
    history.close[60] += 0.5
    found = compared(one, history)
    out = StringIO()
    print_comparison(found, "trend", language, out, width)
    text = out.getvalue()
    assert max(map(cell_len, text.splitlines())) <= width
    if language == "ko":
        assert "백테스트와 비교" in text and "다른 거래" in text
        for line in found.lines:
            for each in line.findings:
                assert each.why.cause.value in KOREAN, each.why.cause
                assert say(each.why.say, "ko") != each.why.say, each.why.say


def test_history_may_come_from_the_catalog(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = life(folder, Faults())
    assert run(["data", "import", "bars.csv", "--catalog", "kept"]) == 0
    text = PROFILE.format(quantity=10).replace("[market]", '[market]\ncatalog = "kept"')
    (folder / "trend.toml").write_text(text)
    assert run(["compare", "trend.toml", "--journal", str(path), "--data", "catalog"]) == 0
    assert "400 bars: 0 changed, 0 late or missing, 0 only seen live." in capsys.readouterr().out
