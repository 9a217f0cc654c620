"""``maemae data``: what goes in, what is there, what is odd about it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from maemae.cli import run
from tests.maemae.bad_input import SMA, frame, the_line


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty catalog."""
    monkeypatch.setenv("MAEMAE_DATA", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    frame().to_csv(tmp_path / "AAA.csv", index=False)
    return tmp_path / "AAA.csv"


def told(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> dict:  # type: ignore[type-arg]
    """What the command says as JSON."""
    assert run(["data", *arguments, "--json", "-"]) == code
    found: dict = json.loads(capsys.readouterr().out)  # type: ignore[type-arg]
    return found


def test_what_was_imported_is_listed_and_backtested(
    bars: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "import", str(bars), "--venue", "nasdaq"]) == 0
    assert "AAA@nasdaq" in capsys.readouterr().out
    (entry,) = told(["list"], capsys)["entries"]
    assert entry["instrument"] == "AAA@nasdaq" and entry["bars"] == 300 and entry["timeframe"] == "1d"
    assert (entry["first"], entry["last"]) == ("2020-01-01", "2020-10-26")
    assert Path(entry["path"]).is_relative_to(home)
    assert run(["backtest", "--strategy", "sma_cross", "--symbol", "AAA", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["bars"] == 300


def test_importing_again_changes_nothing_and_more_bars_are_added(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(["import", str(bars)], capsys)["changes"][0]["added"] == 300
    (again,) = told(["import", str(bars)], capsys)["changes"]
    assert (again["added"], again["replaced"], again["unchanged"]) == (0, 0, 300)


def test_bars_that_differ_are_refused_until_replace_is_said(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(["import", str(bars)], capsys)
    changed = frame()
    changed.loc[7, "close"] = changed.loc[7, "open"]
    (tmp_path / "new").mkdir()
    changed.to_csv(tmp_path / "new" / "AAA.csv", index=False)
    new = str(tmp_path / "new" / "AAA.csv")
    assert run(["data", "import", new]) == 2
    err = capsys.readouterr().err
    assert "1 of 300 bars differ" in err and "row 8" in err and "replace" in err
    assert told(["import", new, "--replace"], capsys)["changes"][0]["replaced"] == 1


def test_a_bad_file_among_good_ones_changes_nothing(
    bars: Path, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = frame()
    bad.loc[4, "low"] = 0.0
    bad.to_csv(tmp_path / "BBB.csv", index=False)
    assert run(["data", "import", str(bars), str(tmp_path / "BBB.csv")]) == 2
    assert "row 5: low = 0" in capsys.readouterr().err
    assert not list(home.rglob("*.parquet"))


def test_a_contract_s_facts_are_stored_with_the_bars(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "import", str(bars), "--symbol", "AAA@nyse", "--contract", "us_equity"]) == 0
    capsys.readouterr()
    assert run(["backtest", "--strategy", "sma_cross"]) == 0
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "tick 0.0001 below 1, 0.01 above" in said and "10 % of a bar's volume" in said
    assert run(["data", "import", str(bars), "--contract", "us_equity"]) == 2
    assert "--symbol" in capsys.readouterr().err


def test_check_of_a_file_names_every_row_and_says_no(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = frame()
    bad.loc[4, "low"] = 0.0
    bad.loc[9, "high"] = 1.0
    bad.to_csv(tmp_path / "bad.csv", index=False)
    found = told(["check", str(tmp_path / "bad.csv")], capsys, code=1)
    assert not found["ok"] and found["errors"] == 2
    assert [(each["kind"], each["row"]) for each in found["findings"]] == [("price", 5), ("high<low", 10)]
    assert found["findings"][0]["time"] == "2020-01-05"
    assert run(["data", "check", str(tmp_path / "bad.csv")]) == 1
    assert "error: " in capsys.readouterr().out


def test_what_is_only_odd_is_said_and_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = frame().drop(index=range(100, 130))
    odd.to_csv(tmp_path / "odd.csv", index=False)
    found = told(["check", str(tmp_path / "odd.csv")], capsys)
    assert found["ok"] and "gap" in {each["kind"] for each in found["findings"]}


def test_check_of_the_catalog_finds_a_file_that_was_cut_short(
    bars: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(["import", str(bars)], capsys)
    assert told(["check"], capsys)["ok"]
    (stored,) = home.rglob("*.parquet")
    stored.write_bytes(stored.read_bytes()[:-100])
    found = told(["check"], capsys, code=1)
    assert found["findings"][0]["kind"] == "unreadable"


def test_many_findings_are_counted_and_the_first_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = frame()
    bad.loc[10:89, "low"] = 0.0
    bad.to_csv(tmp_path / "bad.csv", index=False)
    assert run(["data", "check", str(tmp_path / "bad.csv"), "--language", "ko"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 22 and "60" in lines[-2] and lines[-1] == "가격 오류 80"
    assert lines[0].startswith("오류: ")


def test_warnings_of_one_kind_are_told_by_their_first_few_and_their_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thin = pd.concat(
        [frame().assign(symbol="AAA").drop(index=range(9, 299, 10)), frame().assign(symbol="BBB")]
    )
    thin.sort_values("time").to_csv(tmp_path / "thin.csv", index=False)
    path = tmp_path / "thin.csv"
    assert run(["data", "check", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 and lines[-1] == "gap 29" and all(": AAA: " in line for line in lines[:4])
    assert lines[0].startswith(f"warning: {path}: AAA: row ") and "gap: 26 more, the last in row" in lines[3]
    found = told(["check", str(path)], capsys)["findings"]
    assert len(found) == 29
    assert {(each["instrument"], each["source"]) for each in found} == {("AAA@file", f"{path}: AAA")}


def test_a_single_file_without_symbols_takes_the_name_asked_for(
    bars: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(["import", str(bars), "--symbol", "XYZ"], capsys)["changes"][0]["instrument"] == "XYZ@file"


def test_a_symbol_that_is_not_there_names_the_files(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame().to_csv(tmp_path / "BBB.csv", index=False)
    assert run(["data", "import", str(bars), str(tmp_path / "BBB.csv"), "--symbol", "XYZ"]) == 2
    line = the_line(capsys.readouterr().err)
    assert "AAA.csv" in line and "BBB.csv: symbol 'XYZ' isn't there" in line


def test_the_days_of_a_market_are_listed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = frame().assign(time=[f"{moment:%Y-%m-%d %H:%M}" for moment in frame()["time"]])
    days.to_csv(tmp_path / "005930.csv", index=False)
    told(["import", str(tmp_path / "005930.csv"), "--timezone", "Asia/Seoul"], capsys)
    assert run(["data", "list"]) == 0
    said = capsys.readouterr().out
    assert "2020-01-01" in said and "2020-10-26" in said and "15:00" not in said
    assert run(["backtest", *SMA, "--json", "-"]) == 0
    assert "time of Asia/Seoul" in json.loads(capsys.readouterr().out)["assumptions"]["period"]


@pytest.mark.parametrize("width", ["40", "60", "80"])
def test_the_list_is_readable_at_any_width(
    width: str, bars: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(["import", str(bars), "--venue", "a-rather-long-name-of-a-venue"], capsys)
    monkeypatch.setenv("COLUMNS", width)
    assert run(["data", "list"]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= int(width)
    assert all(word in " ".join(said.split()) for word in ("300", "2020-01-01", "2020-10-26", "1d"))


def test_the_demo_s_one_real_jump_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("bokeh_sampledata")
    (jump,) = told(["check", "demo"], capsys)["findings"]
    assert jump["instrument"] == "AAPL@nasdaq" and jump["time"] == "2000-09-29"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "/no/such.csv"], "/no/such.csv"),
        (["import"], "data import --help"),
        (["import", "{bars}", "--timeframe", "1m"], "1m"),
        (["import", "{bars}", "--symbol", "AAA", "--contract", "us_equty"], "Did you mean 'us_equity'"),
        (["check"], "catalog is empty"),
        (["check", "/no/such.csv"], "/no/such.csv"),
        (["check", "{bars}", "--catalog", "/tmp"], "not both"),
        (["check", "{bars}", "--timezone", "Asia/Seul"], "Asia/Seoul"),
        (["list", "--json", "/no/such/out.json"], "/no/such"),
        (["lost"], "lost"),
        (["check", "{bars}", "--symbol", "AAA", "--symbol", "AAA"], "'AAA' twice"),
        (["import", "{bars}", "--symbol", "AAA", "--symbol", "AAA@x"], "'AAA' and 'AAA@x'"),
    ],
)
def test_wrong_input_is_one_clear_line(
    arguments: list[str], said: str, bars: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", *[each.format(bars=bars) for each in arguments]]) == 2
    captured = capsys.readouterr()
    assert said in the_line(captured.err) and captured.out == "" and not list(home.rglob("*.parquet"))


def test_an_empty_catalog_is_said_and_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "list"]) == 0
    assert "catalog is empty" in capsys.readouterr().out
    assert told(["list"], capsys)["entries"] == []


def test_an_interrupted_import_leaves_the_catalog_as_it_was(
    bars: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(["import", str(bars)], capsys)
    before = {path: path.read_bytes() for path in home.rglob("*.parquet")}
    more = frame(400).assign(time=pd.date_range("2020-01-01", periods=400, freq="D", tz="UTC"))
    more.to_csv(bars, index=False)

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("market.catalog.write_bars", interrupted)
    assert run(["data", "import", str(bars), "--replace"]) == 130
    assert capsys.readouterr().err.strip().endswith("Nothing was left half-written.")
    assert {path: path.read_bytes() for path in home.rglob("*.parquet")} == before
    assert not list(home.rglob(".part*"))
