"""Instruments: what can't be is refused by value, and ready-made ones match what their exchange traded."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.contracts import (
    KRX_KOSDAQ_TICKS_BEFORE_2023,
    KRX_KOSPI_TICKS_BEFORE_2023,
    crypto_spot,
    korean_equity,
    korean_etf,
    kospi200_future,
    us_equity,
)
from market.costs import costs_of
from market.errors import ConfigError
from market.instruments import Fees, Instrument, Kind


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"id": "BTCUSDT"}, "'BTCUSDT': expected SYMBOL@venue"),
        ({"id": "@binance"}, "'@binance': expected SYMBOL@venue"),
        ({"id": "BTCUSDT@"}, "'BTCUSDT@': expected SYMBOL@venue"),
        ({"lot": 0.0}, "lot = 0.0"),
        ({"lot": float("nan")}, "lot = nan"),
        ({"multiplier": -1.0}, "multiplier = -1.0"),
        ({"ticks": ()}, "ticks must start at price 0"),
        ({"ticks": ((1.0, 0.1),)}, "ticks must start at price 0"),
        ({"ticks": ((0.0, 0.1), (5.0, 0.2), (5.0, 0.3))}, "ascend"),
        ({"ticks": ((0.0, -0.1),)}, "price steps of 0 or more"),
        ({"min_quantity": 5.0, "max_quantity": 4.0}, "min_quantity = 5.0 is above max_quantity = 4.0"),
        ({"sell_taxes": (("2024-1-1", 0.1),)}, "'2024-1-1'"),
        ({"sell_taxes": (("2024-01-01", 1.5),)}, "1.5"),
        ({"sell_taxes": (("2025-01-01", 0.1), ("2024-01-01", 0.1))}, "ascend by day"),
    ],
)
def test_an_instrument_that_can_t_be_is_refused_by_value(facts: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Instrument(**{"id": "X@y", **facts})  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_symbol_and_venue_are_the_two_halves_of_the_id() -> None:
    instrument = Instrument("K200F@ls")
    assert (instrument.symbol, instrument.venue) == ("K200F", "ls")


def test_the_tick_is_that_of_the_highest_step_below() -> None:
    samsung = korean_equity("005930")
    prices = (1, 1999, 2000, 4999, 5000, 19_999, 20_000, 50_000, 199_999, 200_000, 500_000, 5e6)
    assert [samsung.tick_at(price) for price in prices] == [1, 1, 5, 5, 10, 10, 50, 100, 100, 500, 1000, 1000]
    assert samsung.tick_at(-5.0) == 1.0


def test_every_ready_made_instrument_fits_the_desk_s_cost_record() -> None:
    made = [
        crypto_spot("BTCUSDT", "binance"), us_equity("AAPL"), korean_equity("005930"), korean_etf("069500"),
        kospi200_future(margin=0.1), kospi200_future(margin=0.1, mini=True),
        korean_equity("005930", ticks=KRX_KOSPI_TICKS_BEFORE_2023),
        korean_equity("035720", ticks=KRX_KOSDAQ_TICKS_BEFORE_2023),
    ]  # fmt: skip
    assert len(costs_of(made)) == len(made)


@pytest.mark.parametrize(
    ("symbol", "base", "quote"),
    [
        ("BTCUSDT", "BTC", "USDT"), ("BTC/USDT", "BTC", "USDT"), ("BTC-USD", "BTC", "USD"),
        ("KRW-BTC", "BTC", "KRW"), ("ETHBTC", "ETH", "BTC"), ("BTC_KRW", "BTC", "KRW"),
        ("USDTKRW", "USDT", "KRW"),
        ("WEIRD", "WEIRD", "USD"),
    ],
)  # fmt: skip
def test_a_pair_s_currencies_are_read_from_its_symbol(symbol: str, base: str, quote: str) -> None:
    pair = crypto_spot(symbol, "x", fees=Fees(0.001, 0.001, "base"))
    assert (pair.kind, pair.base, pair.quote, pair.fees.currency) == (Kind.SPOT, base, quote, "base")


def test_korean_sales_are_taxed_by_their_day() -> None:
    taxes = korean_equity("005930").sell_taxes
    assert dict(taxes)["2024-01-01"] == 0.0018 and taxes[-1] == ("2026-01-01", 0.0020)
    assert not korean_etf("069500").sell_taxes and not kospi200_future(margin=0.1).sell_taxes


def test_a_point_of_the_future_is_250_000_won() -> None:
    big, mini = kospi200_future(margin=0.12), kospi200_future("MK200F", margin=0.12, mini=True)
    assert (big.multiplier, big.tick_at(340.0), big.quote) == (250_000.0, 0.05, "KRW")
    assert (mini.multiplier, mini.tick_at(340.0)) == (50_000.0, 0.02)
    assert big.long_margin == big.short_margin == 0.12 and big.maintenance == pytest.approx(0.08)
    tick_values = [big.multiplier * big.tick_at(340.0), mini.multiplier * mini.tick_at(340.0)]
    assert tick_values == [12_500.0, 1_000.0]


def on_tick(instrument: Instrument, prices: np.ndarray) -> np.ndarray:
    ticks = np.array([instrument.tick_at(price) for price in prices])
    return np.abs(prices / ticks - np.rint(prices / ticks)) < 1e-6


@pytest.mark.parametrize(
    ("file", "rows", "instrument"),
    [
        ("stocks_kospi", None, korean_equity("X")),
        ("stocks_kosdaq", None, korean_equity("X")),
        ("etf", None, korean_etf("X")),
        ("futures_index", "코스피200 선물", kospi200_future(margin=0.1)),
        ("futures_index", "미니코스피200 선물", kospi200_future(margin=0.1, mini=True)),
    ],
)
def test_every_price_krx_traded_on_a_day_is_on_our_ticks(
    real_data: Path, file: str, rows: str | None, instrument: Instrument
) -> None:
    table = pd.read_parquet(real_data / "korea" / "krx_daily" / f"{file}_20240104.parquet")
    if rows is not None:
        table = table[(table["PROD_NM"] == rows) & ~table.ISU_NM.str.contains("SP")]  # spreads have their own
    traded = table[(table.ACC_TRDVOL > 0) & table.TDD_OPNPRC.notna()]  # block trades have no prices
    assert len(traded) >= 3
    for name in ("TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC", "TDD_CLSPRC"):
        prices = traded[name].to_numpy(float)
        right = on_tick(instrument, prices)
        assert right.all(), prices[~right][:5]


def test_the_future_s_multiplier_is_the_one_krx_multiplied_with(real_data: Path) -> None:
    table = pd.read_parquet(real_data / "korea" / "krx_daily" / "futures_index_20240104.parquet")
    for name, future in (
        ("코스피200 선물", kospi200_future(margin=0.1)),
        ("미니코스피200 선물", kospi200_future(margin=0.1, mini=True)),
    ):
        traded = table[(table["PROD_NM"] == name) & ~table.ISU_NM.str.contains("SP")].nlargest(
            1, "ACC_TRDVOL"
        )
        average = traded.ACC_TRDVAL / traded.ACC_TRDVOL / future.multiplier
        assert (average.between(traded.TDD_LWPRC, traded.TDD_HGPRC)).all()
