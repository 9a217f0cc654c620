"""The kill latch: set for everyone at once, cheap to ask, and set whenever it can't be read."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from market.errors import ConfigError
from records.latch import KillLatch
from tests.records.test_journal_refusals import small_disk

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def latch(tmp_path: Path) -> KillLatch:
    return KillLatch(tmp_path / "main.kill")


def test_it_is_not_set_until_someone_sets_it(latch: KillLatch) -> None:
    assert latch.read() is None
    told = latch.latch("telegram:42", "drawdown", flatten=True)
    assert (told.who, told.why, told.flatten, told.sound) == ("telegram:42", "drawdown", True, True)
    assert KillLatch(latch.path).read() == told
    assert "telegram:42" in str(told)
    latch.release()
    assert latch.read() is None


def test_another_process_sees_it(latch: KillLatch) -> None:
    script = (
        "import sys; from pathlib import Path; from records.latch import KillLatch\n"
        "print(KillLatch(Path(sys.argv[1])).read())"
    )
    latch.latch("cli", "by hand")
    done = subprocess.run(
        [sys.executable, "-c", script, latch.path], cwd=ROOT, capture_output=True, text=True
    )
    assert "killed by cli" in done.stdout


def test_who_came_first_stays_and_a_wish_to_flatten_is_added(latch: KillLatch) -> None:
    first = latch.latch("a", "first")
    assert latch.latch("b", "second") == first
    both = latch.latch("c", "close all", flatten=True)
    assert (both.who, both.when, both.flatten) == ("a", first.when, True)
    assert both.why == "first; c: close all"
    assert latch.latch("d", "third") == both


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"who":1}', b'{"who":"a","when":"b","why":"c","flatten":"no"}', b"\xff\0"],
)
def test_a_garbled_file_counts_as_set_and_says_so(latch: KillLatch, content: bytes) -> None:
    latch.path.write_bytes(content)
    told = latch.read()
    assert told is not None
    assert not told.sound
    assert "counts as set because the file is garbled" in str(told)
    assert latch.latch("a", "now properly").sound
    latch.release()
    assert latch.read() is None


def test_what_cannot_be_read_counts_as_set(latch: KillLatch) -> None:
    latch.path.mkdir()
    told = latch.read()
    assert told is not None
    assert "can't be read: Is a directory" in told.why
    with pytest.raises(ConfigError, match="still latched"):
        latch.release()


def test_a_folder_that_is_gone_counts_as_set(latch: KillLatch) -> None:
    shutil.rmtree(latch.path.parent)
    told = latch.read()
    assert told is not None
    assert not told.sound


def test_nothing_is_left_beside_it(latch: KillLatch) -> None:
    latch.latch("a", "b")
    assert os.listdir(latch.path.parent) == [latch.path.name]


def test_a_full_disk_does_not_keep_it_from_being_set() -> None:
    with small_disk("64k") as folder:
        latch = KillLatch(folder / "main.kill")
        (folder / "ballast").write_bytes(bytes(os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize))
        told = latch.latch("a", "b")
        assert not told.sound
        assert latch.read() == told
        latch.release()
        assert latch.read() is None


def test_a_latch_that_cannot_be_set_at_all_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    latch = KillLatch(tmp_path / "file" / "kill")
    with pytest.raises(ConfigError, match="can't be set"):
        latch.latch("a", "b")
    assert latch.read() is not None


def test_the_file_is_plain_json(latch: KillLatch) -> None:
    latch.latch("a", "b")
    assert json.loads(latch.path.read_text())["who"] == "a"
