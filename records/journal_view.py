"""Reading a journal, by its writer or by anyone beside it."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from market.errors import ConfigError
from records.chain import Entry, genesis, link
from records.errors import DamagedError, JournalError, plain

APPLICATION = 0x4D61656D  # "Maem"
VERSION = 1
PAGE = 1000  # entries read at once, so that a long reading doesn't hold back the writer's checkpoints
_COLUMNS = "e.number, e.ts, e.kind, e.key, e.body, e.chain, p.chain"
_SELECT = f"SELECT {_COLUMNS} FROM entries e LEFT JOIN entries p ON p.number = e.number - 1"


class JournalView:
    """The journal of one account, for reading. Every entry read is checked against the one before it.

    Numbers ascend from 1 without gaps. ``digest`` is the same for two journals only when they hold the same.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, account: str) -> None:
        self.path = path
        self.account = account
        self._db = connection
        self._genesis = genesis(account)

    @classmethod
    def read(cls, path: Path) -> "JournalView":
        """Open an existing journal without the right to write. Raises JournalError."""
        if not path.is_file():
            raise JournalError(f"{path}: there is no journal. Look at the path of the account.")
        connection = connect(f"{path.absolute().as_uri()}?mode=ro", path, wait_s=2.0)
        try:
            return JournalView(connection, path, stated_account(connection, path))
        except BaseException:
            connection.close()
            raise

    @property
    def last(self) -> int:
        """The highest number; 0 when nothing was appended yet."""
        return self._head()[0]

    @property
    def digest(self) -> str:
        """The chain after the last entry, hex."""
        return self._head()[1].hex()

    def entries(self, since: int = 0, kinds: Sequence[str] | None = None) -> Iterator[Entry]:
        """Entries numbered above ``since``, in order; of ``kinds`` only when given. Raises DamagedError."""
        while True:
            page = self._page(since, kinds)
            for row in page:
                if kinds is None and row[0] != since + 1:
                    raise DamagedError(f"{self.path}: entry {since + 1} is missing. {_REMEDY}")
                yield self._checked(row)
                since = row[0]
            if len(page) < PAGE:
                return

    def find(self, kind: str, key: str) -> Entry | None:
        """The entry of that name."""
        return self._one("WHERE e.kind = ? AND e.key = ?", (kind, key))

    def latest(self, kind: str) -> Entry | None:
        """The newest entry of a kind."""
        return self._one("WHERE e.kind = ? ORDER BY e.number DESC LIMIT 1", (kind,))

    def chain_at(self, number: int) -> str | None:
        """The digest as it was after entry ``number``, hex; None when there is no such entry."""
        if number == 0:
            return self._genesis.hex()
        entry = self._one("WHERE e.number = ?", (number,))
        return entry.chain.hex() if entry else None

    def verify(self) -> tuple[int, str]:
        """Read everything. Returns the last number and the digest; raises DamagedError naming the entry."""
        with plain(self.path, "nothing was changed"):
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise DamagedError(f"{self.path}: {found}. {_REMEDY}")
        number, chain = 0, self._genesis
        for entry in self.entries():
            number, chain = entry.number, entry.chain
        return number, chain.hex()

    def copy_into(self, empty: sqlite3.Connection) -> None:
        """The whole database as it is at one moment, while the writer goes on."""
        with plain(self.path, "nothing was copied"):
            self._db.backup(empty)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _head(self) -> tuple[int, bytes]:
        entry = self._one("ORDER BY e.number DESC LIMIT 1", ())
        return (entry.number, entry.chain) if entry else (0, self._genesis)

    def _page(self, since: int, kinds: Sequence[str] | None) -> list[Any]:
        wanted = "" if kinds is None else f" AND e.kind IN ({', '.join('?' * len(kinds))})"
        query = f"{_SELECT} WHERE e.number > ?{wanted} ORDER BY e.number LIMIT {PAGE}"
        with plain(self.path, f"reading stopped after entry {since}"):
            return self._db.execute(query, (since, *(kinds or ()))).fetchall()

    def _one(self, where: str, values: tuple[str | int, ...]) -> Entry | None:
        with plain(self.path, "nothing was changed"):
            row = self._db.execute(f"{_SELECT} {where}", values).fetchone()
        return self._checked(row) if row else None

    def _checked(self, row: Any) -> Entry:
        number, ts, kind, key, body, chain, before = row
        previous = self._genesis if number == 1 else before
        if previous is None:
            raise DamagedError(f"{self.path}: entry {number - 1} is missing. {_REMEDY}")
        if link(previous, number, ts, kind, key, body) != chain:
            raise DamagedError(
                f"{self.path}: entry {number} ({kind}) isn't what was written: its hash differs. {_REMEDY}"
            )
        return Entry(number, ts, kind, key, body, chain)


_REMEDY = "Nothing was changed. Keep the file, and restore a backup."


def connect(target: str, path: Path, wait_s: float) -> sqlite3.Connection:
    """A connection whose transactions are begun by hand."""
    with plain(path, "nothing was changed"):
        return sqlite3.connect(
            target,
            timeout=wait_s,
            isolation_level=None,
            check_same_thread=False,
            uri=target.startswith("file:"),
        )


def stated_account(connection: sqlite3.Connection, path: Path) -> str:
    """Whose journal this is. Raises JournalError when it is none, ConfigError for another version's."""
    with plain(path, "nothing was changed"):
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION:
            raise JournalError(f"{path}: a database, but no journal of Maemae's. Nothing was changed.")
        if version != VERSION:
            age = "a newer" if version > VERSION else "an older"
            raise ConfigError(
                f"{path}: a journal of format {version} by {age} Maemae; this one writes format {VERSION}. "
                "Nothing was changed. Run the version that wrote it, or move the journal aside."
            )
        return str(connection.execute("SELECT account FROM journal").fetchone()[0])
