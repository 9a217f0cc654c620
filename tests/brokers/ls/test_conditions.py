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
    hit_in,
    matching,
    named,
    run,
    saved,
    saved_in,
    watch,
)
from brokers.ls.messages import Message, message
from brokers.simulators import LsSim
from brokers.simulators import ls_extras as extras
from market.errors import ConfigError, DataError, VenueDown
from tests.brokers.ls.asking import Asking, Scripted, answered, examples
from tests.brokers.simulators.ls_scenes import STOCK, Plain, market, plain, until
from tests.brokers.simulators.scenes import run as live

INDEX = "testID0000"
SEARCH = Condition(INDEX, "mine", "rising")
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


async def heard(source: Watch) -> list[tuple[str, Change]]:
    return [(each.code, each.change) async for each in source.hits()]


# --- on the simulator


def test_a_search_is_listed_run_and_watched() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            searches(sim, STOCK)
            ask = Asking(client)
            assert await saved(ask, "me") == (Condition(INDEX, "mine", "rising"),)
            assert await saved(ask, "me", "others") == ()
            assert [each.code for each in await matching(ask, SEARCH)] == [STOCK]
            hits = Watch(ask, listening(client), SEARCH, lambda: sim.clock.now() * 10**6).hits()
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
            with pytest.raises(ConfigError, match="condition 'nobody'"):
                await run(Asking(client), "nobody")
            with pytest.raises(ConfigError, match="condition 'nobody'"):
                await watch(Asking(client), Condition("nobody", "", ""))

    live(scene())


# --- laws of the source


def test_what_run_and_stream_both_tell_is_told_once() -> None:
    ask = Scripted(started(), found("005930"), {})
    bodies: list[Mapping[str, Any] | None] = [afr("A005930", "N"), afr("000660", "O"), afr("000660", "R")]
    source = Watch(ask, scripted(bodies), SEARCH, lambda: 0)
    assert live(heard(source)) == [("005930", E), ("000660", A)]
    assert source.members == {"005930", "000660"}


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
    source = Watch(ask, scripted([None], [None], []), SEARCH, lambda: 0)
    assert live(heard(source)) == [
        ("005930", E), ("005930", O), ("000660", E), ("000660", O), ("005930", A)
    ]  # fmt: skip
    told = [(row["sFlag"], row["sAlertNum"]) for tr, row in ask.asked if tr == "t1860"]
    assert told == [("E", ""), ("D", "1"), ("E", ""), ("D", "2"), ("E", ""), ("D", "3")]


def test_nobody_leaves_by_an_answer_that_isnt_whole() -> None:
    ask = Scripted(started(), found("005930"), {}, started(), found("000660", counted=2), {})
    source = Watch(ask, scripted([None], []), SEARCH, lambda: 0)
    assert live(heard(source)) == [("005930", E), ("000660", E)]


def test_fewer_than_ls_counts_arent_taken_for_all() -> None:
    with pytest.raises(VenueDown, match="counts more"):
        live(matching(Scripted(found("005930", counted=2)), SEARCH))


def test_a_source_that_broke_goes_on_where_it_was() -> None:
    class Down(Scripted):
        async def ask(self, tr: str, blocks: Mapping[str, Mapping[str, object]], more: str = "") -> Any:
            if not self.bodies:
                raise VenueDown("down")
            return await super().ask(tr, blocks, more)

    ask = Down(started(), found("005930"))
    source = Watch(ask, scripted([None], []), SEARCH, lambda: 0)
    with pytest.raises(VenueDown):
        live(heard(source))
    ask.bodies = [started(), found("005930", "000660"), {}]
    assert live(heard(source)) == [("000660", E)]


def test_a_message_that_cant_be_read_is_counted_and_passed_over() -> None:
    ask = Scripted(started(), found(), {})
    source = Watch(ask, scripted([afr("005930", "X"), afr("", "N"), afr("005930", "N")]), SEARCH, lambda: 0)
    assert live(heard(source)) == [("005930", E)] and source.unread == 2


def test_a_watch_that_is_cancelled_is_ended_at_ls() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            searches(sim)
            task = asyncio.create_task(heard(Watch(Asking(client), listening(client), SEARCH, lambda: 0)))
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
        live(watch(Scripted(refused), SEARCH))


def test_the_guides_messages_are_read(real_data: Path) -> None:
    (example,) = examples(real_data, "AFR")
    told = Hit("078150", "HB테크놀러지", 2_435.0, O)
    assert hit(message(orjson.dumps(example))) == told and hit_in(example["body"], 7).ts == 7
    assert hit(Message("NWS", "", "", "", {})) is None
    (example,) = examples(real_data, "t1860")
    assert live(watch(Scripted(example), SEARCH)) == "1722490200A"
    (example,) = examples(real_data, "t1859")
    text = example["_unparsed"].replace("~중 략 ~", "")
    ran = found_in(answered("t1859", orjson.loads(text)))
    first, last = Hit("000250", "삼천당제약", 68_300.0), Hit("950140", "잉글우드랩", 13_110.0)
    assert ran == Found((first, last), "171729", whole=False)


def test_groups_alone_are_no_searches() -> None:
    rows = [{"query_index": "", "group_name": "g"}, {"query_index": " a ", "query_name": "n"}]
    assert saved_in(answered("t1866", {"t1866OutBlock1": rows})) == [Condition("a", "", "n")]


def test_a_flag_that_isnt_known_is_named() -> None:
    with pytest.raises(DataError, match="'X'"):
        hit_in(afr("005930", "X"))
