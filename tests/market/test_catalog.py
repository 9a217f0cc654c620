"""The catalog: what is imported comes back, what is wrong changes nothing, and nothing is ever half there."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market import atomic, catalog
from market.bars import PRICES
from market.catalog import Catalog, data_home
from market.contracts import KRX_SELL_TAXES, korean_equity, kospi200_future
from market.errors import ConfigError, DataError
from market.instruments import Fees, Instrument
from market.loaders import load_panel
from market.stored import entry_path, facts_of, instrument_of_facts, read_raw
from market.timeframes import DAY, HOUR
from tests.market.bars_world import csv, frame, ns_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bars(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "home" / "bars")


def everything(root: Path) -> dict[str, bytes]:
    """Every file under the root but the lock."""
    found = sorted(path for path in root.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_what_is_imported_comes_back(bars: Catalog, tmp_path: Path) -> None:
    table = frame()
    (change,) = bars.import_file(csv(table, tmp_path), symbol="BTCUSDT", venue="binance")
    assert (change.added, change.replaced, change.unchanged, change.warnings) == (60, 0, 0, ())
    panel = bars.load(["BTCUSDT"])
    np.testing.assert_array_equal(panel.ts, ns_of(table))
    for name in PRICES:
        np.testing.assert_array_equal(getattr(panel, name)[:, 0], table[name])
    assert panel.timeframe == HOUR and panel.instruments == (Instrument("BTCUSDT@binance"),)
    (entry,) = bars.entries()
    assert entry == change.entry
    assert (entry.bars, entry.first, entry.last) == (60, ns_of(table)[0], ns_of(table)[-1])
    assert entry.path == bars.root / "binance" / "BTCUSDT" / "1h.parquet" and entry.path.is_file()


def test_instrument_facts_are_kept(bars: Catalog) -> None:
    samsung = korean_equity("005930", fees=Fees(0.00015, 0.00015))
    bars.import_file(frame(60, "1D"), instruments=(samsung,))
    assert bars.load(["005930"]).instruments == (samsung,)
    assert samsung.sell_taxes == KRX_SELL_TAXES


@pytest.mark.parametrize(
    "instrument",
    [
        Instrument("X@y"),
        korean_equity("005930"),
        kospi200_future(margin=0.1),
        Instrument(
            "B@z", max_quantity=5.0, fees=Fees(0.1, 0.2, "BNB", 300.0), ticks=((0.0, 0.1), (10.0, 0.5))
        ),
    ],
)
def test_facts_survive_json(instrument: Instrument) -> None:
    import json

    assert instrument_of_facts(json.loads(json.dumps(facts_of(instrument)))) == instrument


def test_a_new_import_keeps_facts_unless_it_brings_others(bars: Catalog) -> None:
    table = frame(60, "1D")
    known = korean_equity("005930")
    bars.import_file(table[:30], instruments=(known,))
    bars.import_file(table[20:], symbol="005930@krx")
    assert bars.load().instruments == (known,) and len(bars.load()) == 60
    better = korean_equity("005930", fees=Fees(0.0001, 0.0001))
    bars.import_file(table, instruments=(better,))
    assert bars.load().instruments == (better,)


@settings(max_examples=20)
@given(split=st.integers(10, 50), overlap=st.integers(0, 20), holes=st.sets(st.integers(0, 59), max_size=3))
def test_imports_in_any_order_give_the_union(
    tmp_path_factory: pytest.TempPathFactory, split: int, overlap: int, holes: set[int]
) -> None:
    table = frame()
    first = set(range(split)) - holes
    second = set(range(max(0, split - overlap), 60)) - {hole + 1 for hole in holes}
    parts = [table.iloc[sorted(first)], table.iloc[sorted(second)]]
    panels = []
    for order in (parts, parts[::-1]):
        bars = Catalog(tmp_path_factory.mktemp("c"))
        changes = [bars.import_file(part, symbol="X", timeframe="1h")[0] for part in order]
        assert sum(change.added for change in changes) == len(first | second)
        assert changes[1].unchanged == len(first & second) and changes[1].replaced == 0
        panels.append(bars.load())
    expected = ns_of(table.iloc[sorted(first | second)])
    for panel in panels:
        np.testing.assert_array_equal(panel.ts, expected)
        np.testing.assert_array_equal(panel.close[:, 0], table["close"].iloc[sorted(first | second)])


def test_importing_the_same_twice_changes_nothing(bars: Catalog) -> None:
    bars.import_file(frame(), symbol="X")
    before = everything(bars.root)
    (change,) = bars.import_file(frame(), symbol="X")
    assert (change.added, change.replaced, change.unchanged) == (0, 0, 60)
    assert everything(bars.root) == before


def test_bars_that_differ_are_refused_unless_replaced(bars: Catalog) -> None:
    table = frame()
    bars.import_file(table, symbol="X")
    before = everything(bars.root)
    other = table.copy()
    other.loc[[9, 10], "volume"] += 1.0
    with pytest.raises(
        DataError, match=r"X@file 1h: 2 of 60 bars differ .*2024-01-01T09:00 in row 10: volume was"
    ):
        bars.import_file(other, symbol="X")
    assert everything(bars.root) == before
    (change,) = bars.import_file(other, symbol="X", replace=True)
    assert (change.added, change.replaced, change.unchanged) == (0, 2, 58)
    np.testing.assert_array_equal(bars.load().volume[:, 0], other["volume"])


def test_timeframes_of_one_symbol_are_kept_apart(bars: Catalog) -> None:
    bars.import_file(frame(60, "1h"), symbol="X")
    bars.import_file(frame(60, "1D"), symbol="X")
    assert [entry.timeframe for entry in bars.entries()] == [HOUR, DAY]
    with pytest.raises(ConfigError, match="bars of 1h, 1d; name one timeframe"):
        bars.load(["X"])
    assert bars.load(["X"], timeframe="1d").timeframe == DAY


def test_bars_off_the_stored_grid_are_refused(bars: Catalog) -> None:
    bars.import_file(frame(), symbol="X")
    before = everything(bars.root)
    shifted = frame(60, "1h", "2024-01-01 00:30")
    with pytest.raises(DataError, match="stored bars the bar comes 30m after"):
        bars.import_file(shifted, symbol="X")
    assert everything(bars.root) == before


def test_a_bad_file_changes_nothing_not_even_a_folder(bars: Catalog) -> None:
    bad = frame()
    bad.loc[7, "low"] = 0.0
    with pytest.raises(DataError, match="row 8: low = 0"):
        bars.import_file(bad, symbol="X")
    assert not bars.root.exists()


def test_one_bad_symbol_keeps_all_out(bars: Catalog) -> None:
    bars.import_file(frame(30), symbol="A")
    before = everything(bars.root)
    bad = frame().assign(symbol="B")
    bad.loc[7, "close"] = -1.0
    with pytest.raises(DataError, match="B: row 68: close = -1"):
        bars.import_file(pd.concat([frame().assign(symbol="A"), bad], ignore_index=True))
    assert everything(bars.root) == before


def both() -> pd.DataFrame:
    return pd.concat([frame(60, seed=1).assign(symbol="A"), frame(60, seed=2).assign(symbol="B")])


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_while_writing_the_second_symbol_leaves_the_first_out_too(
    bars: Catalog, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    bars.import_file(both().iloc[:30], symbol="A")
    before = everything(bars.root)
    write, calls = catalog.write_bars, []

    def failing(entry: object, raw: object, path: Path) -> None:
        calls.append(path)
        write(entry, raw, path)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise error

    monkeypatch.setattr(catalog, "write_bars", failing)
    with pytest.raises(type(error)):
        bars.import_file(both())
    assert len(calls) == 2 and everything(bars.root) == before
    monkeypatch.undo()
    assert [change.added for change in bars.import_file(both())] == [30, 60]


def test_a_killed_import_leaves_whole_files_only_and_the_next_one_cleans_up(bars: Catalog) -> None:
    bars.import_file(both().iloc[:30], symbol="A")
    before = everything(bars.root)
    script = f"""
        import os, signal
        from market import atomic
        from market.catalog import Catalog
        from pathlib import Path
        from tests.market.test_catalog import both
        flush = atomic._flush
        def die(path):
            if path.name.endswith("-1"):
                path.write_bytes(path.read_bytes()[:100])
                os.kill(os.getpid(), signal.SIGKILL)
            flush(path)
        atomic._flush = die
        Catalog(Path({str(bars.root)!r})).import_file(both())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    after = everything(bars.root)
    parts = {name for name in after if Path(name).name.startswith(atomic.PART)}
    assert len(parts) == 2 and {k: v for k, v in after.items() if k not in parts} == before
    assert len(bars.entries()) == 1 and len(bars.load()) == 30  # parts are nobody's bars
    bars.import_file(both())
    assert not [name for name in everything(bars.root) if atomic.PART in name]
    assert len(bars.entries()) == 2


def test_a_second_writer_is_told_to_wait(bars: Catalog) -> None:
    bars.import_file(frame(), symbol="X")
    with atomic.all_or_nothing(bars.root), pytest.raises(DataError, match="another process is writing"):
        bars.import_file(frame(), symbol="Y")
    bars.import_file(frame(), symbol="Y")
    assert len(bars.entries()) == 2


def test_names_can_not_leave_the_catalog(tmp_path: Path) -> None:
    for name in ("../../X@y", "X@..", "BTC/USDT@a/b", ".@..", "CON:@x"):
        path = entry_path(tmp_path, Instrument(name), HOUR).resolve()
        assert path.relative_to(tmp_path).parts[2] == "1h.parquet"


def test_symbols_with_any_sign_come_back(bars: Catalog) -> None:
    for name in ("BTC/USDT@binance", "삼성전자@krx", "A B@x"):
        bars.import_file(frame(), symbol=name)
    assert {entry.instrument.id for entry in bars.entries()} == {"BTC/USDT@binance", "삼성전자@krx", "A B@x"}
    assert bars.load(["BTC/USDT"]).instruments[0].id == "BTC/USDT@binance"


def test_load_is_in_the_order_asked_and_within_the_window(bars: Catalog) -> None:
    bars.import_file(both(), venue="v")
    panel = bars.load(["B", "A@v"], since="2024-01-01T06:00", until="2024-01-02")
    assert [each.id for each in panel.instruments] == ["B@v", "A@v"] and len(panel) == 18
    same = load_panel(both(), instruments=("B", "A"), since="2024-01-01T06:00", until="2024-01-02")
    np.testing.assert_array_equal(panel.close, same.close)


def test_what_isn_t_there_is_answered_with_what_is(bars: Catalog) -> None:
    with pytest.raises(DataError, match="the catalog is empty"):
        bars.load()
    assert bars.entries() == ()
    bars.import_file(frame(), symbol="BTCUSDT", venue="binance")
    bars.import_file(frame(), symbol="BTCUSDT", venue="upbit")
    with pytest.raises(DataError, match=r"symbol 'BTCUSD' isn't in the catalog. Did you mean 'BTCUSDT'"):
        bars.load(["BTCUSD"])
    with pytest.raises(ConfigError, match="several venues; name one of BTCUSDT@binance, BTCUSDT@upbit"):
        bars.load(["BTCUSDT"])
    with pytest.raises(DataError, match="BTCUSDT@upbit: no bars of 1d, only of 1h"):
        bars.load(["BTCUSDT@upbit"], timeframe="1d")
    with pytest.raises(DataError, match=r"since 2035-01-01: the data cover 2024-01-01"):
        bars.load(["BTCUSDT@upbit"], since="2035-01-01")


def test_check_finds_what_is_odd_and_what_is_broken(bars: Catalog) -> None:
    holed = frame(600).drop(index=[50, 51])
    (change,) = bars.import_file(holed, symbol="A")
    assert [each.kind for each in change.warnings] == ["gap"]
    bars.import_file(frame(600), symbol="B")
    assert [(each.kind, each.instrument) for each in bars.check()] == [("gap", "A@file")]
    assert bars.check(["B"]) == ()
    path = bars.root / "file" / "B" / "1h.parquet"
    path.write_bytes(path.read_bytes()[:200])
    assert [(each.kind, each.severity) for each in bars.check()] == [
        ("unreadable", "error"),
        ("gap", "warning"),
    ]
    assert "B/1h.parquet: isn't a file of this catalog" in bars.check()[0].message
    assert [entry.instrument.symbol for entry in bars.entries()] == ["A"]
    with pytest.raises(DataError, match="whole Parquet"):
        bars.import_file(frame(600), symbol="B")


def test_bars_that_went_bad_in_their_file_are_found(bars: Catalog) -> None:
    (change,) = bars.import_file(frame(600), symbol="A")
    raw = read_raw(change.entry.path)
    raw.low[9] = -1.0
    catalog.write_bars(change.entry, raw, change.entry.path)
    error = next(each for each in bars.check() if each.severity == "error")
    assert (error.kind, error.row) == ("price", 10)
    with pytest.raises(DataError, match="row 10: low = -1"):
        bars.load()


def test_progress_is_told(bars: Catalog) -> None:
    told: list[tuple[str, int, int]] = []
    bars.import_file(both(), progress=lambda *step: told.append(step))
    assert told == [
        ("check A@file", 0, 2), ("check B@file", 1, 2), ("write A@file", 0, 2), ("write B@file", 1, 2),
        ("done", 2, 2),
    ]  # fmt: skip
    told.clear()
    bars.check(progress=lambda *step: told.append(step))
    assert told[-1] == ("done", 2, 2)


def test_data_live_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAEMAE_DATA", str(tmp_path / "mine"))
    assert data_home() == tmp_path / "mine" and Catalog().root == tmp_path / "mine" / "bars"
    monkeypatch.delenv("MAEMAE_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert data_home() == tmp_path / "xdg" / "maemae"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_home() == tmp_path / ".local" / "share" / "maemae"
    assert os.environ.get("MAEMAE_DATA") is None


def test_real_stocks_go_in_and_come_out(bars: Catalog, real_data: Path) -> None:
    path = real_data / "korea" / "stocks_daily_15.parquet"
    codes = ("005930", "035420", "068270")
    changes = bars.import_file(path, instruments=[korean_equity(code) for code in codes])
    assert {each.kind for change in changes for each in change.warnings} >= {"halt", "gap", "outside"}
    panel, direct = bars.load([f"{code}@krx" for code in codes]), load_panel(path, instruments=codes)
    np.testing.assert_array_equal(panel.ts, direct.ts)
    np.testing.assert_array_equal(panel.close, direct.close)
    assert {each.severity for each in bars.check()} == {"warning"}
