"""A journal that can't be written says so in one sentence, and holds what it held."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from market.errors import ConfigError
from records.chain import Draft
from records.errors import DamagedError, JournalError
from records.journal import Appended, Journal
from records.journal_view import JournalView

NOBODY = 65534


def note(text: str) -> Draft:
    return Draft(1, "note", {"text": text})


LARGE = Draft(1, "raw", bytes(200_000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "account.db"
    with Journal.open(where, "a") as journal:
        journal.append([note("first"), note("second")])
    return where


def holds_two(path: Path) -> bool:
    with JournalView.read(path) as view:
        return view.verify()[0] == 2


def test_a_locked_database_refuses_and_loses_nothing(path: Path) -> None:
    with Journal.open(path, "a", wait_s=0.05) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            JournalError, match=r"another program holds its write lock.*none of the 2 entries"
        ):
            journal.append([note("a"), note("b")])
        other.execute("ROLLBACK")
        other.close()
        assert journal.append([note("a")]) == [Appended(3, True)]
        assert journal.verify()[0] == 3


def test_a_locked_database_is_not_opened(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another program holds its write lock"):
        Journal.open(path, "a", wait_s=0.05)
    other.close()
    assert holds_two(path)


def test_a_full_database_refuses_the_whole_batch_and_goes_on_when_there_is_room(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(JournalError, match=r"disk is full.*none of the 2 entries was written"):
            journal.append([note("small"), LARGE])
        assert journal.verify() == (2, journal.digest)
        journal._db.execute("PRAGMA max_page_count = 1000000")
        assert journal.append([note("small"), LARGE]) == [Appended(3, True), Appended(4, True)]


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of ``size``; skips where this user can't mount one."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True
    )
    if not mounted or mounted.returncode:
        folder.rmdir()
        pytest.skip("this user may not mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)
        folder.rmdir()


def test_a_full_disk_refuses_the_whole_batch_and_goes_on_when_there_is_room() -> None:
    with small_disk("1m") as folder:
        ballast = folder / "ballast"
        with Journal.open(folder / "account.db", "a") as journal:
            journal.append([note("first"), note("second")])
            ballast.write_bytes(bytes(os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize))
            with pytest.raises(JournalError, match="none of the 2 entries was written"):
                journal.append([note("small"), LARGE])
            assert journal.verify() == (2, journal.digest)
            ballast.unlink()
        with Journal.open(folder / "account.db", "a") as journal:
            assert journal.append([note("small")]) == [Appended(3, True)]
            assert journal.verify()[0] == 3


@contextmanager
def as_an_ordinary_user(folder: Path) -> Iterator[None]:
    """Root may write everywhere: be somebody else for a moment."""
    root = os.geteuid() == 0
    folder.chmod(0o555)
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_read_only_database_is_not_opened_for_writing() -> None:
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    try:
        with Journal.open(folder / "account.db", "a") as journal:
            journal.append([note("first"), note("second")])
        (folder / "account.db").chmod(0o444)
        with as_an_ordinary_user(folder), pytest.raises(JournalError, match=r"read-only|can't be opened"):
            Journal.open(folder / "account.db", "a")
        assert holds_two(folder / "account.db")
    finally:
        shutil.rmtree(folder)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"can't be made \(Not a directory|can't be made \(File exists"):
        Journal.open(tmp_path / "file" / "account.db", "a")


@pytest.mark.parametrize(("version", "age"), [(0, "an older"), (2, "a newer")])
def test_another_versions_journal_is_left_alone(path: Path, version: int, age: str) -> None:
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {version}")
    other.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=f"format {version} by {age} Maemae"):
        Journal.open(path, "a")
    assert path.read_bytes() == before


def test_the_journal_of_another_account_is_left_alone(path: Path) -> None:
    with pytest.raises(ConfigError, match="account 'a', not of 'b'"):
        Journal.open(path, "b")
    assert holds_two(path)


def test_a_database_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(JournalError, match="no journal of Maemae's"):
        Journal.open(path, "a")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "account.db"
    path.write_text("bid,ask\n" * 1000)
    with pytest.raises(DamagedError, match="isn't a SQLite database"):
        Journal.open(path, "a")
    assert path.read_text() == "bid,ask\n" * 1000


def test_a_second_writer_is_noticed_and_nothing_is_mixed(path: Path) -> None:
    with Journal.open(path, "a") as first, Journal.open(path, "a") as second:
        second.append([note("theirs")])
        for _ in range(2):
            with pytest.raises(JournalError, match="another program has appended after entry 2"):
                first.append([note("ours")])
    with JournalView.read(path) as view:
        assert view.verify()[0] == 3


def test_after_a_failed_flush_nothing_more_is_believed(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        with pytest.raises(JournalError, match="the disk failed"), journal._writing(1):
            failed = sqlite3.OperationalError("disk I/O error")
            failed.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise failed
        with pytest.raises(JournalError, match="disk failed before"):
            journal.append([note("third")])
    assert holds_two(path)


def test_an_interruption_after_the_commit_is_no_second_writer(path: Path) -> None:
    with Journal.open(path, "a") as journal:
        before = journal._number, journal._chain
        journal.append([note("third")])
        journal._number, journal._chain = before  # what Ctrl-C right after the commit leaves
        with pytest.raises(KeyboardInterrupt), journal._writing(0):
            journal._db.execute("COMMIT")
            raise KeyboardInterrupt
        assert journal.append([note("fourth")]) == [Appended(4, True)]


def test_there_is_nothing_to_read_where_there_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        JournalView.read(tmp_path / "account.db")
