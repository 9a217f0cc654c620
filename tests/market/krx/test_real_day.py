"""The real KRX day: every traded price on its tick and within its limits, every expiry as the data say."""

from datetime import date

import pandas as pd
import pytest

from market import krx
from market.contracts import KRX_ETF_TICKS
from market.krx.codes import Form, parse
from market.krx.expiries import monthly
from market.krx.instruments import last_day
from market.krx.names import read_name
from market.krx.products import multiplier_of, ticks_of
from market.krx.ticks import on_tick, tick_at
from tests.market.krx.real_day import DAY, each_of, needs_data, prices, table

pytestmark = needs_data
KNOWN = ("01", "05", "06", "09", "AF")


def known_products() -> pd.DataFrame:
    """The day's rows of products whose ticks and multiplier the table holds."""
    rows = pd.concat([table("futures_index"), table("options_index")], ignore_index=True)
    product = rows["ISU_CD"].str[1:3]
    options_of_kosdaq = (product == "06") & rows["ISU_CD"].str[0].isin(["2", "3"])
    return rows[product.isin(KNOWN) & ~options_of_kosdaq]


def test_every_derivative_traded_on_its_tick() -> None:
    rows, seen = known_products(), 0
    for text, its in rows.groupby("ISU_CD"):
        ticks = ticks_of(parse(str(text)))
        for price in prices(its):
            assert on_tick(ticks, price), f"{text} at {price}"
            seen += 1
    print(f"\n{seen} prices of derivatives, all on their ticks")
    assert seen > 2_000


def test_every_future_traded_within_its_first_limits() -> None:
    rows = known_products()
    rows = rows[rows["SPOT_PRC"].notna()]
    for row in each_of(rows):
        code = parse(str(row.ISU_CD))
        its = prices(rows[rows["ISU_CD"] == row.ISU_CD])
        if code.form is not Form.FUTURE or its.empty:
            continue
        base = round(row.TDD_CLSPRC - row.CMPPREVDD_PRC, 2)
        limits = krx.future_limits(code, base, ticks_of(code))
        assert its.between(limits.low, limits.high).all(), row.ISU_CD


def test_values_traded_confirm_the_multipliers() -> None:
    """Value is the sum of price, quantity and multiplier; negotiated trades may lie off the day's prices."""
    rows = known_products()
    rows = rows[(rows["ACC_TRDVOL"] > 0) & rows["TDD_LWPRC"].notna() & (rows["TDD_LWPRC"] > 0)]
    agreeing = 0
    for row in each_of(rows):
        per_point = row.ACC_TRDVAL / row.ACC_TRDVOL
        at = multiplier_of(parse(str(row.ISU_CD)))
        agreeing += at * row.TDD_LWPRC * 0.999 <= per_point <= at * row.TDD_HGPRC * 1.001
    assert agreeing > 0.98 * len(rows)


def test_every_option_expires_on_the_day_after_which_it_has_no_base_price() -> None:
    rows, days = table("options_index"), krx.calendar()
    for row in each_of(rows):
        code, name = parse(str(row.ISU_CD)), read_name(str(row.ISU_NM))
        last = last_day(code, name, days)
        assert last >= DAY
        assert (last == DAY) == pd.isna(row.NXTDD_BAS_PRC), row.ISU_NM


def test_monthly_contracts_expire_eight_days_on_as_parity_says() -> None:
    assert monthly(2024, 1, krx.calendar()) == date(2024, 1, 11)


@pytest.mark.parametrize("market", ["stocks_kospi", "stocks_kosdaq"])
def test_every_share_traded_on_its_tick_and_within_30_percent(market: str) -> None:
    rows, at_limit = table(market), 0
    rows = rows[rows["ACC_TRDVOL"] > 0]
    for row in each_of(rows):
        base = row.TDD_CLSPRC - row.CMPPREVDD_PRC
        limits = krx.stock_limits(float(base))
        for price in (row.TDD_OPNPRC, row.TDD_HGPRC, row.TDD_LWPRC, row.TDD_CLSPRC):
            if price:
                assert on_tick(krx.stock_ticks(DAY), price), f"{row.ISU_CD} {row.ISU_NM} at {price}"
                assert limits.hold(price), f"{row.ISU_CD} {row.ISU_NM} base {base} {limits} at {price}"
        at_limit += bool(limits.high == row.TDD_HGPRC)
    print(f"\n{market}: {len(rows)} shares, {at_limit} at their upper limit")


def test_every_etf_traded_on_its_tick() -> None:
    rows = table("etf")
    for price in prices(rows):
        assert on_tick(KRX_ETF_TICKS, price)


def test_no_smaller_tick_than_the_share_table_says_was_traded() -> None:
    """The table isn't only fine enough: in every band some price stands on no coarser step."""
    seen = prices(pd.concat([table("stocks_kospi"), table("stocks_kosdaq")]))
    ticks = krx.stock_ticks(DAY)
    for (start, tick), (end, _) in zip(ticks, [*ticks[1:], (float("inf"), 0.0)], strict=True):
        band = seen[(seen >= start) & (seen < end) & (seen > 0)]
        assert len(band) and (band % (2 * tick) != 0).any(), (start, tick)
        assert all(tick_at(ticks, price) == tick for price in band)
