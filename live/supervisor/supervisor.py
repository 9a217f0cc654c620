"""The supervisor: one engine, watched. Nothing in here waits for Telegram, and nothing needs the engine."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from live.alerts.hub import AlertHub
from live.control.answers import Code, Done, Health
from live.control.client import ControlClient
from live.control.errors import EngineDown
from live.control.events import Body, Event, Kind, Said
from live.control.keeper import KillReport
from live.control.memory import Memory
from live.messages.alerts import in_both
from live.messages.voice import Voice
from live.supervisor.daily import daily_report, day_due
from live.supervisor.engine import UNKNOWN, EngineProcess
from live.supervisor.heartbeat import Heartbeat, HeartbeatRules
from live.supervisor.kill import KillTarget, finished, kill_account
from live.supervisor.restarts import RestartRules, Restarts
from market.errors import MaemaeError
from records.latch import KillLatch, Latched

WRONG_INPUT = 2  # the engine's exit code for a profile or keys that can't work: starting again won't help
LATCH_S = 0.25
LONGEST_KILL_PAUSE_S = 600.0
EVENTS_WAIT_S = 20.0
ALERTS_S = 1.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class SupervisorRules:
    """stop_s: how long a graceful stop may take before SIGTERM, then SIGKILL after ``term_s``."""

    heartbeat: HeartbeatRules = field(default_factory=HeartbeatRules)
    restarts: RestartRules = field(default_factory=RestartRules)
    stop_s: float = 30.0
    term_s: float = 5.0
    kill_again_s: float = 30.0


@dataclass
class Supervisor:
    """command: starts the engine; None = the system does, and it is only watched. It is a ``Keeper``."""

    target: KillTarget
    command: tuple[str, ...] | None
    hub: AlertHub
    memory: Memory
    voice: Voice
    rules: SupervisorRules = field(default_factory=SupervisorRules)

    def __post_init__(self) -> None:
        places = self.target.places
        self.engine = EngineProcess(self.command, places.lock)
        self._latch = KillLatch(places.latch)
        self._restarts = Restarts(self.rules.restarts)
        self._wake = asyncio.Event()  # somebody wants the engine started, or stopped waiting
        self._kill = asyncio.Lock()
        self._stopping = False  # the engine is to end and it isn't a death
        self._closing = False  # so are we
        self._given_up = ""
        self._said = 0
        self._kill_told: KillReport | None = None
        self._errands: set[asyncio.Task[None]] = set()
        self.health: Health | None = None

    @property
    def profile(self) -> str:
        return self.target.profile

    @property
    def socket(self) -> Path:
        return self.target.places.socket

    def running(self) -> bool:
        return self.engine.pid is not None

    def latched(self) -> Latched | None:
        return self._latch.read()

    async def run(self) -> None:
        """Until cancelled. The engine is left running: ``stop_engine`` before ends it."""
        async with asyncio.TaskGroup() as group:
            for name, work in (
                ("engine", self._keep),
                ("latch", self._watch_latch),
                ("events", self._hear),
                ("alerts", self._tell_alerts),
                ("daily report", self._report),
            ):
                group.create_task(self._for_ever(name, work), name=name)

    async def start(self, by: str) -> Done:
        """Start the engine, and keep it started from now on."""
        latched = self.latched()
        if latched is not None:
            return Done(Code.REFUSED, detail=str(latched))
        if self.running():
            return Done(Code.NOTHING)
        if self.command is None:
            return Done(Code.REFUSED, detail=self.voice.say(_BY_SYSTEM))
        _LOG.info("start asked for by %s", by)
        self._want(True)
        self._restarts.forget()
        self._given_up = ""
        self._wake.set()
        return Done(Code.STARTING)

    async def stop(self, by: str) -> Done:
        """End the engine in good order; after a restart of the machine it stays stopped too."""
        if not self.running():
            self._want(False)
            return Done(Code.NOTHING)
        _LOG.info("stop asked for by %s", by)
        self._want(False)
        self._stopping = True
        done = await self._ask_to_stop(by)
        errand = asyncio.get_running_loop().create_task(self._see_it_end())
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
        return done

    async def stop_engine(self) -> None:
        """With the supervisor, its own engine ends too, in good order; what it adopted or watches stays."""
        self._closing = self._stopping = True
        if not self.engine.own:
            return
        await self._ask_to_stop("the supervisor, which stops")
        await self._see_it_end()

    async def kill(self, by: str, why: str, flatten: bool) -> KillReport:
        """The kill switch; the engine is not started again until the latch is released on the machine."""
        async with self._kill:
            self._stopping = True
            self._want(False)  # when the latch is released, a person starts it
            report = await kill_account(self.target, by, why, flatten, self.engine.end)
        self._tell_kill(report)
        return report

    def tell(self, kind: Kind, body: Body, key: str = "", picture: bytes | None = None) -> None:
        """An alert of the supervisor's own."""
        self._said += 1
        self.hub.tell(Event(self._said, time.time_ns(), kind, body, key), picture)

    # The engine's lives -----------------------------------------------------------------------------

    async def _keep(self) -> None:
        while True:
            if not self._may_run():
                await self._pause(1.0)
                continue
            if not self.engine.adopt():
                if self.command is None:
                    await self._pause(1.0)
                    continue
                if not await self._start():
                    continue
            await self._live()

    def _may_run(self) -> bool:
        """Whether an engine is to be had: one that runs already is watched in any case."""
        if self._kill.locked() or self._closing:
            return False
        if self.engine.adopt():
            return True
        return self.memory.wanted and not self._given_up and self.latched() is None

    async def _start(self) -> bool:
        try:
            await self.engine.start()
        except OSError as error:
            self._give_up("The engine's program can't be started ({reason}).", reason=str(error))
            return False
        _LOG.info("engine started, process %s", self.engine.pid)
        if not self.memory.wanted:  # somebody changed their mind meanwhile
            await self.engine.end(self.rules.term_s)
        return True

    async def _live(self) -> None:
        """One life: watch until it is gone, then say what that was and wait as long as it calls for."""
        self._stopping = False
        beat = Heartbeat(self.socket, self.rules.heartbeat, self._first, self._silent, self._back)
        ended = asyncio.ensure_future(self.engine.ended())
        watch = asyncio.ensure_future(beat.watch())
        try:
            await asyncio.wait({ended, watch}, return_when=asyncio.FIRST_COMPLETED)
            hung = not ended.done()
            if hung:
                await self._end_hung(beat)
            code = await ended
        finally:
            for task in (ended, watch):
                task.cancel()
            await asyncio.gather(ended, watch, return_exceptions=True)
        self.engine.release()
        self.health = None
        await self._died(code, hung)

    async def _end_hung(self, beat: Heartbeat) -> None:
        hangs, late = "The engine hangs and is ended now.", "The engine did not come up in time."
        self._say("ENGINE_HANGS", hangs if beat.health else late)
        if not await self.engine.end(self.rules.term_s):
            self._say("ENGINE_UNKILLABLE", "The engine's process can't be ended: look at the machine.")

    async def _died(self, code: int, hung: bool) -> None:
        if self._stopping or (code == 0 and not hung):
            if code == 0 and not self._stopping:
                self._want(False)
            self._say("ENGINE_STOPPED", "The engine has stopped.")
            self._stopping = False
            return
        if code == WRONG_INPUT:
            self._give_up("Its profile or keys are wrong: its log says which.", code)
            return
        wait_s = self._restarts.died(time.monotonic())
        if wait_s is None:
            self._give_up("It died often lately and isn't started again by itself.", code)
            return
        then = "It is started again in {wait} s." if self.command else "Its service starts it again."
        if self.latched() is not None:
            then = "The kill switch is set, so it stays down."
        how = "The engine hung." if hung else _how(code)
        self._say("ENGINE_DIED", how, then, code=code, signal=-code, wait=f"{wait_s:g}")
        await self._pause(wait_s)

    def _give_up(self, why: str, code: int = UNKNOWN, reason: str = "") -> None:
        self._given_up = why
        _LOG.error("engine given up: %s %s", why, reason)
        how = (_how(code),) if code != UNKNOWN else ()
        again = "/start tries again."
        self._say("ENGINE_DOWN", *how, why, again, code=code, signal=-code, reason=reason)

    def _say(self, code: str, /, *sentences: str, **values: object) -> None:
        self.tell(Kind.ENGINE, in_both(code, *sentences, **values))

    async def _ask_to_stop(self, by: str) -> Done:
        try:
            async with ControlClient(self.socket) as client:
                return await client.stop(by)
        except MaemaeError as error:  # it doesn't listen yet, or no more: it must not begin to trade
            _LOG.warning("the engine didn't take the request to stop: %s", error)
            self.engine.terminate()
            return Done(Code.STOPPING, detail=str(error))

    async def _see_it_end(self) -> None:
        """The engine has been asked to stop; help it when it takes too long."""
        deadline = time.monotonic() + self.rules.stop_s
        while self.running() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        if self.running():
            _LOG.warning("the engine takes too long to stop: ending its process")
            await self.engine.end(self.rules.term_s)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than until somebody wants something."""
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return
        self._wake.clear()

    def _want(self, wanted: bool) -> None:
        self.memory.wanted = wanted
        self.memory.save()

    def _first(self, health: Health) -> None:
        self.health = health
        self._say("ENGINE_UP", "The engine is up, process {pid}.", pid=health.pid)

    def _silent(self, seconds: float) -> None:
        self._say("ENGINE_SILENT", "The engine has not answered for {span} s.", span=round(seconds))

    def _back(self, seconds: float) -> None:
        self._say("ENGINE_BACK", "The engine answers again, after {span} s.", span=round(seconds))

    # The latch --------------------------------------------------------------------------------------

    async def _watch_latch(self) -> None:
        """A kill that came by file, by the command line or before we started is carried out to its end."""
        again, pause_s = 0.0, self.rules.kill_again_s  # when an incomplete kill is tried once more
        while True:
            latched = self.latched()
            if latched is None:
                again, pause_s = 0.0, self.rules.kill_again_s
            elif time.monotonic() >= again and not self._kill.locked() and not finished(self.target):
                await self.kill(latched.who, latched.why, latched.flatten)
                again = time.monotonic() + pause_s
                pause_s = min(2 * pause_s, LONGEST_KILL_PAUSE_S)
            await asyncio.sleep(LATCH_S)

    def _tell_kill(self, report: KillReport) -> None:
        """An attempt that ended as the one before it isn't told again."""
        if report == self._kill_told:
            return
        self._kill_told = report
        sentences = ["Killed. {cancelled} orders cancelled, {closed} positions closed.", "({who})"]
        if report.left:
            sentences.append("Still held: {left}")
        if not report.complete:
            sentences.insert(0, "The kill is NOT complete: {reason}")
        body = in_both(
            "KILLED" if report.complete else "KILL_INCOMPLETE",
            *sentences,
            cancelled=len(report.cancelled),
            closed=len(report.closing),
            who=report.latched,
            left=", ".join(report.left),
            reason="; ".join(report.problems),
        )
        self.tell(Kind.KILL, body)

    # What the engine says ---------------------------------------------------------------------------

    async def _hear(self) -> None:
        """The engine's events, each once, from where we left off."""
        saved = time.monotonic()
        async with ControlClient(self.socket) as client:
            while True:
                try:
                    page = await client.events(self.memory.epoch, self.memory.event, EVENTS_WAIT_S)
                except EngineDown:
                    await asyncio.sleep(0.5)
                    continue
                if page.missed:
                    sentence = "{count} events are not here any more: the log has them."
                    self.tell(Kind.ERROR, in_both("EVENTS_MISSED", sentence, count=page.missed))
                for event in page.events:
                    self.hub.tell(event)
                if page.events or page.epoch != self.memory.epoch:
                    self.memory.epoch = page.epoch
                    self.memory.event = page.events[-1].number if page.events else 0
                if page.events and time.monotonic() - saved > 2.0:
                    saved = time.monotonic()
                    self.memory.save()

    async def _tell_alerts(self) -> None:
        """The engine hears whether its alerts get through: its control R30 judges by it."""
        async with ControlClient(self.socket) as client:
            while True:
                with suppress(MaemaeError):  # it is down, or older than this question
                    await client.alerts(self.hub.waited_s())
                await asyncio.sleep(ALERTS_S)

    async def _report(self) -> None:
        while True:
            settings = self.hub.settings
            day = day_due(settings.daily_at, settings.timezone, self.memory.reported, time.time())
            first = not self.memory.reported
            if day is not None and (first or (self.running() and await self._send_report(day))):
                self.memory.reported = day  # on the first day there is nothing to report yet
                self.memory.save()
            await asyncio.sleep(5.0)

    async def _send_report(self, day: str) -> bool:
        try:
            async with ControlClient(self.socket) as client:
                body, picture = await daily_report(client, self.voice, day, self.hub.settings.daily_at)
        except EngineDown:
            return False
        self.tell(Kind.DAILY, body, f"daily {day}", picture)
        return True

    async def _for_ever(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """A fault in one duty is said and must not end the others."""
        pause_s = 0.5
        while True:
            try:
                await work()
            except Exception as error:
                _LOG.exception("supervisor: %s failed", name)
                text = f"{name}: {type(error).__name__}: {error}. It goes on; the log has the rest."
                self.tell(Kind.ERROR, Said("SUPERVISOR", text))
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, 30.0)


def _how(code: int) -> str:
    """A sentence of ``words``; {signal} and {code} are its places."""
    if code == UNKNOWN:
        return "The engine is gone."
    if code < 0:
        return "The engine was ended by signal {signal}."
    return "The engine ended with exit code {code}."


_BY_SYSTEM = "It is started by the system: start its service there."
