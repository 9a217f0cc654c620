"""Loading: the same bars from any format, names, symbols and window."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from market.bars import PRICES, Panel
from market.errors import ConfigError, DataError
from market.instruments import Instrument, Kind
from market.loaders import load_bars, load_panel
from market.reading.sources import source_text
from market.timeframes import DAY, HOUR, MINUTE
from tests.market.bars_world import NAMES, csv, frame, frames, ns_of, parquet


def same(panel: Panel, table: pd.DataFrame, column: int = 0) -> None:
    np.testing.assert_array_equal(panel.ts, ns_of(table))
    for name in PRICES:
        np.testing.assert_array_equal(getattr(panel, name)[:, column], table[name].to_numpy(float))


@settings(max_examples=25)
@given(frames())
def test_frame_csv_gzip_and_parquet_give_the_same_panel(table: pd.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        for source in (table, csv(table, folder), csv(table, folder, "bars.csv.gz"), parquet(table, folder)):
            panel = load_panel(source, symbol="X")
            same(panel, table)
            assert panel.instruments == (Instrument("X@file"),)
            step = int(np.diff(panel.ts).min())
            assert panel.timeframe == step
            assert panel.complete and panel.close.flags.writeable and panel.ts.flags.writeable


@settings(max_examples=15)
@given(frames(), frames())
def test_several_symbols_share_the_union_of_their_times(one: pd.DataFrame, two: pd.DataFrame) -> None:
    two = two.assign(time=one["time"].iloc[3] + (two["time"] - two["time"].iloc[0]))
    step = one["time"].diff().min()
    two = frame(len(two)).assign(time=pd.date_range(one["time"].iloc[3], periods=len(two), freq=step))
    both = pd.concat([one.assign(symbol="ONE"), two.assign(symbol="TWO")]).sort_values("time", kind="stable")
    for source in (both, {"ONE": one, "TWO": two}):
        panel = load_panel(source, instruments=("ONE", "TWO"))
        union = np.union1d(ns_of(one), ns_of(two))
        np.testing.assert_array_equal(panel.ts, union)
        for column, table in enumerate((one, two)):
            rows = np.isin(panel.ts, ns_of(table))
            np.testing.assert_array_equal(panel.close[rows, column], table["close"])
            for name in PRICES:
                assert np.isnan(getattr(panel, name)[~rows, column]).all()


USUAL_NAMES = {
    "pandas": "time,open,high,low,close,volume",
    "yahoo": "Date,Open,High,Low,Close,Volume",
    "short": "t,o,h,l,c,v",
    "korean": "일자,시가,고가,저가,종가,거래량",
    "korean minutes": "일시,시가,고가,저가,현재가,거래량",
    "nasdaq": "Date,Open,High,Low,Close/Last,Volume",
    "investing": "Date,Open,High,Low,Price,Vol.",
    "start is the open": "date,start,high,low,close,volume",
    "metastock": "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
    "alpha vantage": "timestamp,1. open,2. high,3. low,4. close,5. volume",
    "binance": "open_time,open,high,low,close,volume",
    "upbit": "candle_date_time_utc,opening_price,high_price,low_price,trade_price,candle_acc_trade_volume",
    "krx": "BAS_DD,TDD_OPNPRC,TDD_HGPRC,TDD_LWPRC,TDD_CLSPRC,ACC_TRDVOL",
    "cryptodatadownload": "unix,open,high,low,close,Volume BTC",
    "spaces": " Date , Open , High , Low , Close , Volume ",
}


@pytest.mark.parametrize("kind", USUAL_NAMES)
def test_usual_column_names_are_understood(kind: str, tmp_path: Path) -> None:
    table = frame()
    named = table.set_axis(USUAL_NAMES[kind].split(","), axis=1)
    same(load_panel(csv(named, tmp_path)), table)
    same(load_panel(named), table)


def test_an_adjusted_close_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    table = frame()
    more = table.assign(**{"Adj Close": 1.0, "close_time": "x", "quote volume": -1.0, "trades": 3})
    same(load_panel(csv(more, tmp_path)), table)


def test_an_index_of_times_is_the_time_column(tmp_path: Path) -> None:
    table = frame()
    indexed = table.set_index("time")
    same(load_panel(indexed), table)
    same(load_panel(indexed.rename_axis(None)), table)
    indexed.rename_axis(None).to_csv(tmp_path / "a.csv")
    same(load_panel(tmp_path / "a.csv"), table)
    indexed.to_parquet(tmp_path / "a.parquet")
    same(load_panel(tmp_path / "a.parquet"), table)


def test_columns_of_two_levels_are_fields_and_symbols() -> None:
    one, two = frame(seed=1).set_index("time"), frame(seed=2).set_index("time").iloc[5:]
    fields_first = pd.concat({"ONE": one, "TWO": two}, axis=1).swaplevel(axis=1).sort_index(axis=1)
    for wide in (fields_first, fields_first.swaplevel(axis=1)):
        panel = load_panel(wide, instruments=("ONE", "TWO"))
        same(panel, one.reset_index())
        np.testing.assert_array_equal(panel.close[5:, 1], two["close"])
        assert np.isnan(panel.close[:5, 1]).all()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator_and_a_byte_order_mark_are_fine(separator: str, tmp_path: Path) -> None:
    table = frame()
    table.to_csv(tmp_path / "a.csv", sep=separator, index=False, encoding="utf-8-sig")
    same(load_panel(tmp_path / "a.csv"), table)


def test_korean_windows_encoding_is_fine(tmp_path: Path) -> None:
    table = frame()
    named = table.set_axis(USUAL_NAMES["korean"].split(","), axis=1).assign(종목명="삼성전자")
    named.to_csv(tmp_path / "a.csv", index=False, encoding="cp949")
    same(load_panel(tmp_path / "a.csv"), table)


def test_numbers_may_be_text_with_signs_and_scales(tmp_path: Path) -> None:
    table = frame(12, "1D").round({name: 2 for name in NAMES})
    money = table.copy().astype({name: object for name in NAMES})
    money["open"] = [f"${value:,.2f}" for value in table["open"] * 100]
    money["close"] = [f"{value:,.2f}" for value in table["close"] * 100]
    money["high"], money["low"] = table["high"] * 100, table["low"] * 100
    money["volume"] = ["1.50K", "2M", "3.25B", "-", "", *["7"] * 7]
    panel = load_panel(csv(money, tmp_path))
    np.testing.assert_allclose(panel.open[:, 0], table["open"] * 100, rtol=1e-12)
    np.testing.assert_array_equal(panel.volume[:3, 0], [1500.0, 2e6, 3.25e9])
    assert np.isnan(panel.volume[3:5, 0]).all()


def test_a_comma_for_decimals_is_refused_rather_than_misread(tmp_path: Path) -> None:
    table = frame()
    table.to_csv(tmp_path / "a.csv", sep=";", decimal=",", index=False)
    with pytest.raises(DataError, match=r"row 1: open = '.*,.*': expected a number"):
        load_panel(tmp_path / "a.csv")


def test_an_index_without_volume_has_none(tmp_path: Path) -> None:
    table = frame()
    panel = load_panel(csv(table.drop(columns="volume"), tmp_path))
    assert np.isnan(panel.volume).all() and panel.complete


def test_the_newest_first_is_turned_around(tmp_path: Path) -> None:
    table = frame()
    same(load_panel(csv(table.iloc[::-1], tmp_path)), table)


def test_codes_keep_their_leading_zeros(tmp_path: Path) -> None:
    both = pd.concat([frame().assign(code=code) for code in ("005930", "000660")])
    for source in (csv(both, tmp_path), parquet(both, tmp_path), both):
        assert [each.symbol for each in load_panel(source).instruments] == ["005930", "000660"]


def test_a_file_s_name_is_its_symbol(tmp_path: Path) -> None:
    for name, expected in (
        ("BTCUSDT.csv", "BTCUSDT@file"),
        ("AAPL.csv.gz", "AAPL@file"),
        ("K200F@ls.csv", "K200F@ls"),
    ):
        assert load_panel(csv(frame(), tmp_path, name)).instruments[0].id == expected


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    csv(frame(seed=1), tmp_path, "ONE.csv")
    parquet(frame(seed=2), tmp_path, "TWO.parquet")
    (tmp_path / "notes.md").write_text("no data")
    panel = load_panel(tmp_path)
    assert [each.symbol for each in panel.instruments] == ["ONE", "TWO"]
    assert panel.close.shape == (60, 2)


def test_instruments_come_in_the_order_asked_with_all_that_is_known_of_them(tmp_path: Path) -> None:
    both = pd.concat([frame(seed=seed).assign(symbol=name) for seed, name in ((1, "ONE"), (2, "TWO"))])
    two = Instrument("TWO@krx", kind=Kind.EQUITY, lot=10.0)
    panel = load_panel(csv(both, tmp_path), instruments=(two, "ONE"))
    assert panel.instruments == (two, Instrument("ONE@file"))
    np.testing.assert_array_equal(panel.close[:, 0], frame(seed=2)["close"])


def test_a_name_asked_of_an_unnamed_file_names_it(tmp_path: Path) -> None:
    path = csv(frame(), tmp_path, "bars_1m.csv")
    assert load_panel(path, symbol="BTCUSDT").instruments[0].id == "BTCUSDT@file"
    assert load_panel(path, symbol="BTCUSDT@binance").instruments[0].id == "BTCUSDT@binance"


def test_months_of_one_symbol_become_one_series(tmp_path: Path) -> None:
    table = frame(60)
    later = csv(table.iloc[30:], tmp_path, "BTCUSDT-1h-2024-02.csv")
    paths = [later, csv(table.iloc[:30], tmp_path, "BTCUSDT-1h-2024-01.csv")]
    same(load_panel(paths, symbol="BTCUSDT"), table)


def test_overlapping_files_of_one_symbol_are_refused(tmp_path: Path) -> None:
    paths = [csv(frame(), tmp_path, "X-1.csv"), csv(frame(), tmp_path, "X-2.csv")]
    with pytest.raises(DataError, match=r"X-2.csv begins before .*X-1.csv ends"):
        load_panel(paths, symbol="X")


def test_since_is_included_and_until_is_not() -> None:
    table = frame(48)
    panel = load_panel(table, since="2024-01-01T06:00", until="2024-01-02")
    same(panel, table.iloc[6:24])
    same(load_panel(table, since=table["time"][3].to_pydatetime()), table.iloc[3:])
    same(load_panel(table, since="2024-01-01T09:00", timezone="Asia/Seoul"), table)
    same(load_panel(table, since="2024-01-01 10:00+09:00"), table.iloc[1:])


def test_loaded_bars_are_the_panel_s() -> None:
    table = frame()
    bars = load_bars(table, instrument="X@y")
    assert bars.instrument.id == "X@y" and bars.timeframe == HOUR and len(bars) == 60
    np.testing.assert_array_equal(bars.high, table["high"])
    with pytest.raises(DataError, match=r"several instruments; name one of A, B"):
        load_bars(pd.concat([table.assign(symbol=name) for name in "AB"]))


def test_one_bar_loads_when_its_timeframe_is_said() -> None:
    assert len(load_panel(frame(1), timeframe="1d")) == 1
    with pytest.raises(DataError, match="at least 2"):
        load_panel(frame(1))


def test_a_new_listing_of_one_bar_takes_the_others_timeframe() -> None:
    both = pd.concat([frame().assign(symbol="OLD"), frame().iloc[-1:].assign(symbol="NEW")])
    panel = load_panel(both)
    assert panel.timeframe == HOUR and len(panel.present(1)) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"symbol": "ETH"}, DataError, "symbol 'ETH' isn't there. Did you mean 'ETHUSDT'"),
        ({"instruments": ("BTCUSDT", "ZZZ")}, DataError, "'ZZZ' isn't there. Known: BTCUSDT, ETHUSDT"),
        ({"timeframe": "1m"}, DataError, "asked for is 1m, but the bars are 1h apart"),
        ({"timeframe": "quick"}, ConfigError, "timeframe 'quick'"),
        ({"timezone": "Asia/Soul"}, ConfigError, "Did you mean 'Asia/Seoul'"),
        ({"since": "2035-01-01"}, DataError, "since 2035-01-01: the data cover 2024-01-01 to"),
        ({"until": "2020-01-01"}, DataError, "until 2020-01-01: the data cover 2024-01-01"),
        ({"since": "soon"}, ConfigError, "since = 'soon': expected a day such as 2024-01-31"),
        ({"since": "2024-02-30"}, ConfigError, "2024-02-30"),
        ({"since": "2024-02-02", "until": "2024-02-01"}, ConfigError, "isn't before"),
        ({"symbol": "A", "instruments": ("B",)}, ConfigError, "not both"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_answered_with_what_would_be_right(
    arguments: dict[str, object], error: type[Exception], words: str
) -> None:
    both = pd.concat([frame().assign(symbol=name) for name in ("BTCUSDT", "ETHUSDT")])
    with pytest.raises(error) as caught:
        load_panel(both.assign(time=both["time"].dt.tz_localize(None)), **arguments)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_a_million_bars_load_without_pandas_at_little_more_than_their_own_size(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    n_bars = 1_000_000
    close = 100.0 + np.random.default_rng(3).random(n_bars)
    columns = {"ts": pa.array(np.arange(n_bars) * MINUTE + 10**18, pa.timestamp("ns", "UTC"))}
    columns |= {"open": close, "high": close + 1.0, "low": close - 1.0, "close": close, "volume": close}
    pq.write_table(pa.table(columns), tmp_path / "big.parquet")
    pq.write_table(pa.table(columns).slice(0, 10), tmp_path / "small.parquet")
    script = f"""
import resource, sys, time
from market.loaders import load_panel
load_panel("{tmp_path}/small.parquet")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
panel = load_panel("{tmp_path}/big.parquet")
spent = time.process_time() - began
above = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(len(panel), panel.timeframe, "pandas" in sys.modules, spent, above / 1024)
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    found, timeframe, pandas, spent, above = done.stdout.split()
    assert (found, timeframe, pandas) == (str(n_bars), str(MINUTE), "False")
    assert float(spent) < 0.5  # 0.1 s on a quiet machine
    arrays = 6 * 8 * n_bars / 2**20
    if sys.platform == "linux":
        assert float(above) < 2.5 * arrays


def test_daily_rows_are_daily() -> None:
    assert load_panel(frame(30, "1D")).timeframe == DAY


def test_a_single_file_without_symbols_takes_the_name_asked_for_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("ETH.csv", "005930.csv", "bars.csv"):
        frame().to_csv(tmp_path / name, index=False)
        assert load_panel(tmp_path / name, symbol="XYZ").instruments[0].id == "XYZ@file"
    with pytest.raises(DataError, match=r"XYZ.*isn't there"):  # of several, which one?
        load_panel([tmp_path / "ETH.csv", tmp_path / "005930.csv"], symbol="XYZ")
    frame().assign(symbol="ETH").to_csv(tmp_path / "bars.csv", index=False)
    with pytest.raises(DataError, match=r"'XYZ' isn't there. Known: ETH"):  # its own column names it
        load_panel(tmp_path / "bars.csv", symbol="XYZ")


def test_errors_about_several_sources_name_them() -> None:
    assert source_text(["a.csv", "b.csv"]) == "a.csv, b.csv" and source_text({"A": "a.csv"}) == "a.csv"
    assert source_text([f"{k}.csv" for k in range(9)]) == "0.csv, 1.csv and 7 more"


@pytest.mark.parametrize("footer", ["Total", "", "합계"])
def test_a_footer_is_named_as_what_it_is(footer: str, tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "bars.csv", index=False)
    with (tmp_path / "bars.csv").open("a") as file:
        file.write(f"{footer},1,1,1,1,1\n")
    with pytest.raises(DataError) as caught:
        load_panel(tmp_path / "bars.csv")
    assert f"row {len(frame()) + 1}" in str(caught.value) and "zone" not in str(caught.value)
