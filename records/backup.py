"""Copies of a journal: taken while it is written, proved by its chain, put back without losing anything."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from market.errors import ConfigError
from records.durable import flush_file, flush_folder
from records.errors import DamagedError, JournalError, plain
from records.journal_view import JournalView

_BESIDE = ("-wal", "-shm")  # SQLite's files beside an open database


@dataclass(frozen=True)
class Copied:
    """A sound copy. number: its last entry. kept: where the journal that stood there was put aside."""

    path: Path
    number: int
    digest: str
    kept: Path | None = None


def backup(journal: Path, target: Path) -> Copied:
    """Copy a journal that may be in use; ``target`` appears whole, on disk and proved, or not at all.

    An older backup of the same journal is replaced; of another one it isn't. Raises JournalError.
    """
    part = _part(target)
    try:
        number, digest = _copy(journal, part)
        if target.exists():
            _refuse_unless_continued(part, target, f"Choose another file than {target} for the backup.")
        _place(part, target)
        return Copied(target, number, digest)
    finally:
        _remove(part)


def restore(source: Path, journal: Path, account: str | None = None, aside: bool = False) -> Copied:
    """Put a backup in the journal's place. Hold the account's lock: nobody may have the journal open.

    What stands there must be a beginning of the backup; a damaged journal is put aside, not removed. aside:
    so is one that knows more or something else. account: whose journal it must be. Raises JournalError when
    the journal knows more than the backup or something else, ConfigError for another account's.
    """
    part = _part(journal)
    try:
        number, digest = _copy(source, part)
        if account is not None:
            _refuse_other(part, account, source)
        kept = _make_way(part, journal, aside) if journal.exists() else None
        _place(part, journal)
        return Copied(journal, number, digest, kept)
    finally:
        _remove(part)


def _copy(source: Path, part: Path) -> tuple[int, str]:
    """One file without a log beside it. Returns its last number and digest, from reading all of it."""
    _remove(part)
    with JournalView.read(source) as view, plain(part, f"{source} was not copied"):
        part.parent.mkdir(parents=True, exist_ok=True)
        copy = sqlite3.connect(part, isolation_level=None)
        try:
            view.copy_into(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
    os.chmod(part, 0o600)
    flush_file(part)
    with JournalView.read(part) as view:
        return view.verify()


def _refuse_other(part: Path, account: str, source: Path) -> None:
    with JournalView.read(part) as view:
        if view.account != account:
            raise ConfigError(
                f"{source} is the journal of account '{view.account}', not of '{account}'. "
                "Nothing was changed."
            )


def _make_way(part: Path, journal: Path, aside: bool) -> Path | None:
    """Empty the log of a sound journal that the copy continues; put a damaged one aside, any if so wanted."""
    try:
        with JournalView.read(journal) as view:
            view.verify()
    except DamagedError:
        return _put_aside(journal, "damaged")
    try:
        _refuse_unless_continued(
            part, journal, "To restore nevertheless, keep it under another name: add --put-aside."
        )
    except JournalError:
        if not aside:
            raise
        _empty_log(journal)
        return _put_aside(journal, "before")
    _empty_log(journal)
    return None


def _empty_log(journal: Path) -> None:
    """Everything into the journal's own file. Raises JournalError while somebody has it open."""
    with plain(journal, "nothing was restored"):
        held = sqlite3.connect(journal, isolation_level=None, timeout=0.0)
        try:
            busy = held.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            held.close()
    if busy:
        raise JournalError(f"{journal}: somebody reads it. Stop the bot and readers; nothing was restored.")


def _refuse_unless_continued(newer: Path, older: Path, remedy: str) -> None:
    with JournalView.read(newer) as new, JournalView.read(older) as old:
        if new.account != old.account:
            raise ConfigError(
                f"{older} is the journal of account '{old.account}', not of '{new.account}'. {remedy}"
            )
        if new.chain_at(old.last) == old.digest:
            return
        reason = "knows more" if old.chain_at(new.last) == new.digest else "tells something else"
        raise JournalError(
            f"{older}: its {old.last} entries end otherwise than the copy's {new.last}: it {reason}. "
            f"{remedy} Nothing was changed."
        )


def _put_aside(journal: Path, word: str) -> Path:
    """Keep its files under a free name; the journal's own name is never without a file."""
    number = 1
    while (kept := journal.with_name(f"{journal.name}.{word}-{number}")).exists():
        number += 1
    for end in _BESIDE:
        beside = Path(f"{journal}{end}")
        if beside.exists():
            os.replace(beside, f"{kept}{end}")
    os.link(journal, kept)
    flush_folder(journal.parent)
    return kept


def _place(part: Path, target: Path) -> None:
    for end in _BESIDE:
        Path(f"{target}{end}").unlink(missing_ok=True)  # emptied before; it belongs to the file that goes
    os.replace(part, target)
    flush_folder(target.parent)


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.part-{os.getpid()}")


def _remove(part: Path) -> None:
    for end in ("", "-journal", *_BESIDE):
        Path(f"{part}{end}").unlink(missing_ok=True)
