"""What can go wrong with what is kept on disk, each said in one sentence with its remedy."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from market.errors import MaemaeError


class JournalError(MaemaeError):
    """The journal can't be read or written as asked. Nothing was lost or half written."""


class DamagedError(JournalError):
    """What is on disk isn't what was written. Nothing was changed."""


class StoreError(MaemaeError):
    """The tables can't be read or written as asked. They can always be projected again from the journal."""


# By SQLite's primary result code: what it means to the operator, and what to do.
_FULL, _IO = 13, 10
_MEANING = {
    5: "another program holds its write lock. Close it and try again",
    6: "another program holds its write lock. Close it and try again",
    8: "it is read-only here. Make the file and its folder writable for this user",
    _IO: "the disk failed to read or write it. Look at the disk, then start again: what counts is on disk",
    11: "it is damaged. Keep it, and restore a backup",
    _FULL: "the disk is full. Free some space and try again",
    14: "it can't be opened. The folder must exist and be writable for this user",
    26: "it isn't a SQLite database. Keep it, and restore a backup",
}


def failed_disk(error: sqlite3.Error) -> bool:
    """Whether the system refused to read, write or flush: what is in memory may differ from the disk."""
    return _code(error) == _IO


@contextmanager
def plain(path: Path, what: str) -> Iterator[None]:
    """Say SQLite's errors in words. what: what didn't happen, as in 'nothing was written'."""
    try:
        yield
    except sqlite3.Error as error:
        kind = DamagedError if _code(error) in (11, 26) else JournalError
        meaning = _MEANING.get(_code(error), "SQLite refused")
        raise kind(f"{path}: {meaning} ({error}); {what}.") from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
