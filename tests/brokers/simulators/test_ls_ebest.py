"""The independent client ``ebest`` 1.0.2, unmodified, trades against the simulator."""

from typing import Any

import pytest

from brokers.simulators import LsSim
from tests.brokers.simulators.ls_scenes import CALL, FUTURE, STOCK, independent, market, until
from tests.brokers.simulators.scenes import run

FO, ORDER, ACCOUNT = "/futureoption/market-data", "/futureoption/order", "/futureoption/accno"


async def place(api: Any, price: float, lots: int = 2, side: str = "2", code: str = FUTURE) -> Any:
    block = {
        "FnoIsuNo": code,
        "BnsTpCode": side,
        "FnoOrdprcPtnCode": "00" if price else "03",
        "FnoOrdPrc": price,
        "OrdQty": lots,
    }
    return await api.request("CFOAT00100", {"CFOAT00100InBlock1": block}, path=ORDER)


@pytest.mark.parametrize("paper", [False, True])
def test_its_probe_tells_a_paper_account_from_a_real_one(paper: bool, monkeypatch: Any) -> None:
    async def scene() -> None:
        async with market(paper=paper) as sim, independent(sim, monkeypatch) as api:
            assert api.connected and api.is_simulation is paper

    run(scene())


def test_a_wrong_secret_does_not_log_in(monkeypatch: Any) -> None:
    async def scene() -> None:
        async with market() as sim, independent(sim, monkeypatch) as api:
            await api.close()
            assert not await api.login(sim.account.key, "wrong")
            assert api.last_message

    run(scene())


def test_it_reads_quotes_masters_and_charts(monkeypatch: Any) -> None:
    async def scene() -> None:
        async with market(history=10) as sim, independent(sim, monkeypatch) as api:
            price = await api.request("t2111", {"t2111InBlock": {"focode": FUTURE}}, path=FO)
            assert price.body["t2111OutBlock"]["price"] == "345.00"
            listed = await api.request("t8467", {"t8467InBlock": {"gubun": ""}}, path=FO)
            assert [row["shcode"] for row in listed.body["t8467OutBlock"]] == [FUTURE]
            options = await api.request("t8433", {"t8433InBlock": {"dummy": ""}})
            assert {row["shcode"] for row in options.body["t8433OutBlock"]} >= {CALL}
            block = {"shcode": STOCK, "gubun": "2", "qrycnt": 5, "sdate": "", "edate": "", "cts_date": ""}
            block |= {"comp_yn": "N", "sujung": "Y"}
            days = await api.request("t8410", {"t8410InBlock": block})
            assert days.body["t8410OutBlock1"][0]["close"] == 72_000

    run(scene())


def test_it_follows_a_continuation_to_its_end(monkeypatch: Any) -> None:
    async def scene() -> None:
        async with market(page=3) as sim, independent(sim, monkeypatch) as api:
            for _ in range(8):
                await place(api, 344.0, 1)
            seen: list[int] = []
            cursor, more, key = " ", "N", "0"
            while True:
                block = {"expcode": "", "chegb": "0", "sortgb": "1", "cts_ordno": cursor}
                found = await api.request("t0434", {"t0434InBlock": block}, tr_cont=more, tr_cont_key=key)
                seen += [row["ordno"] for row in found.body["t0434OutBlock1"]]
                if found.tr_cont != "Y":
                    break
                cursor, more, key = found.body["t0434OutBlock"]["cts_ordno"], "Y", found.tr_cont_key
            assert seen == sorted(sim.ledger.entries, reverse=True) and len(seen) == 8

    run(scene())


def test_it_orders_changes_and_cancels_and_hears_of_all_of_it(monkeypatch: Any) -> None:
    async def scene() -> None:
        async with market() as sim, independent(sim, monkeypatch) as api:
            heard = await listening(sim, api, ("O01", ""), ("C01", ""), ("H01", ""))
            new = await place(api, 344.0)
            assert new.body["rsp_cd"] == "00040"
            number = new.body["CFOAT00100OutBlock2"]["OrdNo"]
            block = {"FnoIsuNo": FUTURE, "OrgOrdNo": number, "FnoOrdprcPtnCode": "00"}
            block |= {"FnoOrdPrc": 344.5, "MdfyQty": 2}
            changed = await api.request("CFOAT00200", {"CFOAT00200InBlock1": block})
            newest = changed.body["CFOAT00200OutBlock2"]["OrdNo"]
            assert newest > number and changed.body["rsp_cd"] == "00462"
            stale = {"FnoIsuNo": FUTURE, "OrgOrdNo": number, "CancQty": 2}
            refused = await api.request("CFOAT00300", {"CFOAT00300InBlock1": stale})
            assert refused.body["rsp_cd"] not in ("00463", "00156", "00000")
            gone = await api.request("CFOAT00300", {"CFOAT00300InBlock1": stale | {"OrgOrdNo": newest}})
            assert gone.body["rsp_cd"] == "00463"
            await place(api, 0, 3)
            await until(lambda: any(stream == "C01" for stream, _ in heard))
            assert [stream for stream, _ in heard] == ["O01", "O01", "H01", "O01", "H01", "O01", "C01"]
            fill = heard[-1][1]
            assert len(fill["ordno"]) == 10 and int(fill["ordno"]) == newest + 2
            assert (fill["chevol"], fill["cheprice"], fill["dosugb"]) == ("3", "345.05", "2")
            assert fill["expcode"] == "KR4101V30005"
            held = await api.request("t0441", {"t0441InBlock": {"cts_expcode": "", "cts_medocd": ""}})
            row = held.body["t0441OutBlock1"][0]
            assert (row["expcode"], row["jqty"], row["medocd"]) == (FUTURE, 3, "2")

    run(scene())


def test_it_hears_the_market(monkeypatch: Any) -> None:
    async def scene() -> None:
        async with market() as sim, independent(sim, monkeypatch) as api:
            wanted = (
                ("FC9", FUTURE),
                ("FH9", FUTURE),
                ("OC0", CALL),
                ("OH0", CALL),
                ("S3_", STOCK),
                ("H1_", STOCK),
            )
            heard = await listening(sim, api, *wanted)
            await sim.advance()
            await until(lambda: {stream for stream, _ in heard} == {stream for stream, _ in wanted})
            assert all(isinstance(value, str) for _, body in heard for value in body.values())
            trades = [body for stream, body in heard if stream == "FC9"]
            assert [body["price"] for body in trades] == ["345.00", "344.90", "345.10", "345.00"]
            await api.remove_realtime("FC9", FUTURE)
            await until(lambda: f"FC9@{FUTURE}" not in sim.streams.heard_by())
            await sim.advance()
            assert len([stream for stream, _ in heard if stream == "FC9"]) == 4

    run(scene())


async def listening(sim: LsSim, api: Any, *streams: tuple[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """Register, wait until the simulator knows, and collect (stream, body)."""
    heard: list[tuple[str, dict[str, Any]]] = []
    api.on_realtime.connect(lambda sender, stream, key, body: heard.append((stream, body)))
    for stream, key in streams:
        assert await api.add_realtime(stream, key)
    await until(lambda: len(sim.streams.heard_by()) == len(streams))
    return heard
