"""A guard inside the child process: refuses files, networks and other programs, and remembers who asked.

It is a Python audit hook, which can't be removed. It sees everything that goes through Python's own ``open``;
what C++ readers open is refused by Landlock (``landlock.py``) and by the guarded pyarrow (``arrow.py``).
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from maemae.verify.places import code_folders, is_beneath, system_places
from maemae.verify.readable import Readable

NATIVE_READERS = frozenset(
    ("polars", "duckdb", "h5py", "tables", "netCDF4", "lance", "datatable", "lmdb", "tensorflow", "torch")
)
LOOKS = frozenset(("fc-list", "uname", "ldconfig", "/sbin/ldconfig", "lscpu"))  # libraries look at the system
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


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
    """readable: what may be opened. kernel: Landlock holds as well."""

    readable: Readable
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
        for event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"):
            handlers[event] = lambda args: self._program(args[0])
        for event in ("os.fork", "os.forkpty"):
            handlers[event] = lambda args: self.refuse("program", "a forked process")
        for event in ("socket.connect", "socket.sendto"):
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
        self._open(_text(path).removeprefix("file://"), os.O_RDONLY)

    def _open(self, path: object, flags: object) -> None:
        if isinstance(path, int) or path is None:
            return  # an open descriptor
        text = _text(path)
        if not self.readable.allows(text, isinstance(flags, int) and bool(flags & _WRITES)):
            self.refuse("file", text)

    def _database(self, name: object) -> None:
        if _text(name) not in (":memory:", ""):
            self._open(_text(name).removeprefix("file:"), os.O_RDWR)

    def _program(self, name: object) -> None:
        if _text(name) in LOOKS:
            raise Refused(f"{_text(name)}: no other program is started while verifying.")
        self.refuse("program", _text(name))

    def _library(self, name: object) -> None:
        if name and not is_beneath(os.path.realpath(_text(name)), code_folders() + system_places()):
            self.refuse("library", _text(name))

    def _import(self, name: object) -> None:
        top = _text(name).partition(".")[0]
        if not self.kernel and top in NATIVE_READERS:
            raise ModuleNotFoundError(f"{top} reads files unseen; verify does without it.", name=top)


def _text(name: object) -> str:
    if isinstance(name, bytes):
        return os.fsdecode(name)
    return os.fspath(name) if isinstance(name, os.PathLike) else str(name)
