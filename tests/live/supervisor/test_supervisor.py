"""The supervisor: it notices within 5 s, restarts by rule, and lets a killed engine lie."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from live.alerts.hub import AlertHub
from live.alerts.outbox import Alert
from live.alerts.settings import AlertSettings
from live.control.answers import Code
from live.control.client import ControlClient
from live.control.events import Kind, Said
from live.control.memory import Memory
from live.control.places import Places
from live.messages.voice import Voice
from live.supervisor.daily import day_due
from live.supervisor.heartbeat import HeartbeatRules
from live.supervisor.kill import KillTarget
from live.supervisor.notify import notify, watchdog_s
from live.supervisor.restarts import RestartRules, Restarts
from live.supervisor.supervisor import Supervisor, SupervisorRules
from market.errors import VenueDown
from records.latch import KillLatch
from records.lock import holder_of
from tests.conftest import ROOT
from tests.live.supervisor.strict_venue import StrictVenue, resting
from tests.live.telegram.scripted_api import TOKEN, scripted_api
from tests.live.telegram.world import OWNER

pytestmark = pytest.mark.asyncio
QUICK = HeartbeatRules(every_s=0.05, answer_s=0.2, silent_s=0.5, hang_s=1.0, start_s=5.0)


@dataclass
class Heard:
    """Alerts, in order, with the moment each came."""

    name: str = "test"
    alerts: list[tuple[float, Alert]] = field(default_factory=list)

    async def send(self, alerts: list[Alert]) -> None:
        self.alerts.extend((time.monotonic(), each) for each in alerts)

    def codes(self) -> list[str]:
        return [body.code for _, alert in self.alerts if isinstance(body := alert.event.body, Said)]

    async def until(self, code: str, count: int = 1, within_s: float = 10.0) -> float:
        """When the ``count``-th alert of a code came."""
        deadline = time.monotonic() + within_s
        while self.codes().count(code) < count:
            assert time.monotonic() < deadline, (code, self.codes())
            await asyncio.sleep(0.01)
        return [at for at, each in self.alerts if getattr(each.event.body, "code", "") == code][count - 1]


@dataclass
class Watched:
    places: Places
    supervisor: Supervisor
    heard: Heard
    venue: StrictVenue

    @property
    def starts(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return (self.places.folder / "starts").read_text().count("\n")
        return 0

    def pid(self) -> int:
        assert self.supervisor.engine.pid is not None
        return self.supervisor.engine.pid

    async def when(self, true: object, within_s: float = 10.0) -> None:
        deadline = time.monotonic() + within_s
        while not true():  # type: ignore[operator]
            assert time.monotonic() < deadline, self.heard.codes()
            await asyncio.sleep(0.01)


@asynccontextmanager
async def watched(
    folder: Path,
    beat: HeartbeatRules = QUICK,
    behave: str = "",
    own: bool = True,
    stop_s: float = 3.0,
    **restarts: float,
) -> AsyncIterator[Watched]:
    """A supervisor at work. Its engine ends with the block, unless FOLDER/leave is there."""
    places = Places(folder).make()
    (folder / "behave").write_text(behave)
    venue, heard = StrictVenue(resting("a", "b")), Heard()
    rules = {"first_s": 0.1, "longest_s": 0.2, "most": 3, "window_s": 60.0, **restarts}
    command = (sys.executable, "-m", "tests.live.supervisor.fake_engine", str(folder))
    supervisor = Supervisor(
        KillTarget(places, "demo", venue.broker, grace_s=0.3, patience_s=3.0),
        command if own else None,
        AlertHub(AlertSettings(), [heard]),
        Memory.load(places.supervisor),
        Voice(),
        SupervisorRules(beat, RestartRules(**rules), stop_s=stop_s, term_s=0.3),  # type: ignore[arg-type]
    )
    tasks = [asyncio.create_task(supervisor.run()), asyncio.create_task(supervisor.hub.run())]
    try:
        yield Watched(places, supervisor, heard, venue)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if own and not (folder / "leave").exists():
            await supervisor.engine.end(0.3)
        supervisor.engine.release()


async def test_an_engine_that_is_killed_is_noticed_at_once_and_started_again(tmp_path: Path) -> None:
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        began = time.monotonic()
        os.kill(now.pid(), signal.SIGKILL)
        assert await now.heard.until("ENGINE_DIED") - began < 1.0
        await now.heard.until("ENGINE_UP", 2)
        assert now.starts == 2
    text = next(
        alert for _, alert in now.heard.alerts if getattr(alert.event.body, "code", "") == "ENGINE_DIED"
    )
    body = text.event.body
    assert isinstance(body, Said) and "signal 9" in body.text and "시그널 9" in body.korean


async def test_a_hung_engine_is_noticed_within_five_seconds_by_the_rules_as_shipped(tmp_path: Path) -> None:
    async with watched(tmp_path, HeartbeatRules()) as now:
        await now.heard.until("ENGINE_UP")
        await asyncio.sleep(0.6)
        began = time.monotonic()
        os.kill(now.pid(), signal.SIGSTOP)
        took = await now.heard.until("ENGINE_SILENT") - began
        os.kill(now.pid(), signal.SIGCONT)
        assert took < 5.0, took
        await now.heard.until("ENGINE_BACK")
        assert now.starts == 1


async def test_an_engine_that_stays_hung_is_ended_and_started_again(tmp_path: Path) -> None:
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        os.kill(now.pid(), signal.SIGSTOP)
        await now.heard.until("ENGINE_UP", 2)
        assert now.heard.codes().index("ENGINE_SILENT") < now.heard.codes().index("ENGINE_HANGS")


async def test_a_loop_that_blocks_is_a_hang_though_the_process_lives(tmp_path: Path) -> None:
    async with watched(tmp_path, behave="freeze", most=0) as now:
        await now.heard.until("ENGINE_HANGS")
        await now.heard.until("ENGINE_DOWN")


async def test_an_engine_that_never_comes_up_is_ended(tmp_path: Path) -> None:
    beat = HeartbeatRules(every_s=0.05, answer_s=0.2, start_s=0.5)
    async with watched(tmp_path, beat, behave="mute", most=0) as now:
        await now.heard.until("ENGINE_HANGS")
        await now.heard.until("ENGINE_DOWN")


async def test_an_engine_that_keeps_dying_is_given_up_until_a_person_starts_it(tmp_path: Path) -> None:
    async with watched(tmp_path, behave="exit 1") as now:
        await now.heard.until("ENGINE_DOWN")
        assert now.heard.codes().count("ENGINE_DIED") == 3 and now.starts == 4
        (tmp_path / "behave").write_text("")
        assert (await now.supervisor.start("me")).code is Code.STARTING
        await now.heard.until("ENGINE_UP")


async def test_wrong_input_is_not_tried_again(tmp_path: Path) -> None:
    async with watched(tmp_path, behave="exit 2") as now:
        await now.heard.until("ENGINE_DOWN")
        await asyncio.sleep(0.4)
        assert now.starts == 1


async def test_a_stop_stays_over_a_restart_of_the_supervisor(tmp_path: Path) -> None:
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        assert (await now.supervisor.stop("me")).code is Code.STOPPING
        await now.heard.until("ENGINE_STOPPED")
        assert (await now.supervisor.stop("me")).code is Code.NOTHING
    async with watched(tmp_path) as now:
        await asyncio.sleep(0.5)
        assert now.starts == 1 and not now.supervisor.running()
        await now.supervisor.start("me")
        await now.heard.until("ENGINE_UP")
        assert (await now.supervisor.start("me")).code is Code.NOTHING


@pytest.mark.parametrize("whole", [False, True])
async def test_a_stop_while_the_engine_comes_up_ends_it_before_it_trades(tmp_path: Path, whole: bool) -> None:
    """It doesn't listen yet: it is ended at once, not when its time to stop is up."""
    slow = HeartbeatRules(start_s=60.0)
    async with watched(tmp_path, slow, behave="mute", stop_s=60.0) as now:
        await now.when(now.supervisor.running)
        await (now.supervisor.stop_engine() if whole else now.supervisor.stop("me"))
        await now.when(lambda: not now.supervisor.running())
        await now.heard.until("ENGINE_STOPPED")
        assert now.starts <= 1 and "ENGINE_UP" not in now.heard.codes()


async def test_a_new_supervisor_takes_on_the_running_engine(tmp_path: Path) -> None:
    (tmp_path / "leave").touch()
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        pid = now.pid()
    (tmp_path / "leave").unlink()
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        assert now.pid() == pid and now.starts == 1 and not now.supervisor.engine.own
        os.kill(pid, signal.SIGKILL)
        await now.heard.until("ENGINE_DIED")
        await now.heard.until("ENGINE_UP", 2)
        assert now.supervisor.engine.own


async def test_an_engine_of_the_system_is_watched_and_never_started(tmp_path: Path) -> None:
    async with watched(tmp_path, own=False) as now:
        await asyncio.sleep(0.2)
        done = await now.supervisor.start("me")
        assert done.code is Code.REFUSED and now.starts == 0


# The kill switch ------------------------------------------------------------------------------------


async def test_a_file_kills(tmp_path: Path) -> None:
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        now.places.latch.touch()
        await now.heard.until("KILLED")
        assert not now.venue.resting and holder_of(now.places.lock) is None
        await asyncio.sleep(0.5)
        assert now.starts == 1 and now.venue.calls.count("connect") == 1  # neither it nor the kill again
        assert (await now.supervisor.start("me")).code is Code.REFUSED
        KillLatch(now.places.latch).release()
        await asyncio.sleep(0.3)
        assert now.starts == 1  # a person starts it
        await now.supervisor.start("me")
        await now.heard.until("ENGINE_UP", 2)


async def test_the_kill_switch_works_with_the_engine_hung(tmp_path: Path) -> None:
    async with watched(tmp_path, HeartbeatRules()) as now:
        await now.heard.until("ENGINE_UP")
        os.kill(now.pid(), signal.SIGSTOP)
        began = time.monotonic()
        report = await now.supervisor.kill("Kim", "test", False)
        assert report.complete and time.monotonic() - began < 3.0
        await now.heard.until("KILLED")
        assert "ENGINE_DIED" not in now.heard.codes() and now.starts == 1


async def test_a_latch_from_before_is_carried_out_and_nothing_is_started(tmp_path: Path) -> None:
    KillLatch(tmp_path / "KILL").latch("cli", "before")
    async with watched(tmp_path) as now:
        await now.heard.until("KILLED")
        assert now.starts == 0 and not now.venue.resting


# Events ---------------------------------------------------------------------------------------------


async def test_events_are_told_once_over_the_engines_restarts(tmp_path: Path) -> None:
    async with watched(tmp_path) as now:
        await now.heard.until("HELLO")
        os.kill(now.pid(), signal.SIGKILL)
        await now.heard.until("HELLO", 2)
    kinds = [alert.event.kind for _, alert in now.heard.alerts]
    assert kinds.count(Kind.FILL) == 1 and now.heard.codes().count("HELLO") == 2


async def test_a_supervisor_that_comes_back_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "leave").touch()
    async with watched(tmp_path) as now:
        await now.heard.until("HELLO")
        now.supervisor.memory.save()
    (tmp_path / "leave").unlink()
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        await asyncio.sleep(0.3)
        assert "HELLO" not in now.heard.codes()


# The whole process ----------------------------------------------------------------------------------


async def test_the_process_answers_in_telegram_and_stops_in_good_order(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.setblocking(False)
    env = {
        **os.environ, "MAEMAE_TELEGRAM_TOKEN": TOKEN, "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "2000000",
    }  # fmt: skip
    env.pop("WATCHDOG_PID", None)
    folder = tmp_path / "bot"
    async with scripted_api() as api:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.live.supervisor.process_under_test", str(folder), api.address,
            env=env, cwd=ROOT, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            await api.when(lambda: any("ENGINE_UP" in each.text for each in api.sent), 20)
            api.say(OWNER, "/status")
            await api.when(lambda: any("10,250.50" in each.text for each in api.sent))
            started.terminate()
            _, errors = await asyncio.wait_for(started.communicate(), 15)
        finally:
            left = holder_of(folder / "account.lock")
            with contextlib.suppress(ProcessLookupError):
                started.kill()
                if left is not None:
                    os.kill(left.pid, signal.SIGKILL)
    assert started.returncode == 0, errors.decode()
    assert "ENGINE_STOPPED" in api.sent[-1].text and holder_of(folder / "account.lock") is None
    told = _received(listener)
    assert told[0] == "READY=1" and told.count("WATCHDOG=1") >= 2 and "STOPPING=1" in told
    log = (folder / "log" / "supervisor.jsonl").read_text() + errors.decode()
    assert TOKEN not in log and '"event": "engine started' in log
    assert Memory.load(folder / "supervisor.json").wanted  # stopped with the machine, not by a person


def _received(listener: socket.socket) -> list[str]:
    told = []
    with contextlib.suppress(BlockingIOError):
        while True:
            told.append(listener.recv(4096).decode())
    listener.close()
    return told


async def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    assert not notify("READY=1") and watchdog_s() is None
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")  # another process is meant
    assert watchdog_s() is None


# Rules ----------------------------------------------------------------------------------------------


async def test_pauses_double_and_a_quiet_time_forgets() -> None:
    restarts = Restarts(RestartRules(1.0, 5.0, 4, 100.0))
    assert [restarts.died(float(t)) for t in range(5)] == [1.0, 2.0, 4.0, 5.0, None]
    assert restarts.died(300.0) == 1.0


async def test_the_daily_report_is_due_once_a_day_in_its_own_zone() -> None:
    noon = 1_764_504_000.0  # 2025-11-30 12:00 UTC, 21:00 in Seoul
    assert day_due("20:00", "Asia/Seoul", "2025-11-29", noon) == "2025-11-30"
    assert day_due("20:00", "Asia/Seoul", "2025-11-30", noon) is None
    assert day_due("22:00", "Asia/Seoul", "2025-11-29", noon) is None
    assert day_due("", "Asia/Seoul", "", noon) is None


async def test_a_control_client_of_nobody_is_an_error_not_a_wait(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Exception, match="isn't running"):
        async with ControlClient(tmp_path / "c.sock") as client:
            await client.health()
    assert time.monotonic() - began < 0.5


async def test_a_kill_that_could_not_be_finished_is_tried_again_and_told_once(tmp_path: Path) -> None:
    async with watched(tmp_path) as now:
        await now.heard.until("ENGINE_UP")
        now.supervisor.rules = replace(now.supervisor.rules, kill_again_s=0.1)
        now.supervisor.target = replace(now.supervisor.target, patience_s=0.3)
        now.venue.faults["cancel"].extend([VenueDown("maintenance")] * 12)
        await asyncio.sleep(0.5)  # the latch is looked at with these rules
        now.places.latch.touch()
        await now.heard.until("KILL_INCOMPLETE")
        await now.heard.until("KILLED")
        assert now.heard.codes().count("KILL_INCOMPLETE") == 1 and not now.venue.resting
