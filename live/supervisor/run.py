"""The supervisor's process, put together: keys, log, alerts, Telegram, the engine."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from live.alerts.delivery import Sink
from live.alerts.hub import AlertHub
from live.alerts.settings import SLACK_KEY, WEBHOOK_KEY, WEBHOOK_SIGNING_KEY, AlertSettings
from live.alerts.webhooks import SlackSink, WebhookSink
from live.control.client import ControlClient
from live.control.memory import Memory
from live.keys import read_key
from live.logs import start_logging
from live.messages.voice import Language, Voice
from live.redaction import Redactor
from live.supervisor.kill import KillTarget
from live.supervisor.notify import keep_notified, notify
from live.supervisor.supervisor import Supervisor, SupervisorRules
from live.telegram.service import TelegramService
from live.telegram.settings import TOKEN_KEY, TelegramSettings
from market.errors import ConfigError

LAST_WORDS_S = 5.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class SupervisorSetup:
    """What ``maemae`` makes of a profile.

    command: starts the engine; None = the system does. secrets: of the venue, so that nothing prints them.
    start: a person wants it started, whatever it was told before; else a stop or kill of before holds.
    """

    target: KillTarget
    command: tuple[str, ...] | None
    language: Language = "en"
    telegram: TelegramSettings | None = None
    alerts: AlertSettings = field(default_factory=AlertSettings)
    secrets: tuple[str, ...] = ()
    start: bool = False
    rules: SupervisorRules = field(default_factory=SupervisorRules)


def run_supervisor(setup: SupervisorSetup) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code; raises ConfigError before anything is started."""
    places = setup.target.places.make()
    keys = Keys.read(setup)
    redactor = Redactor([*setup.secrets, *keys.all()])
    logs = start_logging(redactor, places.log / "supervisor.jsonl")
    try:
        asyncio.run(_run(setup, keys, redactor))
    finally:
        logs.close()
    return 0


@dataclass(frozen=True)
class Keys:
    """The supervisor's own secrets; "" = none."""

    telegram: str = field(default="", repr=False)
    slack: str = field(default="", repr=False)
    webhook: str = field(default="", repr=False)
    signing: str = field(default="", repr=False)

    @classmethod
    def read(cls, setup: SupervisorSetup) -> "Keys":
        """Raises ConfigError for one that the profile needs and nobody has."""
        alerts, folder = setup.alerts, setup.target.places.folder

        def needed(name: str, wanted: bool, where: str) -> str:
            found = read_key(name, folder) if wanted else None
            if wanted and not found:
                raise ConfigError(
                    f"{where} of the profile needs {name}: set it in the environment, in {folder / '.env'} "
                    "(readable by you alone) or in the keyring."
                )
            return found or ""

        return cls(
            needed(TOKEN_KEY, setup.telegram is not None, "[telegram]"),
            needed(SLACK_KEY, alerts.slack, "alerts.slack"),
            needed(WEBHOOK_KEY, alerts.webhook, "alerts.webhook"),
            read_key(WEBHOOK_SIGNING_KEY, folder) or "",
        )

    def all(self) -> list[str]:
        return [key for key in (self.telegram, self.slack, self.webhook, self.signing) if key]


async def _run(setup: SupervisorSetup, keys: Keys, redactor: Redactor) -> None:
    voice = Voice(setup.language, setup.alerts.timezone)
    memory = Memory.load(setup.target.places.supervisor)
    if setup.start:
        memory.wanted = True
        memory.save()
    elif not memory.wanted:
        _LOG.warning("stopped or killed before: the engine waits for /start, or for 'maemae live'")
    sinks, telegram = _receivers(setup, keys, redactor, voice, memory)
    hub = AlertHub(setup.alerts, sinks)
    supervisor = Supervisor(setup.target, setup.command, hub, memory, voice, setup.rules)
    client = ControlClient(setup.target.places.socket)
    stop = _stop_signals()
    tasks = [asyncio.create_task(supervisor.run()), asyncio.create_task(hub.run())]
    tasks.append(asyncio.create_task(keep_notified()))
    if telegram is not None:
        tasks.append(asyncio.create_task(telegram.run(client, supervisor)))
    notify("READY=1")
    try:
        await _first_of(stop, tasks)
        notify("STOPPING=1")
        await supervisor.stop_engine()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.flush(LAST_WORDS_S)
        memory.save()
        await client.close()
        if telegram is not None:
            await telegram.close()


def _receivers(
    setup: SupervisorSetup, keys: Keys, redactor: Redactor, voice: Voice, memory: Memory
) -> tuple[list[Sink], TelegramService | None]:
    sinks: list[Sink] = []
    telegram = None
    if setup.telegram is not None:
        telegram = TelegramService(keys.telegram, setup.telegram, voice, memory, redactor.text)
        sinks.append(telegram.sink)
    if keys.slack:
        sinks.append(SlackSink(keys.slack, voice, redactor.text))
    if keys.webhook:
        sinks.append(WebhookSink(keys.webhook, voice, redactor.tree, keys.signing))
    return sinks, telegram


def _stop_signals() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    return stop


async def _first_of(stop: asyncio.Event, tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Until a signal. A duty that ends by an error is a fault of ours: the process ends with it, loudly."""
    waiting = asyncio.create_task(stop.wait())
    pending: set[asyncio.Task[object]] = {waiting, *tasks}
    while not waiting.done():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {waiting}:
            if not task.cancelled() and task.exception() is not None:
                _LOG.critical("supervisor: a duty ended", exc_info=task.exception())
                waiting.cancel()
                raise SystemExit(1)


def own_command(*words: str) -> tuple[str, ...]:
    """A command line of this very Maemae."""
    return (sys.executable, "-m", "maemae", *words)
