"""The masters: what is listed becomes an instrument; what isn't is named with what is near."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from brokers.ls.answers import Answer
from brokers.ls.masters import EVERY, Masters, front, master, masters, option_chain, take
from brokers.ls.values import Row
from brokers.simulators import LsSim, contract_of
from market import krx
from market.errors import ConfigError, DataError
from market.instruments import Instrument, Kind
from tests.brokers.ls.asking import Asking, Scripted, answered, examples
from tests.brokers.simulators.ls_scenes import CALL, FUTURE, PUT, STOCK, bars_at, flat, market, plain
from tests.brokers.simulators.scenes import run
from tests.market.krx.real_day import each_of, needs_data, table

TODAY = date(2024, 1, 4)
SIMULATED = [name for name, (tr, _) in EVERY.items() if tr not in ("t8401", "t8426")]
MARGIN = 0.1


def listed(*rows: tuple[str, str], today: date = TODAY) -> Masters:
    return Masters(today, {code: {"shcode": code, "hname": name} for code, name in rows}, krx.calendar())


def test_what_is_listed_becomes_an_instrument() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            found = await masters(Asking(client), TODAY, groups=SIMULATED)
            future = found.instrument(FUTURE, margin=MARGIN)
            assert (future.id, future.kind, future.multiplier) == (f"{FUTURE}@ls", Kind.FUTURE, 250_000)
            call = found.instrument(CALL, margin=MARGIN)
            assert (call.kind, call.right, call.strike) == (Kind.OPTION, "call", 345.0)
            assert found.instrument(STOCK).kind is Kind.EQUITY
            assert await front(Asking(client)) == FUTURE and found.front() == FUTURE
            assert (await master(Asking(client), "stocks")).codes == (STOCK,)
            assert [
                one.code for one in (await option_chain(Asking(client), TODAY, krx.calendar())).series
            ] == [CALL, PUT]
            assert found.expiries() == (date(2024, 3, 14),)
            assert found.option("call", date(2024, 3, 14), 345.0) == CALL
            with pytest.raises(DataError, match=r"Nearest: 345"):
                found.option("call", date(2024, 3, 14), 1_150.0)

    run(scene())


def test_a_strike_that_the_code_hides_is_the_names() -> None:
    found = listed(("B016AA49", "C 2610 1,117.5"), today=date(2026, 9, 1))
    assert found.instrument("B016AA49", margin=0.1).strike == 1_117.5
    assert found.option("call", found.expiries()[0], 1_117.5) == "B016AA49"


def test_etfs_have_their_own_ticks_and_are_listed_as_such() -> None:
    async def scene() -> None:
        bars = {"069500": bars_at("069500", flat(5, 35_000.0))}
        made = LsSim(bars, contracts=[contract_of("069500", name="KODEX 200", etf=True)], rates=False)
        async with made as sim, plain(sim) as client:
            found = await masters(Asking(client), TODAY, groups=["stocks"])
            assert found.etfs() == ("069500",)
            assert found.instrument("069500").ticks != krx.instrument("069500").ticks

    run(scene())


def test_what_isnt_listed_is_named_with_what_is_near() -> None:
    found = listed((FUTURE, "F 2403"), ("101V6000", "F 2406"), (CALL, "C 2403 345.0"))
    with pytest.raises(ConfigError, match=rf"101V9000: LS lists no such code.*{FUTURE} \(F 2403\)"):
        found.instrument("101V9000", margin=0.1)
    with pytest.raises(ConfigError, match="Near it: nothing"):
        found.instrument("ZZ", margin=0.1)


def test_what_has_expired_says_so_and_names_the_front_month() -> None:
    found = listed((FUTURE, "F 2403"), ("101V6000", "F 2406"))
    with pytest.raises(ConfigError, match=rf"101TC000: it expired on 2023-12-14.*front month is {FUTURE}"):
        found.instrument("101TC000", margin=0.1)
    stale = listed((FUTURE, "F 2403"), ("101V6000", "F 2406"), today=date(2024, 3, 15))
    assert stale.front() == "101V6000"
    with pytest.raises(ConfigError, match=r"expired on 2024-03-14.*101V6000"):
        stale.instrument(FUTURE, margin=0.1)


def test_a_future_trades_on_its_last_day() -> None:
    found = listed((FUTURE, "F 2403"), ("101V6000", "F 2406"), today=date(2024, 3, 14))
    assert found.front() == FUTURE and found.instrument(FUTURE, margin=0.1)


def test_anothers_broken_row_keeps_nobody_from_trading() -> None:
    found = listed((CALL, "C 2403 345.0"), ("205V3345", "what is this"))
    assert found.option("call", date(2024, 3, 14), 345.0) == CALL


def test_masters_that_list_nothing_have_no_front_month() -> None:
    with pytest.raises(ConfigError, match="list no future"):
        listed().front()


@pytest.mark.parametrize("row", [{"shcode": "", "hname": "F 2403"}, {"shcode": FUTURE}])
def test_a_row_without_code_or_name_is_refused(row: Row) -> None:
    with pytest.raises(DataError, match="Nothing was taken"):
        take({}, [row])


def test_one_code_has_one_name() -> None:
    rows: dict[str, Row] = {}
    take(rows, [{"shcode": FUTURE, "hname": "F 2403"}, {"shcode": FUTURE, "hname": " F 2403"}])
    with pytest.raises(DataError, match="as 'F 2403' and as 'F 2406'"):
        take(rows, [{"shcode": FUTURE, "hname": "F 2406"}])


def test_masters_in_pages_are_taken_whole_and_end_at_a_key_that_comes_again() -> None:
    class Paged(Scripted):
        async def ask(self, tr: str, blocks: Mapping[str, Mapping[str, object]], more: str = "") -> Answer:
            found = await super().ask(tr, blocks, more)
            return replace(found, more=True, key=str(min(len(self.asked), 2)))

    pages = [{"t8433OutBlock": [{"shcode": code, "hname": "C 2403 345.0"}]} for code in (CALL, "b", "b")]
    ask = Paged(*pages)
    assert set(run(masters(ask, TODAY, groups=["KOSPI200 options"])).rows) == {CALL, "b"}
    assert not ask.bodies


def test_an_unknown_group_is_named() -> None:
    with pytest.raises(ConfigError, match="master 'bonds'"):
        run(masters(Scripted(), TODAY, groups=["bonds"]))


@pytest.mark.parametrize("tr", ["t8401", "t8426", "t8432", "t8433", "t8435", "t9944", "t8436"])
def test_the_guides_rows_are_taken(real_data: Path, tr: str) -> None:
    for body in examples(real_data, tr):
        rows: dict[str, Row] = {}
        sent = answered(tr, body).rows("OutBlock")
        take(rows, sent)
        assert len(rows) == len({row["shcode"] for row in sent}) > 0
        found = Masters(date(2023, 6, 5), rows, krx.calendar())
        for code in rows if tr not in ("t8401", "t8426") else ():
            assert found.instrument(code, margin=0.1).symbol == code


@needs_data
@pytest.mark.parametrize(("product", "nearest"), [("01", "101V3000"), ("05", "105V1000")])
def test_a_real_days_contracts_become_instruments(product: str, nearest: str) -> None:
    rows: dict[str, Row] = {}
    for name in ("futures_index", "options_index", "futures_single_stock", "options_single_stock"):
        take(rows, ({"shcode": row.ISU_CD, "hname": row.ISU_NM} for row in each_of(table(name))))
    found = Masters(TODAY, rows, krx.calendar())
    codes = [code for code in rows if code[1:3] == product]
    assert len(codes) > 500 and all(found.instrument(code, margin=MARGIN).expiry for code in codes)
    assert found.front(product) == nearest and found.expiries(product)[0] == date(2024, 1, 11)


def test_a_product_whose_rules_arent_known_takes_them_from_the_caller() -> None:
    found = listed(("111V3000", "삼성전자   F 202403"))
    with pytest.raises(DataError, match="Pass last="):
        found.instrument("111V3000", margin=MARGIN)

    def made(last: date) -> Instrument:
        return found.instrument("111V3000", margin=MARGIN, last=last, ticks=((0.0, 50.0),), multiplier=10.0)

    assert made(date(2024, 3, 14)).multiplier == 10.0
    with pytest.raises(ConfigError, match=r"expired on 2024-01-03.*no front month"):
        made(date(2024, 1, 3))
