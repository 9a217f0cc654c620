"""One writer per account: a lock that the operating system takes back when its holder dies."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from market.errors import ConfigError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_PAUSE_S = 0.02


@dataclass(frozen=True)
class Holder:
    """Who holds the account. since: ISO 8601, UTC."""

    pid: int
    host: str
    profile: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, profile '{self.profile}', since {self.since}"


class AccountHeld(ConfigError):
    """Another process is the account's writer. Nothing was changed."""

    def __init__(self, path: Path, holder: Holder | None) -> None:
        self.holder = holder
        super().__init__(
            f"{path}: the account is held by {holder or 'a process that has not said who it is'}. "
            "Two bots on one account would trade against each other: stop that one. Nothing was changed."
        )


@contextmanager
def hold_account(path: Path, profile: str, wait_s: float = 0.0) -> Iterator[Holder]:
    """Be the account's only writer inside the block. wait_s: how long a holder may take to let go, seconds.

    Raises AccountHeld, which says who holds it; ConfigError where files can't be locked.
    """
    with _opened(path) as file:
        deadline = time.monotonic() + wait_s
        while not _locked(file):
            if time.monotonic() >= deadline:
                raise AccountHeld(path, _stated(file))
            time.sleep(_PAUSE_S)
        holder = Holder(os.getpid(), socket.gethostname(), profile, _now())
        _state(file, asdict(holder))
        try:
            yield holder
        finally:
            _state(file, None)  # closing the file unlocks it


def holder_of(path: Path) -> Holder | None:
    """Who holds the account now; None: nobody. Takes nothing away from anybody."""
    if not path.exists():
        return None
    with _opened(path) as file:
        return None if _locked(file) else _stated(file) or Holder(0, "?", "?", "?")


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if fcntl is None:
        raise ConfigError("an account can't be locked on this system: trade on Linux or macOS.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise ConfigError(
            f"{path}: the account can't be locked ({error.strerror}). Nothing was changed."
        ) from None
    with open(handle, "r+", encoding="utf-8") as file:
        yield file


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _state(file: IO[str], holder: dict[str, object] | None) -> None:
    """For people and refusals only: the lock itself holds without it, so a full disk doesn't matter."""
    try:
        file.seek(0)
        file.truncate()
        file.write(json.dumps(holder) if holder else "")
        file.flush()
    except OSError:
        return


def _stated(file: IO[str]) -> Holder | None:
    file.seek(0)
    try:
        return Holder(**json.loads(file.read()))
    except (ValueError, TypeError):  # taken this very moment
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
