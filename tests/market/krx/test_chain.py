"""The day's options out of the masters, and what they lack."""

from datetime import date

import pytest

from market import krx
from market.errors import DataError
from tests.market.krx.real_day import DAY, each_of, needs_data, table

DAYS = krx.calendar()
TODAY = date(2026, 11, 26)
ROWS = [
    {"shcode": "B016CA41", "hname": "C 2612 1,097.5"},
    {"shcode": "B016CA49", "hname": "C 2612 1,117.5"},
    {"shcode": "B016C995", "hname": "C 2612   995.0"},
    {"shcode": "C016CA41", "hname": "P 2612 1,097.5"},
    {"shcode": "BAFC0A57", "hname": "C 월 W1 1,140.0"},
    {"shcode": "A056C000", "hname": "MF 2612"},
]


def test_an_option_is_found_by_what_it_is() -> None:
    chain = krx.chain(ROWS, TODAY, DAYS)
    assert len(chain.series) == 5
    assert chain.find("01", date(2026, 12, 10), "call", 1097.5).code == "B016CA41"
    assert chain.find("01", date(2026, 12, 10), "put", 1097.5).code == "C016CA41"
    assert chain.find("AF", date(2026, 12, 7), "call", 1140.0).code == "BAFC0A57"


def test_a_strike_or_day_that_the_master_lacks_is_named_with_the_nearest() -> None:
    chain = krx.chain(ROWS, TODAY, DAYS)
    with pytest.raises(
        DataError, match=r"strike 1,100: the master lists no such strike. Nearest: 995, 1,097.5, 1,117.5"
    ):
        chain.find("01", date(2026, 12, 10), "call", 1100.0)
    with pytest.raises(DataError, match=r"no such day. Last days listed: 2026-12-10"):
        chain.find("01", date(2026, 12, 9), "call", 1097.5)
    with pytest.raises(DataError, match="listed: none"):
        krx.chain([], TODAY, DAYS).find("01", date(2026, 12, 10), "put", 1097.5)


def test_a_code_that_means_two_things_stops() -> None:
    with pytest.raises(DataError, match="B016CA41: listed twice"):
        krx.chain([*ROWS, {"shcode": "B016CA41", "hname": "C 2612 1,100.0"}], TODAY, DAYS)
    with pytest.raises(DataError, match=r"B016C995.*strike"):
        krx.chain([{"shcode": "B016C995", "hname": "C 2612 990.0"}], TODAY, DAYS)


@needs_data
def test_every_option_of_the_real_day_is_found_again() -> None:
    rows = [{"shcode": row.ISU_CD, "hname": row.ISU_NM} for row in each_of(table("options_index"))]
    chain = krx.chain(rows, DAY, DAYS)
    assert len(chain.series) == len(rows) == 2724
    for one in chain.series[::50]:
        assert chain.find(one.product, one.last, one.right, one.strike) == one
