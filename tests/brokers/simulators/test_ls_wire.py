"""Our answers and frames have the fields and JSON types of those that the broker's guide prints."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from brokers.simulators import Account, LsSim
from brokers.simulators.ls_extras import Condition, Headline
from brokers.simulators.ls_fields import rest_layouts, stream_layouts
from tests.brokers.simulators.ls_scenes import CALL, FUTURE, STOCK, Plain, market, plain, until
from tests.brokers.simulators.scenes import run
from tests.brokers.simulators.test_wire import shape

DERIVATIVE = {"FnoIsuNo": FUTURE, "FnoOrdprcPtnCode": "00", "FnoOrdPrc": 344.0}
CHART = {"qrycnt": 10, "nday": "0", "sdate": "", "stime": "", "edate": "99999999", "etime": ""}
CHART |= {"cts_date": "", "cts_time": "", "comp_yn": "N", "ncnt": 1}
DAYS = {"gubun": "2", "qrycnt": 10, "sdate": "", "edate": "", "cts_date": "", "comp_yn": "N"}
HISTORY = {"QrySrtDt": "", "QryEndDt": "", "FnoClssCode": "00", "PrdgrpCode": "00", "PrdtExecTpCode": "0"}
HISTORY |= {"StnlnSeqTp": "4", "CommdaCode": "99"}
ASKED: dict[str, dict[str, Any]] = {
    "t2101": {"focode": FUTURE},
    "t2105": {"shcode": FUTURE},
    "t8434": {"qrycnt": 1, "focode": FUTURE},
    "t2301": {"yyyymm": "202403", "gubun": "G"},
    "t8432": {"gubun": ""},
    "t8433": {"dummy": ""},
    "t9944": {"dummy": ""},
    "t8414": CHART | {"shcode": FUTURE},
    "t8415": CHART | {"shcode": FUTURE},
    "t8416": DAYS | {"shcode": FUTURE},
    "t0434": {"expcode": "", "chegb": "0", "sortgb": "2", "cts_ordno": " "},
    "t0441": {"cts_expcode": "", "cts_medocd": ""},
    "CFOAQ00600": HISTORY,
    "CFOAQ10100": DERIVATIVE | {"QryTp": "1", "OrdAmt": 0, "RatVal": 0.0, "BnsTpCode": "1"},
    "CFOAQ50600": {"OrdDt": "", "BalEvalTp": "1", "FutsPrcEvalTp": "1"},
    "CFOBQ10500": {"RecCnt": 1},
    "MMDAQ91200": {"RecCnt": 1, "IsuLgclssCode": "", "IsuMdclssCode": ""},
    "t1101": {"shcode": STOCK},
    "t1102": {"shcode": STOCK},
    "t8407": {"nrec": 1, "shcode": STOCK},
    "t8436": {"gubun": "0"},
    "t8430": {"gubun": "0"},
    "t9945": {"gubun": "1"},
    "t8410": DAYS | {"shcode": STOCK, "sujung": "Y"},
    "t8411": CHART | {"shcode": STOCK},
    "t8412": CHART | {"shcode": STOCK},
    "t0424": {"prcgb": "", "chegb": "", "dangb": "", "charge": "", "cts_expcode": ""},
    "t0425": {"expcode": "", "chegb": "0", "medosu": "0", "sortgb": "1", "cts_ordno": " "},
    "CSPAQ12200": {"RecCnt": 1, "BalCreTp": "1"},
    "CSPAQ13700": {"OrdMktCode": "00", "BnsTpCode": "0", "IsuNo": "", "ExecYn": "0", "OrdDt": ""},
    "FOCCQ33600": {"RecCnt": 1},
    "t1866": {"user_id": "me", "gb": "0", "group_name": "", "cont": "", "cont_key": ""},
    "t1859": {"query_index": "testID0000"},
    "t1860": {"sSysUserFlag": "U", "sFlag": "E", "sAlertNum": "", "query_index": "testID0000"},
    "t3102": {"sNewsno": "202401040952172704000165"},
    "t0167": {"id": ""},
}


@pytest.fixture(scope="module")
def printed(real_data: Path) -> dict[str, Any]:
    """The guide's sample answer of each TR."""
    with gzip.open(real_data / "protocol" / "ls_openapi_examples.json.gz", "rt") as file:
        return {row["tr_code"]: row["response"] for row in json.load(file) if row["response"]}


def differs(ours: Any, theirs: Any, at: str) -> list[str]:
    """Where ours lacks a field of theirs, or has it in another JSON type."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        found = [f"{at}.{name} is missing" for name in theirs if name not in ours]
        return found + [
            odd
            for name in theirs
            if name in ours
            for odd in differs(ours[name], theirs[name], f"{at}.{name}")
        ]
    if isinstance(theirs, list) and isinstance(ours, list):
        return differs(ours[0], theirs[0], at) if ours and theirs else []
    kinds = {shape(ours).replace("float", "int"), shape(theirs).replace("float", "int")}
    # The guide: a decimal that isn't set may come as the number 0 or as "0".
    return [] if len(kinds) == 1 or theirs in (0, "", "0") else [f"{at}: {ours!r} for {theirs!r}"]


async def lived(sim: LsSim, client: Plain) -> dict[str, dict[str, Any]]:
    """The answers to the orders of a small life that leaves something in every list."""
    found: dict[str, dict[str, Any]] = {}
    await client.listen(
        *((stream, "") for stream in ("O01", "C01", "H01", "SC0", "SC1", "SC2", "SC3", "SC4"))
    )
    await client.listen(
        ("FC0", FUTURE), ("FH0", FUTURE), ("OC0", CALL), ("OH0", CALL), ("S3_", STOCK), ("H1_", STOCK)
    )
    await client.listen(("JIF", "0"), ("NWS", "NWS001"))
    found["CFOAT00100"] = await client.got("CFOAT00100", **DERIVATIVE, BnsTpCode="2", OrdQty=2)
    number = found["CFOAT00100"]["CFOAT00100OutBlock2"]["OrdNo"]
    found["CFOAT00200"] = await client.got("CFOAT00200", **DERIVATIVE, OrgOrdNo=number, MdfyQty=2)
    found["CFOAT00300"] = await client.got("CFOAT00300", FnoIsuNo=FUTURE, OrgOrdNo=number + 1, CancQty=1)
    await client.order("2", 0, 1, kind="03")
    stock = {"IsuNo": f"A{STOCK}", "OrdprcPtnCode": "00", "OrdCndiTpCode": "0"}
    new = stock | {"BnsTpCode": "2", "MgntrnCode": "000", "LoanDt": "", "MbrNo": "KRX"}
    found["CSPAT00601"] = await client.got("CSPAT00601", **new, OrdPrc=71_000, OrdQty=2)
    number = found["CSPAT00601"]["CSPAT00601OutBlock2"]["OrdNo"]
    found["CSPAT00701"] = await client.got("CSPAT00701", **stock, OrgOrdNo=number, OrdPrc=71_100, OrdQty=2)
    found["CSPAT00801"] = await client.got("CSPAT00801", OrgOrdNo=number + 1, IsuNo=f"A{STOCK}", OrdQty=1)
    await client.got("CSPAT00601", **new, OrdPrc=73_000, OrdQty=1)
    sim.extras.conditions["testID0000"] = Condition("testID0000", "mine", "rising", [STOCK])
    sim.status("5", "21")
    sim.extras.publish(Headline("202401040952172704000165", "수주", ("본문",), (STOCK,)))
    await sim.advance()
    return found


def test_answers_are_as_the_guide_prints_them(printed: dict[str, Any]) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            answers = await lived(sim, client)
            for tr, block in ASKED.items():
                answers[tr] = await client.got(tr, **block)
            odd = [
                problem
                for tr, body in answers.items()
                if tr in printed and "_unparsed" not in printed[tr]
                for problem in differs(body, printed[tr], tr)
            ]
            assert odd == []

    run(scene())


def test_frames_are_as_the_guide_prints_them(printed: dict[str, Any]) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await lived(sim, client)
            alert = (await client.got("t1860", **ASKED["t1860"]))["t1860OutBlock"]["sAlertNum"]
            await client.listen(("AFR", alert))
            sim.extras.meets("testID0000", STOCK, "O")
            await until(lambda: bool(client.bodies("AFR")))
            odd = []
            for stream, key, body in client.heard:
                whole = {"header": {"tr_cd": stream, "tr_key": key}, "body": body}
                if key is None:
                    del whole["header"]["tr_key"]
                odd += differs(whole, printed.get(stream, {}), stream)
            assert odd == []
            heard = {stream for stream, _, _ in client.heard}
            assert heard >= {"O01", "C01", "H01", "SC0", "SC1", "SC2", "SC3", "FC0", "FH0", "OC0", "OH0"}
            assert heard >= {"S3_", "H1_", "JIF", "NWS", "AFR"}

    run(scene())


def test_every_field_of_a_table_is_on_the_wire_and_no_other() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await lived(sim, client)
            for tr, block in ASKED.items():
                body = await client.got(tr, **block)
                for name, table in rest_layouts()[tr].answered.items():
                    rows = body.get(name, [])
                    for row in rows if table.array else [rows]:
                        assert not rows or set(row) == set(table.fields), name
            for stream, _, body in client.heard:
                fields = set(stream_layouts()[stream].answered["body"].fields)
                assert set(body) == fields - ({"orgordno"} if stream == "H01" else set()), stream
                assert all(isinstance(value, str) for value in body.values())

    run(scene())


def test_what_could_not_be_told_apart_is_told_apart_by_its_header() -> None:
    """An acknowledgement has a code and no body, data have a body, an account's events no key."""

    async def scene() -> None:
        async with market(account=Account.funded({"KRW": 10**8})) as sim, plain(sim) as client:
            await client.listen(("O01", ""), ("FC9", FUTURE))
            assert [ack["rsp_cd"] for ack in client.acks] == ["00000", "00000"]
            assert set(client.acks[0]) == {"tr_cd", "tr_key", "tr_type", "rsp_cd", "rsp_msg"}
            await client.order()
            await sim.advance()
            await until(lambda: len(client.heard) >= 5)
            assert {(stream, key) for stream, key, _ in client.heard} == {("O01", None), ("FC9", FUTURE)}

    run(scene())
