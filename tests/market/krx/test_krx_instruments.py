"""Instruments of codes and masters, taxes, and what is refused for want of a fact."""

from datetime import date
from pathlib import Path

import pytest

from market import krx
from market.errors import ConfigError, DataError
from market.instruments import Instrument, Kind
from market.krx.codes import parse
from market.stored import facts_of, instrument_of_facts
from tests.market.krx.real_day import DAY, each_of, needs_data, table
from tests.market.krx.test_sessions import at

TODAY = date(2026, 11, 26)


def test_a_future_of_its_code() -> None:
    one = krx.instrument("A016C000", margin=0.08)
    assert (one.id, one.kind, one.multiplier, one.tick_at(1100.0)) == (
        "A016C000@ls",
        Kind.FUTURE,
        250_000.0,
        0.05,
    )
    assert one.expiry == at("2026-12-10 15:20")
    assert (one.underlying, one.right, one.strike) == ("KOSPI200", "", 0.0)
    mini = krx.instrument(
        {"shcode": "A056C000", "hname": "MF 2612", "tradeunit": "50000.00000000"}, margin=0.08
    )
    assert (mini.multiplier, mini.tick_at(1100.0)) == (50_000.0, 0.02)


def test_an_option_below_1000_of_its_code_and_above_of_its_name() -> None:
    low = krx.instrument("B016A745", margin=0.5)
    assert (low.kind, low.strike, low.right, low.expiry) == (
        Kind.OPTION,
        745.0,
        "call",
        at("2026-10-08 15:20"),
    )
    high = krx.instrument({"shcode": "C016CA41", "hname": "P 2612 1,097.5"}, margin=0.5)
    assert (high.strike, high.right) == (1097.5, "put")
    assert (high.tick_at(9.99), high.tick_at(10.0)) == (0.01, 0.05)
    with pytest.raises(DataError, match=r"C016CA41.*t8433/t8435 hname.*t2301 actprice"):
        krx.instrument("C016CA41", margin=0.5)
    assert krx.instrument("C016CA41", margin=0.5, strike=1097.5) == high


def test_a_weekly_needs_its_name_and_the_day_of_the_master() -> None:
    row = {"shcode": "BAFC0A57", "hname": "C 월 W1 1,140.0"}
    one = krx.instrument(row, margin=0.5, today=TODAY)
    assert (one.strike, one.expiry) == (1140.0, at("2026-12-07 15:20"))
    with pytest.raises(DataError, match=r"BAFC0A57.*today="):
        krx.instrument(row, margin=0.5)
    with pytest.raises(DataError, match=r"BAFC0A57.*t8435 hname"):
        krx.instrument("BAFC0A57", margin=0.5, strike=1140.0)


def test_a_spread_ends_with_its_near_leg() -> None:
    one = krx.instrument("401V36CS", margin=0.02)
    assert (one.kind, one.expiry) == (Kind.FUTURE, at("2024-03-14 15:20"))


def test_shares_and_etfs() -> None:
    share = krx.instrument({"shcode": "000020", "hname": "동화약품", "etfgubun": "0"})
    assert (share.id, share.kind, share.tick_at(10_550)) == ("000020@ls", Kind.EQUITY, 10.0)
    assert share.sell_taxes and not krx.instrument({"shcode": "069500", "etfgubun": "1"}).sell_taxes
    assert krx.instrument("A005930").id == "005930@ls"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("A016C000", "F 2703"),
        ("B016A745", "P 2610   745.0"),
        ("B016A745", "C 2610   750.0"),
        ("401T9WCS", "F SP 12-2512"),
        ("BAFC0A57", "C 목 W1 1,140.0"),
    ],
)
def test_a_name_of_another_contract_is_refused(code: str, name: str) -> None:
    with pytest.raises(DataError, match=code):
        krx.instrument(code, name=name, margin=0.5, today=TODAY)


@pytest.mark.parametrize(
    ("code", "asks"),
    [("A016C000", r"margin"), ("175V1000", "last="), ("A1166000", "last=")],
)
def test_what_isnt_known_is_asked_for(code: str, asks: str) -> None:
    with pytest.raises((ConfigError, DataError), match=asks):
        krx.instrument(code, margin=None if asks == "margin" else 0.1)


def test_other_products_take_what_they_are_given() -> None:
    one = krx.instrument(
        {"shcode": "175V1000", "hname": "미국달러 F 202401 (주간)", "tradeunit": "10000"},
        margin=0.05, last=date(2024, 1, 15), ticks=((0.0, 0.1),),
    )  # fmt: skip
    assert (one.multiplier, one.expiry) == (10_000.0, at("2024-01-15 15:20"))


@pytest.mark.parametrize("bad", ["", "00593", "ABCDEF", "A016C00", {"hname": "F 2612"}])
def test_what_is_no_code_is_refused(bad: "str | dict[str, object]") -> None:
    with pytest.raises(DataError, match="expected"):
        krx.instrument(bad, margin=0.1)


def test_an_option_survives_being_stored() -> None:
    one = krx.instrument("B016A745", margin=0.5)
    assert instrument_of_facts(facts_of(one)) == one


@pytest.mark.parametrize("changes", [{"right": ""}, {"strike": 0.0}, {"expiry": 0}, {"right": "straddle"}])
def test_an_option_is_whole_or_refused(changes: "dict[str, object]") -> None:
    facts = {"right": "call", "strike": 745.0, "expiry": 1, **changes}
    with pytest.raises(ConfigError, match="an option needs"):
        Instrument("X@ls", Kind.OPTION, **facts)  # type: ignore[arg-type]


@needs_data
def test_every_option_of_the_real_day_becomes_an_instrument() -> None:
    rows, count = table("options_index"), 0
    for row in each_of(rows):
        code = parse(row.ISU_CD)
        ticks = ((0.0, 0.1),) if code.product == "06" else ()
        one = krx.instrument(row.ISU_CD, name=row.ISU_NM, margin=0.5, ticks=ticks)
        assert one.right == row.RGHT_TP_NM.lower()
        assert one.expiry >= at(f"{DAY} 15:20")
        count += 1
    assert count == 2724


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2019-06-02", 0.0030),
        ("2019-06-03", 0.0025),
        ("2024-01-04", 0.0018),
        ("2025-12-31", 0.0015),
        ("2026-01-01", 0.002),
    ],
)
def test_sale_taxes_by_date(day: str, rate: float) -> None:
    assert krx.sell_tax(date.fromisoformat(day)) == rate
    assert krx.sell_tax(date.fromisoformat(day), etf=True) == 0.0


def test_gains_in_derivatives_are_taxed_above_the_allowance() -> None:
    assert krx.derivatives_tax(2_500_000) == krx.derivatives_tax(-1.0) == 0.0
    assert krx.derivatives_tax(12_500_000) == pytest.approx(1_100_000)
    with pytest.raises(ConfigError, match="1999-12-31"):
        krx.sell_tax(date(1999, 12, 31))


def test_the_documents_example_runs() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "korea.md").read_text(encoding="utf-8")
    exec(text.split("```python\n")[1].split("```")[0], {})
