"""The append-only journal of one account: what the desk saw and meant, on disk before anything is sent.

Raw SQLite: a write-ahead log, flushed at every commit. What is in it depends on what was appended alone (no
clock, no random number), so that equal inputs give equal journals.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from market.errors import ConfigError
from records.chain import Body, Draft, canonical, link
from records.durable import flush_folder
from records.errors import JournalError, failed_disk, plain
from records.journal_view import APPLICATION, VERSION, JournalView, connect, stated_account

_SCHEMA = f"""
CREATE TABLE journal (account TEXT NOT NULL) STRICT;
CREATE TABLE entries (
  number INTEGER PRIMARY KEY, -- from 1, without gaps
  ts INTEGER NOT NULL,        -- when it was known, ns UTC
  kind TEXT NOT NULL,
  key TEXT,
  body ANY NOT NULL,          -- TEXT: canonical JSON; BLOB: bytes
  chain BLOB NOT NULL         -- sha256 over this entry and all before it
) STRICT;
CREATE UNIQUE INDEX entry_names ON entries (kind, key) WHERE key IS NOT NULL;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
# The log is moved into the database at this many pages of 4 KiB at the latest; ``tidy`` does it sooner.
_LOG_PAGES = 4000
_INSERT = (
    "INSERT INTO entries (number, ts, kind, key, body, chain) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (kind, key) WHERE key IS NOT NULL DO NOTHING"  # not of numbers: see ``_writing``
)
_NAMED = "SELECT number FROM entries WHERE kind = ? AND key = ?"


class Appended(NamedTuple):
    """Where an entry stands. fresh: False when one of that kind and key stood there already; it was kept."""

    number: int
    fresh: bool


class Journal(JournalView):
    """The one writer of a journal. Hold the account's lock (``records.lock``) while it is open.

    Appending is safe from any thread. Another thread that reads meanwhile opens a view of its own.
    """

    @classmethod
    def open(cls, path: Path, account: str, wait_s: float = 2.0) -> "Journal":
        """Open for appending; a missing file is made. wait_s: for another program's write lock, seconds.

        Raises JournalError (locked, read-only, full, damaged, no journal at all) and ConfigError (the journal
        of another account or version).
        """
        path = Path(path)
        _touch(path)
        connection = connect(str(path), path, wait_s)
        try:
            with plain(path, "nothing was changed"):
                _prepare(connection, path, account)
            found = stated_account(connection, path)
            if found != account:
                raise ConfigError(
                    f"{path}: the journal of account '{found}', not of '{account}'. "
                    "Nothing was changed. Say that account in [venue], or move the file away to begin anew."
                )
            return cls(connection, path, account)
        except BaseException:
            connection.close()
            raise

    def __init__(self, connection: sqlite3.Connection, path: Path, account: str) -> None:
        super().__init__(connection, path, account)
        self._one_at_a_time = Lock()
        self._number, self._chain = super()._head()
        self._failed = False

    def append(self, drafts: Iterable[Draft]) -> list[Appended]:
        """Write all or none, in one transaction; they are on disk when this returns.

        Raises JournalError and leaves the journal as it was; ConfigError for a body that isn't JSON.
        """
        ready = [(draft, _body(draft)) for draft in drafts]
        with self._one_at_a_time, self._writing(len(ready)):
            number, chain, placed = self._number, self._chain, []
            for draft, body in ready:
                tied = link(chain, number + 1, draft.ts, draft.kind, draft.key, body)
                row = (number + 1, draft.ts, draft.kind, draft.key, body, tied)
                if self._db.execute(_INSERT, row).rowcount:
                    number, chain = number + 1, tied
                    placed.append(Appended(number, True))
                else:
                    placed.append(Appended(self._number_of(draft), False))
            self._db.execute("COMMIT")
            self._number, self._chain = number, chain
        return placed

    def tidy(self) -> None:
        """Move the log into the database, in a quiet moment: it costs two flushes. Readers don't notice."""
        with self._one_at_a_time, plain(self.path, "the log stays as it is"):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _head(self) -> tuple[int, bytes]:
        return self._number, self._chain

    def _number_of(self, draft: Draft) -> int:
        """Of the entry that has the draft's name already."""
        number: int = self._db.execute(_NAMED, (draft.kind, draft.key)).fetchone()[0]
        return number

    @contextmanager
    def _writing(self, count: int) -> Iterator[None]:
        """A transaction that ends by COMMIT in the block, or not at all."""
        if self._failed:
            raise JournalError(f"{self.path}: the disk failed before. Start again; nothing was written.")
        with plain(self.path, f"none of the {count} entries was written"):
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
            except BaseException as error:
                if isinstance(error, sqlite3.IntegrityError):
                    self._db.execute("ROLLBACK")
                    raise JournalError(
                        f"{self.path}: another program has appended after entry {self._number}. "
                        f"Stop it; none of the {count} entries was written."
                    ) from None
                self._undo()
                # After a failed flush memory says "written" while the disk may not: only a new start knows.
                self._failed = isinstance(error, sqlite3.Error) and failed_disk(error)
                raise

    def _undo(self) -> None:
        """Roll back; had the commit been reached before an interruption, go on from where it led."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        else:
            with suppress(sqlite3.Error):
                self._number, self._chain = super()._head()


def _body(draft: Draft) -> Body:
    return draft.body if isinstance(draft.body, bytes) else canonical(draft.body)


def _touch(path: Path) -> None:
    """Make the file, readable by its owner alone; the log beside it inherits that."""
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise JournalError(
            f"{path}: the journal can't be made ({error.strerror}). Nothing was changed."
        ) from None
    flush_folder(path.parent)


def _prepare(connection: sqlite3.Connection, path: Path, account: str) -> None:
    """Settings of the connection; tables where there are none. Proves that it can write now."""
    blank = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    connection.execute("BEGIN IMMEDIATE")
    if blank and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        for statement in filter(str.strip, _SCHEMA.split(";\n")):
            connection.execute(statement)
        connection.execute("INSERT INTO journal (account) VALUES (?)", (account,))
        connection.execute("COMMIT")
        return
    connection.execute("ROLLBACK")
