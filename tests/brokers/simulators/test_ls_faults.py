"""The fault matrix at LS: what a client sees, and what is true at the venue."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from brokers.simulators import Kind
from brokers.simulators.ls_tape import option_tape
from tests.brokers.simulators.ls_scenes import FUTURE, NEW, Plain, market, plain, settled, until
from tests.brokers.simulators.scenes import run

ORDER = "POST /futureoption/order CFOAT00100"
TAPE = "korea/kospi200_options_l2_2011-02-16_part1.parquet"

# kind, what comes back (HTTP status and code, or nothing readable), whether the order rests all the same
SUBMITS = [
    (Kind.ERROR, None, False),
    (Kind.ERROR_ACCEPTED, None, True),
    (Kind.SILENT, None, False),
    (Kind.SILENT_ACCEPTED, None, True),
    (Kind.DROPPED, None, False),
    (Kind.DROPPED_ACCEPTED, None, True),
    (Kind.MAINTENANCE, None, False),
    (Kind.THROTTLED, (500, "IGW00201"), False),
    (Kind.BANNED, (500, "IGW00201"), False),
    (Kind.REVOKED, (500, "IGW00121"), False),
    (Kind.STOLEN, (500, "IGW00121"), False),
]


async def answer(client: Plain, patience: float = 10.0) -> tuple[int, str] | None:
    """(status, code) of a submit; None = nothing that tells what became of it, for so many seconds."""
    try:
        status, body, _ = await asyncio.wait_for(client.ask("CFOAT00100", NEW), patience)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
    return status, body["rsp_cd"]


@pytest.mark.parametrize(("kind", "seen", "rests"), SUBMITS, ids=[row[0].name for row in SUBMITS])
def test_a_failed_submit_rests_or_not_whatever_the_client_saw(kind: Kind, seen: Any, rests: bool) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim, timeout=15) as client:
            await client.listen(("O01", ""))
            fault = sim.faults.add(kind, ORDER)
            asked = asyncio.ensure_future(answer(client, 0.3 if seen is None else 10.0))
            await until(lambda: fault.hits == 1)
            assert await asked == seen
            assert fault.hits == 1
            assert len(list(sim.exchange.open_orders(sim.account.name))) == rests
            if rests:
                told = await settled(sim, client, 1, "O01")
                assert int(told[0]["ordno"]) in await client.rows(), (
                    "the list shows what the reply never said"
                )

    run(scene())


def test_a_500_of_the_gateway_itself_says_nothing_about_the_order() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            for kind, rests in ((Kind.ERROR, 0), (Kind.ERROR_ACCEPTED, 1)):
                sim.faults.add(kind, ORDER, value=500)
                assert await answer(client) == (500, "IGW40014")
                assert len(sim.ledger.entries) == rests

    run(scene())


def test_an_order_may_be_missing_from_lists_for_a_while() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            _, number = await client.order()
            sim.faults.add(Kind.LAGGING, "*t0434", value=60)
            assert await client.rows() == {}
            assert list(await client.rows()) == [number]

    run(scene())


def test_the_clock_may_be_ahead() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            true = (await client.got("t0167", id=""))["t0167OutBlock"]
            assert true == {"dt": "20240104", "time": "090200000000"}
            sim.faults.add(Kind.SKEW, "*t0167", value=61_500)
            assert (await client.got("t0167", id=""))["t0167OutBlock"]["time"] == "090301500000"

    run(scene())


def test_maintenance_refuses_everything() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            sim.maintenance = True
            assert await answer(client) is None
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await client.http.ws_connect(sim.socket_url)

    run(scene())


# --- fills


def test_a_fill_may_come_after_the_cancel() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(("C01", ""), ("H01", ""))
            _, number = await client.order(lots=4)
            sim.faults.add(Kind.LATE_FILL, FUTURE)
            code, _ = await client.cancel(number, 4)
            assert code == "00463"
            await settled(sim, client, 1, "H01")
            await sim.advance()
            fills = await settled(sim, client, 1, "C01")
            assert (int(fills[0]["ordno"]), fills[0]["chevol"]) == (number, "2")
            row = (await client.rows())[number]
            assert (row["cheqty"], row["ordrem"]) == (2, 0)

    run(scene())


def test_an_order_may_fill_in_part() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            sim.faults.add(Kind.PARTIAL, FUTURE)
            _, number = await client.order(price=345.1, lots=4)
            row = (await client.rows())[number]
            assert (row["cheqty"], row["ordrem"]) == (2, 2)

    run(scene())


def test_a_book_may_be_stale_or_crossed() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:

            async def best() -> tuple[float, float]:
                row = (await client.got("t2112", shcode=FUTURE))["t2112OutBlock"]
                return float(row["bidho1"]), float(row["offerho1"])

            before = await best()
            sim.faults.add(Kind.CROSSED_BOOK, FUTURE)
            crossed = await best()
            assert crossed[0] > crossed[1]
            assert await best() == before
            sim.exchange.trade(
                FUTURE, sim.exchange.mark(FUTURE) + 1, sim.exchange.mark(FUTURE) * 0 + 1, False, 0
            )
            sim.faults.add(Kind.STALE_BOOK, FUTURE)
            assert await best() == before
            assert (await best())[0] == before[0] + 1

    run(scene())


def test_an_instrument_may_expire_at_any_time() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            _, number = await client.order()
            sim.faults.add(Kind.DELISTED, FUTURE)
            assert (await client.order())[0] == "01458"
            assert (await client.rows())[number]["ordrem"] == 0
            assert (await client.got("t8467", gubun=""))["t8467OutBlock"] == []

    run(scene())


# --- the stream


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Kind.LOST, [2, 3]), (Kind.DUPLICATED, [1, 1, 2, 3]), (Kind.REORDERED, [2, 1, 3]), (Kind.GAP, [])],
    ids=["lost", "duplicated", "reordered", "gap"],
)
def test_events_may_be_lost_doubled_or_swapped(kind: Kind, expected: list[int]) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(("O01", ""))
            sim.faults.add(kind, "O01")
            numbers = [(await client.order())[1] for _ in range(3)]
            told = await settled(sim, client, len(expected), "O01")
            assert [int(body["ordno"]) for body in told] == [numbers[n - 1] for n in expected]
            assert sorted(await client.rows()) == numbers

    run(scene())


def test_what_was_registered_is_lost_with_the_socket() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(("O01", ""), ("FC9", FUTURE))
            await sim.disconnect()
            await until(lambda: not sim.sockets)
            assert sim.streams.heard_by() == []
            await client.order()
            await client.close()
            await client.listen()
            await sim.advance()
            assert client.heard == [], "nothing is replayed, and nothing comes without registering again"
            await client.listen(("O01", ""))
            await client.order()
            assert len(await settled(sim, client, 1, "O01")) == 1

    run(scene())


@pytest.mark.parametrize(
    ("stream", "key", "kind"),
    [
        ("O01", "", "3"),
        ("FC9", FUTURE, "1"),
        ("FC9", "101V3", "3"),
        ("S3_", "U005930   ", "3"),
        ("XX9", FUTURE, "3"),
    ],
)
def test_a_registration_that_does_not_fit_is_refused_and_the_socket_lives(
    stream: str, key: str, kind: str
) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(("FC9", FUTURE))
            assert (await client.register(stream, key, kind))["rsp_cd"] == "10009"
            await sim.advance()
            await until(lambda: len(client.bodies("FC9")) == 4)

    run(scene())


# --- a recorded tape


def test_a_tape_arrives_whole_and_in_order(real_data: Path) -> None:
    async def scene() -> None:
        frames = list(option_tape(real_data / TAPE))
        codes = sorted({code for _, code, _ in frames})
        async with market() as sim, plain(sim, timeout=30) as client:
            await client.listen(*(("OH0", code) for code in codes))
            sent = asyncio.ensure_future(sim.feed(frames))
            await until(lambda: len(client.heard) == len(frames))
            assert await sent == len(frames) == 7_999
            assert [(stream, key) for stream, key, _ in client.heard] == [frame[:2] for frame in frames]
            assert [body for _, _, body in client.heard] == [frame[2] for frame in frames]

    run(scene(), timeout=60)
