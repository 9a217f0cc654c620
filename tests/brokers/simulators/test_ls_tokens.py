"""Tokens of LS: one at a time, until 07:00 in Seoul, refused by code; and what a request must look like."""

import json
from typing import Any

import pytest

from brokers.simulators import Account, Doubts, Kind, VirtualClock
from brokers.simulators.faults import Faults
from brokers.simulators.ls_tokens import Tokens
from brokers.simulators.ls_words import ms_of
from brokers.simulators.signing import read_jwt
from tests.brokers.simulators.ls_scenes import DAY, FUTURE, NEW, market, plain, until
from tests.brokers.simulators.scenes import run

QUOTE = {"focode": FUTURE}


@pytest.mark.parametrize(
    ("clock", "seconds"),
    [("090000", 79_200), ("065959", 1), ("070000", 86_400), ("235930", 25_230), ("000000", 25_200)],
)
def test_a_token_lives_until_seven_in_the_morning(clock: str, seconds: int) -> None:
    account = Account(key="appkey", secret="appsecret")
    time = VirtualClock(ms_of(DAY, clock))
    tokens = Tokens(time, Doubts(), {account.name: account})
    form = {
        "appkey": "appkey",
        "appsecretkey": "appsecret",
        "grant_type": "client_credentials",
        "scope": "oob",
    }
    found = tokens.issue(form)
    assert (found["expires_in"], found["token_type"], found["scope"]) == (seconds, "Bearer", "oob")
    claims = read_jwt(found["access_token"], "appsecret")
    assert (
        claims is not None and claims["jti"] == "appkey" and claims["exp"] == (time.now() // 1000) + seconds
    )
    assert 300 < len(found["access_token"]) < 1000


def test_a_new_token_ends_the_old_one() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            old = client.token
            await client.login()
            assert client.token != old and (await client.ask("t2111", QUOTE))[0] == 200
            client.token = old
            status, body, _ = await client.ask("t2111", QUOTE)
            assert (status, body["rsp_cd"]) == (500, "IGW00121")

    run(scene())


def test_a_token_taken_by_another_process_is_refused_everywhere() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(("FC9", FUTURE))
            sim.steal_token()
            assert (await client.ask("t2111", QUOTE))[1]["rsp_cd"] == "IGW00121"
            assert (await client.register("FH9", FUTURE, "3"))["rsp_cd"] == "IGW00121"
            await sim.advance()
            await until(lambda: len(client.bodies("FC9")) == 4)
            await client.login()
            assert (await client.register("FH9", FUTURE, "3"))["rsp_cd"] == "00000"

    run(scene())


def test_a_socket_may_die_with_its_token() -> None:
    async def scene() -> None:
        async with market(doubts=Doubts(sockets_die=True)) as sim, plain(sim) as client:
            await client.listen(("FC9", FUTURE))
            sim.steal_token()
            await until(lambda: not sim.sockets)
            assert sim.streams.heard_by() == []

    run(scene())


def test_a_token_that_is_too_old_is_told_so() -> None:
    async def scene() -> None:
        async with market(clock="065000", count=30) as sim, plain(sim) as client:
            assert (await client.ask("t2111", QUOTE))[0] == 200
            await sim.advance(12)
            assert (await client.ask("t2111", QUOTE))[1]["rsp_cd"] == "IGW00123"

    run(scene())


@pytest.mark.parametrize(
    ("field", "code"), [("appkey", "IGW00103"), ("appsecretkey", "IGW00105"), ("scope", "IGW40011")]
)
@pytest.mark.parametrize("shape", ["igw", "oauth"])
def test_a_token_is_refused_by_code_in_either_shape(field: str, code: str, shape: str) -> None:
    async def scene() -> None:
        async with market(doubts=Doubts(oauth_shape=shape)) as sim, plain(sim) as client:
            asked = {"grant_type": "client_credentials", "scope": "oob"} | {field: "wrong"}
            status, body = await client.form("token", **asked)
            assert status == 403 and body["rsp_cd" if shape == "igw" else "error_code"] == code
            assert "access_token" not in body

    run(scene())


def test_a_revoked_token_is_dead() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            hint = {"token_type_hint": "access_token", "token": client.token}
            assert (await client.form("revoke", **hint)) == (
                200,
                {"code": 200, "message": "접근토큰 폐기에 성공하였습니다."},
            )
            assert (await client.ask("t2111", QUOTE))[1]["rsp_cd"] == "IGW00121"

    run(scene())


def test_a_token_is_asked_for_by_a_form() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            body = {
                "grant_type": "client_credentials",
                "appkey": "appkey",
                "appsecretkey": "appsecret",
                "scope": "oob",
            }
            async with client.http.post(f"{sim.rest_url}/oauth2/token", json=body) as response:
                assert response.status == 500 and (await response.json())["rsp_cd"] == "IGW40011"

    run(scene())


def test_the_status_of_a_token_fault_is_a_doubt() -> None:
    async def scene() -> None:
        async with market(doubts=Doubts(token_status=200)) as sim, plain(sim) as client:
            client.token = "nonsense"
            status, body, headers = await client.ask("t2111", QUOTE)
            assert (status, body["rsp_cd"], headers["tr_cont"]) == (200, "IGW00121", "N")

    run(scene())


# --- requests


@pytest.mark.parametrize(
    "wrong",
    [
        {"OrdQty": "2"},
        {"FnoOrdPrc": "344.0"},
        {"BnsTpCode": 2},
        {"FnoIsuNo": 101},
        {"OrdQty": True},
        {"OrdQty": None},
    ],
    ids=str,
)
def test_a_field_of_the_wrong_type_does_nothing(wrong: dict[str, Any]) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            status, body, _ = await client.ask("CFOAT00100", NEW | wrong)
            assert (status, body["rsp_cd"]) == (500, "IGW40011")
            assert not sim.ledger.entries

    run(scene())


@pytest.mark.parametrize(
    ("path", "tr"), [("/futureoption/order", "t2111"), ("/futureoption/market-data", "t9999")]
)
def test_a_tr_at_another_path_finds_no_way(path: str, tr: str) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            headers = {"authorization": f"Bearer {client.token}", "tr_cd": tr}
            async with client.http.post(
                sim.rest_url + path, data=json.dumps({}), headers=headers
            ) as response:
                assert (response.status, (await response.json())["rsp_cd"]) == (500, "IGW50008")

    run(scene())


def test_a_get_is_answered_as_if_there_were_no_data() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            headers = {"authorization": f"Bearer {client.token}", "tr_cd": "t2111"}
            async with client.http.get(
                f"{sim.rest_url}/futureoption/market-data", headers=headers
            ) as response:
                assert await response.json() == {"rsp_cd": "00000", "rsp_msg": "해당자료가 없습니다."}

    run(scene())


def test_every_200_says_whether_there_is_more() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            for tr, block in (("t2111", QUOTE), ("CFOBQ10500", {}), ("CFOAT00100", {"FnoIsuNo": "none"})):
                status, _, headers = await client.ask(tr, block)
                assert status == 200 and headers["tr_cont"] == "N" and headers["tr_cont_key"] == ""
                assert headers["tr_cd"] == tr

    run(scene())


@pytest.mark.parametrize("status", [500, 429, 200])
def test_each_tr_has_a_rate_of_its_own(status: int) -> None:
    async def scene() -> None:
        doubts = Doubts(rate_status=status)
        async with market(rates=True, doubts=doubts) as sim, plain(sim) as client:
            answers = [await client.ask("t8467", {"gubun": ""}) for _ in range(12)]
            refused = [(found, body["rsp_cd"]) for found, body, _ in answers if body["rsp_cd"] != "00000"]
            assert refused and set(refused) == {(status, "IGW00201")}
            assert (await client.ask("t2111", QUOTE))[1]["rsp_cd"] == "00000"

    run(scene())


def test_a_key_that_is_revoked_gets_nothing_more() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            sim.faults.add(Kind.REVOKED, "*t2111")
            assert (await client.ask("t2111", QUOTE))[1]["rsp_cd"] == "IGW00121"
            assert (await client.login())["rsp_cd"] == "IGW00103"

    run(scene())


def test_faults_name_the_tr() -> None:
    faults = Faults()
    fault = faults.add(Kind.ERROR, "POST /futureoption/order CFOAT00100")
    assert faults.strike("POST /futureoption/order CFOAT00300", Kind.ERROR) is None
    assert faults.strike("POST /futureoption/order CFOAT00100", Kind.ERROR) is fault
