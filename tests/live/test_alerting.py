"""The engine hears from the supervisor whether alerts get through, and says so where they don't: R30."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from live.alerting import SILENT_S, Alerting
from live.alerts.delivery import Delivery
from live.alerts.hub import AlertHub
from live.alerts.outbox import Alert, Outbox
from live.alerts.settings import AlertSettings
from live.control.answers import RiskLine
from live.control.client import ask
from live.control.events import Event, Kind, Said
from live.risk.codes import Code
from records.entries import message_of
from records.journal_view import JournalView
from records.message import Message
from records.outcomes import Risk, Verdict
from tests.live.test_clock import within
from tests.maemae.test_live_cli import PROFILE, started, until_trading


def test_what_waited_goes_on_waiting_until_the_supervisor_says_otherwise() -> None:
    now = 100.0
    heard = Alerting(lambda: now)
    assert heard.late_s() == 0.0  # an engine without a supervisor
    heard.heard(3.0)
    now += 2.0
    assert heard.late_s() == 5.0
    heard.heard(0.0)
    now += SILENT_S
    assert heard.late_s() == 0.0


def test_a_supervisor_that_falls_silent_delivers_nothing() -> None:
    now = 100.0
    heard = Alerting(lambda: now)
    heard.heard(0.0)
    now += SILENT_S + 1.0
    assert heard.late_s() == SILENT_S + 1.0
    heard.heard(0.0)
    assert heard.late_s() == 0.0


class Sink:
    name = "test"

    async def send(self, alerts: list[Alert]) -> None: ...


def hub() -> AlertHub:
    found = AlertHub(AlertSettings(), [Sink()])
    assert isinstance(found.deliveries[0], Delivery)
    return found


def test_the_oldest_of_all_receivers_counts_merged_ones_too() -> None:
    told = hub()
    assert told.waited_s() == 0.0
    for number in range(200):
        told.tell(Event(number, number, Kind.ERROR, Said("X", "x")))
    outbox: Outbox = told.deliveries[0].outbox
    first = next(outbox.waiting()).since
    assert outbox.merged and min(each.since for each in outbox.waiting()) == first
    assert told.waited_s() > 0.0
    while len(outbox):
        outbox.take()
    assert told.waited_s() == 0.0


def test_what_tells_of_waiting_is_not_waited_for() -> None:
    told = hub()
    told.tell(
        Event(1, 1, Kind.RISK, RiskLine(Code.ALERTS.value, "deny", "", "alerts haven't been delivered"))
    )
    assert told.waited_s() == 0.0


class Receiver(BaseHTTPRequestHandler):
    """Somebody's webhook, down or up."""

    down = True
    texts: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.down:
            self.texts.extend(each["text"] for each in json.loads(body)["alerts"])
        self.send_response(503 if self.down else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None: ...


@contextmanager
def webhook() -> Iterator[tuple[type[Receiver], str]]:
    kind = type("One", (Receiver,), {"texts": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kind, f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()


def messages(journal: Path) -> list[Message]:
    with JournalView.read(journal) as view:
        return [message_of(entry) for entry in view.entries(kinds=("risk",))]


def verdicts(journal: Path, code: Code) -> list[Verdict]:
    return [each.verdict for each in messages(journal) if isinstance(each, Risk) and each.code == code]


def test_supervisor_and_engine_as_processes_while_nobody_takes_the_alerts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, path = tmp_path / "s", tmp_path / "bot.toml"
    monkeypatch.setenv("MAEMAE_STATE", str(state))
    text = PROFILE.format(name="bot") + 'max_alert_delay = "1s"\n[alerts]\nwebhook = true\n'
    path.write_text(text, encoding="utf-8")
    socket, journal = state / "bots" / "bot" / "control.sock", state / "bots" / "bot" / "journal.db"

    def well() -> bool:
        checks = ask(socket, lambda bot: bot.health()).checks
        return next(each.ok for each in checks if each.name == "alerts")

    with webhook() as (receiver, address):
        monkeypatch.setenv("MAEMAE_WEBHOOK", address)
        with started("live", str(path), "--pace", "0.02", "--supervised") as supervisor:
            until_trading(state, "bot")
            within(30, lambda: verdicts(journal, Code.ALERTS) == [Verdict.DENY])
            assert not well()
            bars = ask(socket, lambda bot: bot.status()).last_bar
            within(20, lambda: ask(socket, lambda bot: bot.status()).last_bar > bars)
            receiver.down = False
            within(30, lambda: verdicts(journal, Code.ALERTS)[-1] is Verdict.ALLOW)
            assert well()
            within(30, lambda: any("R30 ALERTS" in each for each in receiver.texts))
            supervisor.terminate()
            assert supervisor.wait(20) == 0
    held_up = [each for each in messages(journal) if isinstance(each, Risk) and each.client_id]
    assert not [each for each in held_up if each.code == Code.ALERTS]  # it never holds up trading
