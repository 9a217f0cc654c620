"""Searches saved at LS: listed, run, and watched as a source of signals."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest

from brokers.ls.conditions import (
    Bodies,
    Change,
    Condition,
    Found,
    Hit,
    Watch,
    found_in,
    hit,
    named,
    run,
    saved,
    saved_in,
    start,
)
from brokers.simulators import LsSim
from brokers.simulators import ls_extras as extras
from market.errors import ConfigError, DataError, VenueDown
from tests.brokers.ls.asking import Asking, Scripted, answered, examples
from tests.brokers.simulators.ls_scenes import STOCK, Plain, market, plain, until
from tests.brokers.simulators.scenes import run as live

INDEX = "testID0000"
E, O, A = Change.ENTERED, Change.LEFT, Change.AGAIN
Listening = Callable[[str, str], AbstractAsyncContextManager[Bodies]]


def searches(sim: LsSim, *hits: str) -> None:
    sim.extras.conditions[INDEX] = extras.Condition(INDEX, "mine", "rising", list(hits))


def longer(told: list[Any], length: int) -> bool:
    return len(told) > length


def listening(client: Plain) -> Listening:
    """Registrations of a bare client's socket; its messages end with the test."""

    @asynccontextmanager
    async def listen(stream: str, key: str) -> AsyncIterator[Bodies]:
        await client.listen((stream, key))

        async def bodies() -> Bodies:
            for at in count():
                await until(partial(longer, client.heard, at))
                tr, told, body = client.heard[at]
                if (tr, told) == (stream, key):
                    yield body

        yield bodies()

    return listen


def scripted(*lives: list[Mapping[str, Any] | None]) -> Listening:
    """Each registration hears one list, then its end."""
    left = list(lives)

    @asynccontextmanager
    async def listen(stream: str, key: str) -> AsyncIterator[Bodies]:
        async def bodies(told: list[Mapping[str, Any] | None]) -> Bodies:
            for body in told:
                yield body

        yield bodies(left.pop(0))

    return listen


def afr(code: str, flag: str) -> dict[str, str]:
    return {"gsCode": code, "gsJobFlag": flag, "gsPrice": "100"}


def started(number: str = "1") -> dict[str, Any]:
    return {"t1860OutBlock": {"sAlertNum": number, "sResultFlag": "S"}}


def found(*codes: str, counted: int | None = None) -> dict[str, Any]:
    head = {"result_count": len(codes) if counted is None else counted, "result_time": ""}
    return {"t1859OutBlock": head, "t1859OutBlock1": [{"shcode": code, "price": 100} for code in codes]}


async def heard(watch: Watch) -> list[tuple[str, Change]]:
    return [(each.code, each.change) async for each in watch.hits()]


# --- on the simulator


def test_a_search_is_listed_run_and_watched() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            searches(sim, STOCK)
            ask = Asking(client)
            assert await saved(ask, "me") == (Condition(INDEX, "mine", "rising"),)
            assert await saved(ask, "me", "others") == ()
            assert set((await run(ask, INDEX)).prices) == {STOCK}
            hits = Watch(ask, listening(client), INDEX, lambda: sim.clock.now() * 10**6).hits()
            first = await anext(hits)
            assert (first.code, first.change, first.price) == (STOCK, E, 72_000.0)
            sim.extras.meets(INDEX, STOCK, "O")
            sim.extras.meets(INDEX, STOCK, "R")
            assert [(await anext(hits)).change for _ in range(2)] == [O, A]
            assert len(sim.extras.alerts) == 1
            await hits.aclose()  # type: ignore[attr-defined]
            assert not sim.extras.alerts

    live(scene())


def test_a_search_that_ls_doesnt_know_is_named() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            for asked in (run, start):
                with pytest.raises(ConfigError, match="condition 'nobody'"):
                    await asked(Asking(client), "nobody")

    live(scene())


# --- laws of the source


def test_what_run_and_stream_both_tell_is_told_once() -> None:
    ask = Scripted(started(), found("005930"), {})
    bodies: list[Mapping[str, Any] | None] = [afr("A005930", "N"), afr("000660", "O"), afr("000660", "R")]
    watch = Watch(ask, scripted(bodies), INDEX, lambda: 0)
    assert live(heard(watch)) == [("005930", E), ("000660", A)]
    assert watch.members == {"005930", "000660"}


def test_what_a_gap_hid_is_learnt_by_running_again() -> None:
    ask = Scripted(
        started("1"),
        found("005930"),
        {},
        started("2"),
        found("000660"),
        {},
        started("3"),
        found("005930"),
        {},
    )
    watch = Watch(ask, scripted([None], [None], []), INDEX, lambda: 0)
    assert live(heard(watch)) == [
        ("005930", E), ("005930", O), ("000660", E), ("000660", O), ("005930", A)
    ]  # fmt: skip
    told = [(row["sFlag"], row["sAlertNum"]) for tr, row in ask.asked if tr == "t1860"]
    assert told == [("E", ""), ("D", "1"), ("E", ""), ("D", "2"), ("E", ""), ("D", "3")]


def test_nobody_leaves_by_an_answer_that_isnt_whole() -> None:
    ask = Scripted(started(), found("005930"), {}, started(), found("000660", counted=2), {})
    watch = Watch(ask, scripted([None], []), INDEX, lambda: 0)
    assert live(heard(watch)) == [("005930", E), ("000660", E)]


def test_a_source_that_broke_goes_on_where_it_was() -> None:
    class Down(Scripted):
        async def ask(self, tr: str, blocks: Mapping[str, Mapping[str, object]], more: str = "") -> Any:
            if not self.bodies:
                raise VenueDown("down")
            return await super().ask(tr, blocks, more)

    ask = Down(started(), found("005930"))
    watch = Watch(ask, scripted([None], []), INDEX, lambda: 0)
    with pytest.raises(VenueDown):
        live(heard(watch))
    ask.bodies = [started(), found("005930", "000660"), {}]
    assert live(heard(watch)) == [("000660", E)]


def test_a_message_that_cant_be_read_is_counted_and_passed_over() -> None:
    ask = Scripted(started(), found(), {})
    watch = Watch(ask, scripted([afr("005930", "X"), afr("", "N"), afr("005930", "N")]), INDEX, lambda: 0)
    assert live(heard(watch)) == [("005930", E)] and watch.unread == 2


def test_a_watch_that_is_cancelled_is_ended_at_ls() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            searches(sim)
            task = asyncio.create_task(heard(Watch(Asking(client), listening(client), INDEX, lambda: 0)))
            await until(lambda: "reply t1859" in client.arrived)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await until(lambda: not sim.extras.alerts)

    live(scene())


# --- pages and examples


def test_pages_of_searches_end_at_a_key_that_comes_again() -> None:
    def page(index: str, key: str) -> dict[str, Any]:
        head = {"result_count": 1, "cont": "1", "cont_key": key}
        return {"t1866OutBlock": head, "t1866OutBlock1": [{"query_index": index, "group_name": "g"}]}

    ask = Scripted(page("a", "k"), page("b", "l"), page("b", "l"))
    assert [each.index for each in live(saved(ask, "me"))] == ["a", "b"]
    assert [row["cont_key"] for _, row in ask.asked] == ["", "k", "l"]


def test_a_search_is_found_by_its_name_or_index() -> None:
    rows = [
        {"query_index": index, "query_name": name} for index, name in (("a", "x"), ("b", "y"), ("c", "y"))
    ]
    body = {"t1866OutBlock": {"cont": ""}, "t1866OutBlock1": rows}
    assert live(named(Scripted(body), "me", "x")) == live(named(Scripted(body), "me", "a"))
    with pytest.raises(ConfigError, match=r"several.*'y' \(c\)"):
        live(named(Scripted(body), "me", "y"))
    with pytest.raises(ConfigError, match=r"there is none.*'x' \(a\)"):
        live(named(Scripted(body), "me", "z"))


def test_whose_searches_must_be_said() -> None:
    with pytest.raises(ConfigError, match="login ID"):
        live(saved(Scripted(), " "))


def test_a_refused_watch_says_why() -> None:
    refused = {"t1860OutBlock": {"sAlertNum": "", "sResultFlag": "F", "Msg": "등록 초과"}}
    with pytest.raises(ConfigError, match="등록 초과"):
        live(start(Scripted(refused), INDEX))


def test_the_guides_messages_are_read(real_data: Path) -> None:
    (example,) = examples(real_data, "AFR")
    assert hit(example["body"], 7) == Hit("078150", O, 7, 2_435.0)
    (example,) = examples(real_data, "t1860")
    assert live(start(Scripted(example), INDEX)) == "1722490200A"
    (example,) = examples(real_data, "t1859")
    text = example["_unparsed"].replace("~중 략 ~", "")
    ran = found_in(answered("t1859", orjson.loads(text)))
    assert ran == Found({"000250": 68_300.0, "950140": 13_110.0}, "171729", whole=False)


def test_groups_alone_are_no_searches() -> None:
    rows = [{"query_index": "", "group_name": "g"}, {"query_index": " a ", "query_name": "n"}]
    assert saved_in(answered("t1866", {"t1866OutBlock1": rows})) == [Condition("a", "", "n")]


def test_a_flag_that_isnt_known_is_named() -> None:
    with pytest.raises(DataError, match="'X'"):
        hit(afr("005930", "X"), 0)
