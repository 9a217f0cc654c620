"""Secrets are planted everywhere and looked for everywhere."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from live.alerts.hub import AlertHub
from live.alerts.settings import AlertSettings
from live.alerts.webhooks import SlackSink, WebhookSink
from live.control.answers import Done
from live.control.client import ControlClient
from live.control.events import Event, Kind, Said
from live.control.server import serving
from live.keys import read_key
from live.logs import Logs, start_logging
from live.messages.voice import Voice
from live.redaction import SHORTEST, Redactor
from market.errors import ConfigError
from tests.conftest import ROOT
from tests.live.telegram.scripted_api import TOKEN, Fault
from tests.live.telegram.strict_bot import StrictBot
from tests.live.telegram.test_alerts import hook
from tests.live.telegram.world import OWNER, whole_world

# Signs that addresses, JSON, HTML and reprs would each write otherwise.
VENUE = "s3/cr+t=\"quo'te\\back&<한글>\n2nd"
PLAIN = "hunter2hunter2"
SECRETS = (VENUE, PLAIN, TOKEN)
PIECES = ("s3/cr", "cr+t", "한글", "2nd", "hunter2", "AAF-planted", "s3%2Fcr")


def clean_of(text: str) -> str:
    """The text, when no piece of a secret is in it."""
    for piece in PIECES:
        assert piece not in text, f"{piece} in {text[:2000]}"
    return text


@pytest.fixture
def log() -> Iterator[tuple[Logs, io.StringIO]]:
    stream = io.StringIO()
    logs = start_logging(Redactor(SECRETS), level="DEBUG", stream=stream)
    yield logs, stream
    logs.close()


def test_nothing_that_is_logged_shows_a_secret(log: tuple[Logs, io.StringIO], tmp_path: Path) -> None:
    logs, stream = log
    ours, theirs = structlog.get_logger("maemae.engine"), logging.getLogger("ccxt.base")
    for secret in SECRETS:
        ours.info(f"connecting with {secret}", key=secret, nested={"deep": [secret, {secret: secret}]})
        ours.warning("an object", thing=type("Keys", (), {"__repr__": lambda self, s=secret: f"Keys({s})"})())
        theirs.error("GET https://api.venue/x?signature=%s&key=%s", quote(secret), secret)
        theirs.error("headers %r", {"X-MBX-APIKEY": secret, "Authorization": f"Bearer {secret}"})
        theirs.info("extra", extra={"password": secret, "other": secret})
        _raise_and_log(secret, ours, theirs)
        warnings.warn(f"old key {secret}", stacklevel=1)
        logging.getLogger("x").info("https://user:%s@db/", secret)
    text = clean_of(stream.getvalue())
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) >= 8 * len(SECRETS) and all(
        {"ts", "level", "logger", "event"} <= set(line) for line in lines
    )
    assert any("ValueError" in line.get("exception", "") for line in lines)
    clean_of("\n".join(logs.newest(1000)))
    assert len(logs.newest(5)) == 5 and logs.newest(0) == ()


def _raise_and_log(secret: str, ours: structlog.stdlib.BoundLogger, theirs: logging.Logger) -> None:
    try:
        try:
            raise ValueError("bad key", secret, {"apiKey": secret})
        except ValueError as error:
            error.add_note(f"note {secret}")
            raise RuntimeError(f"while signing {secret}") from error
    except RuntimeError:
        ours.exception("failed")
        theirs.exception("failed with %s", secret, stack_info=True)


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("apiKey=abcd1234", "apiKey="),
        ("'secret': 'abcd1234'", "'secret': '"),
        ('"listenKey":"abcd1234abcd"', '"listenKey":"'),
        ("Authorization: Bearer abcd1234", "Authorization: Bearer "),
        ("https://x/?timestamp=1&signature=abcd1234&recvWindow=5", "recvWindow=5"),
        ("postgresql://bot:abcd1234@db/maemae", "postgresql://bot:"),
        ("https://hooks.slack.com/services/T0/B0/abcd1234", "hooks.slack.com/"),
        ("https://api.telegram.org/bot99:abcd1234/getMe", "/getMe"),
        ("1234567890:abcd1234abcd1234abcd1234abcd1234abc", ""),
        ("appsecretkey=abcd1234", "appsecretkey="),
        ("passphrase = abcd1234", "passphrase = "),
    ],
)
def test_what_looks_like_a_secret_is_hidden_though_nobody_configured_it(named: str, kept: str) -> None:
    said = Redactor().text(named)
    assert "abcd1234" not in said and kept in said and "***" in said


def test_ordinary_words_stay() -> None:
    said = (
        "BTC/USDT@binance: limit 45000.10 is off the 0.01 tick; 2026-11-26T02:29:46Z run-7 (12:30:45) 3 keys"
    )
    assert Redactor(SECRETS).text(said) == said


@given(st.text(min_size=SHORTEST, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_a_configured_secret_never_passes_and_cleaning_twice_is_cleaning_once(
    secret: str, a: str, b: str
) -> None:
    redactor = Redactor([secret])
    said = redactor.text(f"{a}{secret}{b}")
    if secret.strip("*"):
        assert secret not in said.replace("***", "") or secret in (a + "***" + b)
    assert redactor.text(said) == said or "*" in secret


def test_a_process_that_dies_prints_no_secret(tmp_path: Path) -> None:
    script = f"""
import sys, threading, asyncio, logging
from pathlib import Path
from live.redaction import Redactor
from live.logs import start_logging
secret = {PLAIN!r}
start_logging(Redactor([secret]), Path(sys.argv[1]))
t = threading.Thread(target=lambda: 1 / len([]) if secret in "" else int(secret)); t.start(); t.join()
async def main():
    asyncio.get_running_loop().create_task(fail()); await asyncio.sleep(0.01)
async def fail(): raise KeyError(secret)
asyncio.run(main())
class Bad:
    def __del__(self): raise ValueError(secret)
b = Bad(); del b
raise RuntimeError("dying with " + secret, {{"secret": secret}})
"""
    file = tmp_path / "log" / "x.jsonl"
    done = subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, text=True, cwd=ROOT)
    text = clean_of(done.stdout + done.stderr)
    assert done.returncode == 1 and text.count("uncaught exception") == 3 and "KeyError" in text
    assert clean_of(file.read_text()).count("\n") >= 4 and file.stat().st_mode & 0o077 == 0


def test_a_full_disk_loses_lines_and_prints_nothing(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    logs = start_logging(
        Redactor(SECRETS), Path("/dev/full") if os.path.exists("/dev/full") else None, stream=None
    )
    try:
        logging.getLogger("x").error("key %s", PLAIN)
        logging.getLogger("x").error("a format that fails %d", PLAIN)
    finally:
        logs.close()
    clean_of("".join(capfd.readouterr()))


def test_logging_is_given_back() -> None:
    before = logging.getLogger().handlers[:], sys.excepthook, threading.excepthook
    start_logging(Redactor(), stream=None).close()
    assert (logging.getLogger().handlers, sys.excepthook, threading.excepthook) == before


class Leaky(StrictBot):
    """An engine that says its secrets wherever it can."""

    async def config(self) -> str:
        return f'key = "{VENUE}"\n'

    async def logs(self, count: int) -> tuple[str, ...]:
        return (f"raw {VENUE} {PLAIN}",)

    async def pause(self, by: str) -> Done:
        raise ConfigError(f"{PLAIN} isn't allowed")

    async def cancel(self, order: str, by: str) -> Done:
        raise RuntimeError(VENUE)


@pytest.mark.asyncio
async def test_control_answers_are_cleaned(tmp_path: Path, log: tuple[Logs, io.StringIO]) -> None:
    bot = Leaky()
    bot.log.publish(Kind.ERROR, Said("X", f"failed with {VENUE}"), 1)
    async with (
        serving(bot, tmp_path / "c.sock", Redactor(SECRETS).tree),
        ControlClient(tmp_path / "c.sock") as client,
    ):
        clean_of(await client.config() + repr(await client.logs(5)) + repr(await client.events("", 0, 0.0)))
        for call in (client.pause("me"), client.cancel("x", "me")):
            with pytest.raises(Exception, match=r"\*\*\*") as caught:
                await call
            clean_of(str(caught.value))
    clean_of(log[1].getvalue())


@pytest.mark.asyncio
async def test_telegram_slack_and_webhooks_get_no_secret(
    tmp_path: Path, log: tuple[Logs, io.StringIO]
) -> None:
    redactor = Redactor(SECRETS)
    body = Said("LEAK", f"signing with {VENUE} and {PLAIN} at https://api.telegram.org/bot{TOKEN}/x")
    async with whole_world(tmp_path, bot=Leaky()) as now, hook() as slack, hook() as other:
        now.service._courier._clean = redactor.text
        sinks = (
            now.service.sink,
            SlackSink(slack.address, Voice(), redactor.text),
            WebhookSink(other.address, Voice(), redactor.tree),
        )
        hub = AlertHub(AlertSettings(), sinks)
        hub.tell(Event(1, 1, Kind.ERROR, body))
        await hub.flush(5.0)
        for text in ("/config", "/logs 3", "/pause", "/cancel x"):
            await now.ask(OWNER, text)
        now.api.press(OWNER, now.api.sent[-1], "Yes")
        await now.api.when(lambda: len(now.api.sent[-1].edits) == 2)
        now.api.faults["sendMessage"].append(
            Fault(400, json.dumps({"ok": False, "description": f"bad {TOKEN}"}))
        )
        now.api.say(OWNER, "/status")
        await asyncio.sleep(0.2)
        shown = "".join(each.text + each.shown for each in now.api.sent)
    assert "LEAK" in shown
    clean_of(shown + repr(slack.got) + repr(other.got) + other.raw[0].decode())
    clean_of(log[1].getvalue())
    assert slack.address.rsplit("/", 1)[1] not in log[1].getvalue()


def test_keys_come_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    assert read_key("A_KEY", tmp_path, {"A_KEY": " from env "}) == "from env"
    assert read_key("A_KEY", tmp_path, {}) is None
    file = tmp_path / ".env"
    file.write_text("# mine\nexport A_KEY='from file'\nOTHER=1\n")
    file.chmod(0o600)
    assert read_key("A_KEY", tmp_path, {}) == "from file"
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_key("A_KEY", tmp_path, {})
