"""A disk that remembers what was written and what was flushed, to see what a cut of the power would leave.

SQLite writes through a table of functions that can be replaced; ours call the real ones and take notes. Later
any instant can be rebuilt: of each file what was flushed by then, of later writes those that luck wrote.
The notes can go to a file outside, for a process that is killed as well.
"""

import _sqlite3
import ctypes
import pickle
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SECTOR = 512
Pointer, Int, Long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
# Names are passed on as the pointers they are: SQLite keeps them while the file is open.
OPEN = ctypes.CFUNCTYPE(Int, Pointer, Pointer, Pointer, Int, Pointer)
DELETE = ctypes.CFUNCTYPE(Int, Pointer, Pointer, Int)
WRITE = ctypes.CFUNCTYPE(Int, Pointer, Pointer, Int, Long)
TRUNCATE = ctypes.CFUNCTYPE(Int, Pointer, Long)
SYNC = ctypes.CFUNCTYPE(Int, Pointer, Int)


class Methods(ctypes.Structure):
    """sqlite3_io_methods: what can be done with an open file."""

    _fields_ = (
        ("iVersion", Int),
        ("xClose", Pointer),
        ("xRead", Pointer),
        ("xWrite", WRITE),
        ("xTruncate", TRUNCATE),
        ("xSync", SYNC),
        ("others", Pointer * 13),
    )


class Files(ctypes.Structure):
    """sqlite3_vfs: what can be done with names of files."""

    _fields_ = (
        ("iVersion", Int),
        ("szOsFile", Int),
        ("mxPathname", Int),
        ("pNext", Pointer),
        ("zName", ctypes.c_char_p),
        ("pAppData", Pointer),
        ("xOpen", OPEN),
        ("xDelete", DELETE),
        ("others", Pointer * 14),
    )


@dataclass
class _File:
    """flushed: what is surely on the disk. pending: later changes, oldest first."""

    flushed: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)


Event = tuple[str, str, int, bytes]


@dataclass
class Disk:
    """history: (write | truncate | sync | delete | acknowledged, file, place, bytes), oldest first.

    notes: a file, not below ``folder``, that the history is kept in too.
    """

    folder: Path
    history: list[Event] = field(default_factory=list)
    notes: Path | None = None

    @classmethod
    def from_notes(cls, folder: Path, notes: Path) -> "Disk":
        """What a process noted until it was killed."""
        history: list[Event] = []
        with notes.open("rb") as file, suppress(EOFError, pickle.UnpicklingError):
            while True:
                history.append(pickle.load(file))
        return cls(folder, history)

    def note(self, what: str, path: str, place: int = 0, content: bytes = b"") -> None:
        if Path(path).parent == self.folder:
            self._add((what, Path(path).name, place, content))

    def acknowledged(self, number: int) -> None:
        """The writer was told that everything up to ``number`` is on disk."""
        self._add(("acknowledged", "", number, b""))

    def _add(self, event: Event) -> None:
        self.history.append(event)
        if self.notes is not None:
            with self.notes.open("ab", buffering=0) as file:
                file.write(pickle.dumps(event))

    def rebuild(self, folder: Path, at: int, chance: random.Random) -> int:
        """Write to ``folder`` what is left when the power goes after ``at`` events.

        Returns the highest number acknowledged by then.
        """
        files: dict[str, _File] = {}
        told = 0
        for what, name, place, content in self.history[:at]:
            if what == "acknowledged":
                told = place
            elif what == "delete":
                files.pop(name, None)
            else:
                _happen(files.setdefault(name, _File()), what, place, content)
        folder.mkdir()
        for name, file in files.items():
            for where, written in file.pending:
                _by_luck(file.flushed, where, written, chance)
            (folder / name).write_bytes(file.flushed)
        return told


def _happen(file: _File, what: str, place: int, content: bytes) -> None:
    if what == "sync":
        for where, written in file.pending:
            _apply(file.flushed, where, written)
        file.pending.clear()
    else:
        file.pending.append((place, content if what == "write" else None))


def _apply(content: bytearray, place: int, written: bytes | None) -> None:
    if written is None:
        del content[place:]
        return
    content.extend(bytes(max(0, place + len(written) - len(content))))
    content[place : place + len(written)] = written


def _by_luck(content: bytearray, place: int, written: bytes | None, chance: random.Random) -> None:
    """All, none, or some sectors of a write that nobody waited for."""
    luck = chance.random()
    if luck < 0.4:
        return
    if luck < 0.8 or written is None:
        _apply(content, place, written)
        return
    for start in range(0, len(written), SECTOR):
        if chance.random() < 0.5:
            _apply(content, place + start, written[start : start + SECTOR])


@contextmanager
def traced_disk(folder: Path, notes: Path | None = None) -> Iterator[Disk]:
    """Inside the block SQLite's writes to ``folder`` are noted. Skips where SQLite's functions are hidden."""
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    if not hasattr(library, "sqlite3_vfs_find"):
        pytest.skip("this Python keeps SQLite's functions to itself")
    folder.mkdir(parents=True, exist_ok=True)
    disk = Disk(folder, notes=notes)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(Files)
    real = library.sqlite3_vfs_find(None)
    ours, kept_alive = _noting(real.contents, disk)
    library.sqlite3_vfs_register(ctypes.byref(ours), 1)
    try:
        yield disk
    finally:
        library.sqlite3_vfs_register(real, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(ours))
        del kept_alive


def _noting(real: Files, disk: Disk) -> tuple[Files, list[Any]]:
    """The real functions, but open and delete take notes. The list has to live as long."""
    kept_alive: list[Any] = []

    @OPEN
    def open_file(vfs: int, name: int | None, file: int, flags: int, out: int) -> int:
        code: int = real.xOpen(vfs, name, file, flags, out)
        if code == 0 and name:
            slot = ctypes.cast(file, ctypes.POINTER(ctypes.POINTER(Methods)))
            methods = _noting_methods(slot.contents.contents, _text(name), disk)
            kept_alive.append(methods)
            slot[0] = ctypes.pointer(methods)
        return code

    @DELETE
    def delete_file(vfs: int, name: int, flush: int) -> int:
        disk.note("delete", _text(name))
        return int(real.xDelete(vfs, name, flush))

    ours = Files.from_buffer_copy(real)
    ours.zName, ours.xOpen, ours.xDelete = b"noting", open_file, delete_file
    return ours, kept_alive


def _text(name: int) -> str:
    return ctypes.string_at(name).decode()


def _noting_methods(real: Methods, name: str, disk: Disk) -> Methods:
    @WRITE
    def write(file: int, content: int, size: int, place: int) -> int:
        disk.note("write", name, place, ctypes.string_at(content, size))
        return int(real.xWrite(file, content, size, place))

    @TRUNCATE
    def truncate(file: int, size: int) -> int:
        disk.note("truncate", name, size)
        return int(real.xTruncate(file, size))

    @SYNC
    def sync(file: int, flags: int) -> int:
        code = int(real.xSync(file, flags))
        disk.note("sync", name)
        return code

    ours = Methods.from_buffer_copy(real)
    ours.xWrite, ours.xTruncate, ours.xSync = write, truncate, sync
    return ours
