"""The control socket: what one process asks, another answers, exactly, and privately."""

import asyncio
import inspect
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_type_hints

import pytest
import pytest_asyncio

from live.control.answers import Code, Done, Period
from live.control.bot import Bot
from live.control.client import ControlClient, ask
from live.control.errors import EngineDown, EngineFault
from live.control.events import EventLog, Kind, Page, Said
from live.control.server import serving
from live.control.wire import methods
from market.errors import ConfigError
from tests.live.telegram.strict_bot import BTC, FILL, StrictBot

pytestmark = pytest.mark.asyncio
# One call of every method; a new method without a line here fails.
CALLS: dict[str, tuple[object, ...]] = {
    "status": (), "health": (), "positions": (), "orders": (), "balance": (), "summary": (),
    "profit": (Period.WEEK, 3), "performance": (), "trades": (2,), "decisions": (2, BTC), "why": ("run-7",),
    "filters": (), "chart": (BTC, 9), "curve": (30,), "terms": (), "config": (), "logs": (3,), "requests": (),
    "events": ("", 0, 0.0), "alerts": (1.5,), "pause": ("me",), "resume": ("me",), "stop": ("me",),
    "reload": ("me",), "force_exit": ("all", "me"), "force_enter": (BTC, -1, "me"), "cancel": ("run-7", "me"),
    "settle": ("run-7", "55", "me"), "approve": ("ask-1", "me"), "reject": ("ask-1", "me"),
}  # fmt: skip


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[StrictBot, ControlClient]]:
    bot = StrictBot()
    async with serving(bot, tmp_path / "c.sock"), ControlClient(tmp_path / "c.sock", 1.0) as client:
        yield bot, client


async def test_every_answer_arrives_as_it_was_given(served: tuple[StrictBot, ControlClient]) -> None:
    bot, client = served
    bot.log.publish(Kind.FILL, FILL, 5, "fill|1")
    assert CALLS.keys() == methods().keys()
    for name, arguments in CALLS.items():
        said = await getattr(client, name)(*arguments)
        bot.given.clear()
        meant = await getattr(bot, name)(*arguments)
        bot.given.clear()
        assert repr(said) == repr(meant), name  # by repr: NaN equals nothing


async def test_client_and_protocol_have_the_same_methods() -> None:
    for name in methods():
        ours, theirs = getattr(ControlClient, name), getattr(Bot, name)
        assert get_type_hints(ours) == get_type_hints(theirs)
        assert inspect.signature(ours).parameters.keys() == inspect.signature(theirs).parameters.keys()


async def test_orders_reach_the_engine_with_who_gave_them(served: tuple[StrictBot, ControlClient]) -> None:
    bot, client = served
    assert await client.force_exit("all", "telegram:1 Kim") == Done(Code.SENT, ("run-8",))
    assert bot.given == [("force_exit", ("all", "telegram:1 Kim"))]


async def test_a_refusal_says_why(served: tuple[StrictBot, ControlClient]) -> None:
    _, client = served
    with pytest.raises(ConfigError, match=r"DOGE: no such instrument\. Known"):
        await client.decisions(1, "DOGE")


async def test_a_fault_inside_is_no_traceback_outside(tmp_path: Path) -> None:
    class Broken(StrictBot):
        async def status(self):  # type: ignore[no-untyped-def]
            raise RuntimeError("key hunter2-hunter2")

    clean = lambda value: json.loads(json.dumps(value).replace("hunter2-hunter2", "***"))  # noqa: E731
    async with serving(Broken(), tmp_path / "c.sock", clean), ControlClient(tmp_path / "c.sock") as client:
        with pytest.raises(EngineFault, match=r"status: RuntimeError: key \*\*\*"):
            await client.status()


async def test_a_hung_engine_is_an_error_within_the_time_given(tmp_path: Path) -> None:
    bot = StrictBot(hang=True)
    async with serving(bot, tmp_path / "c.sock"), ControlClient(tmp_path / "c.sock", 0.2) as client:
        with pytest.raises(EngineDown, match=r"did not answer within 0\.2 s") as caught:
            await client.status()
        assert caught.value.asked
        bot.hang = False


async def test_no_engine_is_an_error_at_once(tmp_path: Path) -> None:
    async with ControlClient(tmp_path / "none.sock") as client:
        with pytest.raises(EngineDown, match="isn't running") as caught:
            await client.pause("me")
    assert not caught.value.asked


async def test_nobody_else_can_open_the_socket(tmp_path: Path) -> None:
    async with serving(StrictBot(), tmp_path / "c.sock"):
        assert stat.S_IMODE((tmp_path / "c.sock").stat().st_mode) == 0o600
    assert not (tmp_path / "c.sock").exists()


async def test_a_dead_engines_socket_is_replaced_and_a_live_ones_is_not(tmp_path: Path) -> None:
    path = tmp_path / "c.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    async with serving(StrictBot(), path):
        with pytest.raises(ConfigError, match="another engine serves this bot"):
            async with serving(StrictBot(), path):
                raise AssertionError
        async with ControlClient(path) as client:
            assert (await client.status()).profile == "demo"


async def test_a_path_too_long_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="shorter path"):
        async with serving(StrictBot(), tmp_path / ("x" * 90) / "c.sock"):
            raise AssertionError


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("profit", b'{"period": "decade", "count": 1}', "profit"),
        ("profit", b'{"period": "day"}', "lacks the argument 'count'"),
        ("trades", b'{"count": "1"}', "trades"),
        ("trades", b'{"count": 1, "extra": 2}', "no argument 'extra'"),
        ("trades", b"[1]", "expected an object"),
        ("trades", b"{", ""),
        ("__init__", b"{}", "no such method"),
    ],
)
async def test_malformed_requests_are_refused(tmp_path: Path, name: str, body: bytes, says: str) -> None:
    bot = StrictBot()
    async with serving(bot, tmp_path / "c.sock"):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "c.sock"))
        head = f"POST /v1/{name} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = (await reader.read()).decode()
        writer.close()
    assert answer.split()[1].startswith("4") and says in answer
    assert not bot.given


async def test_events_are_read_to_the_end_over_reconnects(tmp_path: Path) -> None:
    log = EventLog("run-1", capacity=2000)
    bot = StrictBot(log=log)
    heard: list[int] = []

    async def read() -> None:
        number = 0
        while len(heard) < 1200:
            try:
                async with ControlClient(tmp_path / "c.sock", 0.5) as client:
                    page = await client.events("run-1", number, 0.3)
            except EngineDown:
                await asyncio.sleep(0.01)
                continue
            assert page.missed == 0
            heard.extend(event.number for event in page.events)
            number = heard[-1] if heard else 0

    reader = asyncio.create_task(read())
    for _ in range(4):  # the server goes away and comes back
        async with serving(bot, tmp_path / "c.sock"):
            for k in range(300):
                log.publish(Kind.FILL, FILL, k)
                if k % 50 == 0:
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.02)
    async with serving(bot, tmp_path / "c.sock"):
        await asyncio.wait_for(reader, 5)
    assert heard == list(range(1, 1201))


async def test_a_reader_that_stayed_away_too_long_is_told_how_much_it_missed() -> None:
    log = EventLog("b", capacity=10)
    for k in range(25):
        log.publish(Kind.ERROR, Said("X", str(k)), k)
    page = await log.after("b", 5)
    assert page.missed == 10 and [event.number for event in page.events] == list(range(16, 26))
    assert (await log.after("an earlier run", 999)).missed == 15
    assert await log.after("b", 25) == Page("b", ())


async def test_a_waiting_reader_is_woken() -> None:
    log = EventLog("b")
    waiting = asyncio.create_task(log.after("b", 0, 5.0))
    await asyncio.sleep(0)
    log.publish(Kind.ERROR, Said("X", "now"), 1)
    assert len((await asyncio.wait_for(waiting, 1)).events) == 1


async def test_one_question_without_a_loop(tmp_path: Path) -> None:
    async with serving(StrictBot(), tmp_path / "c.sock"):
        said = await asyncio.to_thread(ask, tmp_path / "c.sock", lambda bot: bot.status())
    assert said.profile == "demo" and os.getpid()
