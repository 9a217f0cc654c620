"""Backup and restore: whole or not at all, proved, and never at the price of an entry."""

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from market.errors import ConfigError
from records.backup import backup, restore
from records.chain import Draft
from records.errors import DamagedError, JournalError
from records.journal import Journal
from records.journal_view import JournalView


def note(n: int) -> Draft:
    return Draft(n, "note", {"text": f"n{n}"}, str(n))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "live" / "account.db"
    append(where, 1, 4)
    return where


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "safe" / "account.backup"


def append(path: Path, first: int, last: int, account: str = "a") -> str:
    with Journal.open(path, account) as journal:
        journal.append(note(n) for n in range(first, last))
        return journal.digest


def state(path: Path) -> tuple[int, str]:
    with JournalView.read(path) as view:
        return view.verify()


def files(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


def test_a_backup_holds_what_the_journal_held(path: Path, copy: Path) -> None:
    told = backup(path, copy)
    assert (told.number, told.digest) == state(path) == state(copy)
    assert files(copy) == {copy.name}


def test_a_backup_is_taken_while_the_journal_is_written(path: Path, copy: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        n = 100
        while not stop.is_set():
            append_one(journal, n)
            n += 1

    def append_one(journal: Journal, n: int) -> None:
        journal.append([note(n)])

    with Journal.open(path, "a") as journal:
        thread = threading.Thread(target=write)
        thread.start()
        taken = [backup(path, copy) for _ in range(5)]
        stop.set()
        thread.join()
        assert [one.number for one in taken] == sorted(one.number for one in taken)
        assert all(journal.chain_at(one.number) == one.digest for one in taken)


def test_a_later_backup_replaces_an_earlier_one(path: Path, copy: Path) -> None:
    backup(path, copy)
    append(path, 4, 9)
    backup(path, copy)
    assert state(copy) == state(path)


def test_a_backup_does_not_replace_another_journals(path: Path, copy: Path, tmp_path: Path) -> None:
    backup(path, copy)
    before = copy.read_bytes()
    other = tmp_path / "other.db"
    append(other, 7, 20)
    with pytest.raises(JournalError, match="Choose another file"):
        backup(other, copy)
    assert copy.read_bytes() == before
    assert files(copy) == {copy.name}


def test_a_broken_journal_is_not_backed_up(path: Path, copy: Path) -> None:
    backup(path, copy)
    good = copy.read_bytes()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE entries SET ts = 0 WHERE number = 2")
    other.close()
    with pytest.raises(DamagedError, match="entry 2"):
        backup(path, copy)
    assert copy.read_bytes() == good


def test_a_lost_journal_comes_back_and_goes_on(path: Path, copy: Path) -> None:
    before = state(path)
    backup(path, copy)
    shutil.rmtree(path.parent)
    told = restore(copy, path)
    assert (told.number, told.digest, told.kept) == (*before, None)
    assert state(path) == before
    append(path, 4, 6)
    assert state(path)[0] == 5
    assert state(copy) == before


def test_a_shorter_journal_is_continued_by_the_backup(path: Path, copy: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    shutil.copy(path, old)
    append(path, 4, 9)
    backup(path, copy)
    restore(copy, old)
    assert state(old) == state(path)


def test_the_log_of_what_stood_there_is_not_mixed_in(path: Path, copy: Path, tmp_path: Path) -> None:
    backup(path, copy)
    killed = tmp_path / "killed" / "account.db"
    killed.parent.mkdir()
    with Journal.open(path, "a"):  # its log is beside it as after a kill
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{killed}{end}")
    append(path, 4, 9)
    newer = tmp_path / "newer.backup"
    backup(path, newer)
    restore(newer, killed)
    assert state(killed) == state(path)


def test_a_journal_that_knows_more_is_not_overwritten(path: Path, copy: Path) -> None:
    backup(path, copy)
    append(path, 4, 9)
    before = state(path)
    with pytest.raises(JournalError, match=r"its 8 entries end otherwise than the copy's 3: it knows more"):
        restore(copy, path)
    assert state(path) == before
    assert not any("part" in name for name in files(path))


def test_a_journal_that_tells_something_else_is_not_overwritten(
    path: Path, copy: Path, tmp_path: Path
) -> None:
    backup(path, copy)
    other = tmp_path / "other.db"
    append(other, 7, 9)
    before = state(other)
    with pytest.raises(JournalError, match="it tells something else"):
        restore(copy, other)
    assert state(other) == before


def test_another_accounts_journal_is_not_overwritten(path: Path, copy: Path, tmp_path: Path) -> None:
    backup(path, copy)
    other = tmp_path / "other.db"
    append(other, 1, 2, account="b")
    with pytest.raises(ConfigError, match="the journal of account 'b', not of 'a'"):
        restore(copy, other)


@pytest.mark.parametrize("damage", ["garbage", "changed entry"])
def test_a_damaged_journal_is_put_aside_and_replaced(path: Path, copy: Path, damage: str) -> None:
    backup(path, copy)
    if damage == "garbage":
        path.write_bytes(b"garbage" * 1000)
    else:
        with sqlite3.connect(path) as other:
            other.execute("UPDATE entries SET ts = 0 WHERE number = 2")
        other.close()
    damaged = path.read_bytes()
    told = restore(copy, path)
    assert told.kept is not None
    assert told.kept.read_bytes() == damaged
    assert state(path) == state(copy)
    path.write_bytes(b"garbage again" * 1000)
    again = restore(copy, path)
    assert again.kept not in (None, told.kept)


def test_a_damaged_backup_is_not_restored(path: Path, copy: Path) -> None:
    backup(path, copy)
    content = bytearray(copy.read_bytes())
    place = content.index(b"n2")
    content[place : place + 2] = b"n9"
    copy.write_bytes(bytes(content))
    before = state(path)
    with pytest.raises(DamagedError, match="entry 2"):
        restore(copy, path)
    assert state(path) == before


def test_a_journal_somebody_reads_is_not_swapped_under_them(path: Path, copy: Path) -> None:
    reader = sqlite3.connect(path, isolation_level=None)
    with Journal.open(path, "a") as journal:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entries").fetchone()
        journal.append([note(4)])
        backup(path, copy)
        with pytest.raises(JournalError, match="somebody reads it"):
            restore(copy, path)
        reader.close()
        assert journal.append([note(5)])[0].number == 5
    assert state(path)[0] == 5


def test_there_must_be_something_to_copy(tmp_path: Path, copy: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        backup(tmp_path / "none.db", copy)
    assert not copy.exists()
