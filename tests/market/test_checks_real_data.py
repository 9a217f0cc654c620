"""Real files, each with the traps its README names: what loads, what is refused, what is said."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.bars import PRICES
from market.checks import check
from market.errors import DataError
from market.findings import Finding
from market.loaders import examine, load_panel
from market.reading.raw import moment_text
from market.timeframes import DAY, HOUR, MINUTE


def told(findings: tuple[Finding, ...], *kinds: str) -> list[tuple[str, str, str]]:
    """(symbol, kind, day) of some findings."""
    return [
        (each.instrument.rsplit(": ", 1)[-1].split("@")[0], each.kind, moment_text(each.ts)[:10])
        for each in findings
        if each.kind in kinds
    ]


def test_korean_stocks_load_with_their_halts_as_missing_bars(real_data: Path) -> None:
    path = real_data / "korea" / "stocks_daily_15.parquet"
    panel = load_panel(path)
    assert panel.close.shape == (4532, 15) and panel.timeframe == DAY
    assert panel.instruments[4].symbol == "005930"
    days = panel.ts.astype("datetime64[ns]").astype("datetime64[D]").astype(str)
    halted = (days >= "2018-04-30") & (days <= "2018-05-03")
    assert halted.sum() == 3 and np.isnan(panel.close[halted, 4]).all()
    rows = pd.read_parquet(path)
    assert (~np.isnan(panel.close)).sum() == len(rows) - (rows.Open == 0).sum() == 61030 - 57


def test_korean_stocks_findings_are_the_known_ones(real_data: Path) -> None:
    found = examine(real_data / "korea" / "stocks_daily_15.parquet")
    assert {each.severity for each in found} == {"warning"}
    assert told(found, "halt") == [
        ("005930", "halt", "2018-04-30"), ("035420", "halt", "2013-07-30"), ("035420", "halt", "2018-10-08"),
        ("035720", "halt", "2014-05-26"), ("051910", "halt", "2009-03-30"), ("068270", "halt", "2013-03-04"),
    ]  # fmt: skip
    assert told(found, "split", "jump", "reuse") == [  # the source's own errors
        ("068270", "split", "2012-05-24"), ("068270", "jump", "2013-03-22"),
    ]  # fmt: skip
    assert 0.01 * 61030 < sum(each.kind == "outside" for each in found) < 0.013 * 61030


def test_raw_us_stocks_show_their_splits_reused_tickers_and_crashes(real_data: Path) -> None:
    found = examine(real_data / "us_equity" / "lean_daily_raw.parquet")
    assert {each.severity for each in found} == {"warning"}
    assert told(found, "split", "jump", "reuse") == [
        ("AAPL", "split", "2000-06-21"), ("AAPL", "jump", "2000-09-29"), ("AAPL", "split", "2005-02-28"),
        ("AAPL", "split", "2014-06-09"), ("BAC", "split", "2004-08-30"), ("WMI", "jump", "1999-07-07"),
        ("AAA", "jump", "2007-05-15"), ("AAA", "reuse", "2020-09-09"), ("FB", "reuse", "2012-05-18"),
        ("BNO", "jump", "2002-02-28"), ("BNO", "reuse", "2010-06-02"), ("BNO", "split", "2013-08-29"),
    ]  # fmt: skip
    assert "a split of 7:1" in next(each.message for each in found if "2014-06-09" in each.message)


def test_a_delisted_stock_ends_where_it_ended(real_data: Path) -> None:
    panel = load_panel(real_data / "us_equity" / "lean_daily_raw.parquet", instruments=("SPY", "WMI"))
    assert moment_text(int(panel.ts[panel.present(1)[-1]])) == "2009-08-04"
    assert "gap" not in [each.kind for each in check(panel) if each.instrument.startswith("WMI")]


@pytest.mark.parametrize(
    ("name", "timeframe", "gaps"),
    [
        ("binance_spot_1h/BTCUSDT", HOUR, 26),
        ("binance_spot_1h/ETHUSDT", HOUR, 26),
        ("binance_perp_1h/BTCUSDT", HOUR, 0),
        ("binance_perp_5m/DOGEUSDT", 5 * MINUTE, 0),
        ("btc_perp_1m_2022-01", MINUTE, 0),
    ],
)
def test_crypto_gaps_are_the_outages(real_data: Path, name: str, timeframe: int, gaps: int) -> None:
    path = real_data / "crypto" / f"{name}.parquet"
    panel = load_panel(path)
    table = pd.read_parquet(path)
    steps = table.iloc[:, 0].diff().dropna()
    assert panel.timeframe == timeframe and len(panel) == len(table)
    np.testing.assert_array_equal(panel.close[:, 0], table["close"])
    count = Counter(each.kind for each in examine(path))
    assert count["gap"] == gaps == (steps > pd.Timedelta(timeframe, "ns")).sum()
    assert set(count) <= {"gap", "zero volume"}


def test_a_thin_market_s_first_days_are_gaps_and_not_another_timeframe(real_data: Path) -> None:
    path = real_data / "crypto" / "coinbase_1d" / "BTCUSD_2014-12_2018-08.csv.gz"
    assert load_panel(path).timeframe == DAY
    assert sum(each.kind == "gap" for each in examine(path)) == 8


@pytest.mark.parametrize(
    ("name", "n_bars", "words"),
    [
        ("crypto/bitvavo_1d/BTCEUR.csv.gz", 730, set()),
        ("korea/kospi200_index_ohlc.csv.gz", 1530, set()),
        ("korea/kospi_index_ohlc.csv.gz", 2743, set()),
        ("korea/vkospi_index_ohlc.csv.gz", 1080, {"no volume", "jump"}),
        ("us_equity/stocknet_daily.parquet", 585, {"zero volume"}),
        ("crypto/binance_perp_mark_1h/BTCUSDT.parquet", 17520, {"no volume"}),
    ],
)
def test_files_of_many_sources_load_as_they_are(
    real_data: Path, name: str, n_bars: int, words: set[str]
) -> None:
    panel = load_panel(real_data / name)
    assert len(panel) == n_bars
    assert {each.kind for each in examine(real_data / name)} == words


def test_the_exporters_columns_mean_what_they_say(real_data: Path) -> None:
    panel = load_panel(real_data / "korea" / "kospi200_index_ohlc.csv.gz")  # date,close,start,high,low,volume
    first = [getattr(panel, name)[0, 0] for name in PRICES]
    assert first == [201.76, 205.72, 201.76, 204.25, 97.17]
    panel = load_panel(real_data / "korea" / "kospi_index_ohlc.csv.gz")  # Price is the close, Vol. is 231.10M
    assert [getattr(panel, name)[0, 0] for name in PRICES] == [1433.4, 1436.8, 1428.24, 1434.36, 231.10e6]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("macro/vix_daily.csv.gz", "row 534: open 19.24 is outside low 17.61 .. high 18.57"),
        ("crypto/binance_funding/BTCUSDT.parquet", "no column for open, high, low, close; found 'date'"),
        ("crypto/trades/binance_XRPETH_2019-10.parquet", "no column for open, high, low; found 'timestamp'"),
        (
            "korea/kospi200_index_close_valuation.csv.gz",
            "no column for open, high, low; found 'Date', 'Close'",
        ),
    ],
)
def test_what_is_no_bars_is_refused(real_data: Path, name: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        load_panel(real_data / name)
    assert words in str(caught.value)
