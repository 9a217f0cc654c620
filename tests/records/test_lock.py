"""One writer an account: refused with who holds it, free as soon as the holder is dead."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from market.errors import ConfigError
from records.lock import AccountHeld, hold_account, holder_of

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from pathlib import Path
from records.lock import hold_account
with hold_account(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def holding_process(path: Path, profile: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), profile], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accounts" / "main.lock"


def test_a_second_bot_is_refused_and_told_who_holds_the_account(path: Path) -> None:
    with holding_process(path, "k200-trend") as child:
        with (
            pytest.raises(
                AccountHeld, match=rf"process {child.pid} on .*profile 'k200-trend', since 20"
            ) as told,
            hold_account(path, "other"),
        ):
            pytest.fail("two writers")
        assert told.value.holder is not None
        assert told.value.holder.pid == child.pid
        assert (held := holder_of(path)) is not None
        assert held.pid == child.pid


def test_the_lock_is_free_as_soon_as_its_holder_was_killed(path: Path) -> None:
    with holding_process(path, "first") as child:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert holder_of(path) is None
        with hold_account(path, "second") as mine:
            assert mine.pid == os.getpid()
            assert json.loads(path.read_text())["profile"] == "second"


def test_a_supervisor_takes_it_while_the_engine_dies(path: Path) -> None:
    with holding_process(path, "engine") as child:
        threading.Timer(0.1, child.kill).start()
        began = time.monotonic()
        with hold_account(path, "supervisor", wait_s=10):
            assert 0.05 < time.monotonic() - began < 5


def test_who_waits_in_vain_is_refused(path: Path) -> None:
    with holding_process(path, "engine"), pytest.raises(AccountHeld), hold_account(path, "other", wait_s=0.1):
        pytest.fail("two writers")


def test_the_same_process_cannot_hold_it_twice(path: Path) -> None:
    with hold_account(path, "one"), pytest.raises(AccountHeld), hold_account(path, "two"):
        pytest.fail("two writers")


def test_it_is_free_again_after_the_block_even_when_that_failed(path: Path) -> None:
    with pytest.raises(RuntimeError), hold_account(path, "one"):
        raise RuntimeError
    assert holder_of(path) is None
    with hold_account(path, "two"):
        assert holder_of(path) is not None


def test_accounts_do_not_hinder_each_other(tmp_path: Path) -> None:
    with hold_account(tmp_path / "a.lock", "a"), hold_account(tmp_path / "b.lock", "b"):
        assert holder_of(tmp_path / "a.lock") is not None


def test_a_garbled_file_still_locks(path: Path) -> None:
    with holding_process(path, "engine"):
        path.write_text("{")
        with pytest.raises(AccountHeld, match="has not said who it is"), hold_account(path, "other"):
            pytest.fail("two writers")
        assert holder_of(path) is not None


def test_nobody_holds_what_is_not_there(path: Path) -> None:
    assert holder_of(path) is None


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="can't be locked"), hold_account(tmp_path / "file" / "a.lock", "x"):
        pytest.fail("no lock")
