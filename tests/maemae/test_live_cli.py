"""The live commands as processes: a bot that runs, is asked, steered, stopped, killed, and leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from live.control.answers import Health
from live.control.client import ask
from live.control.errors import EngineDown
from maemae.cli_live_run import run_supervise
from records.journal_view import JournalView
from records.lock import holder_of
from tests.conftest import ROOT

PROFILE = """
name = "{name}"
mode = "paper"
[market]
data = "demo"
[[strategy]]
use = "sma_cross"
[monitor]
stop = "5%"
[risk.controls]
max_losses_in_row = 1000
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAEMAE_STATE", str(tmp_path / "s"))
    return tmp_path / "s"


def profile(tmp_path: Path, name: str = "bot") -> Path:
    path = tmp_path / f"{name}.toml"
    path.write_text(PROFILE.format(name=name), encoding="utf-8")
    return path


def maemae(*words: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "maemae", *words], cwd=ROOT, capture_output=True, text=True, timeout=timeout
    )


@contextmanager
def started(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """A process in a group of its own, which is gone afterwards whatever happened."""
    process = subprocess.Popen(
        [sys.executable, "-m", "maemae", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def until_trading(state: Path, name: str, not_pid: int = 0) -> Health:
    """Until a bar was seen by a process other than ``not_pid``."""
    socket, deadline = state / "bots" / name / "control.sock", time.monotonic() + 60.0
    while time.monotonic() < deadline:
        with suppress(EngineDown):
            health = ask(socket, lambda bot: bot.health())
            if health.bar_age_s == health.bar_age_s and health.pid != not_pid:
                return health
        time.sleep(0.1)
    raise AssertionError(f"'{name}' does not trade")


def test_a_paper_bot_is_asked_paused_and_stopped(tmp_path: Path, state: Path) -> None:
    path = profile(tmp_path)
    with started("live", str(path), "--pace", "0.02") as process:
        assert until_trading(state, "bot").ok
        said = maemae("status", "bot", "--json", "-")
        found = json.loads(said.stdout)["bots"][0]
        assert said.returncode == 0 and found["status"]["activity"] == "running", said
        assert found["supervisor"] is None and found["health"]["pid"] == process.pid
        second = maemae("live", str(path))
        assert second.returncode == 2 and f"held by process {process.pid}" in second.stderr
        assert maemae("pause", str(path)).stdout == "bot: paused.\n"
        assert maemae("status").stdout.startswith("bot: paused, paper at paper")
        assert maemae("resume", "bot").stdout == "bot: resumed.\n"
        assert maemae("stop", "bot").stdout == "bot: stopped.\n"
        assert process.wait(10) == 0
    done = maemae("status", "bot")
    assert done.returncode == 1 and done.stdout == "bot: not running\n"


def test_signals_end_it_in_good_order_and_it_goes_on_where_it_was(tmp_path: Path, state: Path) -> None:
    path = profile(tmp_path)
    with started("live", str(path), "--pace", "0.02") as process:
        until_trading(state, "bot")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    journal = state / "bots" / "bot" / "journal.db"
    with JournalView.read(journal) as view:
        view.verify()
        kinds = [entry.kind for entry in view.entries()]
        assert kinds[-2:] == ["checkpoint", "stop"]
        bars = kinds.count("step")
    with started("live", str(path), "--pace", "0.02") as process:
        until_trading(state, "bot")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    with JournalView.read(journal) as view:
        assert [entry.kind for entry in view.entries()].count("step") > bars


def test_under_a_supervisor_a_dead_engine_comes_back_and_a_kill_keeps_it_down(
    tmp_path: Path, state: Path
) -> None:
    path = profile(tmp_path)
    with started("live", str(path), "--data", "demo", "--pace", "0.05", "--supervised") as supervisor:
        first = until_trading(state, "bot").pid
        holder = holder_of(state / "bots" / "bot" / "supervisor.lock")
        assert first != supervisor.pid and holder is not None and holder.pid == supervisor.pid
        os.kill(first, signal.SIGKILL)
        second = until_trading(state, "bot", not_pid=first).pid
        killed = maemae("kill", "bot", "--why", "a test")
        assert killed.returncode == 0, killed
        assert "killed by" in killed.stdout and "a test" in killed.stdout
        with pytest.raises(ProcessLookupError):
            os.kill(second, 0)
        assert maemae("stop", "bot").returncode == 0
        assert supervisor.wait(20) == 0
    assert "killed by" in maemae("status", "bot").stdout
    refused = maemae("live", str(path))
    assert refused.returncode == 2 and f"maemae kill {path} --release" in refused.stderr
    assert "released" in maemae("kill", "bot", "--release").stdout
    assert maemae("kill", "bot", "--release").stdout == "bot: no kill is in force.\n"
    with started("supervise", str(path), "--data", "demo", "--pace", "0.05") as supervisor:
        time.sleep(3.0)  # by then it would have begun
        assert "not running" in maemae("status", "bot").stdout  # what was killed waits for a person
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(20) == 0
    with started("live", str(path), "--data", "demo", "--pace", "0.05", "--supervised") as supervisor:
        until_trading(state, "bot")  # and here is one
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(20) == 0


def test_commands_name_the_bots_there_are(tmp_path: Path, state: Path) -> None:
    assert maemae("status").stdout.startswith("No bot has run here yet")
    assert maemae("stop", "nobody").returncode == 2
    said = maemae("live", str(tmp_path / "none.toml"))
    assert said.returncode == 2 and "no such profile" in said.stderr
    broken = profile(tmp_path)
    broken.write_text(broken.read_text().replace("[monitor]", "[moniter]"), encoding="utf-8")
    said = maemae("live", str(broken))
    assert said.returncode == 2 and "Did you mean 'monitor'" in said.stderr
    assert not state.exists() or not any(state.rglob("*.db"))


def test_the_doctor_of_a_replay(tmp_path: Path, state: Path) -> None:
    done = maemae("doctor", str(profile(tmp_path)))
    assert done.returncode == 0
    assert [line.split(":")[0].split("  ")[-1].strip() for line in done.stdout.splitlines()] == [
        "profile", "disk", "journal", "account lock", "kill latch",
    ]  # fmt: skip


def test_the_demo_reconciles(tmp_path: Path) -> None:
    done = maemae("demo", "live", "--bars", "95", "--pace", "0", "--json", "-", timeout=100)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["drift"] == {} and found["appended"] == 0
    assert found["orders"] == found["orders_at_venue"] > 10
    assert [each["struck"] for each in found["faults"]] == [True, True, True]


def test_the_demo_is_interrupted_cleanly() -> None:
    with started("demo", "live", "--pace", "0.05") as process:
        assert process.stdout is not None and process.stdout.readline().startswith("bar 25")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 130 and "Interrupted" in err, (out, err)


@pytest.mark.parametrize("data", [None, "demo"])
@pytest.mark.parametrize("pace_s", [0.0, 0.02, 1e-7])
def test_the_engine_of_a_supervisor_replays_what_was_asked_as_slowly_as_was_asked(
    data: str | None, pace_s: float, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(
        "maemae.cli_live_run.supervise",
        lambda bot, attach, options, start: given.extend(options) or 0,
    )
    assert run_supervise(profile(tmp_path), data, pace_s, False, None) == 0
    said = dict(zip(given[::2], given[1::2], strict=True))
    assert said.get("--data") == data and float(said.get("--pace", 0)) == pace_s
