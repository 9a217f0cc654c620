"""What LS lists: masters, charts and both their pagings, the board, quotes, conditions, news, statuses."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from brokers.simulators import Account, Doubts, LsSim, contract_of
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_extras import Condition, Headline
from brokers.simulators.ls_tally import black76, implied
from brokers.simulators.ls_words import isin
from market.errors import DataError
from tests.brokers.simulators.ls_scenes import (
    CALL,
    DAY,
    FUTURE,
    PUT,
    STOCK,
    bars_at,
    flat,
    market,
    plain,
    settled,
)
from tests.brokers.simulators.scenes import run

CHART = {"ncnt": 1, "qrycnt": 20, "nday": "0", "sdate": "", "stime": "", "edate": "", "etime": ""}
CHART |= {"cts_date": "", "cts_time": "", "comp_yn": "N"}


# --- codes


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("101T9000", "KR4101T90003"),
        ("201T7185", "KR4201T71852"),
        ("301T6322", "KR4301T63220"),
        ("101W6000", "KR4101W60000"),
        ("B016A745", "KR4B016A7454"),
        ("005930", "KR7005930003"),
        ("000020", "KR7000020008"),
    ],
)
def test_a_short_code_is_inside_its_isin(code: str, found: str) -> None:
    assert isin(code) == found and (found[3:11] == code or found[3:9] == code)


@pytest.mark.parametrize(
    ("code", "kind", "month", "name"),
    [
        ("101V3000", "future", "202403", "F 2403"),
        ("201T7185", "call", "202307", "C 2307 185.0"),
        ("301T6322", "put", "202306", "P 2306 322.5"),
        ("A016C000", "future", "202612", "F 2612"),
        ("A0173000", "future", "202703", "F 2703"),
        ("B016A745", "call", "202610", "C 2610 745.0"),
    ],
)
def test_both_generations_of_codes_are_read(code: str, kind: str, month: str, name: str) -> None:
    contract = contract_of(code)
    assert (contract.kind, contract.month, contract.name) == (kind, month, name)


def test_a_numbered_strike_must_be_given() -> None:
    with pytest.raises(DataError, match="strike"):
        contract_of("B016AA49")
    assert contract_of("B016AA49", strike=Decimal("1117.5")).name == "C 2610 1,117.5"


# --- masters and quotes


def test_masters_list_each_kind_by_itself() -> None:
    async def scene() -> None:
        more = [contract_of("105V3000", reference=Decimal(345)), contract_of("209ABC12", **weekly())]
        made = LsSim({FUTURE: bars_at(FUTURE, flat())}, contracts=more, history=1, rates=False)
        async with made as sim, plain(sim) as client:
            for gubun, code in (("MF", "105V3000"), ("WK", "209ABC12"), ("SF", None)):
                rows = (await client.got("t8435", gubun=gubun))["t8435OutBlock"]
                assert [row["shcode"] for row in rows] == ([code] if code else [])
            assert [r["shcode"] for r in (await client.got("t8467", gubun=""))["t8467OutBlock"]] == [FUTURE]
            assert (await client.got("t8467", gubun="V"))["t8467OutBlock"] == []
            night = (await client.got("t8455", gubun="NFU"))["t8455OutBlock"]
            assert night[0]["tradeunit"] == "250000.00000000"

    run(scene())


def weekly() -> dict[str, Any]:
    return {
        "strike": Decimal(345),
        "expiry": 1_704_960_000_000,
        "name": "C 목 W2 345.0",
        "reference": Decimal(3),
    }


def test_many_codes_are_asked_at_once() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            rows = (await client.got("t8434", qrycnt=3, focode=FUTURE + CALL + "999V9999"))["t8434OutBlock1"]
            assert [row["focode"] for row in rows] == [FUTURE, CALL]
            rows = (await client.got("t8407", nrec=2, shcode=f"{STOCK}999999"))["t8407OutBlock1"]
            assert [(row["shcode"], row["price"]) for row in rows] == [(STOCK, 72_000)]

    run(scene())


def test_unknown_codes_have_no_data_and_no_error() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            for tr, block in (("t2111", {"focode": "101Z9000"}), ("t1102", {"shcode": "999999"})):
                body = await client.got(tr, **block)
                assert body == {"rsp_cd": "00000", "rsp_msg": "해당자료가 없습니다."}
            body = await client.got("t8465", **CHART | {"shcode": "101Z9000"})
            assert body["rsp_cd"] == "00000" and body["t8465OutBlock1"] == []

    run(scene())


def test_a_price_moves_against_the_day_before() -> None:
    async def scene() -> None:
        closes = [*flat(10, 340.0), *flat(10, 343.4)]
        days = bars_at(FUTURE, closes)
        days.ts[10:] += 86_400 * 10**9
        async with LsSim({FUTURE: days}, history=12, rates=False) as sim, plain(sim) as client:
            row = (await client.got("t2111", focode=FUTURE))["t2111OutBlock"]
            assert (row["recprice"], row["change"], row["sign"], row["diff"]) == (
                "340.00",
                "3.40",
                "2",
                "1.00",
            )
            assert row["volume"] == 80, "of today"

    run(scene())


def test_the_reference_follows_to_the_next_day() -> None:
    async def scene() -> None:
        days = bars_at(FUTURE, [*flat(5, 340.0), *flat(5, 350.0)])
        days.ts[5:] += 86_400 * 10**9
        async with LsSim({FUTURE: days}, history=1, rates=False) as sim, plain(sim) as client:
            await sim.advance(6)
            await client.login()
            row = (await client.got("t2111", focode=FUTURE))["t2111OutBlock"]
            assert (row["recprice"], row["uplmtprice"]) == ("340.00", "367.20")

    run(scene())


@pytest.mark.parametrize("scale", [100, 1])
def test_the_scale_of_listed_prices_is_a_doubt_that_amounts_resolve(scale: int) -> None:
    async def scene() -> None:
        async with market(doubts=Doubts(price_scale=scale)) as sim, plain(sim) as client:
            _, number = await client.order(price=0, lots=3, kind="03")
            row = (await client.rows())[number]
            assert Decimal(row["cheprice"]) == Decimal("345.05") * scale
            held = (await client.got("t0441", cts_expcode="", cts_medocd=""))["t0441OutBlock1"][0]
            assert Decimal(held["pamt"]) == Decimal("345.05") * scale
            assert Decimal(held["mamt"]) / held["jqty"] / 250_000 == Decimal("345.05")

    run(scene())


def test_the_reconciling_list_has_a_line_for_each_trade() -> None:
    async def scene() -> None:
        rich = Account.funded({"KRW": 10**9}, key="appkey", secret="appsecret")
        async with market(page=2, account=rich) as sim, plain(sim) as client:
            block = {
                "QrySrtDt": DAY,
                "QryEndDt": DAY,
                "FnoClssCode": "00",
                "PrdgrpCode": "00",
                "PrdtExecTpCode": "0",
            }
            block |= {"StnlnSeqTp": "4", "CommdaCode": "99"}
            assert (await client.got("CFOAQ00600", **block))["rsp_cd"] == "00707"
            _, first = await client.order(price=345.15, lots=25)
            _, second = await client.order(lots=1)
            _, third = await client.cancel(second, 1)
            lines: list[Any] = []
            status, body, headers = await client.ask("CFOAQ00600", block)
            while status == 200:
                lines += body["CFOAQ00600OutBlock3"]
                if headers["tr_cont"] != "Y":
                    break
                status, body, headers = await client.ask("CFOAQ00600", block, headers["tr_cont_key"])
            assert [(n["OrdNo"], n["ExecQty"]) for n in lines] == [
                (first, 10),
                (first, 10),
                (first, 5),
                (second, 0),
                (third, 0),
            ]
            assert lines[-1]["MrcTpNm"] == "취소" and lines[-1]["OrgOrdNo"] == second
            assert [line["ExecPrc"] for line in lines[:3]] == ["345.05", "345.10", "345.15"]

    run(scene())


# --- charts


def test_minutes_are_stamped_by_their_end_and_only_of_the_day() -> None:
    async def scene() -> None:
        async with market(clock="154000", count=160, history=160) as sim, plain(sim) as client:
            rows = (await client.got("t8465", **CHART | {"shcode": FUTURE, "qrycnt": 500}))["t8465OutBlock1"]
            assert [row["time"] for row in rows] == ["154500", "154400", "154300", "154200", "154100"]
            night = (await client.got("t8461", focode=FUTURE, cgubun="B", bgubun="1", cnt=999))[
                "t8461OutBlock1"
            ]
            assert night[-1]["chetime"] == "175100" and "date" not in night[0]

    run(scene())


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize("tr", ["t8465", "t8412"])
def test_a_chart_is_read_to_its_beginning_page_by_page(copied: bool, tr: str) -> None:
    """By edate and etime, with pages that overlap; and, where that works, by copying the cursor."""

    async def scene() -> None:
        doubts = Doubts(copied_cts=copied, overlap=3)
        async with market(count=90, history=90, doubts=doubts) as sim, plain(sim) as client:
            code = FUTURE if tr == "t8465" else STOCK
            block = CHART | {"shcode": code}
            seen: list[str] = []
            pages = 0
            while True:
                body = await client.got(tr, **block)
                rows, head = body[f"{tr}OutBlock1"], body[f"{tr}OutBlock"]
                seen += sorted((row["time"] for row in rows), reverse=True)
                pages += 1
                if not head["cts_date"]:
                    break
                if copied:
                    block |= {"cts_date": head["cts_date"], "cts_time": head["cts_time"]}
                else:
                    block |= {"edate": head["cts_date"], "etime": head["cts_time"]}
            assert len(set(seen)) == 90 and pages > 4
            assert (len(seen) == 90) is copied, "pages overlap when they are asked for by their end"

    run(scene())


def test_a_copied_cursor_gives_the_first_page_again_unless_the_guide_is_right() -> None:
    async def scene() -> None:
        async with market(count=60, history=60) as sim, plain(sim) as client:
            first = await client.got("t8465", **CHART | {"shcode": FUTURE})
            head = first["t8465OutBlock"]
            cursor = {"cts_date": head["cts_date"], "cts_time": head["cts_time"]}
            assert await client.got("t8465", **CHART | {"shcode": FUTURE} | cursor) == first

    run(scene())


@pytest.mark.parametrize("count", [2, 5, 7])
def test_longer_bars_are_shorter_ones_joined(count: int) -> None:
    async def scene() -> None:
        closes = list(345 + np.cumsum(np.random.default_rng(count).integers(-3, 4, 60)) * 0.05)
        async with (
            LsSim({FUTURE: bars_at(FUTURE, closes)}, history=60, rates=False) as sim,
            plain(sim) as client,
        ):

            async def rows(ncnt: int) -> list[Any]:
                found = await client.got("t8465", **CHART | {"shcode": FUTURE, "qrycnt": 500, "ncnt": ncnt})
                return sorted(found["t8465OutBlock1"], key=lambda row: str(row["time"]))

            short, long = await rows(1), await rows(count)
            assert sum(row["jdiff_vol"] for row in short) == sum(row["jdiff_vol"] for row in long)
            assert max(Decimal(row["high"]) for row in short) == max(Decimal(row["high"]) for row in long)
            assert (short[0]["open"], short[-1]["close"]) == (long[0]["open"], long[-1]["close"])
            for row in long:
                assert Decimal(row["low"]) <= Decimal(row["open"]) <= Decimal(row["high"])

    run(scene())


def test_days_ascend_and_include_today() -> None:
    async def scene() -> None:
        days = bars_at(FUTURE, [*flat(5, 340.0), *flat(5, 350.0)])
        days.ts[5:] += 86_400 * 10**9
        async with LsSim({FUTURE: days}, history=8, rates=False) as sim, plain(sim) as client:
            asked = {"shcode": FUTURE, "gubun": "2", "qrycnt": 10, "sdate": "", "edate": "", "cts_date": ""}
            rows = (await client.got("t8466", **asked, comp_yn="N"))["t8466OutBlock1"]
            assert [(row["date"], row["close"]) for row in rows] == [
                ("20240104", "340.00"),
                ("20240105", "350.00"),
            ]

    run(scene())


def test_ticks_are_the_trades() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            rows = (await client.got("t8464", **CHART | {"shcode": FUTURE}))["t8464OutBlock1"]
            assert len(rows) == 8 and all(len(row["time"]) == 10 for row in rows)
            joined = (await client.got("t8464", **CHART | {"shcode": FUTURE, "ncnt": 4}))["t8464OutBlock1"]
            assert [row["high"] for row in joined] == ["345.10", "345.10"]

    run(scene())


# --- options


def test_the_board_has_calls_and_puts_with_their_greeks() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.order(price=0, lots=2, kind="03", code=CALL)
            board = await client.got("t2301", yyyymm="202403", gubun="G")
            (call,), (put,) = board["t2301OutBlock1"], board["t2301OutBlock2"]
            assert (call["optcode"], put["optcode"], call["jvolume"], put["jvolume"]) == (CALL, PUT, 2, 0)
            assert 0 < Decimal(call["delt"]) < 1 and -1 < Decimal(put["delt"]) < 0
            assert 5 < Decimal(call["iv"]) < 15 and call["impv"] == "0.00" and call["atmgubun"] == "1"
            assert board["t2301OutBlock"]["gmshcode"] == FUTURE
            assert (await client.got("t2301", yyyymm="202404", gubun="G"))["t2301OutBlock1"] == []

    run(scene())


@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize("strike", [300.0, 345.0, 380.0])
def test_an_implied_volatility_gives_its_price_back(call: bool, strike: float) -> None:
    price = black76(345.0, strike, 0.2, 0.18, call).price
    assert implied(price, 345.0, strike, 0.2, call) == pytest.approx(0.18, rel=1e-6)


# --- conditions, news, statuses


def test_a_condition_is_listed_run_watched_and_left_alone() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            sim.extras.conditions["testID0000"] = Condition("testID0000", "mine", "rising")
            saved = await client.got("t1866", user_id="me", gb="0", group_name="", cont="", cont_key="")
            assert saved["t1866OutBlock1"][0]["query_name"] == "rising"
            asked = {"sSysUserFlag": "U", "sFlag": "E", "sAlertNum": "", "query_index": "testID0000"}
            number = (await client.got("t1860", **asked))["t1860OutBlock"]["sAlertNum"]
            assert len(number) == 11
            await client.listen(("AFR", number))
            sim.extras.meets("testID0000", STOCK)
            assert (await client.got("t1859", query_index="testID0000"))["t1859OutBlock1"][0][
                "shcode"
            ] == STOCK
            sim.extras.meets("testID0000", STOCK, "O")
            told = await settled(sim, client, 2, "AFR")
            assert [body["gsJobFlag"] for body in told] == ["N", "O"]
            await client.got("t1860", **asked | {"sFlag": "D", "sAlertNum": number})
            sim.extras.meets("testID0000", STOCK)
            await sim.flush()
            assert len(client.bodies("AFR")) == 2

    run(scene())


def test_a_headline_leads_to_its_body() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(("NWS", "NWS001"), ("JIF", "0"))
            sim.extras.publish(Headline("202401040952172704000165", "수주", ("첫 줄", "둘째 줄"), (STOCK,)))
            sim.status("5", "41")
            told = (await settled(sim, client, 1, "NWS"))[0]
            body = await client.got("t3102", sNewsno=told["realkey"])
            assert body["t3102OutBlock2"]["sTitle"] == told["title"] == "수주"
            assert [row["sBody"] for row in body["t3102OutBlock1"]] == ["첫 줄", "둘째 줄"]
            assert (await settled(sim, client, 1, "JIF")) == [{"jangubun": "5", "jstatus": "41"}]

    run(scene())


def test_a_day_says_when_it_begins_and_ends() -> None:
    async def scene() -> None:
        bars = {
            FUTURE: bars_at(FUTURE, flat(1000), DAY, "082000"),
            STOCK: bars_at(STOCK, flat(1000, 72_000), DAY, "082000"),
        }
        async with LsSim(bars, history=1, rates=False) as sim, plain(sim) as client:
            await client.listen(("JIF", "0"))
            sim.widen(1, 0)
            sim.widen(2, 1)
            while not sim.replay.over:
                sim.replay.advance()
            told = await settled(sim, client, 17, "JIF")
            states = [(body["jangubun"], body["jstatus"]) for body in told]
            assert states[:3] == [("5", "74"), ("5", "76"), ("5", "75")]
            for market, found in (("1", ["11", "21", "31", "41"]), ("8", ["11", "21"])):
                assert [state for name, state in states if name == market] == found
            assert [state for name, state in states if name == "5"][3:] == ["11", "21", "31", "41"]

    run(scene())


def test_what_has_no_bars_is_quoted_as_it_is_told() -> None:
    async def scene() -> None:
        extra: list[Contract] = [contract_of("201V3350", reference=Decimal("2.5"))]
        made = LsSim({FUTURE: bars_at(FUTURE, flat())}, contracts=extra, history=1, rates=False)
        async with made as sim, plain(sim) as client:
            assert (await client.got("t2111", focode="201V3350"))["t2111OutBlock"]["price"] == "2.50"
            assert (await client.order(code="201V3350", price=2.6, lots=1))[0] == "00040"

    run(scene())
