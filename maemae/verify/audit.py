"""A guard inside the child process: refuses files, networks and other programs, and remembers who asked.

It is a Python audit hook, which can't be removed. It sees everything that goes through Python's own ``open``;
what C++ readers open is refused by Landlock (``landlock.py``) and by the guarded pyarrow (``arrow.py``).
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from maemae.verify.places import code_folders, compile_cache, is_beneath, system_places

DATA_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("csv", "tsv", "txt", "dat", "bin", "raw", "json", "jsonl", "ndjson", "xml", "yaml", "yml", "toml"),
        *("parquet", "pq", "feather", "arrow", "ipc", "orc", "avro", "msgpack", "npy", "npz", "mat"),
        *("pkl", "pickle", "joblib", "h5", "hdf", "hdf5", "nc", "xls", "xlsx"),
        *("db", "db3", "sqlite", "sqlite3", "duckdb"),
    )
)
NATIVE_READERS = frozenset(
    (
        "polars",
        "duckdb",
        "h5py",
        "tables",
        "netCDF4",
        "lance",
        "vaex",
        "datatable",
        "zarr",
        "lmdb",
        "tensorflow",
    )
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_COMPILED = (".nbi", ".nbc")


class Refused(PermissionError):
    """Something a strategy or filter may not do."""


@dataclass(frozen=True)
class Refusal:
    """who: the strategy or filter that asked, "" = our own code. what: file, network, program or library."""

    who: str
    what: str
    name: str


@dataclass(eq=False)
class Guard:
    """files: single files that may be read besides the code folders. kernel: Landlock holds as well."""

    files: frozenset[str]
    kernel: bool
    who: str = ""
    failed: str = ""  # who raised last
    refusals: list[Refusal] = field(default_factory=list)

    @contextmanager
    def running(self, who: str) -> Iterator[None]:
        """Whatever is asked inside was asked by ``who``."""
        before, self.who = self.who, who
        try:
            yield
        except BaseException:
            self.failed = who
            raise
        finally:
            self.who = before

    def refuse(self, what: str, name: str) -> None:
        self.refusals.append(Refusal(self.who, what, name))
        raise Refused(f"{self.who or 'this process'} may not use the {what} '{name}'.")

    def note_kernel_refusal(self, error: BaseException) -> None:
        """Remember what Landlock refused to a reader that this guard doesn't see."""
        denied = isinstance(error, PermissionError) or "ermission denied" in str(error)
        if denied and not isinstance(error, Refused):
            name = getattr(error, "filename", None) or str(error)
            self.refusals.append(Refusal(self.failed, "file", _text(name)))

    def take_refusals(self) -> list[dict[str, str]]:
        """What was refused since the last call."""
        taken = [asdict(refusal) for refusal in self.refusals]
        self.refusals.clear()
        return taken

    def install(self) -> None:
        """From here on, for good."""
        handlers: dict[str, Callable[[Any], None]] = {
            "open": lambda args: self._open(args[0], args[2]),
            "sqlite3.connect": lambda args: self._database(args[0]),
            "ctypes.dlopen": lambda args: self._library(args[0]),
            "import": lambda args: self._import(args[0]),
        }
        for event in (
            "subprocess.Popen",
            "os.system",
            "os.exec",
            "os.posix_spawn",
            "os.spawn",
            "os.startfile",
        ):
            handlers[event] = lambda args: self.refuse("program", _text(args[0]))
        for event in ("os.fork", "os.forkpty"):
            handlers[event] = lambda args: self.refuse("program", "a forked process")
        for event in ("socket.connect", "socket.bind", "socket.sendto"):
            handlers[event] = lambda args: self.refuse("network", _text(args[1]))
        for event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
            handlers[event] = lambda args: self.refuse("network", _text(args[0]))

        def hook(event: str, args: tuple[Any, ...]) -> None:
            handler = handlers.get(event)
            if handler is not None:
                handler(args)

        sys.addaudithook(hook)

    def check_file(self, path: object) -> None:
        """Refuse a path that may not be read."""
        self._open(path, 0)

    def _open(self, path: object, flags: object) -> None:
        if isinstance(path, int) or path is None:
            return  # an open descriptor
        text = _text(path)
        real = os.path.realpath(text)
        if real == os.devnull or real in self.files:
            return
        if is_beneath(real, (compile_cache(),)):
            if os.path.isdir(real) or real.endswith(_COMPILED) or ".nb" in PurePath(real).name:
                return
        elif not (isinstance(flags, int) and flags & _WRITES):
            if is_beneath(real, code_folders()) and not _is_data(real):
                return
            if is_beneath(real, system_places()):
                return
            if not os.path.lexists(real) and not _is_data(real):
                return  # an import looking around; what isn't there can't be read
        self.refuse("file", text)

    def _database(self, name: object) -> None:
        if _text(name) not in (":memory:", ""):
            self.refuse("file", _text(name))

    def _library(self, name: object) -> None:
        if name and not is_beneath(os.path.realpath(_text(name)), code_folders() + system_places()):
            self.refuse("library", _text(name))

    def _import(self, name: object) -> None:
        if not self.kernel and _text(name).partition(".")[0] in NATIVE_READERS:
            self.refuse("library", _text(name))


def _is_data(path: str) -> bool:
    """Whether a file is data by its name; what describes an installed package isn't."""
    pure = PurePath(path)
    if any(part.endswith((".dist-info", ".egg-info")) for part in pure.parts[-3:-1]):
        return False
    return any(suffix.lower() in DATA_SUFFIXES for suffix in pure.suffixes)


def _text(name: object) -> str:
    if isinstance(name, bytes):
        return os.fsdecode(name)
    return os.fspath(name) if isinstance(name, os.PathLike) else str(name)
