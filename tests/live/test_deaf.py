"""Nothing new is risked while the account's stream is down: what the venue does then is heard late."""

import asyncio
from pathlib import Path

import pytest

from brokers.contract import Feed, Link, LinkEvent, TradeEvent
from brokers.ls.access import LsAccess
from brokers.ls.socket import Socket
from brokers.ls.tokens import Tokens
from live.engine import DEAF_EVERY
from live.guard import Guard
from live.risk.codes import Code
from live.risk.connection import unheard
from live.risk.limits import RiskLimits
from live.views.health import BARS_LATE
from market.timeframes import SECOND
from tests.live.lives import life, walk
from tests.live.test_guard_prices import INSTRUMENT, NOW, guard


def _hear(one: Guard, now: int, *links: Link) -> None:
    """Prices and the account's stream at an instant."""
    one.clock = lambda: now
    one.see(TradeEvent(INSTRUMENT.id, now, 100.0, 1.0, now))
    for link in links:
        one.see(LinkEvent(Feed.ORDERS, link, "", now))


def _why(one: Guard) -> str:
    facts = one.facts()
    found = unheard(facts.account, RiskLimits(), facts.now)
    return found[0] if found is not None else ""


def test_a_stream_that_is_down_for_long_denies_entries_until_it_is_up() -> None:
    one, block = guard(), RiskLimits().heartbeat_block
    _hear(one, NOW, Link.DOWN)
    assert _why(one) == ""  # streams come back
    _hear(one, NOW + block + SECOND, Link.DOWN)  # said once more: it is as long down
    assert _why(one) == "deaf"
    _hear(one, NOW + block + 2 * SECOND, Link.GAP)
    assert _why(one) == "deaf"
    _hear(one, NOW + block + 3 * SECOND, Link.UP)
    assert _why(one) == ""


def test_another_feed_is_not_the_account() -> None:
    one = guard()
    one.see(LinkEvent(Feed.QUOTES, Link.DOWN, "", NOW))
    assert one.deaf_since is None


def test_entries_are_denied_and_the_venue_is_asked_more_often(tmp_path: Path) -> None:
    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            engine, guarded = one.bot.engine, one.bot.guard
            asked: list[int] = []
            reconcile = engine.reconcile

            async def counted(starting: bool = False) -> dict[str, object]:
                asked.append(engine.clock())
                return {**await reconcile(starting)}

            engine.reconcile = counted  # type: ignore[method-assign, assignment]
            await one.step(30)
            guarded.deaf_since = engine.clock() - 3600 * SECOND
            engine.reconcile_every, engine._compared = 3600 * SECOND, engine.clock() - DEAF_EVERY - SECOND
            await engine.beat()
            assert asked
            before = set(engine.session.orders.known)
            await one.step(100)
            new = [each for name, each in engine.session.orders.known.items() if name not in before]
            entries = [each for each in new if not each.order.reduces]
            assert entries and all(each.view.status.value == "denied" for each in entries)
            told = one.bot.views.orders.known
            assert {told[each.order.client_id].checks[0].code for each in entries} == {Code.CONNECTION.value}

    asyncio.run(lived())


def test_bars_that_do_not_come_are_no_good_health(tmp_path: Path) -> None:
    """Prices may come on: it is the closes that strategies trade by."""

    async def lived() -> None:
        async with life(tmp_path, walk()) as one:
            await one.step(30)
            engine, guarded = one.bot.engine, one.bot.guard
            assert {check.name: check.ok for check in (await one.bot.health()).checks}["bars"]
            now = engine.clock()
            engine.clock = lambda: now + BARS_LATE + SECOND
            guarded.see(TradeEvent("AAA@test", now, 100.0, 1.0, now))
            bars = {check.name: check for check in (await one.bot.health()).checks}["bars"]
            assert not bars.ok and "none for" in bars.detail

    asyncio.run(lived())


def test_a_simulators_stream_is_beside_its_orders() -> None:
    """Orders to a simulator and a stream of the venue's own would be two accounts taken for one."""
    assert LsAccess(url="http://127.0.0.1:8080").socket("real") == "ws://127.0.0.1:8080/websocket"
    assert LsAccess(url="https://sim", socket_url="wss://other").socket("paper") == "wss://other/websocket"
    assert "openapi.ls-sec" in LsAccess().socket("real")


@pytest.mark.parametrize("address", ["ws://127.0.0.1:9/websocket"])
def test_a_stream_that_never_came_up_is_said_once(address: str) -> None:
    async def scene() -> None:
        said: list[Link] = []
        tokens: Tokens = None  # type: ignore[assignment]
        socket = Socket(address, tokens, lambda message: None, lambda link, why: said.append(link))
        socket.want([("FC9", "A016C000")])
        async with asyncio.timeout(10):
            while not said:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.7)
        await socket.close()
        assert said == [Link.DOWN]

    asyncio.run(scene())
