"""Alerts: to everyone, at the loudness chosen, whatever the network does; orders that wait for a button."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from live.alerts.delivery import Sink
from live.alerts.hub import AlertHub
from live.alerts.outbox import RESERVED, SINGLE, Alert, Outbox
from live.alerts.settings import AlertSettings
from live.alerts.webhooks import SIGNATURE, SlackSink, WebhookSink
from live.control.answers import Code, Done
from live.control.events import ApprovalEnded, Body, Daily, Event, Kind, Said
from live.messages.voice import Voice
from live.supervisor.daily import daily_report
from tests.live.telegram.scripted_api import CUT, Fault, flood
from tests.live.telegram.strict_bot import (
    DECISION,
    FILL,
    MINUTE,
    ORDER,
    REQUEST,
    RISK,
    T0,
    TRADE,
    StrictBot,
)
from tests.live.telegram.world import OWNER, TRADER, VIEWER, World, whole_world

pytestmark = pytest.mark.asyncio
BODIES: dict[Kind, Body] = {
    Kind.DECISION: DECISION, Kind.ORDER: ORDER, Kind.FILL: FILL, Kind.STOP: replace(FILL, stop=True),
    Kind.TRADE: TRADE, Kind.RISK: RISK, Kind.ERROR: Said("BOOM", "<it> broke & that"),
    Kind.CONNECTION: Said("FEED_DOWN", "quotes are gone", "BTC/USDT@binance"), Kind.APPROVAL: REQUEST,
    Kind.ENGINE: Said("ENGINE_DIED", "signal 9"), Kind.KILL: Said("KILLED", "all of it"),
    Kind.DAILY: Daily("2026-11-25", "demo", "USDT", 1e4, 5.0, 0.05, 3, 2, 0.7, 1),
    Kind.COMMAND: Said("PAUSE", "by Kim"),
}  # fmt: skip


def event(kind: Kind, number: int = 1, body: Body | None = None, key: str = "") -> Event:
    return Event(number, T0 + number * MINUTE, kind, body or BODIES[kind], key)


@asynccontextmanager
async def telling(*sinks: Sink, **settings: Any) -> AsyncIterator[AlertHub]:
    hub = AlertHub(AlertSettings(**settings), sinks)
    for delivery in hub.deliveries:
        delivery.first_pause_s = 0.02
    running = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_every_kind_arrives_in_markup_that_telegram_takes(tmp_path: Path, language: str) -> None:
    async with whole_world(tmp_path) as now:
        if language == "ko":
            now.service.sink._voice = Voice("ko", "Asia/Seoul")
        async with telling(now.service.sink) as hub:
            for kind in Kind:
                hub.tell(event(kind))
                await now.api.when(lambda: all(not len(each.outbox) for each in hub.deliveries))
            await now.api.when(lambda: hub.deliveries[0].sent == len(Kind))
        assert hub.deliveries[0].refused == 0 and {each.chat for each in now.api.sent} == {OWNER}


async def test_levels_are_loud_silent_or_off(tmp_path: Path) -> None:
    levels = {"fill": "silent", "order": "off", "kill": "off"}
    async with whole_world(tmp_path) as now, telling(now.service.sink, levels=levels) as hub:
        for kind in (Kind.TRADE, Kind.FILL, Kind.ORDER, Kind.KILL):
            hub.tell(event(kind))
            await asyncio.sleep(0.05)
        await now.api.until(3)
    assert [each.silent for each in now.api.sent] == [False, True, True]  # a kill is never off


async def test_an_event_told_twice_under_its_key_arrives_once(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now, telling(now.service.sink) as hub:
        for number in (1, 2):
            hub.tell(event(Kind.FILL, number, key="fill|run-7|t1"))
        hub.tell(event(Kind.TRADE, 3))
        await now.api.when(lambda: hub.deliveries[0].sent == 2)
    assert sum(each.text.count("45000") + each.text.count("45,000.05") for each in now.api.sent) == 1


async def test_a_flood_of_events_becomes_few_messages_that_count_all(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now:
        now.api.down = True
        async with telling(now.service.sink) as hub:
            began = time.monotonic()
            for number in range(20_000):
                hub.tell(event(Kind.FILL, number))
                hub.tell(event(Kind.ERROR, number))
            took = time.monotonic() - began
            outbox = hub.deliveries[0].outbox
            assert len(outbox) <= SINGLE + RESERVED + 2 * len(Kind) and took < 5  # telling never waits
            await asyncio.sleep(0.1)
            now.api.down = False
            await now.api.when(lambda: hub.deliveries[0].sent == SINGLE + 2)
        text = "\n".join(each.text for each in now.api.sent)
        merged = sum(int(line.split()[0]) for line in text.splitlines() if "more of these until" in line)
        assert hub.deliveries[0].sent + merged == 40_000
        assert len(now.api.sent) < 20 and outbox.merged == merged


async def test_alerts_wait_while_telegram_is_down_and_keep_their_order(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now, telling(now.service.sink) as hub:
        now.api.faults["sendMessage"].extend([CUT, Fault(), flood(1)])
        for number in range(5):
            hub.tell(event(Kind.ERROR, body=Said(f"E{number}", "x")))
        await now.api.when(lambda: hub.deliveries[0].sent == 5)
    text = "".join(each.text for each in now.api.sent)
    assert [text.index(f"E{number}") for number in range(5)] == sorted(text.index(f"E{n}") for n in range(5))


async def test_flood_control_is_obeyed_to_the_second(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now, telling(now.service.sink) as hub:
        now.api.faults["sendMessage"].append(flood(1))
        hub.tell(event(Kind.TRADE))
        await now.api.until(1)
        at = [moment for moment, method in now.api.calls if method == "sendMessage"]
        assert len(at) == 2 and at[1] - at[0] >= 1.0


async def test_one_alert_that_telegram_refuses_takes_no_other_with_it(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now, telling(now.service.sink) as hub:
        bad = Fault(400, '{"ok": false, "description": "Bad Request: can\'t parse entities"}')
        now.api.faults["sendMessage"].extend([bad, bad])
        for number in range(3):
            hub.tell(event(Kind.ERROR, body=Said(f"E{number}", "x")))
        await now.api.when(lambda: hub.deliveries[0].sent == 2)
        assert hub.deliveries[0].refused == 1 and "E1" in now.api.sent[0].text


async def test_a_daily_report_is_a_picture_with_its_figures(tmp_path: Path) -> None:
    body, picture = await daily_report(StrictBot(), Voice(), "2026-11-26", "00:05")
    assert picture is not None
    async with whole_world(tmp_path) as now, telling(now.service.sink) as hub:
        hub.tell(event(Kind.DAILY, body=body), picture)
        sent = (await now.api.until(1))[0]
    assert sent.photo == picture and "day +9.00 USDT" in sent.text and "technical" in sent.text


# Orders that wait for a person ----------------------------------------------------------------------


async def waiting(now: World, hub: AlertHub) -> Any:
    hub.tell(event(Kind.APPROVAL, number=0))
    return (await now.api.until(1))[0]


async def test_an_order_is_approved_by_the_first_press_of_a_trader(tmp_path: Path) -> None:
    async with whole_world(tmp_path) as now, telling(now.service.sink) as hub:
        asked = await waiting(now, hub)
        assert [label for label, _ in asked.buttons] == ["Approve", "Reject"]
        assert "22,500.00 USDT" in asked.text and "expires in 5 min" in asked.text and "0.610" in asked.text
        buttons = list(asked.buttons)
        now.api.press(VIEWER, asked, "Approve")
        await now.api.when(lambda: bool(now.api.notices))
        assert not now.bot.given
        now.api.press(TRADER, asked, "Approve")
        await now.api.when(lambda: len(asked.edits) == 1)
        asked.buttons = buttons
        now.api.press(OWNER, asked, "Reject")
        await now.api.when(lambda: len(asked.edits) == 2)
        assert now.bot.given == [("approve", ("ask-1", "telegram:22 User<22>"))]
        assert "it is so already" in asked.shown


async def test_a_request_too_old_says_so(tmp_path: Path) -> None:
    class Late(StrictBot):
        async def approve(self, request: str, by: str) -> Done:
            return Done(Code.EXPIRED)

    async with whole_world(tmp_path, bot=Late()) as now, telling(now.service.sink) as hub:
        asked = await waiting(now, hub)
        now.api.press(TRADER, asked, "Approve")
        await now.api.when(lambda: bool(asked.edits))
        assert "has expired and nothing is sent" in asked.shown
        hub.tell(event(Kind.APPROVAL, 2, ApprovalEnded("ask-1", Done(Code.EXPIRED))))
        assert "time ran out" in (await now.api.until(2))[1].text


# Slack and other webhooks ---------------------------------------------------------------------------


@dataclass
class Hook:
    """A webhook on loopback. statuses: answered one by one, then 200."""

    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    address: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.statuses:
            status, headers = self.statuses.pop(0)
            return web.Response(status=status, headers=headers)
        self.raw.append(body)
        self.got.append((json.loads(body), dict(request.headers)))
        return web.Response(text="ok")

    async def until(self, count: int) -> None:
        deadline = time.monotonic() + 5
        while len(self.got) < count:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)


@asynccontextmanager
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/services/T0/B0/secretpart", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.address = f"http://127.0.0.1:{runner.addresses[0][1]}/services/T0/B0/secretpart"
        yield made
    finally:
        await runner.cleanup()


async def test_slack_gets_its_own_markup_and_is_retried_as_it_asks(caplog: pytest.LogCaptureFixture) -> None:
    async with hook() as made:
        made.statuses = [(429, {"Retry-After": "0.2"}), (503, {})]
        async with telling(SlackSink(made.address, Voice(), str)) as hub:
            hub.tell(event(Kind.RISK))
            await made.until(1)
    text = made.got[0][0]["text"]
    assert "*ORDER_NOTIONAL*" in text and "&lt;script&gt;" in text and "<" not in text
    assert "secretpart" not in caplog.text


async def test_a_webhook_gets_signed_json_with_the_whole_event() -> None:
    async with hook() as made:
        sink = WebhookSink(made.address, Voice(), lambda value: value, "sign me")
        async with telling(sink) as hub:
            hub.tell(event(Kind.FILL))
            await made.until(1)
    alert = made.got[0][0]["alerts"][0]
    assert (
        alert["kind"] == "fill" and alert["event"]["body"]["order"] == "run-7" and "<b>" not in alert["text"]
    )
    signed = hmac.new(b"sign me", made.raw[0], hashlib.sha256).hexdigest()
    assert made.got[0][1][SIGNATURE] == f"sha256={signed}"


async def test_a_receiver_that_is_down_holds_up_no_other() -> None:
    async with hook() as dead, hook() as alive:
        dead.statuses = [(503, {})] * 10_000
        sinks = (
            SlackSink(dead.address, Voice(), str),
            WebhookSink(alive.address, Voice(), lambda value: value),
        )
        async with telling(*sinks) as hub:
            hub.tell(event(Kind.TRADE))
            await alive.until(1)
            deadline = time.monotonic() + 3
            while not hub.deliveries[0].failures:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)
            assert len(hub.deliveries[0].outbox) <= 1


async def test_a_refused_alert_is_given_up_not_repeated_for_ever() -> None:
    async with hook() as made:
        made.statuses = [(404, {})]
        async with telling(SlackSink(made.address, Voice(), str)) as hub:
            hub.tell(event(Kind.TRADE))
            hub.tell(event(Kind.ERROR))
            await made.until(1)
            deadline = time.monotonic() + 3
            while hub.deliveries[0].sent + hub.deliveries[0].refused < 2:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)


async def test_last_words_are_said_before_the_end() -> None:
    async with hook() as made:
        hub = AlertHub(AlertSettings(), [SlackSink(made.address, Voice(), str)])
        hub.tell(event(Kind.ENGINE))
        await hub.flush(2.0)
        assert len(made.got) == 1


async def test_an_outbox_merges_into_the_newest_and_keeps_what_needs_a_person() -> None:
    outbox = Outbox()
    for number in range(SINGLE + 5):
        outbox.put(Alert(event(Kind.FILL, number)))
    outbox.put(Alert(event(Kind.KILL)))
    taken = []
    while len(outbox):
        taken.extend(outbox.take())
    assert [each.event.kind for each in taken].count(Kind.KILL) == 1
    last = taken[-1]
    assert last.merged == 4 and last.event.number == SINGLE + 4 and len(taken) == SINGLE + 2
